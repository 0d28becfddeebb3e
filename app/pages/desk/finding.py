"""The selects behind the desk, each bounded; they look into several packages, so they stand with the page."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ...accounts.models import Person
from ...attendance.models import RegisterClosing
from ...booking.models import Booking
from ...booking.rules import State
from ...catalogue.models import Course, Event, EventSession
from ...notifications.models import Letter
from ...pool.models import EventTrainer

Columns = sa.Select[*tuple[Any, ...]]
MOST = 25
TRAINS = ("pool", "expert")


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


def coming(partnership_id: int, now: datetime, until: datetime) -> Columns:
    """Events that start by then and are not over; soonest first."""
    return (
        events(partnership_id)
        .where(Event.ends_at > now, Event.starts_at <= until)
        .order_by(Event.starts_at, Event.id)
        .limit(MOST)
    )


def without_trainer(partnership_id: int, now: datetime, until: datetime) -> Columns:
    """Of these, those nobody delivers (where organisations are booked, nobody need)."""
    trained = sa.exists().where(EventTrainer.event_id == Event.id, EventTrainer.part.in_(TRAINS))
    return coming(partnership_id, now, until).where(~trained, ~Event.headcount_only)


def without_place(partnership_id: int, now: datetime, until: datetime) -> Columns:
    """Of these, those with a session that has neither a venue nor a joining link."""
    nowhere = sa.exists().where(
        EventSession.event_id == Event.id, EventSession.venue_id.is_(None), EventSession.joining_url == ""
    )
    return coming(partnership_id, now, until).where(nowhere)


def open_registers(partnership_id: int, since: datetime, until: datetime) -> Columns:
    """Events that ended in between and whose register nobody closed; oldest first."""
    closed = sa.exists().where(RegisterClosing.event_id == Event.id)
    return (
        events(partnership_id)
        .where(Event.ends_at >= since, Event.ends_at < until, Event.took_place, ~closed)
        .order_by(Event.starts_at, Event.id)
        .limit(MOST)
    )


def waiting() -> sa.ScalarSelect[int]:
    """How many wait for a place on an event of the outer select."""
    return (
        sa.select(sa.func.count())
        .where(Booking.event_id == Event.id, Booking.state == State.WAITING)
        .scalar_subquery()
    )


def free_places(partnership_id: int, now: datetime) -> Columns:
    """Coming events on which people wait although a place is free; soonest first."""
    count = waiting()
    return (
        events(partnership_id)
        .add_columns(count.label("waiting"))
        .where(Event.starts_at > now, Event.places_held < Event.booking_limit, count > 0)
        .order_by(Event.starts_at, Event.id)
        .limit(MOST)
    )


def unsent_mails(partnership_id: int, since: datetime) -> sa.Select[int, datetime]:
    """How many mails failed since then and did not go out later, and when the newest was written.

    Sign-in mails apart: whoever asked for one has noticed, and asks again.
    """
    later = aliased(Letter)
    replaced = sa.exists().where(
        later.to_email == Letter.to_email,
        later.message == Letter.message,
        later.about == Letter.about,
        later.id > Letter.id,
        later.state.in_(("queued", "sending", "sent")),
    )
    return sa.select(sa.func.count(), sa.func.max(Letter.queued_at)).where(
        Letter.partnership_id == partnership_id,
        Letter.state == "failed",
        Letter.queued_at >= since,
        sa.or_(~Letter.secret, Letter.message == "approve"),
        ~replaced,
    )


def trainers_of(event_ids: list[int]) -> sa.Select[int, str]:
    """Event and name of those who deliver these events."""
    return (
        sa.select(EventTrainer.event_id, Person.name)
        .join(Person, Person.id == EventTrainer.person_id)
        .where(EventTrainer.event_id.in_(event_ids), EventTrainer.part.in_(TRAINS))
        .order_by(Person.name)
    )
