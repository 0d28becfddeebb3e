"""The selects behind a trainer's pages."""

from typing import Any

import sqlalchemy as sa

from ..catalogue.models import Course, Event
from ..db import db
from .models import EventTrainer


def events_of(person_id: int) -> list[Any]:
    """The events a person delivers, soonest first: id, title, when, places, state, and as what they deliver."""
    rows = (
        sa.select(
            Event.id,
            Course.title,
            Event.starts_at,
            Event.ends_at,
            Event.booking_limit,
            Event.places_held,
            Event.state,
            EventTrainer.part,
        )
        .join(EventTrainer, EventTrainer.event_id == Event.id)
        .join(Course, Course.id == Event.course_id)
        .where(EventTrainer.person_id == person_id, Event.state != "draft")
        .order_by(Event.starts_at)
    )
    return list(db.session.execute(rows).all())
