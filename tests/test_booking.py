"""Booking, cancelling, waiting: what the acts do to rows and letters, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.booking import actions
from app.booking.models import Booking, BookingChange, Interest
from app.booking.rules import Asked, Reason, State
from app.booking.workplaces import workplaces_of
from app.catalogue.models import Event, EventSession
from app.clock import stopped_at
from app.db import db, writing
from app.errors import Refused
from app.notifications.models import Letter
from app.records import waiting_lists
from app.records.actions import changing
from tests.factories import (
    add,
    make_booking,
    make_course,
    make_event,
    make_partnership,
    make_person,
    make_setting,
)

pytestmark = pytest.mark.usefixtures("calendars_read")

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
ASKED = Asked()
WILL_WAIT = Asked(or_wait=True)


def book(event: Event, person: Person, *, asked: Asked = ASKED, now: datetime = NOW) -> Booking:
    """The whole change, as the page makes it."""
    [workplace] = workplaces_of(person.id, now.date())
    with changing(event.id, now=now) as locked:
        return actions.book(locked, person, workplace, by=person, now=now, asked=asked)


def cancel(booking: Booking, *, by: Person | None = None, now: datetime = NOW, why: str = "") -> None:
    """The whole change, as the page makes it."""
    with changing(booking.event_id, now=now):
        actions.cancel(booking, by=by or booking.person, now=now, why=why)


def states(event: Event) -> list[str]:
    """The states of an event's bookings in the order they were made."""
    db.session.rollback()
    return list(
        db.session.scalars(sa.select(Booking.state).where(Booking.event_id == event.id).order_by(Booking.id))
    )


def history(booking: Booking) -> list[tuple[str, str, str]]:
    """From, to and why of every change, oldest first."""
    db.session.rollback()
    rows = db.session.execute(BookingChange.of(booking.id)).all()
    return [(row.from_state, row.to_state, row.why) for row in reversed(rows)]


def letters(booking: Booking, state: str = "queued") -> list[Letter]:
    """The letters about a booking, in order."""
    about = f"booking:{booking.public_id}"
    found = sa.select(Letter).where(Letter.about == about, Letter.state == state).order_by(Letter.id)
    return list(db.session.scalars(found))


def places_held(event: Event) -> int:
    """Places held, as the database says."""
    db.session.rollback()
    return db.session.scalars(sa.select(Event.places_held).where(Event.id == event.id)).one()


def test_a_booking_keeps_where_the_person_worked_on_the_day(each_app: Flask):
    school = make_setting("Hill Top Primary School")
    priya = make_person("Priya Patel", agency=school.agency, setting_id=school.id)
    booking = book(make_event(), priya, asked=Asked(needs="A hearing loop", mobile="07700 900123"))
    assert (booking.state, booking.agency_id, booking.setting_id) == ("booked", school.agency_id, school.id)
    assert (booking.sector, booking.needs, booking.mobile) == ("Education", "A hearing loop", "07700 900123")
    assert booking.policy["late_cancellation_working_days"] == 3
    assert history(booking) == [("", "booked", "")]


def test_the_letter_carries_an_invite_with_our_joining_link(each_app: Flask):
    booking = book(make_event(), make_person("Priya Patel"))
    [letter] = letters(booking)
    assert (letter.message, letter.to_email) == ("booked", "priya.patel@northshire.example")
    assert letter.subject == "You have a place: Working Together to Safeguard Children, Fri 18 December"
    unfolded = letter.calendar.replace("\r\n ", "")
    assert letter.calendar_method == "REQUEST"
    assert f"/join/{booking.public_id}" in unfolded
    assert "SEQUENCE:0" in unfolded
    assert "meet.example" not in unfolded + letter.text + letter.html


def test_who_confirms_that_their_manager_agrees_is_booked_at_once_and_the_manager_gets_a_copy(
    each_app: Flask,
):
    priya, event = make_person("Priya Patel"), make_event(make_course(approval="confirm"))
    with pytest.raises(Refused, match="Confirm that your manager agrees"):
        book(event, priya)
    db.session.rollback()
    said = Asked(manager_confirmed=True, manager_name="Mo Boss", manager_email="mo@northshire.example")
    booking = book(event, priya, asked=said)
    assert booking.state == "booked"
    told = [(letter.message, letter.to_email) for letter in letters(booking)]
    assert told == [("booked", priya.email), ("booked-manager", "mo@northshire.example")]


def test_each_session_has_a_letter_and_a_uid_of_its_own(each_app: Flask):
    event = make_event()
    later = event.starts_at + timedelta(days=1)
    with writing() as session:
        session.add(EventSession(event_id=event.id, starts_at=later, ends_at=later + timedelta(hours=3)))
        session.get_one(Event, event.id).ends_at = later + timedelta(hours=3)
    first, second = letters(book(event, make_person()))
    assert first.subject.endswith("(1 of 2)")
    assert second.subject.startswith("Session 2 of 2")
    uids = {
        line
        for letter in (first, second)
        for line in letter.calendar.replace("\r\n ", "").splitlines()
        if line.startswith("UID:")
    }
    assert len(uids) == 2


def test_asking_twice_gives_the_same_booking_and_one_letter(each_app: Flask):
    event, priya = make_event(), make_person()
    first, second = book(event, priya), book(event, priya)
    assert first.public_id == second.public_id
    assert len(letters(first)) == 1
    assert places_held(event) == 1


def test_somebody_who_was_added_in_the_room_has_that_booking(each_app: Flask):
    walk_in = make_booking(make_event(), state="walk-in")
    assert book(walk_in.event, walk_in.person).public_id == walk_in.public_id
    assert states(walk_in.event) == ["walk-in"]


def test_a_full_event_is_refused_to_who_did_not_agree_to_wait_and_nothing_is_left_behind(each_app: Flask):
    event = make_event(capacity=1)
    book(event, make_person())
    with pytest.raises(Refused) as refused:
        book(event, make_person())
    assert refused.value.reason == Reason.FULL
    assert states(event) == ["booked"]


def test_who_agrees_to_wait_joins_the_list_of_a_full_event_and_hears_where_they_stand(each_app: Flask):
    event = make_event(capacity=1)
    book(event, make_person())
    book(event, make_person(), asked=WILL_WAIT)
    booking = book(event, make_person(), asked=WILL_WAIT)
    assert states(event) == ["booked", "waiting", "waiting"]
    [letter] = letters(booking)
    assert letter.message == "waiting"
    assert "number 2 on its waiting list" in letter.text
    assert not letter.calendar


def test_who_would_have_waited_gets_a_place_while_there_is_one(each_app: Flask):
    assert book(make_event(capacity=1), make_person(), asked=WILL_WAIT).state == "booked"


def test_a_place_on_another_date_of_the_course_stands_in_the_way(each_app: Flask):
    course, priya = make_course(), make_person()
    book(make_event(course), priya)
    other = make_event(course, NOW + timedelta(days=60))
    with pytest.raises(Refused) as refused:
        book(other, priya)
    assert refused.value.reason == Reason.OTHER_DATE


def test_a_clash_has_to_be_confirmed(each_app: Flask):
    priya = make_person()
    book(make_event(make_course("Neglect")), priya)
    same_time = make_event(make_course("Child exploitation"))
    with pytest.raises(Refused) as refused:
        book(same_time, priya)
    assert refused.value.reason == Reason.CLASH
    assert "Neglect" in refused.value.sentence
    assert book(same_time, priya, asked=Asked(clash_confirmed=True)).state == "booked"


def test_cancelling_tells_the_calendar_with_the_same_uid_and_a_higher_sequence(each_app: Flask):
    booking = book(make_event(), make_person())
    [invite] = letters(booking)
    with writing():
        invite.state = "sent"
    cancel(booking)
    [cancelled] = letters(booking)
    assert (cancelled.message, cancelled.calendar_method) == ("booking-cancelled", "CANCEL")
    assert "SEQUENCE:1" in cancelled.calendar
    assert [line for line in invite.calendar.splitlines() if line.startswith("UID:")] == [
        line for line in cancelled.calendar.splitlines() if line.startswith("UID:")
    ]
    assert history(booking) == [("", "booked", ""), ("booked", "cancelled", "")]


def test_an_invite_that_was_not_sent_yet_is_withdrawn_when_the_place_is_cancelled(each_app: Flask):
    booking = book(make_event(), make_person())
    cancel(booking)
    assert [letter.message for letter in letters(booking, "withdrawn")] == ["booked"]


def test_every_change_is_a_row_with_who_when_from_to_and_why_and_none_is_overwritten(each_app: Flask):
    event, priya, sam = make_event(capacity=1), make_person("Priya Patel"), make_person("Sam Jones")
    later, latest = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    book(event, priya)
    waits = book(event, sam, asked=WILL_WAIT, now=later)
    cancel(db.session.scalars(sa.select(Booking).where(Booking.person_id == priya.id)).one(), now=latest)
    with changing(event.id, now=latest):
        actions.cancel(db.session.get_one(Booking, waits.id), by=sam, now=latest, why="Court")
    columns = ("by_id", "at", "from_state", "to_state", "why")
    rows = db.session.scalars(sa.select(BookingChange).order_by(BookingChange.id))
    found = [tuple(getattr(row, name) for name in columns) for row in rows]
    assert [row[:4] for row in found] == [
        (priya.id, NOW, "", "booked"),
        (sam.id, later, "", "waiting"),
        (priya.id, latest, "booked", "cancelled"),
        (None, latest, "waiting", "booked"),
        (sam.id, latest, "booked", "cancelled"),
    ]
    assert found[-1][-1] == "Court"


def test_a_late_cancellation_needs_a_reason_and_is_marked(each_app: Flask):
    booking = book(make_event(), make_person())
    two_days_before = booking.event.starts_at - timedelta(days=2)
    with pytest.raises(Refused, match="Say why"):
        cancel(booking, now=two_days_before)
    cancel(booking, now=two_days_before, why="Court")
    assert history(booking)[-1] == ("booked", "cancelled", "Court")
    assert db.session.scalars(sa.select(BookingChange.late).order_by(BookingChange.id)).all()[-1] is True


def test_lateness_is_judged_by_the_policy_the_booking_was_made_under(each_app: Flask):
    booking = make_booking(make_event(), policy={"late_cancellation_working_days": 10})
    assert actions.late_now(booking, booking.event.starts_at - timedelta(days=7))
    booking = make_booking(make_event(make_course("Neglect")), policy={"late_cancellation_working_days": 1})
    assert not actions.late_now(booking, booking.event.starts_at - timedelta(days=2))


def test_a_place_cannot_be_cancelled_once_the_course_has_begun(each_app: Flask):
    booking = book(make_event(), make_person())
    with pytest.raises(Refused, match="no longer"):
        cancel(booking, now=booking.event.starts_at, why="ill")


def test_cancelling_twice_changes_nothing_the_second_time(each_app: Flask):
    booking = book(make_event(), make_person())
    cancel(booking), cancel(booking)
    assert len(history(booking)) == 2
    assert len(letters(booking)) == 1


def test_a_free_place_goes_to_the_first_who_waits_at_once_with_a_letter(each_app: Flask):
    event = make_event(capacity=1)
    holder = book(event, make_person())
    first = book(event, make_person("Farid First"), asked=WILL_WAIT)
    second = book(event, make_person(), asked=WILL_WAIT, now=NOW + timedelta(minutes=1))
    cancel(holder)
    assert states(event) == ["cancelled", "booked", "waiting"]
    assert history(first)[-1] == ("waiting", "booked", "")
    [letter] = letters(first)
    assert (letter.message, letter.calendar_method) == ("promoted", "REQUEST")
    assert [found.message for found in letters(second)] == ["waiting"]
    assert places_held(event) == 1


def test_nobody_is_promoted_once_the_first_session_has_started(each_app: Flask):
    event = make_event(capacity=1)
    make_booking(event, state="waiting")
    with changing(event.id, now=event.starts_at) as locked:
        assert actions.free_places_taken(locked, event.starts_at) == []
    assert states(event) == ["waiting"]


def test_who_holds_another_date_is_passed_over_with_a_reason_said_once(each_app: Flask):
    course = make_course()
    event = make_event(course, capacity=1)
    holder, priya = book(event, make_person()), make_person("Priya Patel")
    passed = book(event, priya, asked=WILL_WAIT)
    book(make_event(course, NOW + timedelta(days=60)), priya)
    second = book(event, make_person(), asked=WILL_WAIT)
    third = book(event, make_person(), asked=WILL_WAIT)
    cancel(holder)
    cancel(second)
    assert states(event) == ["cancelled", "waiting", "cancelled", "booked"]
    assert third.state == "booked"
    assert history(passed)[1:] == [("waiting", "waiting", "a place on another date of the course is held")]


def test_a_newcomer_gets_the_place_nobody_who_waits_could_take(each_app: Flask):
    course, priya = make_course(), make_person("Priya Patel")
    event = make_event(course, capacity=1)
    holder = book(event, make_person())
    book(event, priya, asked=WILL_WAIT)
    book(make_event(course, NOW + timedelta(days=60)), priya)
    cancel(holder)
    assert book(event, make_person()).state == "booked"


def test_those_who_wait_come_before_a_newcomer_when_the_limit_was_raised(each_app: Flask):
    event = make_event(capacity=1)
    make_booking(event)
    first = make_booking(event, state="waiting")
    with writing() as session:
        session.get_one(Event, event.id).booking_limit = 2
    newcomer = book(event, make_person(), asked=WILL_WAIT)
    assert states(event) == ["booked", "booked", "waiting"]
    assert newcomer.state == "waiting"
    assert [letter.message for letter in letters(first)] == ["promoted"]


def test_nobody_is_promoted_while_the_limit_is_below_what_is_held(each_app: Flask):
    event = make_event(capacity=3)
    held = [make_booking(event) for _ in range(3)]
    make_booking(event, state="waiting")
    with writing() as session:
        session.get_one(Event, event.id).booking_limit = 2
    cancel(held[0])
    assert states(event) == ["cancelled", "booked", "booked", "waiting"]
    cancel(held[1])
    assert states(event) == ["cancelled", "cancelled", "booked", "booked"]


def test_leaving_the_waiting_list_is_history_and_takes_back_what_was_not_sent(each_app: Flask):
    event = make_event(capacity=1)
    book(event, make_person())
    booking = book(event, make_person(), asked=WILL_WAIT)
    for _ in range(2):
        with changing(event.id, now=NOW):
            actions.withdraw(booking, by=booking.person, now=NOW)
    assert history(booking) == [("", "waiting", ""), ("waiting", "withdrawn", "")]
    assert letters(booking) == []


def test_a_place_cannot_be_withdrawn_it_is_cancelled(each_app: Flask):
    booking = book(make_event(), make_person())
    with pytest.raises(Refused), changing(booking.event_id, now=NOW):
        actions.withdraw(booking, by=booking.person, now=NOW)


def test_when_the_course_begins_its_waiting_list_closes_into_interests(each_app: Flask):
    event = make_event(capacity=1)
    booking = make_booking(event, state="waiting")
    now = event.starts_at
    waiting_lists.due(stopped_at(now))
    assert states(event) == ["closed"]
    [interest] = db.session.scalars(Interest.open_of(booking.person_id))
    assert interest.course_id == event.course_id
    assert db.session.scalars(Booking.lists_to_settle(now)).all() == []


def test_the_clock_gives_free_places_to_those_who_wait_and_leaves_full_events_alone(each_app: Flask):
    event, full = make_event(capacity=2), make_event(make_course("Neglect"), capacity=1)
    make_booking(full)
    for _ in range(3):
        make_booking(event, state="waiting")
    make_booking(full, state="waiting")
    waiting_lists.due(stopped_at(NOW))
    assert states(event) == ["booked", "booked", "waiting"]
    assert states(full) == ["booked", "waiting"]
    assert db.session.scalars(Booking.lists_to_settle(NOW)).all() == []


def test_wanting_to_hear_of_a_course_is_remembered_once_and_ends_with_a_place(each_app: Flask):
    course, priya = make_course(), make_person()
    with writing():
        actions.tell_me(course, priya, now=NOW)
    with writing():
        actions.tell_me(course, priya, now=NOW + timedelta(days=1))
    assert len(db.session.scalars(Interest.open_of(priya.id)).all()) == 1
    book(make_event(course), priya)
    assert db.session.scalars(Interest.open_of(priya.id)).all() == []
    with writing():
        actions.tell_me(course, priya, now=NOW + timedelta(days=2))
    assert len(db.session.scalars(Interest.open_of(priya.id)).all()) == 1


def test_a_partnership_may_set_when_booking_closes(each_app: Flask):
    from app.partnerships.models import PartnershipSetting

    setting = {"virtual": 21}
    add(
        PartnershipSetting(
            partnership_id=make_partnership().id,
            key="booking_closes_working_days",
            value=setting,
            from_on=NOW.date(),
            set_at=NOW,
        )
    )
    with pytest.raises(Refused) as refused:
        book(make_event(), make_person())
    assert refused.value.reason == Reason.NOT_OPEN
    assert (
        book(make_event(make_course("Neglect")), make_person(), now=NOW - timedelta(days=1)).state
        == State.BOOKED
    )
