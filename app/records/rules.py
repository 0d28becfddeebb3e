"""Certificates in rules: when one is earned, withdrawn, given back. Pure."""

from datetime import datetime
from enum import StrEnum


class Step(StrEnum):
    """What becomes of a certificate."""

    AWARD = "award"
    WITHDRAW = "withdraw"
    GIVE_BACK = "give back"


def earned_at(*, ends_at: datetime, waits_for_after: bool, answered_at: datetime | None) -> datetime | None:
    """When somebody who completed an event earned the certificate; None while it waits for their answers."""
    if not waits_for_after:
        return ends_at
    return None if answered_at is None else max(ends_at, answered_at)


def next_step(*, has_one: bool, withdrawn: bool, completed: bool, earned: bool) -> Step | None:
    """What to do about a booking's certificate. What was earned once stays, as long as the register says so."""
    if not has_one:
        return Step.AWARD if completed and earned else None
    if completed:
        return Step.GIVE_BACK if withdrawn else None
    return None if withdrawn else Step.WITHDRAW
