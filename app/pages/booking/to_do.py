"""What is still to do before the day, for the booking's page and for My learning."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import url_for

from ...booking.models import Booking
from ...catalogue.models import Course, Event
from ...completions.rules import ADVISED, BY_DEADLINE, Requirement
from ...evaluation.models import EvaluationRequest, EvaluationResponse


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing to do: in words, where (if on this site), until when, whether it is done.

    Where it is a course that comes first, what the booked course says of preparing stands with it.
    """

    text: str
    href: str = ""
    by: datetime | None = None
    done: bool = False
    is_course: bool = False
    hand_in: str = ""  # where a certificate from elsewhere can be handed in instead


# A person's links to questions, with when they answered (None: not yet).
ALL_EVALUATIONS = (
    sa.select(
        EvaluationRequest.booking_id,
        Booking.event_id,
        EvaluationRequest.token,
        EvaluationRequest.stage,
        EvaluationRequest.opens_at,
        EvaluationRequest.closes_at,
        EvaluationResponse.answered_at,
        Course.title,
        Event.starts_at,
    )
    .join(Booking, Booking.id == EvaluationRequest.booking_id)
    .join(Event, Event.id == Booking.event_id)
    .join(Course, Course.id == Event.course_id)
    .outerjoin(
        EvaluationResponse,
        sa.and_(
            EvaluationResponse.booking_id == EvaluationRequest.booking_id,
            EvaluationResponse.stage == EvaluationRequest.stage,
        ),
    )
    .where(Booking.person_id == sa.bindparam("person"))
    .order_by(EvaluationRequest.opens_at.desc())
)
# The same of one booking.
EVALUATIONS = ALL_EVALUATIONS.where(Booking.id == sa.bindparam("booking"))


def is_open(request: Any, now: datetime) -> bool:
    """Whether the questions can be answered now and were not."""
    closed = request.closes_at is not None and request.closes_at <= now
    return request.answered_at is None and request.opens_at <= now and not closed


def required_steps(
    requirements: Sequence[Requirement], *, by: datetime | None = None, own: bool = True, waived: bool = False
) -> list[Step]:
    """The courses that come first; what is required by a deadline says until when.

    A certificate from elsewhere is handed in by the person whose booking it is. A waiver leaves advice only.
    """
    return [
        required_step(row, by=by if row.strength == BY_DEADLINE else None, own=own)
        for row in requirements
        if row.done or row.strength == ADVISED or not waived
    ]


def required_step(row: Requirement, *, by: datetime | None, own: bool) -> Step:
    """One course that comes first."""
    hand_in = url_for("evidence.hand_in", slug=row.slug) if own and row.strength != ADVISED else ""
    if row.evidence_waiting and not row.done:
        return Step(
            text=f"We are checking {'your' if own else 'the'} certificate for {row.title}", href=hand_in
        )
    return Step(
        text=f"Do {row.title}{' (advised)' if row.strength == ADVISED else ' first'}",
        href=f"/courses/{row.slug}",
        by=by,
        done=row.done,
        is_course=True,
        hand_in="" if row.done else hand_in,
    )


def before_steps(requests: Sequence[Any], now: datetime) -> list[Step]:
    """The questions asked before the course: a link once they are open."""
    steps = []
    for row in requests:
        if row.stage == "before" and (row.closes_at is None or row.closes_at > now or row.answered_at):
            can_answer = is_open(row, now)
            steps.append(
                Step(
                    text="Answer the questions before the course"
                    + ("" if can_answer or row.answered_at else ": we write to you when they open"),
                    href=f"/evaluations/{row.token}" if can_answer else "",
                    by=row.closes_at if can_answer else None,
                    done=row.answered_at is not None,
                )
            )
    return steps
