"""Fewer people than an event needs: found on the day that was set for it, decided by somebody, with the reason."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ..accounts.models import Person
from ..booking.models import Booking
from ..booking.rules import State
from ..catalogue.models import Course, Event, EventChange
from ..clock import london_day
from ..db import db
from ..errors import Refused
from .actions import history

DECISION = "minimum decided"
RUN_ANYWAY = "run anyway"
UNDECIDES = ("minimum", "minimum by", "times")


def number_booked() -> sa.ScalarSelect[int]:
    """How many have a place on the event of the outer select."""
    count = sa.select(sa.func.count(Booking.id)).where(
        Booking.event_id == Event.id, Booking.state == State.BOOKED
    )
    return count.correlate(Event).scalar_subquery()


def too_few(partnership_id: int, now: datetime) -> sa.Select[*tuple[Any, ...]]:
    """Coming events whose day to look has come, with fewer booked than they need, on which nobody has decided."""
    booked = number_booked()
    return (
        sa.select(Event.id, Event.starts_at, Event.minimum, Course.title, booked.label("booked"))
        .join(Course, Course.id == Event.course_id)
        .where(
            Event.host_id == partnership_id,
            Event.state == "published",
            Event.starts_at > now,
            Event.minimum_by <= london_day(now),
            booked < Event.minimum,
            ~is_decided(),
        )
        .order_by(Event.starts_at, Event.id)
    )


def is_decided() -> sa.ColumnElement[bool]:
    """Whether the event of the outer select runs anyway. A later minimum or date is decided about anew."""
    later = aliased(EventChange)
    changed = sa.select(sa.func.max(later.id)).where(later.event_id == Event.id, later.what.in_(UNDECIDES))
    return sa.exists().where(
        EventChange.event_id == Event.id,
        EventChange.what == DECISION,
        EventChange.id > sa.func.coalesce(changed.correlate(Event).scalar_subquery(), 0),
    )


def awaiting_date(partnership_id: int) -> sa.Select[*tuple[Any, ...]]:
    """Postponed events with how many kept a place and since when they await their date, the longest first."""
    times = sa.select(sa.func.max(EventChange.at)).where(
        EventChange.event_id == Event.id, EventChange.what == "times"
    )
    since = sa.func.coalesce(times.correlate(Event).scalar_subquery(), Event.created_at)
    return (
        sa.select(Event.id, since.label("since"), Course.title, number_booked().label("booked"))
        .join(Course, Course.id == Event.course_id)
        .where(Event.host_id == partnership_id, Event.state == "postponed")
        .order_by(since, Event.id)
    )


def run_anyway(event: Event, *, by: Person, now: datetime, why: str) -> None:
    """Write down that the event runs with fewer than its minimum, and why. Inside ``changing(event)``."""
    if not why.strip():
        raise Refused("Say why it runs with so few: it is kept with the date.")
    booked = db.session.scalar(sa.select(number_booked()).where(Event.id == event.id))
    history(event, DECISION, booked, RUN_ANYWAY, by=by, now=now, why=why.strip())
