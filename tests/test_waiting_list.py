"""The waiting list: its order, its bands, and to whom free places go. Rules only; the acts are in test_offers.py."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.booking.mix import Mix, Rule, Unit
from app.booking.waiting_list import (
    Band,
    Waiter,
    band,
    could_take_a_place,
    first_come,
    in_order,
    last_working_day,
    next_in_line,
    offer_ends_at,
)
from app.clock import from_london, london_day
from app.partnerships.rules import DEFAULTS
from app.working_days import is_working_day

pytestmark = pytest.mark.usefixtures("calendars_read")

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
OBSTACLE = "a place on another date of the course is held"


def at(day: int, hour: int = 9, minute: int = 30, month: int = 12) -> datetime:
    """A London time in the winter of 2026."""
    return from_london(date(2026, month, day), time(hour, minute))


START = at(18)  # a Friday
SECOND = timedelta(seconds=1)
# Any minute of two years.
starts = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (at(1), Band.DIRECT),
        (at(4, 17, 0) - SECOND, Band.DIRECT),
        (at(4, 17, 0), Band.HELD),  # exactly ten working days before: the nearer band
        (at(11, 17, 0) - SECOND, Band.HELD),
        (at(11, 17, 0), Band.FIRST_COME),  # exactly five
        (at(17, 0, 0) - SECOND, Band.FIRST_COME),
        (at(17, 0, 0), Band.SHORT_NOTICE),  # the last working day has begun
        (START - SECOND, Band.SHORT_NOTICE),
        (START, Band.OVER),
    ],
)
def test_how_a_free_place_finds_somebody_depends_on_how_near_the_start_is(now: datetime, expected: Band):
    assert band(starts_at=START, now=now, settings=DEFAULTS) == expected


def test_the_last_working_day_before_a_monday_is_friday_and_holidays_do_not_count():
    assert last_working_day(at(14)) == at(11, 0, 0)
    assert last_working_day(from_london(date(2026, 12, 29), time(9))) == at(24, 0, 0)


@given(starts, st.integers(0, 60 * 24 * 40))
def test_the_bands_come_in_their_order_and_never_go_back(starts_at: datetime, minutes: int):
    now = starts_at - timedelta(minutes=minutes)
    earlier = list(Band).index(band(starts_at=starts_at, now=now - timedelta(minutes=7), settings=DEFAULTS))
    assert earlier <= list(Band).index(band(starts_at=starts_at, now=now, settings=DEFAULTS))


def test_an_offer_is_held_until_the_end_of_the_second_working_day():
    assert offer_ends_at(starts_at=START, now=at(7, 11), settings=DEFAULTS, held=True) == at(9, 17, 0)
    friday_evening = at(4, 18)
    assert offer_ends_at(starts_at=START, now=friday_evening, settings=DEFAULTS, held=True) == at(8, 17, 0)


def test_an_offer_to_the_first_stands_until_the_last_working_day_begins():
    assert offer_ends_at(starts_at=START, now=at(14), settings=DEFAULTS, held=False) == at(17, 0, 0)


@given(starts, st.integers(0, 60 * 24 * 30))
def test_an_offer_never_outlives_the_start_and_ends_on_a_working_day(starts_at: datetime, minutes: int):
    now = starts_at - timedelta(minutes=minutes)
    for held in (True, False):
        ends = offer_ends_at(starts_at=starts_at, now=now, settings=DEFAULTS, held=held)
        assert ends <= last_working_day(starts_at) < starts_at
        assert not held or is_working_day(london_day(ends))


units = st.builds(
    Unit, st.integers(1, 3), st.sampled_from([None, 10, 11]), st.sampled_from(["Education", "Health"])
)
waiters = st.lists(
    st.builds(
        Waiter,
        booking_id=st.integers(1, 10_000),
        joined_at=st.integers(0, 20).map(lambda minutes: NOW + timedelta(minutes=minutes)),
        unit=units,
        priority=st.sampled_from([0, 0, 0, 1]),
        obstacle=st.sampled_from(["", "", OBSTACLE]),
        offered=st.booleans(),
    ),
    max_size=30,
    unique_by=lambda waiter: waiter.booking_id,
)
rules = st.lists(
    st.one_of(
        st.builds(
            Rule,
            kind=st.just("cap"),
            of=st.sampled_from(["agency", "setting", "sector"]),
            places=st.integers(0, 4),
        ),
        st.builds(
            Rule,
            kind=st.just("kept"),
            of=st.just("sector"),
            target=st.sampled_from(["Education", "Health"]),
            places=st.integers(0, 4),
        ),
    ),
    max_size=3,
)


@given(waiters, st.integers(-2, 40))
def test_free_places_go_in_order_to_as_many_as_there_are_places(found: list[Waiter], places: int):
    turn = next_in_line(found, places=places, mix=Mix())
    able = [waiter for waiter in in_order(found) if not waiter.obstacle]
    assert list(turn.next) == able[: max(0, places)]
    assert all(waiter.obstacle == why for waiter, why in turn.passed_over)


@given(waiters, rules, st.integers(0, 40))
def test_whoever_is_passed_over_stood_before_somebody_served_and_has_a_reason(
    found: list[Waiter], mix_rules: list[Rule], places: int
):
    turn = next_in_line(found, places=places, mix=Mix(mix_rules))
    order = in_order(found)
    served = [order.index(waiter) for waiter in turn.next]
    passed = [order.index(waiter) for waiter, _ in turn.passed_over]
    assert all(why for _, why in turn.passed_over)
    assert sorted(served + passed) == list(range(max(served, default=-1) + 1))


@given(waiters, rules, st.integers(0, 10))
def test_no_cap_is_exceeded_by_those_who_are_served(found: list[Waiter], mix_rules: list[Rule], places: int):
    turn = next_in_line(found, places=places, mix=Mix(mix_rules))
    for rule in (rule for rule in mix_rules if rule.kind == "cap"):
        for key in {waiter.unit.key(rule.of) for waiter in turn.next} - {None}:
            assert sum(waiter.unit.key(rule.of) == key for waiter in turn.next) <= rule.places


@given(waiters, rules, st.integers(0, 10))
def test_others_leave_as_many_places_as_are_kept_from_them(
    found: list[Waiter], mix_rules: list[Rule], places: int
):
    turn = next_in_line(found, places=places, mix=Mix(mix_rules))
    for rule in (rule for rule in mix_rules if rule.kind == "kept"):
        theirs = sum(rule.covers(waiter.unit) for waiter in turn.next)
        others_served = theirs < len(turn.next)
        assert not others_served or places - len(turn.next) + theirs >= rule.places


@given(waiters, st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_how_the_rows_come(found: list[Waiter], random: object):
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert in_order(shuffled) == in_order(found)


def test_priority_stands_before_joining():
    unit = Unit(1, None, "Health")
    early = Waiter(booking_id=1, joined_at=NOW, unit=unit)
    urgent = Waiter(booking_id=2, joined_at=NOW + timedelta(days=1), unit=unit, priority=1)
    assert in_order([early, urgent]) == [urgent, early]


@given(waiters, st.integers(0, 10), st.integers(0, 10))
def test_places_one_after_the_other_go_to_the_same_people_as_places_at_once(
    found: list[Waiter], first: int, then: int
):
    at_once = next_in_line(found, places=first + then, mix=Mix()).next
    earlier = next_in_line(found, places=first, mix=Mix()).next
    left = [waiter for waiter in found if waiter not in earlier]
    assert earlier + next_in_line(left, places=then, mix=Mix()).next == at_once


@given(waiters, st.integers(0, 10))
def test_near_the_start_as_many_are_asked_as_places_are_free_and_three_more(found: list[Waiter], places: int):
    turn = first_come(found, places=places, extra=3, mix=Mix())
    able = [waiter for waiter in in_order(found) if not waiter.obstacle]
    asked = able[: places + 3] if places else []
    assert list(turn.next) == [waiter for waiter in asked if not waiter.offered]


@given(waiters, st.integers(0, 5))
def test_a_newcomer_joins_the_line_only_behind_somebody_who_could_take_a_place(
    found: list[Waiter], left: int
):
    able = any(not waiter.obstacle for waiter in found)
    assert could_take_a_place(found, places_left=left, mix=Mix()) is (able and left > 0)
