"""A place goes to a colleague, or its holder to another date: what the acts do, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.booking import actions, approving, moving
from app.booking.checks import occasion_of
from app.booking.models import Approval, Booking, BookingChange, Charge, Interest, MixRule
from app.booking.rules import Asked, Reason, State
from app.booking.workplaces import workplaces_of
from app.catalogue.models import Event
from app.db import db, rebuilding
from app.errors import Refused
from app.notifications.models import Letter
from app.records.actions import changing, changing_both
from tests.factories import (
    add,
    make_agency,
    make_booking,
    make_course,
    make_event,
    make_person,
    make_policy,
    make_setting,
)

pytestmark = pytest.mark.usefixtures("calendars_read")

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
ASKED = Asked()


def substitute(booking: Booking, colleague: Person, *, now: datetime = NOW, asked: Asked = ASKED) -> Booking:
    """The whole change, as the page makes it."""
    [workplace] = workplaces_of(colleague.id, now.date())
    with changing(booking.event_id, now=now):
        return moving.substitute(booking, colleague, workplace, by=booking.person, now=now, asked=asked)


def move(
    booking: Booking, other: Event, *, now: datetime = NOW, asked: Asked = ASKED, why: str = ""
) -> Booking:
    """The whole change, as the page makes it."""
    with changing_both(booking.event_id, other.id, now=now) as (_, there):
        return moving.move_to(booking, there, by=booking.person, now=now, asked=asked, why=why)


def refused_substitute(booking: Booking, colleague: Person, **more: object) -> Refused:
    """Why a substitute is refused; nothing has changed."""
    with pytest.raises(Refused) as refused:
        substitute(booking, colleague, **more)
    db.session.rollback()
    assert db.session.get_one(Booking, booking.id).state == State.BOOKED
    return refused.value


def letters(booking: Booking) -> list[tuple[str, str, str]]:
    """Message, address and calendar method of what is on its way about a booking."""
    about = f"booking:{booking.public_id}"
    found = sa.select(Letter).where(Letter.about == about, Letter.state == "queued").order_by(Letter.id)
    return [(letter.message, letter.to_email, letter.calendar_method) for letter in db.session.scalars(found)]


def held(event: Event) -> int:
    """Places held, as the database says."""
    db.session.rollback()
    return db.session.scalars(sa.select(Event.places_held).where(Event.id == event.id)).one()


def another_date(event: Event, days: int = 21, **given: object) -> Event:
    """A later date of the same course."""
    return make_event(event.course, starts=event.starts_at + timedelta(days=days), **given)


def last_change(booking: Booking) -> tuple[str, str, str, bool]:
    """From, to, why and late of the newest change."""
    row = db.session.execute(BookingChange.of(booking.id)).first()
    assert row is not None
    return row.from_state, row.to_state, row.why, row.late


def test_a_place_goes_to_a_colleague_and_both_calendars_are_put_right(each_app: Flask):
    event = make_event(capacity=1)
    priya, sam = make_person("Priya Patel"), make_person("Sam Jones")
    booking = make_booking(event, priya)
    new = substitute(booking, sam)
    assert (booking.state, new.state, new.person_id) == ("substituted", "booked", sam.id)
    assert booking.successor_id == new.id
    assert last_change(booking) == ("booked", "substituted", "now Sam Jones", False)
    assert letters(booking) == [("place-given-on", priya.email, "CANCEL")]
    assert letters(new) == [("place-taken-over", sam.email, "REQUEST")]
    assert held(event) == 1


def test_the_place_of_a_substitute_is_not_offered_to_the_waiting_list_in_between(each_app: Flask):
    event = make_event(capacity=1)
    booking, waits = make_booking(event), make_booking(event, state=State.WAITING)
    new = substitute(booking, make_person("Sam Jones"))
    db.session.rollback()
    assert (new.state, db.session.get_one(Booking, waits.id).state) == ("booked", "waiting")


def test_a_substitute_who_waits_for_the_date_leaves_the_waiting_list_with_the_place(each_app: Flask):
    event = make_event(capacity=1)
    sam = make_person("Sam Jones")
    booking, waits = make_booking(event), make_booking(event, sam, state=State.WAITING)
    assert substitute(booking, sam).id == waits.id
    assert db.session.get_one(Booking, waits.id).state == "booked"


def test_a_colleague_takes_over_even_where_more_places_are_held_than_the_lowered_limit(each_app: Flask):
    event = make_event(capacity=2)
    booking, _ = make_booking(event), make_booking(event)
    with rebuilding():
        event.booking_limit = 1
    substitute(booking, make_person("Sam Jones"))
    assert held(event) == 2
    assert db.session.get_one(Event, event.id).booking_limit == 1


def test_a_substitute_no_longer_waits_to_hear_of_the_course(each_app: Flask):
    booking, colleague = make_booking(make_event()), make_person()
    add(Interest(course_id=booking.event.course_id, person_id=colleague.id, asked_at=NOW))
    substitute(booking, colleague)
    db.session.rollback()
    assert db.session.scalars(Interest.open_of(colleague.id)).all() == []


def test_a_substitution_on_the_day_before_never_counts_as_late(each_app: Flask):
    event = make_event()
    booking = make_booking(event)
    substitute(booking, make_person("Sam Jones"), now=event.starts_at - timedelta(hours=2))
    assert last_change(booking)[3] is False


@pytest.mark.parametrize(("minutes", "may"), [(179, True), (180, False)])
def test_a_substitute_may_come_until_the_end_of_the_first_session(each_app: Flask, minutes: int, may: bool):
    event = make_event()
    booking, sam = make_booking(event), make_person("Sam Jones")
    now = event.starts_at + timedelta(minutes=minutes)
    if may:
        assert substitute(booking, sam, now=now).state == "booked"
    else:
        assert refused_substitute(booking, sam, now=now).reason == Reason.NOT_OPEN


def test_a_substitute_from_another_agency_is_refused_in_words(app: Flask):
    booking = make_booking(make_event(), make_person("Priya Patel"))
    sam = make_person("Sam Jones", agency=make_agency("Northshire Police"))
    assert refused_substitute(booking, sam).sentence == (
        "sam.jones@northshire.example does not work for Northshire County Council. A place can go to a colleague "
        "there only. Cancel it instead; then they can book it, or join the waiting list."
    )


def test_under_an_umbrella_a_substitute_is_of_the_same_setting(app: Flask):
    hill_top = make_setting("Hill Top Primary School")
    vale = make_setting("Vale Academy", hill_top.agency)
    priya = make_person("Priya Patel", agency=hill_top.agency, setting_id=hill_top.id)
    booking = make_booking(make_event(), priya)
    other = make_person("Sam Jones", agency=hill_top.agency, setting_id=vale.id)
    assert "does not work for Hill Top Primary School" in refused_substitute(booking, other).sentence
    near = make_person("Nia Near", agency=hill_top.agency, setting_id=hill_top.id)
    assert substitute(booking, near).setting_id == hill_top.id


def test_a_substitute_who_has_a_place_already_is_refused_by_name(app: Flask):
    event = make_event()
    booking, sam = make_booking(event), make_person("Sam Jones")
    make_booking(event, sam)
    found = refused_substitute(booking, sam)
    assert (found.reason, found.sentence) == (
        Reason.ALREADY,
        "Sam Jones already has a place on this date, or has asked for one.",
    )


def test_a_substitute_with_a_place_on_another_date_of_the_course_is_refused(app: Flask):
    event = make_event()
    booking, sam = make_booking(event), make_person("Sam Jones")
    make_booking(another_date(event), sam)
    assert refused_substitute(booking, sam).reason == Reason.OTHER_DATE


def test_a_clash_of_the_substitute_is_said_and_can_be_confirmed(app: Flask):
    event = make_event()
    booking, sam = make_booking(event), make_person("Sam Jones")
    make_booking(make_event(make_course("Neglect"), starts=event.starts_at), sam)
    assert refused_substitute(booking, sam).sentence == (
        "Sam Jones has a place on Neglect at that time. Confirm that they come to this one too."
    )
    assert substitute(booking, sam, asked=Asked(clash_confirmed=True)).state == "booked"


def test_a_move_gives_the_old_place_to_the_next_in_line_and_one_letter_says_both(each_app: Flask):
    event = make_event(capacity=1)
    other = another_date(event)
    priya = make_person("Priya Patel")
    booking, waits = make_booking(event, priya), make_booking(event, state=State.WAITING)
    new = move(booking, other)
    assert (booking.state, new.state, new.event_id) == ("moved", "booked", other.id)
    assert booking.successor_id == new.id
    assert letters(new) == [("moved", priya.email, "REQUEST")]
    assert letters(booking) == [("moved-away", priya.email, "CANCEL")]
    assert last_change(booking) == ("booked", "moved", "", False)
    assert (held(event), held(other)) == (1, 1)
    assert db.session.get_one(Booking, waits.id).state != "waiting"


def test_who_moves_to_a_date_they_wait_for_needs_no_manager_to_agree_once_more(each_app: Flask):
    event = make_event(make_course("Neglect", approval="manager"))
    priya, there = make_person("Priya Patel"), another_date(event)
    booking = make_booking(event, priya)
    asked = {"policy": {"to_approve": True}, "manager_email": "mo@northshire.example"}
    waits = make_booking(there, priya, state=State.WAITING, **asked)
    with changing(there.id, now=NOW) as locked:
        waiting = db.session.get_one(Booking, waits.id)
        approving.ask_for(waiting, occasion_of(locked, NOW), now=NOW)
    new = move(booking, there)
    assert (new.id, new.state, new.policy["to_approve"]) == (waits.id, "booked", False)
    assert db.session.scalars(sa.select(Approval.decision)).all() == ["withdrawn"]


def test_a_move_inside_three_working_days_counts_as_late_and_needs_a_reason(each_app: Flask):
    event = make_event()
    other, booking = another_date(event), make_booking(event)
    now = event.starts_at - timedelta(days=1)
    with pytest.raises(Refused, match="Say why you change the date so close to the day"):
        move(booking, other, now=now)
    db.session.rollback()
    move(booking, other, now=now, why="Court moved to that day")
    assert last_change(booking) == ("booked", "moved", "Court moved to that day", True)


def test_a_full_date_can_be_waited_for_while_the_old_place_is_kept(each_app: Flask):
    event = make_event()
    other, booking = another_date(event, capacity=1), make_booking(event)
    make_booking(other)
    with pytest.raises(Refused) as refused:
        move(booking, other)
    assert refused.value.reason == Reason.FULL
    db.session.rollback()
    new = move(booking, other, asked=Asked(or_wait=True))
    assert (booking.state, new.state, new.swap) == ("booked", "waiting", True)
    assert [message for message, _, _ in letters(new)] == ["waiting"]


def test_who_cannot_move_for_a_cap_is_told_so_and_can_wait(app: Flask):
    event = make_event()
    other, booking = another_date(event), make_booking(event)
    add(MixRule(event_id=other.id, kind="cap", of="agency", places=1))
    make_booking(other)
    with pytest.raises(Refused) as refused:
        move(booking, other)
    assert refused.value.reason == Reason.MIX
    assert refused.value.sentence.startswith(
        "Any one agency may have 1 place on this date, and has it already."
    )
    db.session.rollback()
    assert move(booking, other, asked=Asked(or_wait=True)).state == "waiting"


def test_the_old_place_goes_when_the_swap_is_accepted(each_app: Flask):
    event = make_event()
    other = another_date(event, capacity=1)
    booking = make_booking(event)
    new = make_booking(other, booking.person, state=State.BOOKED, swap=True)
    old = moving.swapped_for(new)
    assert old is not None and old.id == booking.id
    with changing_both(event.id, other.id, now=NOW):
        moving.give_up_for(new, old, by=new.person, now=NOW)
    assert (old.state, old.successor_id) == ("moved", new.id)
    assert (held(event), held(other)) == (0, 1)


@pytest.mark.parametrize("where", ["another course", "the same date"])
def test_only_another_date_of_the_course_can_be_moved_to(app: Flask, where: str):
    event = make_event()
    booking = make_booking(event)
    with pytest.raises(Refused, match="not another date of this course"):
        move(booking, event if where == "the same date" else make_event(make_course("Neglect")))


def test_who_moves_into_a_clash_has_to_confirm_it(app: Flask):
    event = make_event()
    other, booking = another_date(event), make_booking(event)
    make_booking(make_event(make_course("Neglect"), starts=other.starts_at), booking.person)
    with pytest.raises(Refused) as refused:
        move(booking, other)
    assert refused.value.reason == Reason.CLASH
    db.session.rollback()
    assert move(booking, other, asked=Asked(clash_confirmed=True)).state == "booked"


@pytest.mark.postgresql
def test_people_who_move_opposite_ways_at_once_do_not_wait_for_each_other_for_ever(postgresql_app: Flask):
    one = make_event()
    two = another_date(one)
    there = [make_booking(one).id for _ in range(6)]
    back = [make_booking(two).id for _ in range(6)]

    def go(booking_id: int, to: int) -> str:
        with postgresql_app.app_context():
            booking = db.session.get_one(Booking, booking_id)
            with changing_both(booking.event_id, to, now=NOW) as (_, other):
                db.session.refresh(booking)
                new = moving.move_to(booking, other, by=booking.person, now=NOW, asked=ASKED)
                return new.state

    db.session.rollback()
    with ThreadPoolExecutor(12) as pool:
        found = list(pool.map(go, [*there, *back], [two.id] * 6 + [one.id] * 6))
    assert found == ["booked"] * 12
    assert (held(one), held(two)) == (6, 6)


def charged(event: Event, **given: object) -> Booking:
    """A booking that costs £45, in the transaction of a page, of somebody whose agency pays."""
    make_policy(charging=True, half_day=4500, late=2000, exempt=[])
    priya = make_person("Priya Patel")
    [workplace] = workplaces_of(priya.id, NOW.date())
    asked = Asked(charge_accepted=True, purchase_order="PO 77")
    with changing(event.id, now=NOW) as locked:
        return actions.book(locked, priya, workplace, by=priya, now=NOW, asked=asked)


def charges(booking: Booking) -> list[tuple[str, str, str, str]]:
    """Kind, state, reason and purchase order of a booking's charges."""
    found = sa.select(Charge).where(Charge.booking_id == booking.id).order_by(Charge.id)
    return [(row.kind, row.state, row.why, row.purchase_order) for row in db.session.scalars(found)]


def test_a_substitute_takes_the_charge_over_with_its_purchase_order(app: Flask):
    booking = charged(make_event())
    new = substitute(booking, make_person("Sam Jones"))
    assert charges(booking) == [("place", "waived", "Given to a colleague", "PO 77")]
    assert charges(new) == [("place", "proposed", "", "PO 77")]


def test_a_move_pays_for_the_new_date_and_a_late_one_for_the_notice_too(app: Flask):
    event = make_event()
    other, booking = another_date(event), charged(event)
    new = move(booking, other, now=event.starts_at - timedelta(days=1), why="Court")
    assert charges(booking) == [
        ("place", "waived", "Moved to another date", "PO 77"),
        ("late", "proposed", "", "PO 77"),
    ]
    assert charges(new) == [("place", "proposed", "", "PO 77")]
