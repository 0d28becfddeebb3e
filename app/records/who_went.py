"""Who went, who did not: once a month to agency leads and to the managers named on bookings, each of their own people.

Only from closed registers. An event stands in one digest: that of its month or, where its register was closed after
that had left, that of the month it was closed in.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Person
from ..attendance.models import RegisterClosing
from ..booking.models import Booking
from ..booking.rules import ON_THE_REGISTER
from ..booking.told import senders
from ..catalogue.models import Course, Event
from ..clock import Clock, london_day, start_of_day
from ..db import db, writing
from ..notifications import choices, unreachable
from ..notifications.actions import post
from ..partnerships.models import Partnership
from ..tallies.completing import who_completed
from ..tallies.gather import gather
from ..tallies.rules import outcome
from . import digests
from .digests import Reader

WHO_WENT = "who-went"
# How long after its end a register may be closed and still be told of.
LATEST = timedelta(days=100)
# Names in one mail; whoever has more people reads that there are more, and a lead where.
MOST = 200
OUTCOMES = ("came", "part", "did_not_attend", "excused")


@dataclass
class Told:
    """One event in somebody's digest: the names of their people by what became of them."""

    title: str
    starts_at: datetime
    names: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in OUTCOMES})


def due(clock: Clock) -> None:
    """Write the digests of the month that is due, each in a transaction of its own."""
    for partnership_id, since in senders(WHO_WENT).items():
        month = digests.month_due(clock(), on_since=since)
        if month:
            tell_everybody(partnership_id, month, clock)


def belongs_to(ends_at: datetime, closed_at: datetime, month: date) -> bool:
    """Whether the digest that leaves in a month tells of an event, by its end and when its register was closed."""
    before = digests.month_before(month)
    this, last = digests.sent_at(month), digests.sent_at(before)
    if closed_at >= this or ends_at >= start_of_day(month):
        return False
    return ends_at >= start_of_day(before) or closed_at >= last


def tell_everybody(partnership_id: int, month: date, clock: Clock) -> None:
    """Each reader's digest, unless they have it or nothing happened."""
    rows = attended(partnership_id, month)
    found = by_reader(rows, digests.leads_who_take(WHO_WENT, partnership_id, london_day(clock())))
    keys = {digests.key_of(WHO_WENT, partnership_id, month, email): email for email in found}
    for key in sorted(digests.not_posted(keys)):
        reader, mine = found[keys[key]]
        with writing():
            partnership = db.session.get_one(Partnership, partnership_id)
            write(reader, mine, partnership, month, key=key, now=clock())


def write(
    reader: Reader,
    rows: Iterable[tuple[Any, str]],
    partnership: Partnership,
    month: date,
    *,
    key: str,
    now: datetime,
) -> None:
    """A reader's digest itself, as it leaves in that month; no longer than ``MOST`` names."""
    rows = list(rows)
    post(
        WHO_WENT,
        key=key,
        to_email=reader.email,
        to_name=reader.name,
        partnership=partnership,
        now=now,
        about=f"{WHO_WENT}:{month:%Y-%m}",
        expires_at=digests.sent_at(month) + digests.SENT_WITHIN,
        month=digests.month_before(month),
        events=by_event(rows[:MOST]),
        more=max(0, len(rows) - MOST),
        leads=bool(reader.led),
    )


def attended(partnership_id: int, month: date) -> list[tuple[Any, str]]:
    """Everybody on the registers that a month's digest tells of, with what became of them."""
    events = db.session.execute(
        sa.select(Event.id, Event.ends_at, RegisterClosing.closed_at)
        .join(RegisterClosing, RegisterClosing.event_id == Event.id)
        .where(
            Event.host_id == partnership_id,
            Event.state == "published",
            Event.took_place,
            Event.ends_at < start_of_day(month),
            Event.ends_at > start_of_day(month) - LATEST,
        )
    )
    ids = [row.id for row in events if belongs_to(row.ends_at, row.closed_at, month)]
    if not ids:
        return []
    became = outcomes(ids)
    rows = db.session.execute(
        sa.select(
            Booking.id,
            Booking.event_id,
            Booking.agency_id,
            Booking.setting_id,
            Booking.team_id,
            Booking.manager_name,
            Booking.manager_email,
            Person.name,
            Course.title,
            Event.starts_at,
        )
        .join(Person, Person.id == Booking.person_id)
        .join(Event, Event.id == Booking.event_id)
        .join(Course, Course.id == Event.course_id)
        .where(Booking.event_id.in_(ids), Booking.state.in_(sorted(ON_THE_REGISTER)))
        .order_by(Event.starts_at, Event.id, sa.func.lower(Person.name), Booking.id)
    )
    return [(row, became[row.id]) for row in rows if row.id in became]


def outcomes(event_ids: Sequence[int]) -> dict[int, str]:
    """What became of everybody on these events, by booking: the same as the tallies count."""
    found: dict[int, str] = {}
    for _, facts in gather(event_ids).values():
        marks, through = facts.marks_by_booking(), who_completed(facts)
        for delegate in facts.delegates:
            one = outcome(delegate, marks.get(delegate.booking, ()), done=delegate.booking in through)
            word = next((name for name in ("part", *OUTCOMES) if one[name]), "")
            if word:
                found[delegate.booking] = word
    return found


def by_reader(
    rows: Iterable[tuple[Any, str]], leads: Sequence[Reader]
) -> dict[str, tuple[Reader, list[tuple[Any, str]]]]:
    """The rows of each reader by address: of the people a lead leads, and of those whose booking names a manager."""
    rows = list(rows)
    order = {row.id: place for place, (row, _) in enumerate(rows)}
    found = {lead.email: (lead, [pair for pair in rows if lead.leads(pair[0])]) for lead in leads}
    named = {row.manager_email.lower() for row, _ in rows if row.manager_email}
    silent = choices.refusing(named, WHO_WENT) | unreachable.those_marked(named)
    for row, word in rows:
        email = row.manager_email.lower()
        if not email or email in silent:
            continue
        reader, mine = found.setdefault(email, (Reader(email, row.manager_name), []))
        if not reader.leads(row):  # whom they lead stands there already
            mine.append((row, word))
    for _, mine in found.values():
        mine.sort(key=lambda pair: order[pair[0].id])
    return {email: pair for email, pair in found.items() if pair[1]}


def by_event(rows: Iterable[tuple[Any, str]]) -> list[Told]:
    """The names by event, soonest first."""
    found: dict[int, Told] = {}
    for row, word in rows:
        told = found.setdefault(row.event_id, Told(row.title, row.starts_at))
        told.names[word].append(row.name)
    return sorted(found.values(), key=lambda told: (told.starts_at, told.title))
