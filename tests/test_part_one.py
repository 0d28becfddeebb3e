"""Part 1 by a deadline: 10:00 on the day five working days before, whom the clock reminds, and what follows at it."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.booking.part_one import AT_BOOKING, Due, Step, Unfinished, due, moments
from app.clock import from_london, in_london
from app.working_days import is_working_day

START = from_london(date(2026, 12, 18), time(9, 30))  # a Friday
DEADLINE = from_london(date(2026, 12, 11), time(10))
BOOKED = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def place(**given: object) -> Unfinished:
    """A place booked long before, under the usual terms."""
    usual = {
        "starts_at": START,
        "booked_at": BOOKED,
        "working_days": 5,
        "reminders": (15, 10, 6),
        "at_deadline": "chase",
    }
    return Unfinished(**{**usual, **given})  # type: ignore[arg-type]


def on(day: int, month: int, hour: int = 10, minute: int = 0, year: int = 2026) -> datetime:
    """A time in London."""
    return from_london(date(year, month, day), time(hour, minute))


def test_the_deadline_is_ten_o_clock_on_the_day_five_working_days_before_the_start():
    assert place().deadline == DEADLINE


@pytest.mark.parametrize(
    ("start", "deadline"),
    [
        (on(5, 1, 9, 30, 2027), on(24, 12)),  # New Year, Christmas and the day after Boxing Day are holidays
        (on(31, 3, 9, 30, 2027), on(22, 3, year=2027)),  # Easter, and the clocks go forward in between
        (on(28, 10, 9, 30), on(21, 10)),  # the clocks go back in between
        (on(21, 11, 9, 30), on(16, 11)),  # a Saturday: Friday is the first working day before it
    ],
)
def test_the_deadline_minds_bank_holidays_weekends_and_the_clock(start: datetime, deadline: datetime):
    assert place(starts_at=start).deadline == deadline
    assert in_london(place(starts_at=start).deadline).time() == time(10)


def test_reminders_are_at_booking_and_15_10_and_6_working_days_before():
    assert moments(place()) == [
        (BOOKED, AT_BOOKING),
        (on(27, 11), "15"),
        (on(4, 12), "10"),
        (on(10, 12), "6"),
    ]


def test_none_is_sent_for_a_moment_that_had_passed_when_the_place_was_booked():
    assert [name for _, name in moments(place(booked_at=on(5, 12)))] == [AT_BOOKING, "6"]
    assert due(place(booked_at=on(5, 12)), on(5, 12)) == Due(Step.REMIND, AT_BOOKING)
    assert [name for _, name in moments(place(booked_at=on(10, 12, 12)))] == [AT_BOOKING]
    assert moments(place(booked_at=DEADLINE)) == []


def test_a_booking_that_came_in_long_ago_is_not_reminded_as_if_it_were_new():
    assert due(place(), BOOKED + timedelta(days=1)) == Due(Step.REMIND, AT_BOOKING)
    assert due(place(), BOOKED + timedelta(days=1, seconds=1)) is None
    assert due(place(), on(27, 11)) == Due(Step.REMIND, "15")


def test_after_a_time_without_a_worker_only_the_last_reminder_is_due():
    assert due(place(), on(9, 12)) == Due(Step.REMIND, "10")
    assert due(place(), on(10, 12)) == Due(Step.REMIND, "6")


@pytest.mark.parametrize(("at_deadline", "step"), [("chase", Step.CHASE), ("release", Step.RELEASE)])
def test_at_the_deadline_the_course_says_chase_or_release(at_deadline: str, step: Step):
    late = place(at_deadline=at_deadline)
    assert due(late, DEADLINE - timedelta(seconds=1)) == Due(Step.REMIND, "6")
    assert due(late, DEADLINE) == Due(step, "deadline")
    assert due(late, START) is None


def test_a_place_is_released_by_the_end_of_the_next_working_day_and_later_a_person_decides():
    late = place(at_deadline="release")
    assert due(late, on(14, 12, 17)) == Due(Step.RELEASE, "deadline")
    assert due(late, on(14, 12, 17, 1)) == Due(Step.CHASE, "deadline")


@pytest.mark.parametrize("at_deadline", ["chase", "release"])
@pytest.mark.parametrize("now", [BOOKED, on(4, 12), DEADLINE, on(17, 12)])
def test_nothing_is_due_while_evidence_waits_to_be_checked(at_deadline: str, now: datetime):
    assert due(place(at_deadline=at_deadline, evidence_waiting=True), now) is None


def test_whoever_was_booked_after_the_deadline_is_left_alone():
    assert due(place(booked_at=on(14, 12), at_deadline="release"), on(14, 12, 11)) is None


def test_the_booking_keeps_the_number_of_days_it_was_made_under():
    assert place(working_days=3).deadline == on(15, 12)
    assert place(working_days=0).deadline == START  # ten o'clock on the day would be after it has begun


instants = st.datetimes(datetime(2024, 1, 1), datetime(2031, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
days_ahead = st.timedeltas(timedelta(0), timedelta(days=90))


@given(instants, st.integers(1, 15))
def test_the_deadline_is_always_ten_in_london_on_a_working_day_with_so_many_before_the_start(
    start: datetime, days: int
):
    local = in_london(place(starts_at=start, working_days=days).deadline)
    assert local.time() == time(10) and is_working_day(local.date())
    first, last = local.date(), in_london(start).date()
    between = [first + timedelta(days=n) for n in range((last - first).days)]
    assert sum(map(is_working_day, between)) == days


@given(instants, days_ahead, st.lists(st.integers(0, 20), max_size=5, unique=True), st.integers(0, 10))
def test_reminders_lie_between_booking_and_deadline_in_order(
    start: datetime, ahead: timedelta, reminders: list[int], days: int
):
    mine = place(starts_at=start, booked_at=start - ahead, reminders=reminders, working_days=days)
    found = [at for at, _ in moments(mine)]
    assert found == sorted(found)
    assert all(mine.booked_at <= at < mine.deadline for at in found)
    assert (AT_BOOKING in [name for _, name in moments(mine)]) == (mine.booked_at < mine.deadline)


@given(
    instants,
    days_ahead,
    st.lists(st.timedeltas(timedelta(days=-5), timedelta(days=95)), min_size=1, max_size=8),
    st.sampled_from(["chase", "release"]),
    st.booleans(),
)
def test_whatever_the_clock_does_each_step_comes_in_order_and_nobody_is_released_before_the_deadline(
    start: datetime, ahead: timedelta, looks: list[timedelta], at_deadline: str, waiting: bool
):
    mine = place(starts_at=start, booked_at=start - ahead, at_deadline=at_deadline, evidence_waiting=waiting)
    order = [AT_BOOKING, "15", "10", "6", "deadline"]
    seen = []
    for now in sorted(mine.booked_at + look for look in looks):
        found = due(mine, now)
        if found is None:
            continue
        assert not waiting and mine.booked_at <= now < start
        assert (found.step is Step.REMIND) == (now < mine.deadline)
        assert found.step is not Step.RELEASE or at_deadline == "release"
        seen.append(order.index(found.moment))
    assert seen == sorted(seen)
