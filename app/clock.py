"""Time: aware UTC everywhere, London only where people read or write it.

``now()`` is called in pages and commands, nowhere else; rules and actions are handed the instant. What works through
many events, one after the other, is handed a ``Clock``: each event is changed at the instant its lock is held.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

Clock = Callable[[], datetime]


def now() -> datetime:
    """This instant, aware, in UTC."""
    return datetime.now(UTC)


def stopped_at(instant: datetime) -> Clock:
    """A clock that always shows that instant: work done as if it were then."""
    return lambda: instant


def in_london(instant: datetime) -> datetime:
    """The same instant as the clock on the wall in London shows it."""
    return instant.astimezone(LONDON)


def from_london(day: date, at: time) -> datetime:
    """The instant of a wall-clock time in London, in UTC.

    Raises ValueError for the hour that does not exist on the day the clocks go forward. Of the hour that
    comes twice in autumn it is the first.
    """
    local = datetime.combine(day, at, tzinfo=LONDON)
    instant = local.astimezone(UTC)
    if instant.astimezone(LONDON).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise ValueError(f"{at:%H:%M} does not exist on {day}: the clocks go forward")
    return instant


def comes_twice(day: date, at: time) -> bool:
    """Whether that wall-clock time in London comes twice on the day, because the clocks go back."""
    first, second = (datetime.combine(day, at, tzinfo=LONDON).replace(fold=fold) for fold in (0, 1))
    return first.utcoffset() > second.utcoffset()  # type: ignore[operator]


def london_day(instant: datetime) -> date:
    """The date in London at that instant."""
    return in_london(instant).date()


def start_of_day(day: date) -> datetime:
    """Midnight in London at the beginning of that day, in UTC."""
    return from_london(day, time(0))
