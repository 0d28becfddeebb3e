"""Who no longer delivers an event, or not while it is a draft again: what their calendar knew of it is kept, to be shown
as cancelled.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa

from ..accounts.models import Person
from ..catalogue.calendar_rows import Told
from ..catalogue.models import Event
from ..db import db
from ..pool.actions import take_off
from ..pool.models import EventTrainer, TrainerReleased
from .feed import shown_of
from .released import written
from .rules import Sitting


def take_out(event: Event, person: Person, *, now: datetime) -> bool:
    """Take somebody off the event, whom no mail tells; False when they were not on it. Inside ``changing(event)``."""
    trainer = db.session.scalar(
        sa.select(EventTrainer).where(EventTrainer.event_id == event.id, EventTrainer.person_id == person.id)
    )
    if trainer is None:
        return False
    db.session.flush()
    keep(trainer, shown_of(event, person, now), now=now)
    take_off(event, person)
    return True


def keep(trainer: EventTrainer, known: Sequence[Told], *, now: datetime) -> None:
    """Write down what a trainer's calendar knew, so that it is told that this is off."""
    if known:
        was = {"trainer": trainer.public_id, "invite_sequence": trainer.invite_sequence}
        whose = {"event_id": trainer.event_id, "person_id": trainer.person_id}
        db.session.add(TrainerReleased(at=now, sessions=[written(told) for told in known], **was, **whose))


def keep_while_draft(trainer: EventTrainer, sittings: Iterable[Sitting], *, now: datetime) -> None:
    """The event is a draft again: its trainers stay, and their calendars are told that it is off."""
    known = [
        Told(one.session, one.starts_at, one.ends_at, one.place, one.number, one.of, now) for one in sittings
    ]
    keep(trainer, known, now=now)


def forget(trainers: Iterable[EventTrainer]) -> None:
    """The event is on again: what was off is in their calendars under the same names."""
    names = [trainer.public_id for trainer in trainers]
    db.session.execute(sa.delete(TrainerReleased).where(TrainerReleased.trainer.in_(names)))
