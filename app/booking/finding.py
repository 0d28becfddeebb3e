"""Finding people by what they are booked on, for whoever answers the telephone."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Person
from ..catalogue.models import Course, Event
from .listing import is_ahead
from .models import Booking

# Of a course that is over people still ask for a while: the certificate, the evaluation, the invoice.
ASKED_ABOUT = timedelta(days=90)
REFERENCE = re.compile(r"(?:\S*/(?:bookings|join)/)?([\w-]{16})(?:[/?#]\S*)?", re.ASCII)


def booked_on(word: str, partnership_id: int, now: datetime) -> sa.Select[int]:
    """The ids of people with a booking on a date of a course that has the word in its title or other names.

    On the partnership's dates that are to come, or not long over; given up or not.
    """
    return (
        sa.select(Booking.person_id)
        .join(Event, Event.id == Booking.event_id)
        .join(Course, Course.id == Event.course_id)
        .where(
            Event.host_id == partnership_id,
            sa.or_(Event.ends_at.is_(None), Event.ends_at > now - ASKED_ABOUT),
            sa.or_(
                Course.title.icontains(word, autoescape=True),
                sa.cast(Course.other_names, sa.Text).icontains(word, autoescape=True),
            ),
        )
    )


def reference_in(typed: str) -> str:
    """The reference of a booking in what was typed: by itself, or as it stands in a link; "" when there is none."""
    found = REFERENCE.fullmatch(typed.strip())
    return found.group(1) if found else ""


def of_reference(reference: str, partnership_id: int) -> sa.Select[*tuple[Any, ...]]:
    """A booking on a partnership's date with whose it is."""
    return (
        sa.select(
            Booking.public_id, Person.public_id.label("person"), Person.name, Course.title, Event.starts_at
        )
        .join(Person, Person.id == Booking.person_id)
        .join(Event, Event.id == Booking.event_id)
        .join(Course, Course.id == Event.course_id)
        .where(Booking.public_id == reference, Event.host_id == partnership_id)
    )


def next_of_each(
    person_ids: Sequence[int], partnership_id: int, now: datetime
) -> sa.Select[*tuple[Any, ...]]:
    """What is coming for each of these people on the partnership's dates, soonest first."""
    return (
        sa.select(
            Booking.person_id,
            Booking.public_id,
            Booking.event_id,
            Booking.state,
            Course.title,
            Event.starts_at,
            Event.ends_at,
        )
        .join(Event, Event.id == Booking.event_id)
        .join(Course, Course.id == Event.course_id)
        .where(Booking.person_id.in_(person_ids), Event.host_id == partnership_id, is_ahead(now))
        .order_by(Event.starts_at.is_(None), Event.starts_at, Booking.id)
    )
