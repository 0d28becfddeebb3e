"""What a trainer delivers as their own calendar shows it, under the UIDs of their invites: counts, no names."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Person
from ..booking.feed import REMEMBERED
from ..booking.models import Booking, BookingChange
from ..booking.rules import State
from ..catalogue.calendar_rows import (
    ONLINE,
    OVER_SINCE,
    SESSION_COLUMNS,
    SHOWN,
    SINCE,
    Part,
    Questions,
    Told,
    called_off_since,
    entry_of,
    kept_since,
    last_changed,
    numbered,
    questions,
    taken_away,
    told_of,
    where,
    with_sessions,
)
from ..catalogue.models import Course, Event, EventChange
from ..notifications.calendar import uid_of
from ..notifications.feed_text import Entry
from ..notifications.letters import link
from ..pool.models import EventTrainer


def delivered(person: Person, now: datetime) -> Part:
    """What the sessions that somebody delivers are made of. Two statements, however many there are."""
    return asked().ask(
        person_id=person.id,
        named=f'"{person.public_id}"',
        since=kept_since(now),
        over_since=kept_since(now, REMEMBERED),
    )


@lru_cache(maxsize=1)
def asked() -> Questions:
    """The statements for what somebody delivers."""
    mine = is_shown()
    events = sa.select(Event.id).join(EventTrainer, EventTrainer.event_id == Event.id).where(*mine)
    return questions(sessions_delivered(mine), events)


def entries_in(part: Part) -> list[Entry]:
    """What is delivered, as it was found, as entries."""
    gone = taken_away(part.happened)
    rows = numbered(part.sessions.rows(), "event_id")
    return [entry for row in rows for entry in entries_of(row, gone.pop(row.event_id, ()))]


def is_shown() -> Sequence[sa.ColumnElement[bool]]:
    """The conditions that an event is in its trainer's calendar."""
    return (
        EventTrainer.person_id == sa.bindparam("person_id"),
        sa.or_(Event.state.in_(("published", "postponed")), called_off_since(SINCE)),
        sa.or_(Event.ends_at >= OVER_SINCE, Event.ends_at.is_(None)),
    )


def sessions_delivered(mine: Sequence[sa.ColumnElement[bool]]) -> sa.Select[*tuple[Any, ...]]:
    """A row per session that somebody delivers, and one for an event that awaits its date."""
    booked = sa.select(sa.func.count()).where(Booking.event_id == Event.id, Booking.state == State.BOOKED)
    counted = sa.or_(BookingChange.from_state == State.BOOKED, BookingChange.to_state == State.BOOKED)
    counted_at = (
        sa.select(sa.func.max(BookingChange.at))
        .join(Booking, Booking.id == BookingChange.booking_id)
        .where(Booking.event_id == Event.id, counted)
        .correlate(Event)
    )
    named_at = (
        sa.select(sa.func.max(EventChange.at))
        .where(EventChange.event_id == Event.id, EventChange.what == "trainer named")
        .where(sa.cast(EventChange.now, sa.Text) == sa.bindparam("named"))
        .correlate(Event)
    )
    columns = (
        EventTrainer.public_id.label("trainer"),
        EventTrainer.invite_sequence,
        Event.id.label("event_id"),
        Event.state,
        Event.join_token,
        Event.created_at,
        Event.headcount_only,
        Event.booking_limit,
        booked.correlate(Event).scalar_subquery().label("booked"),
        counted_at.scalar_subquery().label("counted_at"),
        last_changed(*SHOWN, "booking limit").label("changed_at"),
        named_at.scalar_subquery().label("named_at"),
        Course.title,
        Course.delivery,
        Course.edited_at,
        *SESSION_COLUMNS,
    )
    delivered = (
        sa.select(*columns)
        .select_from(EventTrainer)
        .join(Event, Event.id == EventTrainer.event_id)
        .join(Course, Course.id == Event.course_id)
    )
    return with_sessions(delivered.where(*mine))


def entries_of(row: Any, gone: Sequence[Told]) -> Iterator[Entry]:
    """A row of what is delivered as entries."""
    instants = (row.created_at, row.changed_at, row.counted_at, row.named_at, row.edited_at)
    address = link(f"/join/{row.join_token}")
    counted = "" if row.headcount_only else f"{row.booked} of {row.booking_limit} booked. "
    lost = "Cancelled" if row.state == "cancelled" else ""
    known = [session for session in gone if row.named_at is None or session.changed_at >= row.named_at]
    for told in told_of(row, known, changed_at=max(filter(None, instants)), lost=lost):
        yield entry_of(
            told,
            row.title,
            row.delivery,
            label="Deliver: ",
            uid=uid_of(row.trainer, told.session),
            sequence=row.invite_sequence,
            description=f"{counted}Joining link and where it is: {address}",
            url=address,
            online=where(told, row.delivery) == ONLINE,
        )
