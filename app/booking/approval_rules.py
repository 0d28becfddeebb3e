"""Until when somebody is asked to agree to a booking, what the clock does meanwhile, and why an answer comes too late.

Pure. Asked; asked again after so many working days; a day later others are asked too; after five it runs out, or
when booking closes, whichever is first.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from ..working_days import working_days_after


class Decision(StrEnum):
    """What became of asking one approver; "" while they have not said."""

    APPROVED = "approved"
    DECLINED = "declined"
    EXPIRED = "expired"
    DELEGATED = "delegated"
    WITHDRAWN = "withdrawn"  # somebody else decided, or there is nothing to decide any more


class Step(StrEnum):
    """What the clock has to do about an open question."""

    EXPIRE = "expire"
    ASK_AGAIN = "ask again"
    ESCALATE = "escalate"


AGAIN, ESCALATES, ENDS = (
    "approval_again_working_days",
    "approval_escalates_working_days",
    "approval_working_days",
)
# A booking in these states still needs an answer.
TO_ANSWER = ("requested", "waiting")


def ends_at(
    asked_at: datetime, *, closes_at: datetime | None, last_at: datetime | None, working_days: int
) -> datetime:
    """When a question asked now runs out.

    ``closes_at`` is when booking closes (None while the event awaits its date). Where it has closed already,
    because staff booked, it is ``last_at``: the end of the first session.
    """
    usual = working_days_after(asked_at, working_days)
    until = closes_at if closes_at is None or closes_at > asked_at else last_at
    return min(usual, until) if until else usual


def still_ends_at(expires_at: datetime, *, asked_at: datetime, starts_at: datetime | None) -> datetime:
    """When a question runs out: as it was said, or at the start of the course if that has come to be earlier."""
    return min(expires_at, starts_at) if starts_at and starts_at > asked_at else expires_at


def next_step(
    *,
    now: datetime,
    asked_at: datetime,
    expires_at: datetime,
    asked_again_at: datetime | None,
    escalated_at: datetime | None,
    settings: Mapping[str, Any],
) -> Step | None:
    """What is due about an open question; None when nothing is. After a long pause only the last of it is done."""
    if now >= expires_at:
        return Step.EXPIRE
    if escalated_at is None and now >= working_days_after(asked_at, settings[ESCALATES]):
        return Step.ESCALATE
    first = asked_again_at is None and escalated_at is None
    if first and now >= working_days_after(asked_at, settings[AGAIN]):
        return Step.ASK_AGAIN
    return None


def why_closed(*, decision: str, booking: str, expires_at: datetime, now: datetime) -> str:
    """Why a question can no longer be answered, in a word; "" when it can.

    A decision made by this approver comes first, then what became of the booking, then the time.
    """
    if decision:
        return decision
    if booking == "event cancelled":
        return "cancelled"
    if booking not in TO_ANSWER:
        return Decision.WITHDRAWN
    return Decision.EXPIRED if now >= expires_at else ""


# What a closed question says on its page, and to whoever tries to answer it: what happened, and what to do.
CLOSED: Mapping[str, tuple[str, str]] = {
    Decision.APPROVED: (
        "You have agreed",
        "There is nothing more to do. If that was a mistake, ring the training team.",
    ),
    Decision.DECLINED: (
        "You have declined",
        "We told the person why. If that was a mistake, ring the training team.",
    ),
    Decision.DELEGATED: (
        "You passed this on",
        "We wrote to the person you named: they decide now. If they cannot, ring the training team.",
    ),
    Decision.EXPIRED: (
        "The time to answer is over",
        "The request ran out unanswered. If the person should still come, ask them to book again, or ring the "
        "training team.",
    ),
    Decision.WITHDRAWN: (
        "This is settled already",
        "Somebody else has decided, or the person no longer asks for the place. You need not do anything.",
    ),
    "cancelled": (
        "This date was cancelled",
        "There is nothing left to decide. We have written to the person.",
    ),
}
