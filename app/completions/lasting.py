"""How long a completion lasts, and when somebody is told that it is to be refreshed (domain.md, "Messages"). Pure."""

from calendar import monthrange
from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from ..clock import from_london, london_day
from ..partnerships.rules import DEFAULTS

# How many months before the day somebody is told, unless the partnership chose otherwise.
TOLD_BEFORE: tuple[int, ...] = tuple(DEFAULTS["refresher_months"])
AT = time(9)
# After that long without a worker, and for a course that was given a period only now, a notice is left out.
TOLD_WITHIN = timedelta(days=14)


def months_on(day: date, months: int) -> date:
    """The same day so many months later (earlier, when negative), or the last of that month."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def due_on(completed_at: datetime, months: int) -> date:
    """The day from which on what was completed is to be refreshed."""
    return months_on(london_day(completed_at), months)


def told_at(due: date, months_before: int) -> datetime:
    """When somebody is told, so many months before: at nine in the morning."""
    return from_london(months_on(due, -months_before), AT)


def notice(
    completed_at: datetime,
    months: int,
    now: datetime,
    *,
    on_since: datetime,
    told_before: Collection[int] = TOLD_BEFORE,
) -> int:
    """Which notice leaves now, by its months before the day; 0 for none.

    None leaves that would have come before the course was completed or the message was sent at all, or that is long
    past.
    """
    due = due_on(completed_at, months)
    for before in sorted(told_before):
        at = told_at(due, before)
        if at <= now:
            fresh = now < at + TOLD_WITHIN and at > completed_at and at >= on_since
            return before if fresh else 0
    return 0
