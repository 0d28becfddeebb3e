"""Who is asked, as named selects; and on which events somebody should have a link by now."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ..attendance.models import Mark
from ..attendance.rules import MarkKind
from ..booking.checks import settings_of
from ..booking.models import Booking
from ..booking.rules import State
from ..catalogue.models import Event
from ..db import db
from . import rules
from .models import EvaluationRequest, EvaluationResponse
from .questionnaires import asks
from .rules import Stage

# How far the clock looks ahead for what opens, and back for what it missed while nobody worked.
AHEAD = timedelta(days=60)
BACK = timedelta(days=14)
FURTHEST_BACK = timedelta(weeks=26)


def came(booking_id: Any) -> sa.Select[int]:
    """A mark of presence of a booking."""
    return sa.select(Mark.id).where(Mark.booking_id == booking_id, Mark.mark == MarkKind.PRESENT).limit(1)


def asked_at(stage: str) -> sa.ColumnElement[bool]:
    """The condition that a booking has its link to a stage."""
    asked = sa.exists().where(EvaluationRequest.booking_id == Booking.id, EvaluationRequest.stage == stage)
    return asked.correlate(Booking)


def without_request(event_id: int, stage: str) -> sa.Select[int, datetime]:
    """Bookings of an event that have no link to a stage yet: ids and when they were made."""
    return (
        sa.select(Booking.id, Booking.made_at)
        .where(Booking.event_id == event_id, ~asked_at(stage))
        .order_by(Booking.id)
    )


def answered(stage: str) -> sa.ColumnElement[bool]:
    """The condition that somebody has answered at a stage."""
    response = sa.exists().where(
        EvaluationResponse.booking_id == Booking.id, EvaluationResponse.stage == stage
    )
    return response.correlate(Booking)


def events_to_ask(now: datetime) -> list[int]:
    """Events on which somebody should have a link by now and has none."""
    booked = sa.exists().where(
        Booking.event_id == Event.id, Booking.state == State.BOOKED, ~asked_at(Stage.BEFORE)
    )
    ahead = published(now - timedelta(hours=1), now + AHEAD, Event.starts_at).where(
        booked, asks(Event.course_id, Stage.BEFORE)
    )
    found = {row.id for row in db.session.execute(ahead) if before_is_open(row, now)}
    for stage in (Stage.AFTER, Stage.FOLLOW_UP):
        there = sa.exists().where(
            Booking.event_id == Event.id, came(Booking.id).correlate(Booking).exists(), ~asked_at(stage)
        )
        over = published(now - FURTHEST_BACK, now, Event.ends_at).where(
            Event.took_place, there, asks(Event.course_id, stage)
        )
        found |= {row.id for row in db.session.execute(over) if has_just_opened(row, stage, now)}
    return sorted(found)


def published(since: datetime, until: datetime, instant: Any) -> sa.Select[*tuple[Any, ...]]:
    """Published events that begin or end in a span of time."""
    return sa.select(Event.id, Event.host_id, Event.starts_at, Event.ends_at).where(
        Event.state == "published", instant > since, instant <= until
    )


def has_just_opened(event: Any, stage: Stage, now: datetime) -> bool:
    """Whether a stage opened for those who came, and not so long ago that nobody would know what it is about."""
    weeks = settings_of(event.host_id, now)["follow_up_weeks"]
    opens_at = rules.asked_since_the_end(event.ends_at, now, follow_up_weeks=weeks).get(stage)
    return opens_at is not None and opens_at > now - BACK


def before_is_open(event: Any, now: datetime) -> bool:
    """Whether the questions before an event can be answered now."""
    settings = settings_of(event.host_id, now)
    opens_at = rules.before_opens_at(event.starts_at, now, working_days=settings["before_opens_working_days"])
    closes_at = rules.before_closes_at(event.starts_at, minutes=settings["before_closes_minutes"])
    return opens_at <= now < closes_at


def joining_is_due(event: Any, now: datetime) -> bool:
    """Whether everybody booked on an event should have its joining details by now."""
    days = settings_of(event.host_id, now)["joining_working_days"]
    return rules.joining_at(event.starts_at, working_days=days) <= now < event.starts_at
