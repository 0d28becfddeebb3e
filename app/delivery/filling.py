"""As soon as an event has the trainers it needs, nobody else is asked any more. Inside ``changing(event)``."""

from datetime import datetime

from ..accounts.models import Person
from ..booking.checks import settings_of
from ..catalogue.models import Event
from ..db import db
from ..pool.actions import end_call
from ..pool.calls import alive_calls
from ..pool.crew import is_filled
from ..pool.models import TrainerCall
from ..pool.needs import crews_of, needs_of
from ..pool.rules import Answer
from .call_letters import has_heard, take_back_letters, tell_over
from .invites import stored_sittings


def settle_calls(event: Event, named: Person, *, by: Person, now: datetime) -> None:
    """Somebody was named: their own call is answered by it; once there are enough, the others need not answer.

    Who was asked to observe is still asked, and who is a reserve stays one.
    """
    db.session.flush()
    calls = alive_calls(event.id)
    for call in calls:
        if call.person_id == named.id:
            take_back_letters(call, now=now)
            end_call(call, Answer.YES, by=None if by.id == named.id else by, now=now)
    if calls and settle_filled(event, now):
        for call in calls:
            if call.answer in ("", Answer.WAITS) and call.delivers_as != "observing":
                end_for_good(event, call, Answer.FILLED, by=by, now=now)


def settle_filled(event: Event, now: datetime) -> bool:
    """Whether the event has the trainers it needs."""
    need = needs_of([event.id], settings_of(event.host_id, now))[event.id]
    return is_filled(need, crews_of([event.id]).get(event.id, ()))


def end_for_good(event: Event, call: TrainerCall, answer: Answer, *, by: Person, now: datetime) -> None:
    """Nobody asks them any more: the letter is withdrawn, or, if they know of it, another takes it back."""
    knows = has_heard(call) or call.answer != "" or call.maybe_at is not None
    take_back_letters(call, now=now)
    said_yes = call.answer == Answer.WAITS
    end_call(call, answer, by=by, now=now)
    if knows:
        what = answer.replace(" ", "-")
        tell_over(event, call, what, was=stored_sittings(event), said_yes=said_yes, now=now)
