"""Bookings and the courses that come before theirs, as selects: what is missing where, and what one course would free."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ..accounts.models import Person
from ..catalogue.models import Course, CourseEquivalent, CourseRequirement, Event, EventChange
from ..completions.rules import BY_DEADLINE
from ..completions.standing import done_by, evidence_waits
from .models import Booking, BookingChange, RequirementWaiver
from .rules import LIVE, State

Columns = sa.Select[*tuple[Any, ...]]


def waived() -> sa.ColumnElement[bool]:
    """Whether what is required was waived for the booking's person on its event."""
    theirs = (
        RequirementWaiver.person_id == Booking.person_id,
        RequirementWaiver.event_id == Booking.event_id,
    )
    return sa.exists().where(*theirs).correlate_except(RequirementWaiver)


def booked_at() -> sa.ColumnElement[datetime]:
    """When a booking became a place: booked at once, promoted, or by accepting an offer."""
    change = (
        sa.select(sa.func.max(BookingChange.at))
        .where(
            BookingChange.booking_id == Booking.id,
            BookingChange.to_state == State.BOOKED,
            BookingChange.from_state != State.BOOKED,
        )
        .correlate_except(BookingChange)
        .scalar_subquery()
    )
    return sa.func.coalesce(change, Booking.made_at)


def dated_at() -> sa.ColumnElement[Any]:
    """When an event was given other times, the last time; NULL where it never was."""
    change = (
        sa.select(sa.func.max(EventChange.at))
        .where(EventChange.event_id == Event.id, EventChange.what == "times")
        .correlate_except(EventChange)
    )
    return change.scalar_subquery()


def missing_by_deadline() -> Columns:
    """A row per place on a coming event and course that is required by a deadline and is still to be done.

    Waived ones are left out. ``evidence_waiting``: a certificate for it waits to be checked. Soonest event first.
    """
    required = aliased(Course)
    return (
        sa.select(
            Booking.id,
            Booking.public_id,
            Booking.event_id,
            Booking.policy,
            booked_at().label("booked_at"),
            dated_at().label("dated_at"),
            Booking.person_id,
            Person.name,
            Person.email,
            Person.public_id.label("person"),
            Event.starts_at,
            Event.host_id,
            Course.title,
            Course.part_one,
            required.title.label("required"),
            required.slug.label("required_slug"),
            evidence_waits(Booking.person_id).label("evidence_waiting"),
        )
        .join(Event, Event.id == Booking.event_id)
        .join(Course, Course.id == Event.course_id)
        .join(CourseRequirement, CourseRequirement.course_id == Event.course_id)
        .join(required, required.id == CourseRequirement.required_id)
        .join(Person, Person.id == Booking.person_id)
        .where(
            Booking.state == State.BOOKED,
            Event.state == "published",
            CourseRequirement.strength == BY_DEADLINE,
            ~done_by(Booking.person_id),
            ~waived(),
        )
        .order_by(Event.starts_at, Booking.id, required.title)
    )


def part_one_missing(partnership_id: int, now: datetime, until: datetime) -> Columns:
    """The same for a partnership's events that start between two instants: for the desk."""
    return missing_by_deadline().where(
        Event.host_id == partnership_id, Event.starts_at > now, Event.starts_at < until
    )


# The same of one person: their places with something still to finish.
UNFINISHED = missing_by_deadline().where(
    Booking.person_id == sa.bindparam("person"), Event.starts_at > sa.bindparam("now")
)


def freed_by(person_id: int, course_id: int, now: datetime) -> Columns:
    """A person's live bookings on coming events whose course requires a course, or one that it counts as."""
    counts_as = sa.select(CourseEquivalent.course_id).where(CourseEquivalent.equivalent_id == course_id)
    needing = sa.select(CourseRequirement.course_id).where(
        sa.or_(CourseRequirement.required_id == course_id, CourseRequirement.required_id.in_(counts_as))
    )
    return (
        sa.select(
            Booking.public_id, Booking.event_id, Booking.state, Event.starts_at, Event.ends_at, Course.title
        )
        .join(Event, Event.id == Booking.event_id)
        .join(Course, Course.id == Event.course_id)
        .where(
            Booking.person_id == person_id,
            Booking.state.in_(LIVE),
            Event.course_id.in_(needing),
            sa.or_(Event.starts_at.is_(None), Event.starts_at > now),
        )
        .order_by(Event.starts_at, Booking.event_id)
    )
