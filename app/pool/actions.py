"""Who delivers an event. Inside ``changing(event)``: it counts in the event's tally."""

import sqlalchemy as sa

from ..accounts.models import Person
from ..catalogue.models import Event
from ..db import db
from .models import EventTrainer


def name_trainer(event: Event, person: Person, *, part: str, agency_id: int | None) -> EventTrainer:
    """Put somebody on an event, or change as what they are on it; of an expert no agency is kept."""
    wanted = sa.select(EventTrainer).where(
        EventTrainer.event_id == event.id, EventTrainer.person_id == person.id
    )
    trainer = db.session.scalar(wanted)
    if trainer is None:
        trainer = EventTrainer(event_id=event.id, person_id=person.id)
        db.session.add(trainer)
    trainer.part = part
    trainer.agency_id = None if part == "expert" else agency_id
    return trainer


def take_off(event: Event, person: Person) -> None:
    """Take somebody off an event; once only, however often it is asked."""
    trainer = db.session.scalar(
        sa.select(EventTrainer).where(EventTrainer.event_id == event.id, EventTrainer.person_id == person.id)
    )
    if trainer is not None:
        db.session.delete(trainer)
