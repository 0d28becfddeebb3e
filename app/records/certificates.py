"""Awarding certificates, withdrawing them when the register is corrected, giving them back. Nothing commits."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..attendance.models import Mark, OutcomeOverride
from ..attendance.override_rules import Decision
from ..attendance.rules import MarkKind, minutes_there
from ..booking.models import Booking
from ..booking.rules import ON_THE_REGISTER
from ..booking.told import letter_of
from ..catalogue.models import Event, EventSession
from ..completions.models import Completion
from ..db import db, new_public_id
from ..evaluation.models import EvaluationResponse
from ..evaluation.questionnaires import asks
from ..evaluation.rules import Stage
from ..notifications.models import Letter
from ..partnerships.outcome_rules import rule_from
from . import certificate_letters as letters
from .models import Certificate
from .rules import Step, earned_at, next_step


def settle(event: Event, through: Collection[int], *, now: datetime) -> None:
    """Bring an event's certificates up to date; ``through`` are the bookings of those who completed it."""
    waits = event.course.certificate_waits_for_after and asks_after(event.course_id)
    steps: dict[Step, list[Any]] = {step: [] for step in Step}
    rows = db.session.execute(candidates(event.id, through)).all()
    for row in rows:
        at = earned_at(ends_at=event.times[1], waits_for_after=waits, answered_at=row.answered_at)
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
        brought = [row.booking for row in rows if row.booking in through and is_late(row, now, waits=waits)]
        there = sa.select(Certificate.id).where(Certificate.booking_id.in_(brought))
        brought = [*db.session.scalars(there.where(Certificate.withdrawn_at.is_(None)))] if brought else []
        letters.tell_ready(event, brought, now=now, again=False)
    for step, at in ((Step.WITHDRAW, now), (Step.GIVE_BACK, None)):
        if steps[step]:
            db.session.execute(
                sa.update(Certificate).where(Certificate.id.in_(steps[step])).values(withdrawn_at=at)
            )
    letters.tell_withdrawn(event, steps[Step.WITHDRAW], now=now)
    letters.tell_ready(event, steps[Step.GIVE_BACK], now=now, again=True)


def is_late(row: Any, now: datetime, *, waits: bool) -> bool:
    """Whether a certificate that comes now comes neither with an answer nor with the mail that asks for it."""
    told = row.told_at is not None and row.told_at < now
    return row.certificate is None and told and (not waits or (row.answered_at or now) < now)


def asks_after(course_id: int) -> bool:
    """Whether a course asks anything after it: a certificate cannot wait for answers to nothing."""
    asked = sa.select(asks(sa.literal(course_id), Stage.AFTER))
    return bool(db.session.scalar(asked))


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
            Letter.queued_at.label("told_at"),
        )
        .outerjoin(Letter, Letter.key == letter_of("evaluate"))
        .outerjoin(Certificate, Certificate.booking_id == Booking.id)
        .outerjoin(EvaluationResponse, after)
        .where(Booking.event_id == event_id, sa.or_(Booking.id.in_(through), Certificate.id.is_not(None)))
        .order_by(Booking.id)
    )


@dataclass(frozen=True)
class News:
    """What somebody who came is told of their certificate: its number, or whether answering brings it."""

    number: str = ""
    after_answering: bool = False


def news_of(event: Event) -> dict[int, News]:
    """News by booking, for everybody who completed an event."""
    rows = db.session.execute(
        sa.select(Booking.id, Certificate.public_id)
        .join(
            Completion,
            sa.and_(Completion.event_id == Booking.event_id, Completion.person_id == Booking.person_id),
        )
        .outerjoin(
            Certificate, sa.and_(Certificate.booking_id == Booking.id, Certificate.withdrawn_at.is_(None))
        )
        .where(Booking.event_id == event.id, Booking.state.in_(ON_THE_REGISTER))
    )
    return {row.id: News(row.public_id or "", not row.public_id) for row in rows}


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How somebody stands with their certificate; minutes there, of those of all sessions."""

    number: str
    withdrawn: bool
    there: int
    whole: int
    unmarked: int  # sessions without a mark
    takes: str  # the rule by which they complete, in words
    decided: bool  # a person decided that they did not complete


def standing_of_booking(booking: Booking) -> Standing:
    """The certificate of a booking, or what is missing for it."""
    certificate = db.session.scalar(sa.select(Certificate).where(Certificate.booking_id == booking.id))
    rows = db.session.execute(
        sa.select(EventSession.starts_at, EventSession.ends_at, Mark.mark, Mark.minutes_late, Mark.left_early)
        .outerjoin(Mark, sa.and_(Mark.session_id == EventSession.id, Mark.booking_id == booking.id))
        .where(EventSession.event_id == booking.event_id)
    ).all()
    lengths = [int((row.ends_at - row.starts_at).total_seconds()) // 60 for row in rows]
    return Standing(
        number=certificate.public_id if certificate and not certificate.withdrawn_at else "",
        withdrawn=bool(certificate and certificate.withdrawn_at),
        there=sum(
            minutes_there(length, row.minutes_late, row.left_early)
            for row, length in zip(rows, lengths, strict=True)
            if row.mark == MarkKind.PRESENT
        ),
        whole=sum(lengths),
        unmarked=sum(row.mark is None for row in rows),
        takes=rule_from(booking.policy.get("outcome_rule")).in_words,
        decided=db.session.scalar(sa.select(OutcomeOverride.holding(booking.id))) == Decision.NOT_COMPLETED,
    )
