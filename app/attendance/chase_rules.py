"""When an open register is chased: its trainers on the next working day, the administrators two working days on. Pure."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from ..clock import from_london, in_london, london_day, start_of_day
from ..working_days import add_working_days, is_working_day

# Nobody is reminded of a register that stayed open so long: the desk shows it, and a person has to ask.
CHASED_WITHIN = timedelta(days=14)
LISTED_FOR = timedelta(days=30)


def chased_at(ends_at: datetime, *, working_days: int, hour: int) -> datetime:
    """So many working days after the day on which the course ended, at that hour in London."""
    return from_london(add_working_days(london_day(ends_at), working_days), time(hour))


def is_chased(ends_at: datetime, now: datetime, *, working_days: int, hour: int, on_since: datetime) -> bool:
    """Whether the trainers of a register that is open are written to by now, one way or another."""
    at = chased_at(ends_at, working_days=working_days, hour=hour)
    return on_since <= at <= now < at + CHASED_WITHIN


def digest_is_due(
    ends: Iterable[datetime],
    now: datetime,
    *,
    working_days: int,
    hour: int,
    on_since: datetime,
    last_at: datetime | None,
) -> bool:
    """Whether the administrators get their list: a register on it has come to be due since the last one.

    On working days only, and from that hour on, also where nobody worked in between.
    """
    local = in_london(now)
    if not is_working_day(local.date()) or local.time() < time(hour):
        return False
    due = (chased_at(end, working_days=working_days, hour=hour) for end in ends)
    return any(on_since <= at <= now and (last_at is None or at > last_at) for at in due)


def end_of(day: date) -> datetime:
    """The midnight at which a list of that day is one of yesterday."""
    return start_of_day(day + timedelta(days=1))
