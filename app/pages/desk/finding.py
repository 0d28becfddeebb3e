"""What runs today and this week, and which coming events are at risk: selects, each bounded, one each for a kind."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ...accounts.models import Person
from ...attendance.chasing import is_open
from ...booking.models import Booking
from ...booking.rules import State
from ...catalogue.models import Course, Event, EventSession, Venue
from ...pool.models import EventTrainer

Columns = sa.Select[*tuple[Any, ...]]
MOST = 25  # events of a kind; a week has fewer, and whoever has mended these sees the next
MOST_SITTINGS = 100


def events(partnership_id: int) -> Columns:
    """The partnership's published events with their courses."""
    return (
        sa.select(
            Event.id,
            Event.starts_at,
            Event.ends_at,
            Event.booking_limit,
            Event.places_held,
            Event.headcount_only,
            Course.title,
            Course.delivery,
        )
        .join(Course, Course.id == Event.course_id)
        .where(Event.host_id == partnership_id, Event.state == "published")
    )


def soonest(wanted: Columns) -> Columns:
    """The first of these events."""
    return wanted.order_by(Event.starts_at, Event.id).limit(MOST)


def number_of(state: State) -> sa.ScalarSelect[int]:
    """How many bookings of the outer select's event are in a state."""
    return (
        sa.select(sa.func.count())
        .where(Booking.event_id == Event.id, Booking.state == state)
        .correlate(Event)
        .scalar_subquery()
    )


def sittings(partnership_id: int, begins: datetime, ends: datetime) -> Columns:
    """The sessions that start in between, each with its event, where it is and how many wait; soonest first."""
    return (
        events(partnership_id)
        .add_columns(
            EventSession.starts_at.label("begins_at"),
            EventSession.ends_at.label("stops_at"),
            Venue.name.label("venue"),
            (EventSession.joining_url != "").label("has_link"),
            number_of(State.WAITING).label("waiting"),
        )
        .join(EventSession, EventSession.event_id == Event.id)
        .outerjoin(Venue, Venue.id == EventSession.venue_id)
        .where(EventSession.starts_at >= begins, EventSession.starts_at < ends)
        .order_by(EventSession.starts_at, Event.id)
        .limit(MOST_SITTINGS)
    )


def coming(partnership_id: int, now: datetime, until: datetime) -> Columns:
    """Events that start by then and are not over."""
    return soonest(events(partnership_id).where(Event.ends_at > now, Event.starts_at <= until))


def without_trainer(partnership_id: int, now: datetime, until: datetime) -> Columns:
    """Of these, those nobody delivers (where organisations are booked, nobody need)."""
    trained = sa.exists().where(EventTrainer.event_id == Event.id, EventTrainer.trains())
    return coming(partnership_id, now, until).where(~trained, ~Event.headcount_only)


def without_place(partnership_id: int, now: datetime, until: datetime) -> Columns:
    """Of these, those with a session that has neither a venue nor a joining link."""
    nowhere = sa.exists().where(
        EventSession.event_id == Event.id, EventSession.venue_id.is_(None), EventSession.joining_url == ""
    )
    return coming(partnership_id, now, until).where(nowhere)


def open_registers(partnership_id: int, since: datetime, until: datetime) -> Columns:
    """Events that ended in between and whose register is open, as in the letters about it; oldest first."""
    return soonest(events(partnership_id).where(Event.ends_at >= since, Event.ends_at < until, *is_open()))


def trainers_of(event_ids: list[int]) -> sa.Select[int, str]:
    """Event and name of those who deliver these events."""
    return (
        sa.select(EventTrainer.event_id, Person.name)
        .join(Person, Person.id == EventTrainer.person_id)
        .where(EventTrainer.event_id.in_(event_ids), EventTrainer.trains())
        .order_by(Person.name)
    )
