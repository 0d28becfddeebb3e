"""Mails to trainers: asked to deliver, not asked any more."""

from datetime import datetime

from ..db import db, new_public_id
from ..delivery.actions import stored_sittings
from ..delivery.call_letters import tell_over, write_call
from ..pool.models import EventTrainer, TrainerCall
from .changes import to_come
from .kinds import TRAINER
from .table import sample


def a_call(row: EventTrainer) -> TrainerCall:
    """A call to whoever delivers the date, with a link that is nobody's. It is never stored."""
    with db.session.no_autoflush:
        return TrainerCall(
            public_id=new_public_id(), event=row.event, person=row.person, part="pool", needed=2
        )


@sample("trainer-call", kind=TRAINER, where=to_come, anybody=True)
def is_asked_to_deliver(row: EventTrainer, now: datetime) -> None:
    """Somebody is asked whether they can deliver a date."""
    write_call(row.event, a_call(row), stored_sittings(row.event), now=now)


@sample("trainer-call-over", kind=TRAINER, where=to_come, anybody=True)
def need_not_answer(row: EventTrainer, now: datetime) -> None:
    """Others answered first."""
    tell_over(row.event, a_call(row), "filled", now=now, was=stored_sittings(row.event))
