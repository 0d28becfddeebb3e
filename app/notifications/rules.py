"""When a letter is tried again, and which may be sent again. Pure."""

from datetime import datetime, timedelta

# After each failed try, how long to wait for the next: eight tries over about a day.
WAITS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 420, 780))
TRIES = len(WAITS) + 1


def next_try(tries: int, *, now: datetime) -> datetime | None:
    """When to try again after that many failed tries; None when it is given up."""
    return now + WAITS[tries - 1] if 0 < tries < TRIES else None


def is_over(expires_at: datetime | None, *, now: datetime) -> bool:
    """Whether a letter would tell of what is over."""
    return expires_at is not None and expires_at <= now


def why_not_again(*, state: str, secret: bool, expires_at: datetime | None, now: datetime) -> str:
    """Why a letter is not sent again, as a sentence; "" when it may be."""
    if secret:
        return "This mail holds a link for its reader alone, so it is not sent again. A fresh one can be asked for."
    if state == "withdrawn":
        return "This mail was withdrawn, because what it says no longer holds."
    if state in ("queued", "sending"):
        return "This mail is still on its way."
    if is_over(expires_at, now=now):
        return "What this mail tells is over."
    return ""
