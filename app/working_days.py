"""Working days: Monday to Friday without the bank holidays of England and Wales; they end at 17:00 in London."""

from datetime import date, datetime, time, timedelta
from functools import cache

from .clock import from_london, in_london, london_day

END_OF_DAY = time(17)


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """The bank holidays of England (and Wales: they are the same) in a calendar year."""
    import holidays

    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def is_working_day(day: date) -> bool:
    """Whether people are at work on that day."""
    return day.weekday() < 5 and day not in bank_holidays(day.year)


def add_working_days(day: date, count: int) -> date:
    """The day that many working days later (earlier when negative); 0 gives the day itself."""
    step = timedelta(days=1 if count > 0 else -1)
    while count:
        day += step
        if is_working_day(day):
            count -= 1 if count > 0 else -1
    return day


def working_days_before(instant: datetime, count: int) -> datetime:
    """17:00 in London, that many working days before the day of the instant, in UTC."""
    return from_london(add_working_days(london_day(instant), -count), END_OF_DAY)


def working_days_after(instant: datetime, count: int) -> datetime:
    """17:00 in London, that many working days after the day of the instant, in UTC."""
    return from_london(add_working_days(london_day(instant), count), END_OF_DAY)


def working_days_between(earlier: datetime, later: datetime) -> int:
    """Whole working days from one instant to another: how often ``later`` can be moved back by one.

    A working day ends at 17:00, so after 17:00 the day counts as gone. Never negative.
    """
    day = london_day(earlier)
    if in_london(earlier).time() > END_OF_DAY:
        day += timedelta(days=1)
    end, count = london_day(later), 0
    while day < end:
        if is_working_day(day):
            count += 1
        day += timedelta(days=1)
    return count
