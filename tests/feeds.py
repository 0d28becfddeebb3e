"""Bookings and events through their whole life, and the calendars that people subscribe to meanwhile."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from app.accounts.models import Person
from app.booking import actions as booking_actions
from app.booking.feed import booked
from app.booking.feed import entries_in as booked_in
from app.booking.models import Booking
from app.booking.rules import Asked
from app.booking.workplaces import workplaces_of
from app.catalogue.feed import entries_in as programme_in
from app.catalogue.feed import found_in_programme
from app.catalogue.models import Course, Event
from app.catalogue.plans import SessionPlan
from app.catalogue.rules import Search
from app.db import db
from app.delivery import actions
from app.delivery.feed import delivered
from app.delivery.feed import entries_in as delivered_in
from app.notifications.feed_text import Entry, Feed, feed_text
from app.notifications.models import Letter
from app.records.actions import changing
from tests.calendar_checkers import Sitting, read_with_both
from tests.calendar_laws import let_mail_leave
from tests.factories import (
    make_partnership,
    make_person,
)

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)

JANUARY = datetime(2027, 1, 12, 9, 30, tzinfo=UTC)

DAY = timedelta(days=1)

HOURS = timedelta(hours=3)

MINUTES = timedelta(minutes=20)


def at(*starts: datetime, venue: str = "") -> list[SessionPlan]:
    """Sessions of three hours that start then."""
    return [SessionPlan(starts_at=start, ends_at=start + HOURS, venue=venue) for start in starts]


def ada() -> Person:
    """Who does it."""
    found = db.session.scalar(sa.select(Person).where(Person.name == "Ada Administrator"))
    return found or make_person("Ada Administrator")


def book(event: Event, person: Person, *, now: datetime = NOW) -> Booking:
    """The whole booking, with its letters."""
    job = workplaces_of(person.id, now.date())[0]
    with changing(event.id, now=now) as locked:
        booking = booking_actions.book(locked, person, job, by=person, now=now, asked=Asked())
    let_mail_leave(now)  # what never left would not be taken back
    return booking


def cancel(booking: Booking, *, now: datetime = NOW) -> None:
    """They give up the place."""
    with changing(booking.event_id, now=now):
        booking_actions.cancel(booking, by=booking.person, now=now, why="Ill")


def reschedule(event: Event, plans: Sequence[SessionPlan], *, now: datetime = NOW) -> None:
    """The whole change."""
    by = ada()
    with changing(event.id, now=now) as locked:
        actions.reschedule(locked, plans, by=by, now=now)


def postpone(event: Event, *, now: datetime = NOW) -> None:
    """The whole change."""
    by = ada()
    with changing(event.id, now=now) as locked:
        actions.postpone(locked, by=by, now=now, why="The trainer is ill")


def give_date(event: Event, plans: Sequence[SessionPlan], *, now: datetime = NOW) -> None:
    """The whole change."""
    by = ada()
    with changing(event.id, now=now) as locked:
        actions.give_date(locked, plans, by=by, now=now)


def call_off(event: Event, *, now: datetime = NOW) -> None:
    """The whole change."""
    by = ada()
    with changing(event.id, now=now) as locked:
        actions.cancel_event(locked, by=by, now=now, why="Too few people")


def mine(person: Person, now: datetime = NOW) -> list[Entry]:
    """Their bookings in their calendar."""
    return booked_in(booked(person.id, now))


def delivered_entries(person: Person, now: datetime) -> list[Entry]:
    """What they deliver in their calendar."""
    return delivered_in(delivered(person.id, person.public_id, now))


def programme(now: datetime = NOW, search: Search | None = None, course: Course | None = None) -> list[Entry]:
    """What anybody's calendar is told of."""
    return programme_of(make_partnership().id, search or Search(), now=now, course=course)


def programme_of(host: int, search: Search, *, now: datetime, course: Course | None = None) -> list[Entry]:
    """The same of a partnership that is at hand."""
    waiting, course_id = Booking.number_waiting, course.id if course else None
    return programme_in(found_in_programme(host, search, waiting=waiting, now=now, course_id=course_id))


def told(entries: Sequence[Entry]) -> list[tuple[str, datetime, str]]:
    """Title, start and what became of it."""
    return [(entry.title, entry.starts_at, entry.lost) for entry in entries]


def invited(person: Person) -> Sitting:
    """What their newest letter tells a calendar."""
    newest = sa.select(Letter.calendar).where(Letter.to_email == person.email, Letter.calendar != "")
    text = db.session.scalars(newest.order_by(Letter.id.desc())).first()
    assert text is not None
    (sitting,) = read_with_both(text)
    return sitting


def understood(entries: Sequence[Entry]) -> list[Sitting]:
    """What a calendar makes of a feed of these."""
    return read_with_both(feed_text(Feed("x", "x", "training@northshire.example", entries)))
