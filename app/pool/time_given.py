"""What delivering an event took of somebody's time: said by them, or put right by a coordinator.

Inside ``changing(event)``: the hours count in the event's tally.
"""

from datetime import datetime

import sqlalchemy as sa

from ..accounts.models import Person
from ..catalogue.models import Event
from ..db import db
from ..errors import Refused
from .models import EventTrainer, TimeEntry
from .rules import Minutes, refusal_of_time, trains


def trainer_of(event_id: int, person_id: int) -> EventTrainer | None:
    """Somebody's part in an event, where they have one."""
    mine = EventTrainer.event_id == event_id, EventTrainer.person_id == person_id
    return db.session.scalar(sa.select(EventTrainer).where(*mine))


def enter_time(
    event: Event, person: Person, minutes: Minutes, *, by: Person, why: str = "", now: datetime
) -> None:
    """Keep what it took. Raises Refused before it is over, and for who did not deliver it."""
    trainer = trainer_of(event.id, person.id)
    refused = refusal_of_time(
        delivers=trainer is not None and trains(trainer.part, trainer.delivers_as),
        took_place=event.state == "published" and event.took_place,
        over=event.is_over(now),
    )
    if refused or trainer is None:
        raise Refused(refused)
    if said(trainer) == minutes:
        return
    entry = TimeEntry(event_id=event.id, person_id=person.id, at=now, by_id=by.id, why=why.strip())
    for row in (trainer, entry):
        row.preparation_minutes, row.delivery_minutes, row.travel_minutes = minutes
    db.session.add(entry)


def said(trainer: EventTrainer) -> Minutes:
    """What holds for a trainer of an event."""
    return Minutes(trainer.preparation_minutes, trainer.delivery_minutes, trainer.travel_minutes)
