"""What is due for a lead: places to name, and people whose course before the course is still to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ...accounts.models import Person
from ...accounts.rules import Led
from ...booking.delegates import part_one_to_do
from ...booking.leading import from_there
from ...booking.models import Booking, Nomination
from ...booking.rules import State
from ...catalogue.models import Course, Event
from ...db import db
from ...web.access import current_partnership
from ...web.filters import day, plural, when

MOST_LINES = 12


@dataclass(frozen=True)
class Line:
    """One thing to do: what, about which date, and the button that does it."""

    text: str
    about: str
    button: str
    href: str


def lines(led: Sequence[Led], now: datetime) -> list[Line]:
    """What is due, soonest first."""
    return [*to_name(led, now), *part_one(led, now)][:MOST_LINES]


def to_name(led: Sequence[Led], now: datetime) -> list[Line]:
    """Held places that have no name."""
    rows = db.session.execute(
        sa.select(
            Nomination.public_id, Nomination.places, Nomination.name_by_at, Course.title, Event.starts_at
        )
        .join(Event, Event.id == Nomination.event_id)
        .join(Course, Course.id == Event.course_id)
        .where(
            from_there(led, Nomination),
            Nomination.places > 0,
            Nomination.ended_at.is_(None),
            Event.host_id == current_partnership().id,
        )
        .order_by(Nomination.name_by_at, Nomination.id)
        .limit(MOST_LINES)
    )
    return [
        Line(
            text=f"{plural(row.places, 'place')} without a name, until {when(row.name_by_at)}",
            about=about(row),
            button="Name people",
            href=f"/my-agency/places/{row.public_id}",
        )
        for row in rows
    ]


def part_one(led: Sequence[Led], now: datetime) -> list[Line]:
    """People with a place whose required course is neither done nor waived."""
    rows = db.session.execute(
        sa.select(Booking.public_id, Person.name, Course.title, Event.starts_at)
        .select_from(Booking)
        .join(Person, Person.id == Booking.person_id)
        .join(Event, Event.id == Booking.event_id)
        .join(Course, Course.id == Event.course_id)
        .where(
            from_there(led),
            Booking.state == State.BOOKED,
            Event.host_id == current_partnership().id,
            Event.starts_at > now,
            part_one_to_do(),
        )
        .order_by(Event.starts_at, Person.name)
        .limit(MOST_LINES)
    )
    return [
        Line(
            text=f"{row.name} has still to do what comes before the course",
            about=about(row),
            button="Look at it",
            href=f"/my-agency/bookings/{row.public_id}",
        )
        for row in rows
    ]


def about(row: Any) -> str:
    """The course and its date."""
    return f"{row.title}, {day(row.starts_at) if row.starts_at else 'no date yet'}"
