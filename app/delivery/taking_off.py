"""Taking somebody off an event; what their calendar knew of it is kept, to be shown as cancelled."""

from datetime import datetime

import sqlalchemy as sa

from ..accounts.models import Person
from ..catalogue.models import Event
from ..db import db
from ..pool.actions import take_off
from ..pool.models import EventTrainer, TrainerReleased
from .feed import shown_of
from .released import written


def take_out(event: Event, person: Person, *, now: datetime) -> None:
    """Take somebody off the event, whom no mail tells; once only. Inside ``changing(event)``; nothing commits."""
    trainer = db.session.scalar(
        sa.select(EventTrainer).where(EventTrainer.event_id == event.id, EventTrainer.person_id == person.id)
    )
    if trainer is None:
        return
    db.session.flush()
    sessions = [written(told) for told in shown_of(event, person, now)]
    if sessions:
        was = {"trainer": trainer.public_id, "invite_sequence": trainer.invite_sequence, "sessions": sessions}
        db.session.add(TrainerReleased(event_id=event.id, person_id=person.id, at=now, **was))
    take_off(event, person)
