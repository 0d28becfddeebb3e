"""Who delivers an event. Inside ``changing(event)``: it counts in the event's tally."""

from datetime import datetime

import sqlalchemy as sa

from ..accounts.models import Affiliation, Person
from ..catalogue.models import Event
from ..clock import london_day
from ..db import db, new_public_id
from .calls import hash_of, token_of
from .models import EventTrainer, TrainerCall


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


def add_call(
    event: Event, person: Person, *, part: str, needed: int, by: Person, now: datetime
) -> TrainerCall:
    """The row of asking somebody to deliver an event."""
    call = TrainerCall(
        public_id=new_public_id(),
        event=event,
        person=person,
        part=part,
        needed=needed,
        asked_at=now,
        asked_by_id=by.id,
        answer="",
    )
    call.token_hash = hash_of(token_of(call))
    db.session.add(call)
    return call


def end_call(call: TrainerCall, answer: str, *, by: Person | None, now: datetime, why: str = "") -> None:
    """What became of asking; ``by`` None: they said it themselves."""
    call.answer, call.answered_at, call.why = answer, now, why.strip()
    call.answered_by_id = by.id if by else None


def agency_of(person: Person, now: datetime) -> int | None:
    """Whom a trainer counts for: the agency they work for today."""
    works = db.session.scalar(Affiliation.held_by(person.id, london_day(now)).limit(1))
    return works.agency_id if works else None
