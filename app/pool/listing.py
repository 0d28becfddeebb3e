"""The selects behind a trainer's pages."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Person
from ..catalogue.models import Course, Event
from ..db import db
from .models import EventTrainer

# Who runs the day and ticks its register: a guest speaker speaks and goes, and has the invite.
RUN_THE_DAY = ("pool", "expert", "host")


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


def who_run(event_ids: Iterable[int]) -> sa.Select[EventTrainer, Person]:
    """Those who run these events and can be written to, with who they are."""
    return (
        sa.select(EventTrainer, Person)
        .join(Person, Person.id == EventTrainer.person_id)
        .where(
            EventTrainer.event_id.in_(event_ids),
            EventTrainer.part.in_(RUN_THE_DAY),
            Person.email.is_not(None),
            Person.closed_at.is_(None),
        )
        .order_by(EventTrainer.id)
    )
