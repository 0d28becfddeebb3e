"""The eight checks of a request for a place: each alone, and every two met at once, so that their order is pinned."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations
from typing import Any

import pytest

from app.booking.mix import Mix, Rule, Unit
from app.booking.refusals import clash, obstacle, refusal, to_approve
from app.booking.rules import LIVE, OBSTACLES, Asked, Asker, Claim, Reason, Refusal, State, Wanted, outcome
from app.clock import from_london
from app.completions.rules import Requirement, deadline

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
DIRECT, LEADS = "Works directly with children or families", "Designated or named safeguarding lead"
SCHOOL = Unit(7, 70, "Education")


def at(day: int, hour: int = 9, minute: int = 30, month: int = 12) -> datetime:
    """A London time in the winter of 2026."""
    return from_london(date(2026, month, day), time(hour, minute))


def wanted(**given: Any) -> Wanted:
    """An open event on Friday 18 December, 9:30am to 12:30pm."""
    usual: dict[str, Any] = {
        "event_id": 1,
        "course_id": 10,
        "state": "published",
        "by_invitation": False,
        "headcount_only": False,
        "closes_at": at(18),
        "sittings": ((at(18), at(18, 12)),),
        "part_one_by": deadline(at(18), working_days=5),
    }
    return Wanted(**{**usual, **given})


def asker(**given: Any) -> Asker:
    """A practitioner of a school who owes nothing and pays nothing."""
    return Asker(**{"unit": SCHOOL, "role_group": DIRECT, **given})


def held(**given: Any) -> Claim:
    """A place on another course, two days earlier."""
    usual: dict[str, Any] = {
        "booking": "another",
        "event_id": 2,
        "course_id": 20,
        "title": "Neglect",
        "state": State.BOOKED,
        "sittings": ((at(16), at(16, 12)),),
    }
    return Claim(**{**usual, **given})


def required(strength: str, *, done: bool = False, evidence_waiting: bool = False) -> Requirement:
    """Part 1, as somebody stands with it."""
    return Requirement(
        course_id=30,
        title="Part 1",
        slug="part-1",
        delivery="e-learning",
        strength=strength,
        done=done,
        evidence_waiting=evidence_waiting,
    )


def refused(
    event: Wanted | None = None,
    who: Asker | None = None,
    *claims: Claim,
    becomes: State = State.BOOKED,
    now: datetime = NOW,
    share: str = "",
    **asked: Any,
) -> Refusal | None:
    """What the checks say."""
    return refusal(
        event or wanted(),
        who or asker(),
        claims,
        becomes=becomes,
        now=now,
        asked=Asked(**asked),
        share=share,
    )


def reason(*args: Any, **given: Any) -> Reason | None:
    """Why a place is refused; None when it is not."""
    found = refused(*args, **given)
    return found.reason if found else None


# For each check in its order: what makes it, and no other, refuse.
Case = dict[str, Any]
FAILS: dict[Reason, Case] = {
    Reason.NOT_OPEN: {"event": {"closes_at": NOW}},
    Reason.AUDIENCE: {"event": {"audience": frozenset({LEADS})}},
    Reason.ALREADY: {"claims": [held(event_id=1, course_id=10)]},
    Reason.OTHER_DATE: {"claims": [held(course_id=10)]},
    Reason.CLASH: {"claims": [held(sittings=((at(18), at(18, 12)),))]},
    Reason.REQUIREMENT: {"who": {"requirements": (required("to book"),)}},
    Reason.CHARGE: {"who": {"pence": 4500, "price_words": "A place costs £45."}},
    Reason.APPROVAL: {"event": {"approval": "confirm"}},
    Reason.MIX: {"share": "any one agency may have 2 places on this date, and has them already"},
    Reason.FULL: {"becomes": State.WAITING},
}


def meet(*cases: Case) -> Reason | None:
    """The reason given when all of these stand in the way at once."""
    event, who, claims, more = wanted(), asker(), [], {}
    for case in cases:
        event = replace(event, **case.get("event", {}))
        who = replace(who, **case.get("who", {}))
        claims += case.get("claims", [])
        more |= {name: case[name] for name in ("share", "becomes") if name in case}
    return reason(event, who, *claims, **more)


def test_a_request_that_nothing_stands_against_is_not_refused():
    assert meet() is None


@pytest.mark.parametrize("why", FAILS)
def test_each_check_refuses_by_itself_with_its_reason(why: Reason):
    assert meet(FAILS[why]) == why


@pytest.mark.parametrize(
    ("earlier", "later"),
    # With nothing but the list to offer, a place on another date stands in nobody's way: those two never meet.
    [pair for pair in combinations(FAILS, 2) if pair != (Reason.OTHER_DATE, Reason.FULL)],
)
def test_of_two_checks_that_refuse_the_earlier_one_answers(earlier: Reason, later: Reason):
    assert meet(FAILS[earlier], FAILS[later]) == earlier


@pytest.mark.parametrize("why", FAILS)
def test_every_refusal_is_a_sentence_that_says_what_to_do(why: Reason):
    case = FAILS[why]
    found = refused(
        wanted(**case.get("event", {})),
        asker(**case.get("who", {})),
        *case.get("claims", []),
        **{name: case[name] for name in ("share", "becomes") if name in case},
    )
    assert found and found.sentence[0].isupper() and found.sentence.endswith(".")
    assert (
        found.way or found.booking or "." in found.sentence[:-1] or why in (Reason.APPROVAL, Reason.ALREADY)
    )


@pytest.mark.parametrize(
    "given",
    [
        {"state": "draft"},
        {"state": "cancelled"},
        {"headcount_only": True},
        {"closes_at": NOW},
        {"closes_at": NOW - timedelta(minutes=1)},
    ],
)
def test_check_1_an_event_that_is_not_open_is_refused(given: dict[str, object]):
    assert reason(wanted(**given)) == Reason.NOT_OPEN


def test_check_1_staff_may_book_until_the_end_of_the_first_session():
    event = wanted(closes_at=at(17, 17, 0), sittings=((at(18), at(18, 12)), (at(19), at(19, 12))))
    staff = asker(by_staff=True)
    assert reason(event, staff, now=at(18, 11)) is None
    assert reason(event, now=at(18, 11)) == Reason.NOT_OPEN
    assert reason(event, staff, now=at(18, 12)) == Reason.NOT_OPEN


@pytest.mark.parametrize("state", ["published", "postponed"])
def test_check_1_an_event_that_awaits_its_date_can_be_waited_for(state: str):
    undated = wanted(state=state, sittings=(), closes_at=None, part_one_by=None)
    assert outcome(places_left=20, waiting=0, awaits_date=undated.awaits_date) == State.WAITING
    assert reason(undated, becomes=State.WAITING, or_wait=True) is None
    assert reason(undated, becomes=State.WAITING) == Reason.FULL


def test_check_2_the_audience_the_invited_and_whom_staff_book_pass():
    for_leads = wanted(audience=frozenset({LEADS}))
    assert reason(for_leads) == Reason.AUDIENCE
    assert reason(for_leads, asker(role_group=LEADS)) is None
    assert reason(for_leads, asker(invited=True)) is None
    assert reason(for_leads, asker(by_staff=True)) is None


def test_check_2_by_invitation_nobody_passes_who_was_not_invited():
    forum = wanted(by_invitation=True, audience=frozenset({DIRECT}))
    assert reason(forum) == Reason.AUDIENCE
    assert reason(forum, asker(invited=True)) is None


@pytest.mark.parametrize("state", sorted(LIVE))
def test_check_3_a_second_booking_of_the_same_date_is_refused(state: State):
    assert reason(wanted(), asker(), held(event_id=1, course_id=10, state=state)) == Reason.ALREADY


def test_check_3_a_place_on_another_date_of_the_course_is_refused_but_waiting_there_is_not():
    other_date = held(course_id=10)
    assert reason(wanted(), asker(), other_date) == Reason.OTHER_DATE
    assert reason(wanted(), asker(), held(course_id=10, state=State.WAITING)) is None
    assert reason(wanted(), asker(), other_date, becomes=State.WAITING, or_wait=True) is None
    assert reason(wanted(several_places=True), asker(), other_date) is None


def test_check_3_a_clash_is_said_and_can_be_confirmed():
    same_time = held(sittings=((at(18, 12, 0), at(18, 15)),))
    event = wanted(sittings=((at(18), at(18, 12, 30)),))
    assert reason(event, asker(), same_time) == Reason.CLASH
    assert reason(event, asker(), same_time, clash_confirmed=True) is None


def test_check_3_two_dates_of_a_course_that_allows_several_can_clash_too():
    event = wanted(several_places=True)
    same_time = held(course_id=10, sittings=event.sittings)
    assert reason(event, asker(), same_time) == Reason.CLASH
    assert reason(event, asker(), same_time, clash_confirmed=True) is None
    facts: dict[str, Any] = {"now": NOW, "clash_confirmed": False, "approved": True, "declined": False}
    assert obstacle(event, asker(), [same_time], swap=False, **facts) == OBSTACLES[Reason.CLASH]
    assert obstacle(event, asker(), [same_time], swap=True, **facts) == ""


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


DEADLINE = at(11, 10, 0)  # five working days before Friday 18 December


@pytest.mark.parametrize(
    ("strength", "now", "why"),
    [
        ("to book", NOW, Reason.REQUIREMENT),
        ("by a deadline", NOW, None),
        ("by a deadline", DEADLINE - timedelta(seconds=1), None),
        ("by a deadline", DEADLINE, Reason.REQUIREMENT),
        ("advised", DEADLINE, None),
    ],
)
def test_check_4_the_three_strengths_of_a_required_course(strength: str, now: datetime, why: Reason | None):
    owes = asker(requirements=(required(strength),))
    assert reason(wanted(), owes, now=now) == why
    assert reason(wanted(), asker(requirements=(required(strength, done=True),)), now=now) is None
    assert reason(wanted(), replace(owes, waived=True), now=now) is None


def test_check_4_evidence_that_waits_stands_for_a_deadline_but_not_for_what_is_required_to_book():
    late = asker(requirements=(required("by a deadline", evidence_waiting=True),))
    assert reason(wanted(), late, now=DEADLINE) is None
    found = refused(wanted(), asker(requirements=(required("to book", evidence_waiting=True),)))
    assert found and found.reason == Reason.REQUIREMENT and "still being checked" in found.sentence


def test_check_4_the_refusal_names_what_is_missing_and_leads_there():
    found = refused(wanted(), asker(requirements=(required("to book"),)))
    assert found and "Part 1" in found.sentence and found.way == ("Go to Part 1", "/courses/part-1")


def test_check_5_who_pays_agrees_to_the_price_and_gives_a_purchase_order():
    pays = asker(pence=4500, price_words="A place costs £45.")
    found = refused(wanted(), pays)
    assert found and found.reason == Reason.CHARGE and "£45" in found.sentence
    assert reason(wanted(), pays, charge_accepted=True) == Reason.CHARGE
    assert reason(wanted(), pays, purchase_order="PO 7") == Reason.CHARGE
    assert reason(wanted(), pays, charge_accepted=True, purchase_order="  ") == Reason.CHARGE
    assert reason(wanted(), pays, charge_accepted=True, purchase_order="PO 7") is None


def test_check_5_a_free_place_with_a_charge_for_coming_late_asks_for_agreement_only():
    free = asker(price_words="A place is free. Cancelling late costs £20.")
    assert reason(wanted(), free) == Reason.CHARGE
    assert reason(wanted(), free, charge_accepted=True) is None


@pytest.mark.parametrize(
    ("approval", "asked", "why", "asks"),
    [
        ("", {}, None, False),
        ("confirm", {}, Reason.APPROVAL, False),
        ("confirm", {"manager_confirmed": True}, Reason.APPROVAL, False),
        ("confirm", {"manager_confirmed": True, "manager_email": "m@x.example"}, None, False),
        ("manager", {}, Reason.APPROVAL, True),
        ("manager", {"manager_email": "m@x.example"}, None, True),
        ("lead", {}, None, True),
    ],
)
def test_check_6_who_has_to_agree(approval: str, asked: dict[str, Any], why: Reason | None, asks: bool):
    event = wanted(approval=approval)
    assert reason(event, asker(), **asked) == why
    assert to_approve(event, asker(), Asked(**asked)) is asks


def test_check_6_whom_their_lead_books_the_lead_has_approved():
    assert not to_approve(wanted(approval="lead"), asker(leads=True), Asked())
    assert to_approve(wanted(approval="manager"), asker(leads=True), Asked())


def test_check_6_only_staff_may_say_why_nobody_is_asked():
    asked = Asked(approved_why="Her manager rang")
    assert to_approve(wanted(approval="manager"), asker(), asked)
    assert not to_approve(wanted(approval="manager"), asker(by_staff=True), asked)


def test_check_7_a_cap_that_is_reached_is_refused_to_who_asked_for_a_place_and_open_to_who_will_wait():
    share = "any one agency may have 2 places on this date, and has them already"
    assert outcome(places_left=5, waiting=0, obstacle=share) == State.WAITING
    found = refused(becomes=State.WAITING, share=share)
    assert found and found.reason == Reason.MIX
    assert found.sentence.startswith("Any one agency may have 2 places on this date")
    assert refused(becomes=State.WAITING, share=share, or_wait=True) is None


def test_check_8_a_full_event_is_refused_to_who_asked_for_a_place_and_open_to_who_will_wait():
    assert reason(becomes=State.WAITING) == Reason.FULL
    assert reason(becomes=State.WAITING, or_wait=True) is None


@pytest.mark.parametrize(
    ("places_left", "waiting", "state"),
    [(1, 0, State.BOOKED), (0, 0, State.WAITING), (0, 4, State.WAITING), (2, 1, State.WAITING)],
)
def test_check_8_those_who_wait_come_first(places_left: int, waiting: int, state: State):
    assert outcome(places_left=places_left, waiting=waiting) == state
    asked = State.REQUESTED if state == State.BOOKED else state
    assert outcome(places_left=places_left, waiting=waiting, to_approve=True) == asked


def test_approval_never_lets_somebody_pass_who_would_have_been_refused():
    event = wanted(approval="manager")
    owes = asker(requirements=(required("to book"),))
    assert reason(event, owes, becomes=State.REQUESTED, manager_email="m@x.example") == Reason.REQUIREMENT


def test_who_waits_cannot_take_a_place_before_somebody_approved_it():
    usual: dict[str, Any] = {"now": NOW, "clash_confirmed": False, "declined": False, "swap": False}
    assert obstacle(wanted(), asker(), [], approved=True, **usual) == ""
    assert obstacle(wanted(), asker(), [], approved=False, **usual) == "nobody has approved it yet"
    other = [held(course_id=10)]
    assert "another date" in obstacle(wanted(), asker(), other, approved=True, **usual)
    assert obstacle(wanted(), asker(), other, approved=True, **{**usual, "swap": True}) == ""
    owes = asker(requirements=(required("to book"),))
    assert obstacle(wanted(), owes, [], approved=True, **usual) == "Part 1 is not done yet"
    assert obstacle(wanted(), asker(), [], approved=True, **{**usual, "declined": True})


def test_a_cap_counts_those_from_one_place_only():
    mix = Mix([Rule(kind="cap", of="agency", places=2)], [SCHOOL, SCHOOL, Unit(8, None, "Health")])
    assert "any one agency may have 2 places" in mix.obstacle(SCHOOL, places_left=5)
    assert mix.obstacle(Unit(8, None, "Health"), places_left=5) == ""
    assert mix.obstacle(Unit(9, None, "Police"), places_left=5) == ""


def test_a_cap_on_each_setting_says_nothing_of_people_without_one():
    mix = Mix([Rule(kind="cap", of="setting", places=1)], [SCHOOL, Unit(8, None, "Health")])
    assert mix.obstacle(SCHOOL, places_left=1)
    assert mix.obstacle(Unit(8, None, "Health"), places_left=1) == ""


def test_kept_places_are_for_those_they_are_kept_for_until_they_have_them():
    kept = Rule(kind="kept", of="sector", target="Health", places=3, name="Health", until="Fri 4 December")
    mix = Mix([kept], [Unit(8, None, "Health")])
    assert mix.obstacle(SCHOOL, places_left=3) == ""
    assert mix.obstacle(SCHOOL, places_left=2) == "the places left are kept for Health until Fri 4 December"
    assert mix.obstacle(Unit(9, None, "Health"), places_left=1) == ""
    mix.add(Unit(9, None, "Health"), 2)
    assert mix.obstacle(SCHOOL, places_left=1) == ""
