"""What calendars are told when sessions change, whatever changes."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalogue.plans import SessionPlan
from app.clock import from_london
from app.delivery.rules import Sitting, continued, free_until, messages, numbered, told_at

MONDAY = datetime(2027, 1, 11, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
slots = st.lists(st.integers(0, 60), min_size=0, max_size=6, unique=True)
places = st.sampled_from(["", "Hill House", "Civic Centre"])


def stored(hours: list[int], place: str = "") -> tuple[Sitting, ...]:
    """Sessions of an hour that start so many hours after Monday morning."""
    return numbered(
        Sitting(session=f"s{n}", starts_at=MONDAY + n * HOUR, ends_at=MONDAY + (n + 1) * HOUR, place=place)
        for n in hours
    )


def planned(hours: list[int]) -> list[SessionPlan]:
    """The same as plans."""
    return [SessionPlan(starts_at=MONDAY + n * HOUR, ends_at=MONDAY + (n + 1) * HOUR) for n in hours]


@given(slots, slots)
def test_as_many_sessions_as_can_keep_their_place_in_calendars_and_none_twice(old: list[int], new: list[int]):
    names = [name for name in continued(stored(old), planned(new)) if name]
    assert len(names) == len(set(names)) == min(len(old), len(new))


@given(slots, slots)
def test_a_session_whose_start_stays_is_never_another_one(old: list[int], new: list[int]):
    names = continued(stored(old), planned(new))
    for hour, name in zip(new, names, strict=True):
        assert name == f"s{hour}" or hour not in old


@given(slots, slots, st.data())
def test_what_the_plan_names_comes_first(old: list[int], new: list[int], data: st.DataObject):
    if not old or not new:
        return
    name = data.draw(st.sampled_from([f"s{hour}" for hour in old]))
    plans = planned(new)
    place = data.draw(st.integers(0, len(plans) - 1))
    plans[place] = SessionPlan(starts_at=plans[place].starts_at, ends_at=plans[place].ends_at, session=name)
    assert continued(stored(old), plans)[place] == name


@given(slots, slots, places, places, st.booleans())
def test_a_calendar_that_follows_ends_with_exactly_the_sessions_there_are(
    old: list[int], new: list[int], was_at: str, is_at: str, anew: bool
):
    known, now_are = stored(old, was_at), stored(new, is_at)
    calendar = {sitting.session: sitting for sitting in known}
    unsure = [sitting.session for sitting in now_are] if anew else []
    for message in messages(known, now_are, unsure=unsure, now=NOW):
        if message.method == "CANCEL":
            del calendar[message.sitting.session]
        else:
            calendar[message.sitting.session] = message.sitting
    assert sorted(calendar.values(), key=lambda s: s.starts_at) == list(now_are)


@given(slots, places)
def test_a_calendar_that_is_right_is_told_nothing(hours: list[int], place: str):
    assert messages(stored(hours, place), stored(hours, place), now=NOW) == []


NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("starts", "minutes"),
    [
        ((NOW + 2 * HOUR,), 10),
        ((NOW + 2 * HOUR - timedelta(seconds=1),), 0),
        ((NOW + 50 * HOUR, NOW + HOUR), 0),
        ((NOW - HOUR, NOW + 50 * HOUR), 0),
        ((None,), 10),
        ((), 10),
    ],
)
def test_letters_of_change_wait_ten_minutes_unless_the_start_is_within_two_hours(
    starts: tuple[datetime | None, ...], minutes: int
):
    assert told_at(NOW, *starts) == NOW + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("start", "until"),
    [
        (date(2027, 3, 1), from_london(date(2027, 2, 24), time(17))),  # as the policy gives it
        (date(2026, 12, 1), from_london(date(2026, 11, 27), time(17))),  # five working days from the change
        (date(2026, 11, 24), from_london(date(2026, 11, 24), time(9, 30))),  # never past the start
    ],
)
def test_after_a_change_a_place_can_be_given_up_for_some_days_without_being_late(
    start: date, until: datetime
):
    assert free_until(from_london(start, time(9, 30)), NOW, late_days=3, after_change=5) == until


@given(st.integers(1, 400), st.integers(0, 10), st.integers(0, 10))
def test_a_change_never_shortens_the_time_in_which_a_place_can_be_given_up(days: int, late: int, grace: int):
    starts_at = NOW + timedelta(days=days)
    granted = free_until(starts_at, NOW, late_days=late, after_change=grace)
    assert granted <= starts_at
    assert granted >= min(starts_at, free_until(starts_at, NOW, late_days=late, after_change=0))
