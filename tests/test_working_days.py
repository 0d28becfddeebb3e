"""Working days: the bank holidays of England, the end of the day at 17:00, and the clock changes."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clock import from_london, in_london, start_of_day
from app.working_days import add_working_days, is_working_day, working_days_before, working_days_between

days = st.dates(date(2015, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 20), True),  # a Friday
        (date(2026, 11, 21), False),
        (date(2026, 12, 25), False),
        (date(2026, 12, 28), False),  # Boxing Day, moved from a Saturday
        (date(2026, 4, 3), False),  # Good Friday
        (date(2022, 9, 19), False),  # the funeral of Queen Elizabeth II
        (date(2026, 3, 17), True),  # a holiday elsewhere
    ],
)
def test_bank_holidays_and_weekends_are_no_working_days(day: date, works: bool):
    assert is_working_day(day) is works


@given(days, st.integers(1, 30))
def test_going_forward_and_back_from_a_working_day_returns_to_it(day: date, count: int):
    start = add_working_days(day, 1)
    assert add_working_days(add_working_days(start, count), -count) == start


@given(days, st.integers(1, 30))
def test_a_working_day_that_many_away_is_a_working_day(day: date, count: int):
    assert is_working_day(add_working_days(day, count))
    assert is_working_day(add_working_days(day, -count))


def test_a_deadline_is_at_five_in_london_also_across_a_clock_change():
    start = from_london(date(2026, 10, 27), time(9, 30))  # the clocks went back on the 25th
    assert working_days_before(start, 3) == from_london(date(2026, 10, 22), time(17))
    assert in_london(working_days_before(start, 3)).hour == 17


def test_after_five_the_day_is_gone():
    start = from_london(date(2026, 11, 24), time(9, 30))  # a Tuesday
    assert working_days_between(from_london(date(2026, 11, 19), time(16, 59)), start) == 3
    assert working_days_between(from_london(date(2026, 11, 19), time(17, 1)), start) == 2
    assert working_days_between(start, start) == 0


def test_the_hour_the_clocks_skip_is_refused_and_the_hour_twice_is_the_first():
    with pytest.raises(ValueError, match="clocks go forward"):
        from_london(date(2027, 3, 28), time(1, 30))
    assert from_london(date(2026, 10, 25), time(1, 30)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_day_begins_at_midnight_in_london():
    assert start_of_day(date(2026, 7, 1)) == datetime(2026, 6, 30, 23, tzinfo=UTC)
    assert start_of_day(date(2026, 12, 1)) - start_of_day(date(2026, 11, 30)) == timedelta(days=1)
