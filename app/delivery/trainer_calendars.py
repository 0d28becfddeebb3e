"""What a trainer's calendar was last told of an event they deliver, and telling it once more. Nothing commits."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..accounts.models import Person
from ..catalogue.models import Event
from ..db import db
from ..errors import Refused
from ..notifications import telling_again
from ..notifications.heard import Heard
from ..pool.models import EventTrainer
from .reach import about_trainer
from .standing_in import tell_trainer


@dataclass(frozen=True)
class TrainerCalendar:
    """Somebody's part in an event, and the last word to their calendar about each session."""

    trainer: EventTrainer
    told: list[Heard]

    def to_repeat(self, now: datetime) -> list[Heard]:
        """Of the last words those that still matter: what is there while the event is on, else what was taken out."""
        return telling_again.to_repeat(self.told, there=self.trainer.event.state == "published", now=now)

    def may_repeat(self, now: datetime) -> bool:
        """Whether there is something to send again: also where they never had their invite."""
        person, event = self.trainer.person, self.trainer.event
        if not person.email or person.closed_at is not None or event.state == "draft":
            return False
        never_told = event.state == "published" and not self.told and event.starts_at is not None
        return bool(self.to_repeat(now)) or (never_told and not event.is_over(now))


def of_event(event_id: int) -> list[TrainerCalendar]:
    """The calendars of all who deliver an event. Two statements."""
    return found(EventTrainer.event_id == event_id)


def of_person(person_id: int, event_ids: Collection[int]) -> list[TrainerCalendar]:
    """What somebody's calendar was told of these events. Two statements."""
    return found(EventTrainer.person_id == person_id, EventTrainer.event_id.in_(event_ids))


def found(*conditions: Any) -> list[TrainerCalendar]:
    """Those for which that holds."""
    wanted = sa.select(EventTrainer).where(*conditions).order_by(EventTrainer.id)
    loaded = wanted.options(joinedload(EventTrainer.person), joinedload(EventTrainer.event))
    trainers = db.session.scalars(loaded).all()
    told = telling_again.last_told([about_trainer(trainer) for trainer in trainers])
    return [TrainerCalendar(trainer, told[about_trainer(trainer)]) for trainer in trainers]


def repeat(event: Event, person: Person, *, by: Person, now: datetime) -> int:
    """Send a trainer the last word about each session again, to today's address; returns how many mails.

    Inside ``changing(event)``. Refused for somebody who asks for their own within ten minutes of the last mail.
    """
    calendar = next((one for one in of_event(event.id) if one.trainer.person_id == person.id), None)
    if calendar is None or not calendar.may_repeat(now):
        raise Refused("There is no invite to send again, or it is on its way already.")
    if by.id == person.id:
        telling_again.refuse_so_soon(about_trainer(calendar.trainer), now)
    if not calendar.told:
        return tell_trainer(event, calendar.trainer, "named", by=by, now=now)
    again = calendar.to_repeat(now)
    return telling_again.repeat(again, to_email=person.email or "", now=now, by=by.public_id)
