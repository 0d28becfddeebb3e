"""A coming date that nobody delivers yet: one of the pool has said that they cannot, another has not answered."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..catalogue.models import Event
from ..delivery.call_letters import write_call
from ..delivery.invites import stored_sittings
from ..pool.calls import hash_of, token_of
from ..pool.models import EventTrainer, TrainerCall
from ..pool.rules import Answer
from ..working_days import working_days_before
from .people import Human
from .rows import Rows
from .seed import public_id

WHY = "I am on leave that week. Happy to help in the spring."


def call_trainers(
    rows: Rows, *, course_id: int, cannot: Human, silent: Human, by: Human, now: datetime
) -> None:
    """Two are asked about the course's soonest date without a trainer."""
    delivered = {row["event_id"] for row in rows.of(EventTrainer)}
    free = [
        row
        for row in rows.of(Event)
        if row["course_id"] == course_id and row["id"] not in delivered and (row["starts_at"] or now) > now
    ]
    for event in sorted(free, key=lambda row: row["starts_at"])[:1]:
        asked_at = working_days_before(now, 2) - timedelta(hours=2, minutes=20)
        for human, answer in ((cannot, Answer.NO.value), (silent, "")):
            call = TrainerCall(public_id=public_id("call", event["id"], human.id))
            rows.add(
                TrainerCall,
                public_id=call.public_id,
                event_id=event["id"],
                person_id=human.id,
                part="pool",
                delivers_as="lead",
                token_hash=hash_of(token_of(call)),
                asked_at=asked_at,
                asked_by_id=by.id,
                answer=answer,
                answered_at=asked_at + timedelta(hours=1, minutes=12) if answer else None,
                why=WHY if answer else "",
            )


def post_calls(session: Session, now: datetime) -> None:
    """The mail of whoever has not answered."""
    for call in session.scalars(sa.select(TrainerCall).where(TrainerCall.answer == "")):
        write_call(call.event, call, stored_sittings(call.event), now=now)
