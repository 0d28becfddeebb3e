"""Agreeing, declining, passing on, running out: what each does to the booking, the place and the mail."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person, RoleGrant
from app.accounts.rules import Role
from app.booking import actions, approving, charging, deciding
from app.booking.approvers import Approver
from app.booking.checks import occasion_of
from app.booking.models import Approval, Booking, BookingChange, Charge, MixRule
from app.booking.rules import State
from app.catalogue.models import Event
from app.clock import stopped_at
from app.db import db
from app.errors import Refused
from app.notifications.models import Letter
from app.records import approvals
from app.records.actions import changing
from tests.at_once import at_once, release
from tests.factories import (
    LONG_AGO,
    add,
    make_agency,
    make_booking,
    make_course,
    make_event,
    make_partnership,
    make_person,
    make_policy,
    make_setting,
)

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)  # a Friday
ASKED_AGAIN = datetime(2026, 11, 25, 17, 0, tzinfo=UTC)
ESCALATED = datetime(2026, 11, 26, 17, 0, tzinfo=UTC)
OVER = datetime(2026, 11, 27, 17, 0, tzinfo=UTC)


def a_date(mode: str = "manager", **given: object) -> Event:
    """A date of a course that asks for agreement."""
    return make_event(make_course("Child sexual exploitation", approval=mode), **given)


def asked(
    event: Event | None = None, state: State = State.REQUESTED, **given: object
) -> tuple[Booking, Approval]:
    """Somebody has asked, and their manager (or lead) has been written to."""
    event = event or a_date()
    named = {"manager_name": "Mary Manager", "manager_email": "mary@school.example"}
    usual = {"state": state, "made_at": NOW, "policy": {"to_approve": True}, **named}
    booking = make_booking(event, **{"person": make_person(), **usual, **given})
    with changing(event.id, now=NOW) as locked:
        charging.propose_for(booking, locked, now=NOW)
        [approval, *_] = approving.ask_for(booking, occasion_of(locked, NOW), now=NOW)
    return booking, approval


def approve(approval: Approval, now: datetime = NOW, **given: object) -> None:
    """The whole change."""
    with changing(approval.booking.event_id, now=now):
        deciding.approve(approval, now=now, **given)


def decline(approval: Approval, why: str = "The team is short", now: datetime = NOW) -> None:
    """The whole change."""
    with changing(approval.booking.event_id, now=now):
        deciding.decline(approval, why=why, now=now)


def delegate(approval: Approval, email: str = "dora@school.example", now: datetime = NOW) -> Approval:
    """The whole change."""
    with changing(approval.booking.event_id, now=now):
        return deciding.delegate(approval, name="Dora Deputy", email=email, now=now)


def state_of(booking: Booking) -> str:
    """As the database has it."""
    db.session.rollback()
    return db.session.scalars(sa.select(Booking.state).where(Booking.id == booking.id)).one()


def last_change(booking: Booking) -> tuple[str, str, str]:
    """From, to and why."""
    row = db.session.execute(BookingChange.of(booking.id)).first()
    assert row is not None
    return row.from_state, row.to_state, row.why


def mails(message: str, to: str = "") -> list[Letter]:
    """The letters of that name that were not withdrawn, oldest first."""
    db.session.rollback()
    wanted = sa.select(Letter).where(Letter.message == message, Letter.state == "queued").order_by(Letter.id)
    return list(db.session.scalars(wanted.where(Letter.to_email == to) if to else wanted))


def decisions() -> list[str]:
    """What became of every question, in the order they were asked."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(Approval.decision).order_by(Approval.id)))


def held(event_id: int) -> int:
    """Places held."""
    db.session.rollback()
    return db.session.scalars(sa.select(Event.places_held).where(Event.id == event_id)).one()


def test_agreed_to_a_request_is_booked_with_an_invite_and_says_who_agreed(each_app: Flask):
    booking, approval = asked()
    approve(approval)
    assert state_of(booking) == "booked"
    assert last_change(booking) == ("requested", "booked", "Mary Manager agreed")
    [letter] = mails("booked")
    assert letter.calendar
    assert held(booking.event_id) == 1
    assert mails("approve") == []


def test_agreed_to_a_place_that_costs_something_it_is_charged(each_app: Flask):
    make_policy()
    nursery = make_person("Odette Other", agency=make_agency("Little Stars Nursery", standing="other"))
    _, approval = asked(person=nursery)
    approve(approval)
    assert db.session.scalars(sa.select(Charge.pence)).all() == [4500]


def test_agreeing_never_skips_a_place_that_is_no_longer_there(each_app: Flask):
    event = a_date(capacity=2)
    make_booking(event)
    booking, approval = asked(event)
    with changing(event.id, now=NOW) as locked:
        locked.booking_limit = 1
    approve(approval)
    assert state_of(booking) == "waiting"
    assert last_change(booking)[2] == "Mary Manager agreed, but no place is free any more"
    [letter] = mails("approved-waiting")
    assert "number 1 on the waiting list" in letter.text
    assert held(event.id) == 1


def test_agreeing_never_skips_a_cap_and_the_place_goes_on(each_app: Flask):
    event = a_date(capacity=2)
    make_booking(event)
    booking, approval = asked(event)
    other = make_person("Paul Police", agency=make_agency("Northshire Police", sector="Police"))
    waits = make_booking(event, other, state="waiting")
    add(MixRule(event_id=event.id, kind="cap", of="agency", agency_id=booking.agency_id, places=1))
    approve(approval)
    assert (state_of(booking), state_of(waits)) == ("waiting", "booked")


def test_a_cap_that_the_request_itself_fills_is_no_obstacle(each_app: Flask):
    booking, approval = asked()
    add(MixRule(event_id=booking.event_id, kind="cap", of="agency", agency_id=booking.agency_id, places=1))
    approve(approval)
    assert state_of(booking) == "booked"


def test_agreeing_never_skips_a_place_held_on_another_date_of_the_course(each_app: Flask):
    booking, approval = asked()
    other = make_event(booking.event.course, starts=booking.event.starts_at + timedelta(days=30))
    make_booking(other, booking.person)
    approve(approval)
    assert state_of(booking) == "waiting"
    assert "a place on another date of the course is held" in last_change(booking)[2]


def test_who_waits_and_is_agreed_to_gets_the_place_that_went_past_them(each_app: Flask):
    event = a_date(capacity=1)
    booking, approval = asked(event, State.WAITING)
    with changing(event.id, now=NOW) as locked:
        assert actions.free_places_taken(locked, NOW) == []
    approve(approval)
    assert state_of(booking) == "booked"
    assert len(mails("promoted")) == 1


def test_who_waits_and_is_agreed_to_while_it_is_full_hears_where_they_stand(each_app: Flask):
    event = a_date(capacity=1)
    make_booking(event)
    booking, approval = asked(event, State.WAITING)
    approve(approval)
    assert (state_of(booking), approving.is_approved([booking.id])) == ("waiting", {booking.id})
    assert "Nobody needs to agree again" in mails("approved-waiting")[0].text


def test_declined_the_place_goes_on_and_the_letter_says_why_and_offers_other_dates(each_app: Flask):
    event = a_date(capacity=1)
    booking, approval = asked(event)
    waits = make_booking(event, state="waiting")
    other = make_event(event.course, starts=event.starts_at + timedelta(days=30))
    decline(approval)
    assert (state_of(booking), state_of(waits)) == ("declined", "booked")
    assert last_change(booking)[2] == "The team is short (Mary Manager)"
    [letter] = mails("declined")
    assert "The team is short" in letter.text
    assert f"/events/{other.id}" in letter.text
    assert f"/events/{other.id}" in letter.html


def test_declining_needs_a_reason(each_app: Flask):
    booking, approval = asked()
    with pytest.raises(Refused, match="Say why not"):
        decline(approval, why="  ")
    assert (state_of(booking), decisions()) == ("requested", [""])


def test_who_waits_can_be_declined_too(each_app: Flask):
    booking, approval = asked(state=State.WAITING)
    decline(approval)
    assert (state_of(booking), last_change(booking)[:2]) == ("declined", ("waiting", "declined"))


@pytest.mark.parametrize("act", [approve, decline, delegate])
def test_a_link_decides_once(each_app: Flask, act: Callable[[Approval], object]):
    _, approval = asked()
    approve(approval)
    with pytest.raises(Refused, match="You have agreed"):
        act(approval)


@pytest.mark.parametrize("act", [approve, decline, delegate])
def test_after_its_time_a_link_decides_nothing_even_before_the_clock_came(
    each_app: Flask, act: Callable[..., object]
):
    booking, approval = asked()
    with pytest.raises(Refused, match="The time to answer is over"):
        act(approval, now=OVER)
    assert (state_of(booking), decisions()) == ("requested", [""])


def test_passed_on_somebody_else_decides_in_the_same_time(each_app: Flask):
    booking, approval = asked()
    new = delegate(approval)
    assert (new.expires_at, new.before_id) == (approval.expires_at, approval.id)
    [letter] = mails("approve", "dora@school.example")
    assert "Mary Manager passed the decision on to you" in letter.text
    with pytest.raises(Refused, match="You passed this on"):
        approve(approval)
    approve(new)
    assert (state_of(booking), decisions()) == ("booked", ["delegated", "approved"])


def test_nobody_gets_to_decide_about_themselves_by_passing_on(each_app: Flask):
    booking, approval = asked()
    with pytest.raises(Refused, match="Nobody decides about their own place"):
        delegate(approval, email=booking.person.email.upper())
    assert decisions() == [""]


def test_it_is_not_passed_on_to_somebody_who_was_asked_before(each_app: Flask):
    _, approval = asked()
    new = delegate(approval)
    with pytest.raises(Refused, match="has been asked already"):
        delegate(new, email="mary@school.example")


def test_taken_back_by_the_person_there_is_nothing_to_agree_to(each_app: Flask):
    booking, approval = asked()
    with changing(booking.event_id, now=NOW):
        actions.withdraw(booking, by=booking.person, now=NOW)
    with pytest.raises(Refused, match="This is settled already"):
        approve(approval)
    assert state_of(booking) == "withdrawn"


def test_unanswered_it_is_asked_again_by_the_same_link_and_only_once(each_app: Flask):
    booking, approval = asked()
    approvals.due(stopped_at(ASKED_AGAIN - timedelta(minutes=1)))
    assert len(mails("approve")) == 1
    approvals.due(stopped_at(ASKED_AGAIN))
    approvals.due(stopped_at(ASKED_AGAIN + timedelta(hours=1)))
    first, second = mails("approve")
    assert second.subject.startswith("Still open")
    assert f"/approvals/{approving.token_of(approval)}" in first.text
    assert f"/approvals/{approving.token_of(approval)}" in second.text


def make_lead(name: str, booking: Booking, **of: object) -> Person:
    """Somebody who leads the agency, or a part of it."""
    lead = make_person(name)
    given = {"partnership_id": make_partnership().id, "role": Role.AGENCY_LEAD.value, "from_on": LONG_AGO}
    add(RoleGrant(person_id=lead.id, agency_id=booking.agency_id, **given, **of))
    return lead


def test_still_unanswered_the_agencys_leads_are_asked_and_each_can_decide(each_app: Flask):
    booking, approval = asked()
    make_lead("Lena Lead", booking), make_lead("Leo Lead", booking)
    approvals.due(stopped_at(ESCALATED))
    approvals.due(stopped_at(ESCALATED + timedelta(minutes=1)))
    asked_now = list(db.session.scalars(Approval.of(booking.id)))
    assert [one.approver_name for one in asked_now] == ["Mary Manager", "Lena Lead", "Leo Lead"]
    assert {one.expires_at for one in asked_now} == {approval.expires_at}
    approve(asked_now[1], now=ESCALATED + timedelta(hours=1))
    assert (state_of(booking), decisions()) == ("booked", ["withdrawn", "approved", "withdrawn"])
    assert last_change(booking)[2] == "Lena Lead agreed"


def test_leads_who_do_not_answer_pass_it_up_to_those_of_the_agency(each_app: Flask):
    school = make_setting()
    priya = make_person("Priya Patel", agency=school.agency, setting_id=school.id)
    booking = make_booking(a_date("lead"), priya, state=State.REQUESTED, made_at=NOW)
    make_lead("Lena Lead", booking, setting_id=school.id)
    make_lead("Una Umbrella", booking)
    with changing(booking.event_id, now=NOW) as event:
        approving.ask_for(booking, occasion_of(event, NOW), now=NOW)
    assert [one.to_name for one in mails("approve")] == ["Lena Lead"]
    approvals.due(stopped_at(ASKED_AGAIN))
    approvals.due(stopped_at(ESCALATED))
    assert [one.to_name for one in mails("approve")] == ["Lena Lead", "Lena Lead", "Una Umbrella"]


def test_a_course_that_comes_to_begin_earlier_ends_what_is_asked_about_it(each_app: Flask):
    event = a_date()
    booking, approval = asked(event)
    soon = NOW + timedelta(days=1)
    with changing(event.id, now=NOW) as locked:
        locked.starts_at = soon
    with pytest.raises(Refused, match="The time to answer is over"):
        approve(approval, now=soon)
    approvals.due(stopped_at(soon))
    assert state_of(booking) == "expired"


def test_when_the_time_is_over_the_request_runs_out_and_the_place_goes_on(each_app: Flask):
    event = a_date(capacity=1)
    booking, _ = asked(event)
    waits = make_booking(event, state="waiting")
    approvals.due(stopped_at(OVER - timedelta(minutes=1)))
    assert state_of(booking) == "requested"
    approvals.due(stopped_at(OVER))
    assert (state_of(booking), state_of(waits), decisions()) == ("expired", "booked", ["expired"])
    [letter] = mails("expired")
    assert "nobody answered in time" in letter.text


def test_it_runs_out_when_booking_closes_if_that_is_earlier(each_app: Flask):
    event = make_event(
        make_course("In the room", delivery="classroom", approval="manager"),
        starts=datetime(2026, 11, 25, 9, 30, tzinfo=UTC),
    )
    booking, approval = asked(event)
    assert approval.expires_at == datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
    approvals.due(stopped_at(datetime(2026, 11, 24, 17, 0, tzinfo=UTC)))
    assert state_of(booking) == "expired"


def test_who_waits_keeps_their_place_in_the_list_and_can_ask_again(each_app: Flask):
    event = a_date(capacity=1)
    make_booking(event)
    booking, _ = asked(event, State.WAITING)
    approvals.due(stopped_at(OVER))
    assert (state_of(booking), decisions()) == ("waiting", ["expired"])
    assert "You keep your place in the waiting list" in mails("expired")[0].text
    with changing(event.id, now=OVER):
        [new] = deciding.ask_instead(booking, Approver("Dora Deputy", "dora@school.example"), now=OVER)
    assert new.expires_at > OVER
    approve(new, now=OVER + timedelta(hours=1))
    assert approving.is_approved([booking.id]) == {booking.id}


def test_a_request_gains_no_time_by_asking_somebody_else(each_app: Flask):
    booking, approval = asked()
    with changing(booking.event_id, now=NOW + timedelta(days=3)):
        [new] = deciding.ask_instead(
            booking, Approver("Dora Deputy", "dora@school.example"), now=NOW + timedelta(days=3)
        )
    assert (new.expires_at, decisions()) == (approval.expires_at, ["withdrawn", ""])
    assert booking.manager_email == "dora@school.example"


def test_the_desk_decides_with_a_reason_and_stands_in_the_history(each_app: Flask):
    booking, approval = asked(a_date("lead"))
    assert approval.approver_email == ""
    ada = make_person("Ada Admin")
    approve(approval, by=ada, why="Agreed on the telephone")
    assert last_change(booking)[2] == "Ada Admin agreed: Agreed on the telephone"
    db.session.rollback()
    assert db.session.scalars(sa.select(Approval.decided_by_id)).all() == [ada.id]


def again(approval_id: int) -> Approval:
    """The row in this thread's own session."""
    return db.session.get_one(Approval, approval_id)


@pytest.mark.parametrize("turn", range(4))
def test_agreeing_and_declining_at_once_one_of_them_decides(each_app: Flask, turn: int):
    booking, approval = asked()
    number = approval.id
    release()
    said = at_once(each_app, lambda: approve(again(number)), lambda: decline(again(number)))
    assert sorted(map(bool, said)) == [False, True]
    became = state_of(booking)
    assert became == ("booked" if not said[0] else "declined")
    assert decisions() == ["approved" if became == "booked" else "declined"]
    changes = db.session.execute(BookingChange.of(booking.id)).all()
    assert len(changes) == 2
    assert held(booking.event_id) == (1 if became == "booked" else 0)


@pytest.mark.parametrize("turn", range(4))
def test_agreeing_while_the_person_takes_it_back_ends_in_one_truth(each_app: Flask, turn: int):
    booking, approval = asked()
    number, booking_id, person_id, event_id = approval.id, booking.id, booking.person_id, booking.event_id
    release()

    def take_back() -> None:
        with changing(event_id, now=NOW):
            mine = db.session.get_one(Booking, booking_id)
            if mine.state == State.REQUESTED:
                actions.withdraw(mine, by=db.session.get_one(Person, person_id), now=NOW)
            else:
                actions.cancel(mine, by=db.session.get_one(Person, person_id), now=NOW)

    said = at_once(each_app, lambda: approve(again(number)), take_back)
    became = state_of(booking)
    assert not said[1]
    assert became == ("withdrawn" if said[0] else "cancelled")
    assert held(booking.event_id) == 0


def test_what_is_due_in_the_far_future_is_done_once(each_app: Flask):
    booking, _ = asked()
    for _ in range(3):
        approvals.due(stopped_at(datetime.combine(date(2027, 3, 1), OVER.time(), tzinfo=UTC)))
    assert (state_of(booking), len(mails("expired"))) == ("expired", 1)
