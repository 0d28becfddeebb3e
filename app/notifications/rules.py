"""When a letter that could not be sent is tried again. Pure."""

from datetime import datetime, timedelta

# After each failed try, how long to wait for the next: eight tries over about a day.
WAITS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 420, 780))


def next_try(tries: int, *, now: datetime) -> datetime | None:
    """When to try again after that many failed tries; None when it is given up."""
    return now + WAITS[tries - 1] if 0 < tries <= len(WAITS) else None
