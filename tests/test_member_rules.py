"""What needs looking at about a member, days given, and who may ask to join."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pool.member_rules import Approved, days_in_words, days_of, warnings_of, why_not_join

TODAY = date(2026, 11, 20)
FINE = {
    "standing": "pool",
    "agency": "County Council",
    "agency_standing": "partner",
    "approvals": [Approved(title="Neglect", delivers_as="lead", from_on=date(2020, 1, 1), until_on=None)],
    "released_until": date(2027, 8, 31),
    "train_the_trainer_on": date(2024, 5, 14),
    "today": TODAY,
}


def said(**given: object) -> list[str]:
    """The sentences of somebody who is fine but for this."""
    return [sentence for sentence, _ in warnings_of(**{**FINE, **given})]


def approved(days: int | None, title: str = "Neglect") -> Approved:
    """An approval whose last day is so many days from today."""
    until = None if days is None else TODAY + timedelta(days=days)
    return Approved(title=title, delivers_as="lead", from_on=date(2020, 1, 1), until_on=until)


def test_somebody_who_is_fine_has_nothing_to_look_at():
    assert said() == []


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"approvals": []}, "Approved for no course yet"),
        ({"approvals": [approved(-1)]}, "Last approval ran out on 19 November 2026"),
        ({"approvals": [approved(60)]}, "Approval for Neglect ends on 19 January 2027"),
        ({"released_until": None}, "Release not agreed"),
        ({"released_until": TODAY - timedelta(days=1)}, "Release ran out on 19 November 2026"),
        ({"released_until": TODAY}, "Release ends on 20 November 2026"),
        ({"train_the_trainer_on": None}, "No train-the-trainer course"),
        ({"agency": "", "agency_standing": ""}, "Works for no agency now"),
        ({"agency_standing": "other"}, "County Council is no partner or relevant agency now"),
        ({"agency_standing": ""}, "County Council is no partner or relevant agency now"),
    ],
)
def test_what_runs_out_or_is_missing_is_said(given: dict[str, object], sentence: str):
    assert said(**given) == [sentence]


def test_what_ends_after_more_than_sixty_days_is_not_said():
    assert said(approvals=[approved(61)], released_until=TODAY + timedelta(days=61)) == []


def test_an_approval_that_was_renewed_is_not_said_to_end():
    assert said(approvals=[approved(10), approved(None)]) == []


def test_nobody_has_to_release_an_expert_or_to_train_them():
    expert = {"standing": "expert", "agency": "", "agency_standing": ""}
    assert said(**expert, released_until=None, train_the_trainer_on=None) == []


def test_the_worst_comes_first():
    found = said(train_the_trainer_on=None, released_until=TODAY - timedelta(days=3))
    assert found == ["Release ran out on 17 November 2026", "No train-the-trainer course"]


@pytest.mark.parametrize(
    ("minutes", "days"),
    [(0, "0"), (44, "0"), (45, "0.25"), (180, "0.5"), (360, "1"), (405, "1.25"), (900, "2.5")],
)
def test_six_hours_are_a_day_in_quarters(minutes: int, days: str):
    assert days_of(minutes) == Decimal(days)


@given(st.integers(0, 10**7))
def test_days_are_quarters_and_never_more_than_an_eighth_off(minutes: int):
    days = days_of(minutes)
    assert (days * 4) % 1 == 0
    assert abs(days - Decimal(minutes) / 360) <= Decimal("0.125")


@pytest.mark.parametrize(
    ("days", "words"), [("0", "0 days"), ("1", "1 day"), ("0.25", "0.25 days"), ("10.0", "10 days")]
)
def test_days_in_words(days: str, words: str):
    assert days_in_words(Decimal(days)) == words


@pytest.mark.parametrize(
    ("standings", "member", "waiting", "why"),
    [
        (["partner"], False, False, ""),
        (["other", "relevant"], False, False, ""),
        (["other"], False, False, "agency"),
        ([], False, False, "agency"),
        (["partner"], True, False, "member"),
        (["partner"], False, True, "waiting"),
    ],
)
def test_who_works_for_a_partner_or_relevant_agency_may_ask_to_join_once(
    standings: list[str], member: bool, waiting: bool, why: str
):
    assert why_not_join(standings=standings, is_member=member, is_waiting=waiting) == why
