"""Asking managers to release somebody: when it runs out, when they are asked again, why it cannot be answered. Pure."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from ..working_days import working_days_after

WITHIN, AGAIN = "release_working_days", "release_again_working_days"


class Answer(StrEnum):
    """What became of asking a manager; "" while they have not said."""

    AGREED = "agreed"
    DECLINED = "declined"
    EXPIRED = "expired"
    TAKEN_BACK = "taken back"


class Step(StrEnum):
    """What the clock has to do about an open question."""

    EXPIRE = "expire"
    ASK_AGAIN = "ask again"


def ends_at(asked_at: datetime, *, working_days: int) -> datetime:
    """When a question asked then runs out."""
    return working_days_after(asked_at, working_days)


def next_step(
    *,
    asked_at: datetime,
    asked_again_at: datetime | None,
    expires_at: datetime,
    again_after: int,
    now: datetime,
) -> Step | None:
    """What is due about a question nobody has answered; a reminder goes once, and none when it has run out."""
    if expires_at <= now:
        return Step.EXPIRE
    if asked_again_at is None and working_days_after(asked_at, again_after) <= now:
        return Step.ASK_AGAIN
    return None


def why_closed(*, answer: str, expires_at: datetime, now: datetime) -> str:
    """Why it can no longer be answered, as a word of ``CLOSED``; "" when it can."""
    return answer or (Answer.EXPIRED if expires_at <= now else "")


CLOSED: Mapping[str, tuple[str, str]] = {
    Answer.AGREED: ("You agreed to this", "Thank you. We have told them and the training team."),
    Answer.DECLINED: (
        "You did not agree to this",
        "We have told them and the training team. If you change your mind, ring the training team.",
    ),
    Answer.EXPIRED: (
        "This question has run out",
        "Nobody answered in time. If you still agree, ring the training team, and they ask you again.",
    ),
    Answer.TAKEN_BACK: (
        "You need not answer any more",
        "The training team no longer asks this, or has asked again since.",
    ),
}
