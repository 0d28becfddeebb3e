"""The code on the trainer's screen: only its two steps are good, no two sessions share one; the window; the names."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts import short_codes
from app.attendance import check_in_rules as rules
from app.attendance.check_in_rules import STEP, Why, Window
from app.clock import from_london

KEYS = st.binary(min_size=32, max_size=32)
SESSIONS = st.text("abcXYZ019-_", min_size=16, max_size=16)
INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
SECONDS = st.floats(0, 6 * 3600, allow_nan=False)


@given(KEYS, SESSIONS, INSTANTS, SECONDS)
def test_a_code_is_good_in_its_step_and_the_next_and_never_again(
    key: bytes, session: str, shown_at: datetime, seconds: float
):
    token = rules.token_of(key, session, rules.step_at(shown_at))
    asked_at = shown_at + timedelta(seconds=seconds)
    good = rules.step_of(token, key, session, rules.good_steps(asked_at)) is not None
    assert good == (rules.step_at(asked_at) - rules.step_at(shown_at) in (0, 1))
    if seconds <= STEP.total_seconds():
        assert good
    if seconds >= 2 * STEP.total_seconds():
        assert not good


@given(KEYS, SESSIONS, INSTANTS, SECONDS)
def test_no_code_is_good_before_it_is_shown(key: bytes, session: str, asked_at: datetime, seconds: float):
    later = asked_at + STEP + timedelta(seconds=seconds)
    token = rules.token_of(key, session, rules.step_at(later))
    assert rules.step_of(token, key, session, rules.good_steps(asked_at)) is None


@given(KEYS, KEYS, SESSIONS, SESSIONS, st.integers(0, 10**8), st.integers(0, 10**8))
def test_no_two_sessions_and_no_two_steps_share_a_code(
    key: bytes, other_key: bytes, session: str, other: str, step: int, later: int
):
    token = rules.token_of(key, session, step)
    assert rules.session_in(token) == session
    if session != other:
        # Not even when both were made with one key; and the code of one says nothing in the other.
        assert rules.token_of(key, other, step) != token
        assert rules.step_of(token, key, other, [step]) is None
        signature = token.rpartition(".")[2]
        assert rules.step_of(f"{other}.{signature}", key, other, [step]) is None
    if step != later:
        assert rules.token_of(key, session, later) != token
    if key != other_key:
        assert rules.step_of(token, other_key, session, [step]) is None


@given(st.text(max_size=80))
def test_whatever_stands_in_the_address_is_no_code_by_chance(typed: str):
    session = rules.session_in(typed)
    assert rules.step_of(typed, b"k" * 32, session, range(5)) is None


@given(KEYS, SESSIONS, st.integers(0, 10**8))
def test_the_typed_code_is_read_back_however_it_is_typed(key: bytes, session: str, step: int):
    code = rules.short_code(key, session, step)
    assert len(code) == rules.SHORT
    assert set(code) <= set(short_codes.ALPHABET)
    for typed in (code.lower(), short_codes.in_groups(code), f" {code[:3]}-{code[3:]} "):
        assert short_codes.tidy(typed) == code
    assert rules.short_code(key, session, step + 1) != code or len(code) < rules.SHORT


def test_letters_that_look_alike_are_in_no_code():
    assert not set("0O1ILU") & set(short_codes.ALPHABET)
    assert len(set(short_codes.ALPHABET)) == len(short_codes.ALPHABET) == 30


START = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
OPEN = rules.window(START, opens_minutes=30, closes_minutes=15)


@pytest.mark.parametrize(
    ("minutes", "why"),
    [(-31, Why.EARLY), (-30, None), (0, None), (14.99, None), (15, Why.LATE), (300, Why.LATE)],
)
def test_the_window_is_half_an_hour_before_the_start_to_a_quarter_after(minutes: float, why: Why | None):
    now = START + timedelta(minutes=minutes)
    assert rules.why_not(OPEN, now=now, cancelled=False, closed=False) == why


def test_a_cancelled_date_and_a_closed_register_take_nobody_whatever_the_time():
    assert rules.why_not(OPEN, now=START, cancelled=True, closed=True) == Why.CANCELLED
    assert rules.why_not(OPEN, now=START - timedelta(hours=9), cancelled=False, closed=True) == Why.CLOSED


@pytest.mark.parametrize(
    ("day", "at"),
    [
        (date(2026, 3, 29), time(2, 15)),  # the clocks went forward at 1am, inside the window
        (date(2026, 10, 25), time(1, 15)),  # the first of two quarters past one
        (date(2026, 3, 29), time(9, 30)),
        (date(2026, 10, 25), time(9, 30)),
    ],
)
def test_a_change_of_the_clocks_makes_the_window_neither_longer_nor_shorter(day: date, at: time):
    starts_at = from_london(day, at)
    found = rules.window(starts_at, opens_minutes=30, closes_minutes=15)
    assert found == Window(starts_at - timedelta(minutes=30), starts_at + timedelta(minutes=15))
    assert found.closes_at - found.opens_at == timedelta(minutes=45)
    # The steps go on across it, one a minute.
    steps = [rules.step_at(found.opens_at + timedelta(minutes=n)) for n in range(45)]
    assert steps == list(range(steps[0], steps[0] + 45))


@pytest.mark.parametrize(
    ("seconds", "late"), [(-600, 0), (0, 0), (299, 0), (300, 5), (359, 5), (360, 6), (900, 15)]
)
def test_who_comes_in_the_first_five_minutes_is_not_late(seconds: int, late: int):
    assert rules.minutes_late(START + timedelta(seconds=seconds), START) == late


@pytest.mark.parametrize(
    ("typed", "name", "fits"),
    [
        ("Patel", "Asha Patel", True),
        ("patel ", "Asha Patel", True),
        ("Asha Patel", "Asha Patel", True),
        ("Asha", "Asha Patel", False),
        ("atel", "Asha Patel", False),
        ("nunez", "José Núñez", True),
        ("de Vries", "Anna de Vries", True),
        ("Smith-Jones", "Kim Smith-Jones", True),
        ("Jones", "Kim Smith-Jones", True),
        ("O’Neill", "Sean O'Neill", True),
        ("", "Asha Patel", False),
        ("  ", "Asha Patel", False),
        ("%", "Asha Patel", False),
    ],
)
def test_a_family_name_is_known_as_people_type_it(typed: str, name: str, fits: bool):
    assert rules.is_family_name(typed, name) == fits
