"""The selects behind the pages that show bookings: one query each, mostly columns rather than rows with relations.

Those in capitals are asked by every booking and put together once; their values are bound by name.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from ..catalogue.models import Course, Event, EventSession, Venue
from .models import Booking, Interest, stands_before
from .rules import HOLDING, LIVE, ON_THE_REGISTER, State

Columns = sa.Select[*tuple[Any, ...]]


# A booking by its public id, with everything its own page tells.
OPENED = (
    sa.select(Booking)
    .where(Booking.public_id == sa.bindparam("public_id"))
    .options(
        joinedload(Booking.event).options(joinedload(Event.course), joinedload(Event.host)),
        joinedload(Booking.person),
        joinedload(Booking.agency),
        joinedload(Booking.setting),
    )
)


def bookings_of(person_id: int) -> Columns:
    """A person's bookings with event, course and, where they wait, how many stand before them."""
    other = aliased(Booking)
    before = (
        sa.select(sa.func.count())
        .where(
            other.event_id == Booking.event_id,
            other.state == State.WAITING,
            Booking.state == State.WAITING,
            stands_before(other, Booking),
        )
        .correlate(Booking)
        .scalar_subquery()
    )
    return (
        sa.select(
            Booking.id,
            Booking.public_id,
            Booking.event_id,
            Booking.state,
            Booking.invite_sequence,
            Booking.offer_ends_at,
            Booking.policy,
            Event.starts_at,
            Event.ends_at,
            Event.course_id,
            Course.title,
            Course.slug,
            Course.delivery,
            Course.do_first,
            before.label("before"),
        )
        .join(Event, Event.id == Booking.event_id)
        .join(Course, Course.id == Event.course_id)
        .where(Booking.person_id == person_id)
    )


def coming(person_id: int, now: datetime) -> Columns:
    """What a person has a place on or waits for, and is not over; soonest first, then what awaits its date."""
    return (
        bookings_of(person_id)
        .where(is_ahead(now))
        .order_by(Event.starts_at.is_(None), Event.starts_at, Booking.id)
    )


def earlier(person_id: int, now: datetime) -> Columns:
    """What is over or was given up, newest first."""
    latest = sa.func.coalesce(Event.starts_at, Booking.made_at)
    return bookings_of(person_id).where(sa.not_(is_ahead(now))).order_by(latest.desc(), Booking.id.desc())


def is_ahead(now: datetime) -> sa.ColumnElement[bool]:
    """Whether a booking is still of use: live (or made in the room), and its event not over."""
    live = Booking.state.in_([*LIVE, State.WALK_IN])
    return sa.and_(live, sa.or_(Event.starts_at.is_(None), Event.ends_at > now))


def sessions_and_places(event_ids: Sequence[int]) -> Columns:
    """The sessions of these events with where they are, soonest first."""
    return (
        sa.select(
            EventSession.event_id,
            EventSession.public_id,
            EventSession.starts_at,
            EventSession.ends_at,
            EventSession.joining_url,
            Venue.name.label("venue"),
            Venue.address,
            Venue.postcode,
        )
        .outerjoin(Venue, Venue.id == EventSession.venue_id)
        .where(EventSession.event_id.in_(event_ids))
        .order_by(EventSession.starts_at)
    )


def sittings_of(person_id: int, now: datetime) -> Columns:
    """The coming sessions in which a person has a place, for their calendar."""
    return (
        sa.select(
            EventSession.public_id.label("session"),
            EventSession.starts_at,
            EventSession.ends_at,
            Booking.public_id.label("booking"),
            Booking.invite_sequence,
            Event.id.label("event_id"),
            Course.title,
            Venue.name.label("venue"),
            Venue.address,
            Venue.postcode,
        )
        .join(Event, Event.id == EventSession.event_id)
        .join(Course, Course.id == Event.course_id)
        .join(Booking, Booking.event_id == Event.id)
        .outerjoin(Venue, Venue.id == EventSession.venue_id)
        .where(
            Booking.person_id == person_id,
            Booking.state.in_(ON_THE_REGISTER),
            EventSession.ends_at > now,
        )
        .order_by(EventSession.starts_at)
    )


def other_dates(course_id: int, event_id: int, now: datetime) -> Columns:
    """The coming open dates of a course besides one, with the places a newcomer could have, soonest first."""
    waiting = Booking.number_waiting(Event.id).scalar_subquery()
    return (
        sa.select(
            Event.id,
            Event.starts_at,
            Event.ends_at,
            sa.case((waiting > 0, 0), else_=Event.booking_limit - Event.places_held).label("places_left"),
        )
        .where(
            Event.course_id == course_id,
            Event.id != event_id,
            Event.state == "published",
            Event.by_invitation.is_(False),
            Event.headcount_only.is_(False),
            Event.starts_at > now,
        )
        .order_by(Event.starts_at)
        .limit(4)
    )


def place_held(event_id: int, person_id: int) -> sa.Select[str]:
    """The public id of the booking with which a person holds a place on an event."""
    return sa.select(Booking.public_id).where(
        Booking.event_id == event_id, Booking.person_id == person_id, Booking.state.in_(HOLDING)
    )


def interests_of(person_id: int) -> Columns:
    """The courses of which a person wants to be told."""
    return (
        sa.select(Course.title, Course.slug, Interest.asked_at)
        .join(Course, Course.id == Interest.course_id)
        .where(Interest.person_id == person_id, Interest.ended_at.is_(None))
        .order_by(Interest.asked_at.desc())
    )
