"""Reserves: who can stand in, calling one up, and who gives a date back. Inside ``changing(event)``; nothing commits."""

from datetime import datetime

import sqlalchemy as sa

from ..accounts.models import Person
from ..catalogue.models import Event
from ..db import db
from ..errors import Refused
from ..pool.actions import end_call, note_change
from ..pool.calls import alive_calls, has_another
from ..pool.models import EventTrainer, TrainerCall, TrainerChange
from ..pool.rules import Answer
from .call_letters import take_back_letters
from .calling import deliver, refuse_closed
from .standing_in import cannot_come


def be_reserve(call: TrainerCall, *, now: datetime) -> None:
    """They can stand in, now that the date has its trainers."""
    if refuse_closed(call, now, but=(Answer.FILLED, Answer.RESERVE)) == Answer.RESERVE:
        return
    if has_another(call):
        raise Refused("We have asked you about this date again since. Use the link in the newer mail.")
    take_back_letters(call, now=now)
    end_call(call, Answer.RESERVE, by=None, now=now)


def reserves_of_event(event_id: int) -> list[TrainerCall]:
    """Who can stand in, the first to say so first."""
    found = [call for call in alive_calls(event_id) if call.answer == Answer.RESERVE]
    return sorted(found, key=lambda call: (call.answered_at or call.asked_at, call.id))


def call_up(call: TrainerCall, *, by: Person, now: datetime) -> None:
    """A reserve delivers it now: told, with the sessions for their calendar, in place of whoever left last."""
    if refuse_closed(call, now, but=(Answer.RESERVE,)) != Answer.RESERVE:
        raise Refused(f"{call.person.name} is not a reserve for this date.")
    left = last_to_leave(call.event)
    went, why = (left.went, left.why) if left else (None, "")
    note_change(call.event, by=by, now=now, went=went, came=call.person, why=why)
    deliver(call, by=by, now=now)


def last_to_leave(event: Event) -> TrainerChange | None:
    """That somebody left the date last, for whom nobody has come since."""
    newest = db.session.scalars(TrainerChange.of(event.id)).first()
    return newest if newest is not None and newest.came_id is None else None


def give_back(event: Event, person: Person, *, now: datetime, why: str) -> None:
    """A trainer cannot deliver it after all: their calendar loses it, and the desk hears of it with the reason."""
    if not why.strip():
        raise Refused("Say why you cannot, so that the training team knows what to look for.")
    if event.has_begun(now):
        raise Refused("This course has begun. Ring the training team.")
    on_it = sa.select(EventTrainer.id).where(
        EventTrainer.event_id == event.id, EventTrainer.person_id == person.id
    )
    if db.session.scalar(on_it) is None:
        raise Refused("You are no longer down for this date.")
    cannot_come(event, person, by=person, now=now, why=why)
