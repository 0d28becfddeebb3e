"""What a trainer delivers as their own calendar shows it, under the UIDs of their invites: counts, no names."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

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
from ..raw_rows import Found
from . import released
from .released import LABEL


class Delivered(NamedTuple):
    """What a trainer's calendar is made of, as it was found: what they deliver, and what no longer."""

    sessions: Found
    happened: Found
    released: Found


def delivered(person_id: int, public_id: str, now: datetime) -> Delivered:
    """What the sessions that somebody delivers are made of. Three statements, however many there are."""
    no_longer = released.question().ask(person_id=person_id, since=kept_since(now))
    return Delivered(*asked().ask(**values_of(person_id, public_id, now)), no_longer)


def values_of(person_id: int, public_id: str, now: datetime) -> dict[str, Any]:
    """What the statements are asked with."""
    since = {"since": kept_since(now), "over_since": kept_since(now, REMEMBERED)}
    return {"person_id": person_id, "named": f'"{public_id}"', **since}


@lru_cache(maxsize=1)
def asked() -> Questions:
    """The statements for what somebody delivers."""
    return questions_about(is_shown())


@lru_cache(maxsize=1)
def asked_of_one() -> Questions:
    """The statements for one event that somebody delivers."""
    return questions_about([*is_shown(), Event.id == sa.bindparam("event_id")])


def questions_about(mine: Sequence[sa.ColumnElement[bool]]) -> Questions:
    """The statements for the parts in delivering for which that holds."""
    events = sa.select(Event.id).join(EventTrainer, EventTrainer.event_id == Event.id).where(*mine)
    return questions(sessions_delivered(mine), events)


def entries_in(found: Delivered) -> list[Entry]:
    """What is delivered, and what no longer, as entries."""
    rows = with_gone(Part(found.sessions, found.happened))
    delivers = [entry for row, gone in rows for entry in entries_of(row, gone)]
    return [*delivers, *released.entries_in(found.released)]


def shown_of(event: Event, person: Person, now: datetime) -> list[Told]:
    """The sessions of one event as its trainer's calendar shows them."""
    found = asked_of_one().ask(**values_of(person.id, person.public_id, now), event_id=event.id)
    return [told for row, gone in with_gone(found) for told in tellings_of(row, gone)]


def with_gone(part: Part) -> Iterator[tuple[Any, Sequence[Told]]]:
    """The rows of what is delivered, the first of each event with the sessions that were taken away from it."""
    gone = taken_away(part.happened)
    for row in numbered(part.sessions.rows(), "event_id"):
        yield row, gone.pop(row.event_id, ())


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
    address = link(f"/join/{row.join_token}")
    counted = "" if row.headcount_only else f"{row.booked} of {row.booking_limit} booked. "
    for told in tellings_of(row, gone):
        yield entry_of(
            told,
            row.title,
            row.delivery,
            label=LABEL,
            uid=uid_of(row.trainer, told.session),
            sequence=row.invite_sequence,
            description=f"{counted}Joining link and where it is: {address}",
            url=address,
            online=where(told, row.delivery) == ONLINE,
        )


def tellings_of(row: Any, gone: Sequence[Told]) -> Iterator[Told]:
    """The sessions of a row that its trainer's calendar is told of: not what fell away before they were named."""
    instants = (row.created_at, row.changed_at, row.counted_at, row.named_at, row.edited_at)
    known = [session for session in gone if row.named_at is None or session.changed_at >= row.named_at]
    lost = "Cancelled" if row.state == "cancelled" else ""
    return told_of(row, known, changed_at=max(filter(None, instants)), lost=lost)
