"""Who delivers an event. Inside ``changing(event)``: it counts in the event's tally."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Affiliation, Person
from ..catalogue.models import Event
from ..clock import london_day
from ..db import db, new_public_id
from .calls import hash_of, token_of
from .models import EventTrainer, TrainerCall, TrainerChange


def name_trainer(
    event: Event, person: Person, *, part: str, agency_id: int | None, delivers_as: str = ""
) -> EventTrainer:
    """Put somebody on an event, or change as what they are on it; of an expert no agency is kept.

    ``delivers_as`` is the part in which they deliver; "" leaves it as it is (at first: they lead).
    """
    wanted = sa.select(EventTrainer).where(
        EventTrainer.event_id == event.id, EventTrainer.person_id == person.id
    )
    trainer = db.session.scalar(wanted)
    if trainer is None:
        trainer = EventTrainer(event_id=event.id, person_id=person.id)
        db.session.add(trainer)
    trainer.part = part
    if delivers_as:
        trainer.delivers_as = delivers_as
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
    event: Event, person: Person, *, part: str, by: Person, now: datetime, **asked: Any
) -> TrainerCall:
    """The row of asking somebody to deliver an event; ``asked`` are the columns that say how."""
    call = TrainerCall(
        public_id=new_public_id(),
        event=event,
        person=person,
        part=part,
        asked_at=now,
        asked_by_id=by.id,
        answer="",
        **asked,
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


def note_change(
    event: Event,
    *,
    by: Person,
    now: datetime,
    went: Person | None = None,
    came: Person | None = None,
    why: str = "",
) -> None:
    """The row of somebody leaving, coming, or standing in for another."""
    people = {"went_id": went.id if went else None, "came_id": came.id if came else None}
    db.session.add(TrainerChange(event_id=event.id, at=now, by_id=by.id, why=why.strip(), **people))
