"""As soon as an event has the trainers it needs, nobody else is asked any more. Inside ``changing(event)``."""

from datetime import datetime

from ..accounts.models import Person
from ..catalogue.models import Event
from ..db import db
from ..pool.actions import end_call
from ..pool.calls import number_named, number_needed, open_calls
from ..pool.models import TrainerCall
from ..pool.rules import Answer
from .call_letters import has_heard, take_back_letters, tell_over
from .invites import stored_sittings


def settle_calls(event: Event, named: Person, *, by: Person, now: datetime) -> None:
    """Somebody was named: their own call is answered by it; once there are enough, the others need not answer."""
    db.session.flush()
    calls = open_calls(event.id)
    for call in calls:
        if call.person_id == named.id:
            take_back_letters(call, now=now)
            end_call(call, Answer.YES, by=None if by.id == named.id else by, now=now)
    needed = number_needed(event.id)
    if needed is not None and number_named(event.id) >= needed:
        for call in calls:
            if call.answer == "":
                end_for_good(event, call, Answer.FILLED, by=by, now=now)


def end_for_good(event: Event, call: TrainerCall, answer: Answer, *, by: Person, now: datetime) -> None:
    """Nobody asks them any more: the letter is withdrawn, or, if it left, another takes it back."""
    take_back_letters(call, now=now)
    end_call(call, answer, by=by, now=now)
    if has_heard(call):
        tell_over(event, call, answer.replace(" ", "-"), was=stored_sittings(event), now=now)
