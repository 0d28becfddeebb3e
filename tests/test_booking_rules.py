"""When booking closes, late cancellation, transitions, and history in sentences."""

from datetime import date, datetime, time

import pytest

from app.booking.history import agreed, sentence
from app.booking.rules import FIRST_COME_NOTE, LIVE, TRANSITIONS, State, closing_time, is_late, may_become
from app.clock import from_london

WORKING_DAYS = {"classroom": 1, "blended": 1, "virtual": 0}


def at(day: int, hour: int = 9, minute: int = 30, month: int = 12) -> datetime:
    """A London time in the winter of 2026."""
    return from_london(date(2026, month, day), time(hour, minute))


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
    ended = (
        set(State) - set(LIVE) - {State.WALK_IN}
    )  # who was put on a register by mistake comes off it again
    assert not any(may_become(state, other) for state in ended for other in State)
    assert all(TRANSITIONS[state] for state in LIVE)
    assert TRANSITIONS[State.WALK_IN] == {State.WITHDRAWN}


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
        (
            {
                "was": "waiting",
                "became": "waiting",
                "who": "",
                "whom": "you",
                "why": "a place elsewhere is held",
            },
            "A place came free and went to the next person: a place elsewhere is held",
        ),
        (
            {"was": "waiting", "became": "waiting", "who": "", "whom": "you", "why": agreed("Mo Boss", "")},
            "Mo Boss agreed",
        ),
        (
            {"was": "waiting", "became": "waiting", "who": "", "whom": "you", "why": agreed("Mo", "a case")},
            "Mo agreed: a case",
        ),
        (
            {"was": "waiting", "became": "withdrawn", "who": "", "whom": "you", "why": "Mo: ward"},
            "The manager took you off the waiting list: Mo: ward",
        ),
        (
            {"was": "requested", "became": "withdrawn", "who": "", "whom": "Priya Patel"},
            "The manager withdrew for Priya Patel",
        ),
        (
            {"was": "booked", "became": "cancelled", "who": "", "whom": "you"},
            "The manager cancelled your place",
        ),
        (
            {
                "was": "requested",
                "became": "waiting",
                "who": "",
                "whom": "you",
                "why": "Mo agreed, but a cap",
            },
            "The request was approved and joined the waiting list: Mo agreed, but a cap",
        ),
        (
            {"was": "waiting", "became": "waiting", "who": "", "whom": "you", "why": FIRST_COME_NOTE},
            "A place is offered to the first who accepts",
        ),
        (
            {
                "was": "waiting",
                "became": "waiting",
                "who": "Ada Admin",
                "whom": "you",
                "why": "given priority: new",
            },
            "Given priority: new (Ada Admin)",
        ),
    ],
)
def test_a_change_is_told_in_a_sentence(change: dict[str, object], said: str):
    assert sentence(**change) == said


@pytest.mark.parametrize(
    ("was", "became", "said"),
    [
        ("", "booked", "Ada Admin booked the place for Priya Patel"),
        ("", "waiting", "Ada Admin put Priya Patel on the waiting list"),
        ("", "requested", "Ada Admin asked for a place for Priya Patel"),
        ("waiting", "booked", "Ada Admin gave Priya Patel the place"),
        ("waiting", "withdrawn", "Ada Admin took Priya Patel off the waiting list"),
        ("requested", "withdrawn", "Ada Admin withdrew for Priya Patel"),
        ("offered", "booked", "Ada Admin accepted the place for Priya Patel"),
        ("booked", "cancelled", "Ada Admin cancelled Priya Patel\u2019s place"),
        ("booked", "moved", "Ada Admin changed the date for Priya Patel"),
        ("booked", "substituted", "Ada Admin gave Priya Patel\u2019s place to a colleague"),
        ("booked", "released", "Ada Admin released Priya Patel\u2019s place"),
    ],
)
def test_a_change_for_somebody_names_both(was: str, became: str, said: str):
    assert sentence(was=was, became=became, who="Ada Admin", whom="Priya Patel") == said
    yours = sentence(was=was, became=became, who="Ada Admin", whom="you")
    assert yours == said.replace("Priya Patel\u2019s", "your").replace("Priya Patel", "you")


CHANGES = [(was or "", becomes) for was, ends in TRANSITIONS.items() for becomes in sorted(ends)]


@pytest.mark.parametrize(("was", "becomes"), CHANGES)
def test_every_change_the_table_allows_has_a_sentence(was: str, becomes: State):
    said = sentence(was=was, became=becomes, who="You", whom="you")
    assert said[0].isupper()
    assert "{" not in said
