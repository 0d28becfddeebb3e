"""A person's bookings as their own calendar shows them, under the UIDs of their invites."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from ..catalogue.calendar_rows import (
    ONLINE,
    OVER_SINCE,
    SESSION_COLUMNS,
    SHOWN,
    SINCE,
    Part,
    Questions,
    Told,
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
from ..catalogue.models import Course, Event
from ..notifications.calendar import uid_of
from ..notifications.feed_text import Entry
from ..notifications.letters import link
from .models import Booking, BookingChange
from .rules import ON_THE_REGISTER, TRANSITIONS, State

# What a place can become that somebody had.
LOST = TRANSITIONS[State.BOOKED]
# How long what is over stays in somebody's own calendar.
REMEMBERED = timedelta(days=365)


def booked(person_id: int, now: datetime) -> Part:
    """What the sessions that somebody has (or had) a place in are made of. Two statements, however many there are."""
    values = {"since": kept_since(now), "over_since": kept_since(now, REMEMBERED)}
    return asked_by_person().ask(person_id=person_id, **values)


def entries_of_one(booking_id: int, now: datetime) -> list[Entry]:
    """The sessions of one booking, whatever became of it."""
    return entries_in(asked_by_booking().ask(booking_id=booking_id, since=kept_since(now)))


@lru_cache(maxsize=1)
def asked_by_person() -> Questions:
    """The statements for somebody's bookings."""
    return questions_about(is_shown())


@lru_cache(maxsize=1)
def asked_by_booking() -> Questions:
    """The statements for one booking."""
    return questions_about([Booking.id == sa.bindparam("booking_id")])


def questions_about(mine: Sequence[sa.ColumnElement[bool]]) -> Questions:
    """The statements for the bookings for which that holds."""
    events = sa.select(Booking.event_id).join(Event, Event.id == Booking.event_id).where(*mine)
    return questions(sessions_booked(mine), events)


def entries_in(part: Part) -> list[Entry]:
    """The bookings that were found as entries."""
    gone = taken_away(part.happened)
    shown: set[str] = set()
    found: list[Entry] = []
    for row in numbered(part.sessions.rows(), "booking"):
        first = row.booking not in shown
        shown.add(row.booking)
        found += entries_of(row, gone.get(row.event_id, ()) if first else ())
    return found


def is_shown() -> Sequence[sa.ColumnElement[bool]]:
    """The conditions that a booking is in its person's calendar."""
    lost = sa.exists().where(
        BookingChange.booking_id == Booking.id,
        BookingChange.from_state == State.BOOKED,
        BookingChange.at >= SINCE,
    )
    return (
        Booking.person_id == sa.bindparam("person_id"),
        sa.or_(Booking.state.in_(ON_THE_REGISTER), sa.and_(Booking.state.in_(LOST), lost)),
        sa.or_(Event.ends_at >= OVER_SINCE, Event.ends_at.is_(None)),
    )


def sessions_booked(mine: Sequence[sa.ColumnElement[bool]]) -> sa.Select[*tuple[Any, ...]]:
    """A row per booking and session, and one for a booking whose event awaits its date."""
    changes = sa.select(sa.func.max(BookingChange.at)).where(BookingChange.booking_id == Booking.id)
    moved_at = changes.correlate(Booking).scalar_subquery()
    booked = BookingChange.to_state == State.BOOKED
    booked_at = changes.where(booked).correlate(Booking).scalar_subquery()
    columns = (
        Booking.public_id.label("booking"),
        Booking.event_id,
        Booking.state,
        Booking.invite_sequence,
        sa.func.coalesce(booked_at, Booking.made_at).label("booked_at"),
        moved_at.label("moved_at"),
        last_changed(*SHOWN).label("changed_at"),
        Course.title,
        Course.delivery,
        Course.edited_at,
        *SESSION_COLUMNS,
    )
    bookings = (
        sa.select(*columns)
        .select_from(Booking)
        .join(Event, Event.id == Booking.event_id)
        .join(Course, Course.id == Event.course_id)
    )
    return with_sessions(bookings.where(*mine))


def entries_of(row: Any, gone: Sequence[Told]) -> Iterator[Entry]:
    """A booking's row as entries. The only link is ours: it leads to the meeting while the place is held."""
    changed_at = max(filter(None, (row.booked_at, row.moved_at, row.changed_at, row.edited_at)))
    address = link(f"/join/{row.booking}")
    lost = "Cancelled" if row.state in LOST else ""
    known = [session for session in gone if session.changed_at >= row.booked_at]
    for told in told_of(row, known, changed_at=changed_at, lost=lost):
        yield entry_of(
            told,
            row.title,
            row.delivery,
            label="Training: ",
            uid=uid_of(row.booking, told.session),
            sequence=row.invite_sequence,
            description=f"Joining link, where it is and whom to ring: {address}",
            url=address,
            online=where(told, row.delivery) == ONLINE,
            private=True,
        )
