"""What the clock does with calls to deliver: ask once more before one closes, and close it."""

from datetime import datetime

import sqlalchemy as sa

from ..catalogue.models import Event
from ..clock import Clock
from ..db import db
from ..delivery import calling
from ..delivery.call_letters import take_back_letters, write_call
from ..delivery.invites import stored_sittings
from ..pool.actions import end_call
from ..pool.models import TrainerCall
from ..pool.rules import Answer
from .actions import changing


def due(clock: Clock) -> None:
    """Each event in a transaction of its own; what is over, cancelled or postponed is left alone."""
    now = clock()
    for event_id in db.session.scalars(to_see_to(now)).all():
        with changing(event_id, now=clock()) as event:
            settle(event, clock())


def to_see_to(now: datetime) -> sa.Select[int]:
    """Coming events with a call that is to be closed, or asked once more."""
    closes = TrainerCall.closes_at <= now
    again = sa.and_(TrainerCall.again_at <= now, TrainerCall.asked_again_at.is_(None))
    return (
        sa.select(TrainerCall.event_id)
        .join(Event, Event.id == TrainerCall.event_id)
        .where(TrainerCall.answer == "", sa.or_(closes, again))
        .where(Event.state == "published", Event.starts_at > now)
        .distinct()
        .order_by(TrainerCall.event_id)
    )


def settle(event: Event, now: datetime) -> None:
    """Close what nobody answered in time, and ask the others once more."""
    for call in db.session.scalars(TrainerCall.alive_for(event.id)).all():
        if call.answer != "":
            continue
        if call.closes_at is not None and call.closes_at <= now:
            take_back_letters(call, now=now)
            end_call(call, Answer.TOO_LATE, by=None, now=now, why=call.why)
        elif call.again_at is not None and call.again_at <= now and call.asked_again_at is None:
            ask_again(event, call, now)


def ask_again(event: Event, call: TrainerCall, now: datetime) -> None:
    """Once more, as long as they can still answer and the first mail has left."""
    call.asked_again_at = now
    if not calling.closed(call, now):
        take_back_letters(call, now=now)
        write_call(event, call, stored_sittings(event), again=True, now=now)
