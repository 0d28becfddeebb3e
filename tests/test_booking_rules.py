"""The checks, late cancellation, transitions, history sentences and the waiting list's order."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.booking.history import sentence
from app.booking.rules import (
    LIVE,
    TRANSITIONS,
    Asked,
    Claim,
    Reason,
    State,
    Wanted,
    clash,
    closing_time,
    is_late,
    may_become,
    outcome,
    refusal,
)
from app.booking.waiting_list import Waiter, in_order, next_in_line
from app.clock import from_london

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
WORKING_DAYS = {"classroom": 1, "blended": 1, "virtual": 0}


def at(day: int, hour: int = 9, minute: int = 30, month: int = 12) -> datetime:
    """A London time in the winter of 2026."""
    return from_london(date(2026, month, day), time(hour, minute))


def wanted(**given_values: object) -> Wanted:
    """An open event on Friday 18 December, 9:30am to 12:30pm."""
    usual = {
        "event_id": 1,
        "course_id": 10,
        "state": "published",
        "by_invitation": False,
        "headcount_only": False,
        "closes_at": at(18),
        "sittings": ((at(18), at(18, 12)),),
    }
    return Wanted(**{**usual, **given_values})


def held(**given_values: object) -> Claim:
    """A place on another course, two days earlier."""
    usual = {
        "booking": "another",
        "event_id": 2,
        "course_id": 20,
        "title": "Neglect",
        "state": State.BOOKED,
        "sittings": ((at(16), at(16, 12)),),
    }
    return Claim(**{**usual, **given_values})


def reason(event: Wanted, *claims: Claim, **given_values: object) -> Reason | None:
    """Why a place is refused; None when it is not."""
    asked = Asked(
        clash_confirmed=bool(given_values.pop("clash_confirmed", False)),
        or_wait=bool(given_values.pop("or_wait", False)),
    )
    usual = {"becomes": State.BOOKED, "now": NOW, "asked": asked}
    found = refusal(event, claims, **{**usual, **given_values})
    return found.reason if found else None


@pytest.mark.parametrize(
    ("delivery", "closes"),
    [("classroom", at(17, 17, 0)), ("blended", at(17, 17, 0)), ("virtual", at(18)), ("unheard of", at(18))],
)
def test_booking_closes_the_working_day_before_in_a_classroom_and_at_the_start_online(
    delivery: str, closes: datetime
):
    assert closing_time(delivery=delivery, starts_at=at(18), working_days=WORKING_DAYS) == closes


def test_a_classroom_course_on_a_monday_closes_on_friday():
    assert closing_time(delivery="classroom", starts_at=at(14), working_days=WORKING_DAYS) == at(11, 17, 0)


def test_an_open_event_is_not_refused():
    assert reason(wanted()) is None


@pytest.mark.parametrize(
    "given_values",
    [
        {"state": "draft"},
        {"state": "cancelled"},
        {"by_invitation": True},
        {"headcount_only": True},
        {"closes_at": NOW},
        {"closes_at": NOW - timedelta(minutes=1)},
    ],
)
def test_check_1_an_event_that_is_not_open_is_refused(given_values: dict[str, object]):
    assert reason(wanted(**given_values)) == Reason.NOT_OPEN


def test_staff_may_book_until_the_end_of_the_first_session():
    event = wanted(closes_at=at(17, 17, 0), sittings=((at(18), at(18, 12)), (at(19), at(19, 12))))
    assert reason(event, now=at(18, 11), by_staff=True) is None
    assert reason(event, now=at(18, 11)) == Reason.NOT_OPEN
    assert reason(event, now=at(18, 12), by_staff=True) == Reason.NOT_OPEN


@pytest.mark.parametrize("state", sorted(LIVE))
def test_check_3_a_second_booking_of_the_same_date_is_refused(state: State):
    assert reason(wanted(), held(event_id=1, course_id=10, state=state)) == Reason.ALREADY


def test_check_3_a_place_on_another_date_of_the_course_is_refused_but_waiting_there_is_not():
    other_date = held(course_id=10)
    assert reason(wanted(), other_date) == Reason.OTHER_DATE
    assert reason(wanted(), held(course_id=10, state=State.WAITING)) is None
    assert reason(wanted(), other_date, becomes=State.WAITING, or_wait=True) is None


def test_check_3_a_clash_is_said_and_can_be_confirmed():
    same_time = held(sittings=((at(18, 12, 0), at(18, 15)),))
    event = wanted(sittings=((at(18), at(18, 12, 30)),))
    assert reason(event, same_time) == Reason.CLASH
    assert reason(event, same_time, clash_confirmed=True) is None


@pytest.mark.parametrize(
    "claim",
    [
        held(sittings=((at(18, 12, 30), at(18, 15)),)),
        held(sittings=((at(18, 8, 0), at(18, 9, 30)),)),
        held(state=State.WAITING, sittings=((at(18), at(18, 12)),)),
    ],
    ids=["begins as it ends", "ends as it begins", "only waiting"],
)
def test_what_only_touches_or_only_waits_does_not_clash(claim: Claim):
    assert clash(wanted(sittings=((at(18), at(18, 12, 30)),)), [claim]) is None


def test_check_8_a_full_event_is_refused_to_who_asked_for_a_place_and_open_to_who_will_wait():
    assert reason(wanted(), becomes=State.WAITING) == Reason.FULL
    assert reason(wanted(), becomes=State.WAITING, or_wait=True) is None


def test_the_first_refusal_answers():
    closed = wanted(closes_at=NOW)
    assert reason(closed, held(event_id=1), becomes=State.WAITING) == Reason.NOT_OPEN
    assert reason(wanted(), held(event_id=1), becomes=State.WAITING) == Reason.ALREADY


@pytest.mark.parametrize(
    ("places_left", "waiting", "state"),
    [(1, 0, State.BOOKED), (0, 0, State.WAITING), (0, 4, State.WAITING), (2, 1, State.WAITING)],
)
def test_check_8_those_who_wait_come_first(places_left: int, waiting: int, state: State):
    assert outcome(places_left=places_left, waiting=waiting) == state


@pytest.mark.parametrize(
    ("now", "late"),
    [
        (at(15, 17, 0), False),
        (at(15, 17, 1), True),
        (at(17, 9), True),
        (at(1), False),
    ],
)
def test_less_than_three_working_days_before_is_late(now: datetime, late: bool):
    assert is_late(starts_at=at(18), now=now, working_days=3) is late


def test_a_weekend_and_bank_holidays_do_not_count_as_notice():
    monday_after_new_year = from_london(date(2027, 1, 4), time(9, 30))
    assert is_late(starts_at=monday_after_new_year, now=at(29, 17, 1), working_days=3)
    assert not is_late(starts_at=monday_after_new_year, now=at(29, 17, 0), working_days=3)


def test_a_booking_moves_only_along_the_table():
    assert may_become(None, State.BOOKED)
    assert may_become(State.WAITING, State.BOOKED)
    assert not may_become(State.WAITING, State.CANCELLED)
    assert not may_become(State.CANCELLED, State.BOOKED)
    ended = set(State) - set(LIVE)
    assert not any(may_become(state, other) for state in ended for other in State)
    assert all(TRANSITIONS[state] for state in LIVE)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"was": "", "became": "booked", "who": "You", "whom": "you"}, "You booked the place"),
        (
            {"was": "", "became": "booked", "who": "Ada Admin", "whom": "you"},
            "Ada Admin booked the place for you",
        ),
        (
            {"was": "waiting", "became": "booked", "who": "", "whom": "Priya Patel"},
            "A place came free and went to Priya Patel",
        ),
        (
            {"was": "booked", "became": "cancelled", "who": "You", "whom": "you", "why": "ill", "late": True},
            "You cancelled the place, late: ill",
        ),
    ],
)
def test_a_change_is_told_in_a_sentence(change: dict[str, object], said: str):
    assert sentence(**change) == said


CHANGES = [(was or "", becomes) for was, ends in TRANSITIONS.items() for becomes in sorted(ends)]


@pytest.mark.parametrize(("was", "becomes"), CHANGES)
def test_every_change_the_table_allows_has_a_sentence(was: str, becomes: State):
    said = sentence(was=was, became=becomes, who="You", whom="you")
    assert said[0].isupper()
    assert "{" not in said


waiters = st.lists(
    st.builds(
        Waiter,
        booking_id=st.integers(1, 10_000),
        joined_at=st.integers(0, 20).map(lambda minutes: NOW + timedelta(minutes=minutes)),
        obstacle=st.sampled_from(["", "", "a place on another date of the course is held"]),
    ),
    max_size=30,
    unique_by=lambda waiter: waiter.booking_id,
)


@given(waiters, st.integers(-2, 40))
def test_free_places_go_in_order_of_joining_to_as_many_as_there_are_places(found: list[Waiter], places: int):
    given_places, passed_over = next_in_line(found, places=places)
    able = [waiter for waiter in in_order(found) if not waiter.obstacle]
    assert given_places == able[: max(0, places)]
    assert all(waiter.obstacle for waiter in passed_over)


@given(waiters, st.integers(0, 40))
def test_nobody_is_passed_over_who_joined_after_the_last_one_served(found: list[Waiter], places: int):
    given_places, passed_over = next_in_line(found, places=places)
    order = in_order(found)
    if not given_places:
        assert passed_over == []
    else:
        last = order.index(given_places[-1])
        assert [w for w in order[:last] if w.obstacle] == passed_over


@given(waiters, st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_how_the_rows_come(found: list[Waiter], random: object):
    shuffled = list(found)
    random.shuffle(shuffled)
    assert in_order(shuffled) == in_order(found)


@given(waiters, st.integers(0, 10), st.integers(0, 10))
def test_places_one_after_the_other_go_to_the_same_people_as_places_at_once(
    found: list[Waiter], first: int, then: int
):
    at_once, _ = next_in_line(found, places=first + then)
    earlier, _ = next_in_line(found, places=first)
    left = [waiter for waiter in found if waiter not in earlier]
    assert earlier + next_in_line(left, places=then)[0] == at_once
