"""Awarding certificates, withdrawing them when the register is corrected, giving them back. Nothing commits."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..booking.models import Booking
from ..catalogue.models import Event
from ..db import db, new_public_id
from ..evaluation.models import EvaluationResponse
from ..evaluation.rules import Stage
from .models import Certificate
from .rules import Step, earned_at, next_step


def settle(event: Event, through: Collection[int], *, now: datetime) -> None:
    """Bring an event's certificates up to date; ``through`` are the bookings of those who completed it."""
    waits = event.course.certificate_waits_for_after
    steps: dict[Step, list[Any]] = {step: [] for step in Step}
    for row in db.session.execute(candidates(event.id, through)):
        at = earned_at(ends_at=event.ends_at, waits_for_after=waits, answered_at=row.answered_at)
        step = next_step(
            has_one=row.certificate is not None,
            withdrawn=row.withdrawn_at is not None,
            completed=row.booking in through,
            earned=at is not None,
        )
        if step is Step.AWARD:
            steps[step].append({"public_id": new_public_id(), "booking_id": row.booking, "earned_at": at})
        elif step:
            steps[step].append(row.certificate)
    if steps[Step.AWARD]:
        db.session.execute(sa.insert(Certificate), steps[Step.AWARD])
    for step, at in ((Step.WITHDRAW, now), (Step.GIVE_BACK, None)):
        if steps[step]:
            db.session.execute(
                sa.update(Certificate).where(Certificate.id.in_(steps[step])).values(withdrawn_at=at)
            )


def candidates(event_id: int, through: Collection[int]) -> sa.Select[*tuple[Any, ...]]:
    """A row for everybody who completed an event or has its certificate, with when they answered after it."""
    after = sa.and_(
        EvaluationResponse.booking_id == Booking.id, EvaluationResponse.stage == Stage.AFTER.value
    )
    return (
        sa.select(
            Booking.id.label("booking"),
            Certificate.id.label("certificate"),
            Certificate.withdrawn_at,
            EvaluationResponse.answered_at,
        )
        .outerjoin(Certificate, Certificate.booking_id == Booking.id)
        .outerjoin(EvaluationResponse, after)
        .where(Booking.event_id == event_id, sa.or_(Booking.id.in_(through), Certificate.id.is_not(None)))
        .order_by(Booking.id)
    )
