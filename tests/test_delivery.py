"""Rescheduling, postponing, cancelling and dating an event: rows, letters and calendars, on both databases."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.booking import actions as booking_actions
from app.booking import letters as booking_letters
from app.booking import offers
from app.booking.checks import occasion_of
from app.booking.models import (
    Approval,
    Booking,
    BookingChange,
    Charge,
    Headcount,
    Interest,
    Nomination,
)
from app.booking.rules import State
from app.catalogue import actions as catalogue_actions
from app.catalogue.models import Event, EventChange, EventSession
from app.catalogue.plans import EventPlan, SessionPlan
from app.clock import from_london, stopped_at
from app.db import db
from app.delivery import actions
from app.errors import Refused
from app.notifications.models import Letter
from app.records import waiting_lists
from app.records.actions import changing
from app.tallies.models import EventTally
from tests.calendar_checkers import Sitting, read_with_both
from tests.calendar_laws import calendars_told, let_mail_leave
from tests.factories import (
    add,
    make_agency,
    make_booking,
    make_course,
    make_event,
    make_person,
    make_trainer,
    make_undated,
)

pytestmark = pytest.mark.usefixtures("calendars_read")

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
JANUARY = datetime(2027, 1, 12, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
HOURS = timedelta(hours=3)


def at(*starts: datetime, venue: str = "") -> list[SessionPlan]:
    """Sessions of three hours that start then."""
    return [SessionPlan(starts_at=start, ends_at=start + HOURS, venue=venue) for start in starts]


def ada() -> Person:
    """Who does it."""
    found = db.session.scalar(sa.select(Person).where(Person.name == "Ada Administrator"))
    return found or make_person("Ada Administrator")


def reschedule(event: Event, plans: Sequence[SessionPlan], *, now: datetime = NOW) -> actions.Outcome:
    """The whole change, as the page makes it."""
    by = ada()
    with changing(event.id, now=now) as locked:
        return actions.reschedule(locked, plans, by=by, now=now, why="The hall is flooded")


def postpone(event: Event, *, now: datetime = NOW) -> actions.Outcome:
    """The whole change."""
    by = ada()
    with changing(event.id, now=now) as locked:
        return actions.postpone(locked, by=by, now=now, why="The trainer is ill")


def cancel(event: Event, *, now: datetime = NOW, why: str = "Too few people") -> actions.Outcome:
    """The whole change."""
    by = ada()
    with changing(event.id, now=now) as locked:
        return actions.cancel_event(locked, by=by, now=now, why=why)


def give_date(event: Event, plans: Sequence[SessionPlan], *, now: datetime = NOW) -> actions.Outcome:
    """The whole change."""
    by = ada()
    with changing(event.id, now=now) as locked:
        return actions.give_date(locked, plans, by=by, now=now)


def letters(about: str, state: str = "queued") -> list[Letter]:
    """The letters about something, in order."""
    db.session.rollback()
    found = sa.select(Letter).where(Letter.about == about, Letter.state == state).order_by(Letter.id)
    return list(db.session.scalars(found))


def of(booking: Booking) -> str:
    """What the letters about a booking are about."""
    return f"booking:{booking.public_id}"


def sitting_in(letter: Letter) -> tuple[str, Sitting]:
    """The method of its invite, and what another calendar reader makes of it."""
    [sitting] = read_with_both(letter.calendar)
    return letter.calendar_method, sitting


def uid(booking: Booking, session: EventSession) -> str:
    """The name of a session in the booking's calendar."""
    return f"{booking.public_id}-{session.public_id}@roundtable"


def sessions(event: Event) -> list[EventSession]:
    """The event's sessions, first one first."""
    db.session.rollback()
    return list(db.session.scalars(EventSession.of(event.id)))


def test_everybody_booked_gets_one_changed_invite_with_the_same_uid_and_a_higher_sequence(each_app: Flask):
    event = make_event(starts=JANUARY)
    booked = [make_booking(event) for _ in range(3)]
    [session] = sessions(event)
    outcome = reschedule(event, at(JANUARY + 7 * DAY))
    assert outcome.told == 3
    for booking in booked:
        [letter] = letters(of(booking))
        method, sitting = sitting_in(letter)
        assert (method, sitting.uid, sitting.sequence) == ("REQUEST", uid(booking, session), 1)
        assert (sitting.starts_at, sitting.ends_at) == (JANUARY + 7 * DAY, JANUARY + 7 * DAY + HOURS)
        assert "19 January 2027" in letter.text and "12 January 2027" in letter.text
        assert "The hall is flooded" in letter.text
    db.session.refresh(event)
    assert event.times == (JANUARY + 7 * DAY, JANUARY + 7 * DAY + HOURS)
    history = db.session.scalars(sa.select(EventChange).where(EventChange.event_id == event.id)).all()
    assert [(row.what, row.why, row.by) for row in history] == [
        ("times", "The hall is flooded", ada().public_id)
    ]


def test_a_session_that_falls_away_is_cancelled_and_a_new_one_is_asked_for(each_app: Flask):
    event = make_event(starts=JANUARY)
    add(EventSession(event_id=event.id, starts_at=JANUARY + DAY, ends_at=JANUARY + DAY + HOURS))
    booking = make_booking(event)
    first, second = sessions(event)
    reschedule(event, at(JANUARY))
    said = [sitting_in(letter) for letter in letters(of(booking))]
    assert [(method, s.uid) for method, s in said] == [
        ("REQUEST", uid(booking, first)),  # it is one of one now, no longer one of two
        ("CANCEL", uid(booking, second)),
    ]
    reschedule(event, at(JANUARY, JANUARY + 2 * DAY), now=NOW + timedelta(hours=1))
    new = sessions(event)[1]
    last = [sitting_in(letter) for letter in letters(of(booking))][-1]
    assert (last[0], last[1].uid, last[1].sequence) == ("REQUEST", uid(booking, new), 2)
    assert new.public_id not in (first.public_id, second.public_id)


def test_two_sessions_can_take_each_others_time(each_app: Flask):
    event = make_event(starts=JANUARY)
    add(EventSession(event_id=event.id, starts_at=JANUARY + DAY, ends_at=JANUARY + DAY + HOURS))
    first, second = sessions(event)
    plans = [
        SessionPlan(starts_at=JANUARY + DAY, ends_at=JANUARY + DAY + HOURS, session=first.public_id),
        SessionPlan(starts_at=JANUARY, ends_at=JANUARY + HOURS, session=second.public_id),
    ]
    reschedule(event, plans)
    assert [session.public_id for session in sessions(event)] == [second.public_id, first.public_id]


def test_letters_about_the_old_date_that_were_not_sent_yet_are_withdrawn(each_app: Flask):
    event = make_event(starts=JANUARY)
    booking = make_booking(event)
    queued = {"key": "k", "message": "joining", "message_id": "<k@x>", "subject": "Join", "text": "Join"}
    about = {"about": of(booking), "to_email": booking.person.email, "queued_at": NOW, "due_at": NOW}
    add(Letter(**queued, **about))
    manager = {"key": "m", "message": "approve", "message_id": "<m@x>", "subject": "Agree?", "text": "Agree?"}
    add(Letter(**manager, **{**about, "to_email": "manager@northshire.example"}))
    reschedule(event, at(JANUARY + DAY))
    assert [letter.message for letter in letters(of(booking), "withdrawn")] == ["joining"]
    assert [letter.message for letter in letters(of(booking))] == ["approve", "event-changed"]


def test_changes_within_ten_minutes_are_told_as_one(each_app: Flask):
    event = make_event(starts=JANUARY)
    booking = make_booking(event)
    reschedule(event, at(JANUARY + DAY))
    reschedule(event, at(JANUARY + 2 * DAY), now=NOW + timedelta(minutes=4))
    [letter] = letters(of(booking))
    assert letter.due_at == NOW + timedelta(minutes=14)
    assert sitting_in(letter)[1].sequence == 2
    assert "Before" in letter.text and "12 January" in letter.text and "13 January" not in letter.text


def test_a_change_taken_back_within_ten_minutes_is_told_to_nobody(each_app: Flask):
    event = make_event(starts=JANUARY)
    booking, trainer = make_booking(event), make_trainer(event)
    reschedule(event, at(JANUARY + DAY))
    assert reschedule(event, at(JANUARY), now=NOW + timedelta(minutes=4)).told == 0
    assert letters(of(booking)) == letters(f"trainer:{trainer.public_id}") == []


def test_a_change_within_two_hours_of_the_start_is_told_at_once(each_app: Flask):
    event = make_event(starts=NOW + timedelta(minutes=90))
    booking = make_booking(event)
    reschedule(event, at(NOW + timedelta(minutes=180)))
    assert letters(of(booking))[0].due_at == NOW


def test_nothing_changed_tells_nobody(each_app: Flask):
    event = make_event(starts=JANUARY)
    booking = make_booking(event)
    assert reschedule(event, at(JANUARY)).told == 0
    assert letters(of(booking)) == [] and booking.invite_sequence == 0


def test_who_cannot_come_to_the_new_date_gives_up_without_being_late(each_app: Flask):
    event = make_event(starts=JANUARY)
    booking = make_booking(event, policy={"late_cancellation_working_days": 3})
    tomorrow = NOW + DAY * 3  # a Monday: less than three working days ahead
    reschedule(event, at(tomorrow))
    assert not booking_actions.late_now(booking, NOW + DAY)
    assert booking_actions.late_now(make_booking(event), NOW + DAY)


def test_a_clash_with_another_place_is_said(each_app: Flask):
    event, priya = make_event(starts=JANUARY), make_person("Priya Patel")
    booking = make_booking(event, priya)
    make_booking(make_event(make_course("Neglect"), starts=JANUARY + DAY), priya)
    reschedule(event, at(JANUARY + DAY + timedelta(hours=1)))
    assert "you also have a place on Neglect" in letters(of(booking))[0].text


def test_a_change_reaches_trainers_and_names_no_delegate(each_app: Flask):
    event = make_event(starts=JANUARY)
    trainer, booking = make_trainer(event), make_booking(event, make_person("Priya Patel"))
    [session] = sessions(event)
    reschedule(event, at(JANUARY + DAY))
    [letter] = letters(f"trainer:{trainer.public_id}")
    method, sitting = sitting_in(letter)
    assert (method, sitting.sequence) == ("REQUEST", 1)
    assert sitting.uid == f"{trainer.public_id}-{session.public_id}@roundtable"
    assert "Priya" not in letter.text + letter.calendar and booking.public_id not in letter.calendar


def test_each_trainer_has_a_name_of_their_own_for_a_session(each_app: Flask):
    event = make_event(starts=JANUARY)
    both = [make_trainer(event, make_person(name)) for name in ("Tom Trainer", "Tess Trainer")]
    reschedule(event, at(JANUARY + DAY))
    named = {sitting_in(letters(f"trainer:{trainer.public_id}")[0])[1].uid for trainer in both}
    assert len(named) == 2


def test_who_waits_is_told_of_the_change_without_an_invite(each_app: Flask):
    event = make_event(starts=JANUARY, capacity=1)
    make_booking(event)
    waiting = make_booking(event, state=State.WAITING)
    reschedule(event, at(JANUARY + DAY))
    [letter] = letters(of(waiting))
    assert letter.calendar == "" and "You keep your place in the list" in letter.text


def test_joining_details_are_told_again_for_the_new_date(each_app: Flask):
    event = make_event(starts=JANUARY)
    booking = make_booking(event)
    told = {"message": "joining", "message_id": "<j@x>", "subject": "Join", "text": "Join", "state": "sent"}
    about = {"about": of(booking), "to_email": booking.person.email, "queued_at": NOW, "due_at": NOW}
    add(Letter(key=f"{of(booking)}:joining", **told, **about))
    reschedule(event, at(JANUARY + 30 * DAY))
    keys = db.session.scalars(sa.select(Letter.key).where(Letter.message == "joining")).all()
    assert keys == [f"{of(booking)}:joining:until:20261120T100000"]


@pytest.mark.parametrize(
    ("plans", "sentence"),
    [
        ([], "at least one session"),
        (at(JANUARY, JANUARY + timedelta(hours=1)), "at the same time"),
        ([SessionPlan(starts_at=JANUARY, ends_at=JANUARY - HOURS)], "ends before it starts"),
        (at(NOW - DAY), "in the past"),
    ],
)
def test_times_that_cannot_be_are_refused_and_nothing_is_half_done(
    app: Flask, plans: list[SessionPlan], sentence: str
):
    event = make_event(starts=JANUARY)
    booking = make_booking(event)
    with pytest.raises(Refused, match=sentence):
        reschedule(event, plans)
    assert [session.starts_at for session in sessions(event)] == [JANUARY]
    assert letters(of(booking)) == [] and db.session.scalars(sa.select(EventChange)).all() == []


def test_of_a_course_that_has_begun_only_the_sessions_ahead_can_move(each_app: Flask):
    event = make_event(starts=NOW - DAY, ends=NOW + DAY + HOURS)
    [first] = sessions(event)
    with changing(event.id, now=NOW):
        db.session.get_one(EventSession, first.id).ends_at = NOW - DAY + HOURS
    add(EventSession(event_id=event.id, starts_at=NOW + DAY, ends_at=NOW + DAY + HOURS))
    with pytest.raises(Refused, match="has begun keeps its times"):
        reschedule(event, at(NOW + 2 * DAY, NOW + 3 * DAY))
    reschedule(event, at(NOW - DAY, NOW + 3 * DAY))
    assert [session.starts_at for session in sessions(event)] == [NOW - DAY, NOW + 3 * DAY]


def test_postponing_keeps_the_bookings_and_takes_the_date_out_of_calendars(each_app: Flask):
    event = make_event(starts=JANUARY, capacity=1)
    booking, trainer = make_booking(event), make_trainer(event)
    waiting = make_booking(event, state=State.WAITING)
    [session] = sessions(event)
    assert postpone(event).told == 3
    db.session.refresh(event)
    assert (event.state, event.starts_at, event.ends_at, sessions(event)) == ("postponed", None, None, [])
    assert (booking.state, waiting.state) == ("booked", "waiting")
    [letter] = letters(of(booking))
    method, sitting = sitting_in(letter)
    assert (method, sitting.uid, sitting.sequence) == ("CANCEL", uid(booking, session), 1)
    assert "A new date is awaited" in letter.text and "You keep your place" in letter.text
    assert letter.due_at == NOW
    [to_trainer] = letters(f"trainer:{trainer.public_id}")
    assert to_trainer.calendar_method == "CANCEL" and "postponed" in to_trainer.subject
    assert db.session.scalars(sa.select(EventTally).where(EventTally.event_id == event.id)).all() == []


def test_a_postponed_event_comes_back_with_its_bookings_and_new_invites(each_app: Flask):
    event = make_event(starts=JANUARY, capacity=1)
    booking, waiting = make_booking(event), make_booking(event, state=State.WAITING)
    postpone(event)
    outcome = give_date(event, at(JANUARY + 30 * DAY), now=NOW + timedelta(hours=1))
    db.session.refresh(event)
    assert (event.state, event.starts_at) == ("published", JANUARY + 30 * DAY)
    method, sitting = sitting_in(letters(of(booking))[-1])
    assert (method, sitting.starts_at, sitting.sequence) == ("REQUEST", JANUARY + 30 * DAY, 2)
    assert [letter.message for letter in letters(of(waiting))] == ["event-dated"]
    assert (outcome.told, list(outcome.promoted)) == (2, [])


def offered_one(event: Event, days_before: int) -> tuple[Booking, datetime]:
    """Somebody who was offered the only place, so many days before the start; and when that is."""
    offered = make_booking(event, make_person("Olu Offered"), State.WAITING)
    later, now = (
        make_booking(event, make_person("Lena Later"), State.WAITING),
        event.times[0] - DAY * days_before,
    )
    assert later.joined_at > offered.joined_at
    with changing(event.id, now=now) as locked:
        booking_actions.free_places_taken(locked, now)
    assert offered.offer_ends_at
    return offered, now


@pytest.mark.parametrize("days_before", [10, 4])  # an offer that is held, one to the first who accepts
def test_an_offer_ends_with_the_date_it_was_for_and_its_reader_keeps_their_place_in_the_list(
    each_app: Flask, days_before: int
):
    event = make_event(capacity=1)
    offered, now = offered_one(event, days_before)
    postpone(event, now=now)
    db.session.expire_all()
    assert (offered.state, offered.offer_ends_at, event.places_held) == (State.WAITING, None, 0)
    with pytest.raises(Refused), changing(event.id, now=now):
        offers.accept(offered, by=offered.person, now=now)
    waiting_lists.due(stopped_at(now + 9 * DAY))
    db.session.expire_all()
    assert offered.state == State.WAITING
    give_date(event, at(JANUARY + 30 * DAY), now=now + 9 * DAY)
    db.session.expire_all()
    assert offered.state == State.BOOKED


def test_an_offer_is_made_anew_when_the_start_moves_so_that_it_never_outlives_it(each_app: Flask):
    event = make_event(capacity=1)
    offered, now = offered_one(event, 10)
    was = offered.offer_ends_at
    reschedule(event, at(now + 5 * DAY), now=now + timedelta(hours=1))
    db.session.expire_all()
    assert was and offered.offer_ends_at and offered.offer_ends_at < event.times[0]
    letters = sa.select(Letter.state).where(
        Letter.message == "offer", Letter.about.contains(offered.public_id)
    )
    assert db.session.scalars(letters.order_by(Letter.id)).all() == ["withdrawn", "queued"]


def test_an_undated_event_books_its_waiting_list_in_order_when_it_gets_its_date(each_app: Flask):
    event = make_undated(capacity=2)
    waiting = [make_booking(event, state=State.WAITING) for _ in range(3)]
    outcome = give_date(event, at(JANUARY))
    db.session.rollback()
    assert [booking.state for booking in waiting] == ["booked", "booked", "waiting"]
    assert [booking.id for booking in outcome.promoted] == [booking.id for booking in waiting[:2]]
    for booking in waiting[:2]:
        [letter] = letters(of(booking))
        assert sitting_in(letter)[1].starts_at == JANUARY  # told once: the place and the date in one mail
    assert [letter.message for letter in letters(of(waiting[2]))] == ["event-dated"]


def test_cancelling_frees_every_claim_and_counts_against_nobody(each_app: Flask):
    event = make_event(starts=JANUARY, capacity=1)
    other = make_event(event.course, starts=JANUARY + 7 * DAY)
    booking, waiting = make_booking(event), make_booking(event, state=State.WAITING)
    [session] = sessions(event)
    assert cancel(event).told == 2
    db.session.refresh(event)
    assert (event.state, event.took_place, event.places_held) == ("cancelled", False, 0)
    assert (booking.state, waiting.state) == ("event cancelled", "event cancelled")
    changes = sa.select(BookingChange).where(BookingChange.to_state == "event cancelled")
    assert {(row.why, row.late) for row in db.session.scalars(changes)} == {("Too few people", False)}
    [letter] = letters(of(booking))
    method, sitting = sitting_in(letter)
    assert (method, sitting.uid, sitting.sequence) == ("CANCEL", uid(booking, session), 1)
    assert letter.text.index(f"/events/{other.id}/book") < letter.text.index("Too few people")
    [interest] = db.session.scalars(sa.select(Interest)).all()
    assert (interest.person_id, interest.why) == (waiting.person_id, "date cancelled")


def test_cancelling_needs_a_reason_and_is_done_once(each_app: Flask):
    event = make_event(starts=JANUARY)
    booking = make_booking(event)
    with pytest.raises(Refused, match="Say why"):
        cancel(event, why=" ")
    cancel(event)
    with pytest.raises(Refused, match="cancelled already"):
        cancel(event)
    assert len(letters(of(booking))) == 1


def test_organisations_with_an_address_and_leads_who_hold_places_are_told(each_app: Flask):
    event, council, lead = make_event(starts=JANUARY), make_agency(), make_person("Lena Lead")
    school = {"event_id": event.id, "agency_id": council.id, "expected": 4, "booked_on": NOW.date()}
    known = add(Headcount(organisation="Hill Top", contact_email="office@hilltop.example", **school))
    add(Headcount(organisation="No address", **school))
    held = {"event_id": event.id, "agency_id": council.id, "asked": 2, "places": 2, "by_id": lead.id}
    nomination = add(Nomination(**held, made_at=NOW, name_by_at=NOW + 7 * DAY))
    assert cancel(event).told == 2
    [letter] = letters(f"headcount:{known.token}")
    assert "Hill Top holds 4 places" in letter.text and letter.to_email == "office@hilltop.example"
    assert len(letters(f"nomination:{nomination.public_id}")) == 1
    db.session.refresh(event)
    assert (event.places_held, nomination.places, nomination.ended_at) == (0, 0, NOW)


def test_who_was_asked_to_agree_or_to_pay_is_asked_no_more(each_app: Flask):
    event = make_event(starts=JANUARY)
    kept = {"to_approve": True, "charge": {"pence": 4500}}
    booking = make_booking(event, state=State.REQUESTED, policy=kept)
    asked = {"mode": "manager", "approver_email": "boss@northshire.example", "token_hash": "h"}
    approval = add(Approval(booking_id=booking.id, asked_at=NOW, expires_at=NOW + 5 * DAY, **asked))
    charge = add(Charge(booking_id=booking.id, kind="place", pence=4500, proposed_at=NOW))
    cancel(event)
    db.session.refresh(approval)
    db.session.refresh(charge)
    assert approval.decision == "withdrawn" and charge.state == "waived"


def test_an_undated_event_can_be_cancelled_and_no_calendar_is_touched(each_app: Flask):
    event = make_undated()
    waiting = make_booking(event, state=State.WAITING)
    cancel(event)
    [letter] = letters(of(waiting))
    assert letter.calendar == "" and "We write to you when there is one" in letter.text


@pytest.mark.parametrize("act", [postpone, cancel])
def test_what_has_begun_is_neither_postponed_nor_cancelled(app: Flask, act: object):
    event = make_event(starts=NOW - timedelta(hours=1))
    with pytest.raises(Refused, match="has begun"):
        act(event)  # type: ignore[operator]


def test_a_booking_made_after_the_change_is_late_as_usual(app: Flask):
    event = make_event(starts=from_london(NOW.date() + DAY * 3, JANUARY.time()))
    assert booking_actions.late_now(make_booking(event), NOW)


def test_what_the_mail_server_kept_for_hours_is_made_good_by_the_next_change(each_app: Flask):
    event = make_event(starts=JANUARY)
    add(EventSession(event_id=event.id, starts_at=JANUARY + DAY, ends_at=JANUARY + DAY + HOURS))
    booking = booked_for_real(event)
    let_mail_leave(NOW)
    reschedule(
        event, at(JANUARY, JANUARY + 2 * DAY)
    )  # the second session moves, and nothing leaves for hours
    reschedule(event, at(JANUARY + HOURS, JANUARY + 2 * DAY), now=NOW + timedelta(hours=5))
    let_mail_leave(NOW + timedelta(hours=6))
    last = {sitting.uid: sitting for letter, sitting in calendars_told()}
    stored = {uid(booking, session): session.starts_at for session in sessions(event)}
    assert {name: sitting.starts_at for name, sitting in last.items()} == stored


def test_nobody_hears_of_a_change_that_was_taken_back_before_any_mail_left(each_app: Flask):
    event = make_event(starts=JANUARY)
    booking = booked_for_real(event)
    let_mail_leave(NOW)
    reschedule(event, at(JANUARY + DAY))
    outcome = reschedule(event, at(JANUARY), now=NOW + timedelta(hours=5))
    assert outcome.told == 0 and letters(of(booking)) == []


def test_an_invite_that_never_left_leaves_with_the_change_that_was_taken_back(each_app: Flask):
    event = make_event(starts=JANUARY)
    booking = booked_for_real(event)
    reschedule(event, at(JANUARY + DAY))
    reschedule(event, at(JANUARY), now=NOW + timedelta(minutes=5))
    [letter] = letters(of(booking))
    method, sitting = sitting_in(letter)
    assert (method, sitting.starts_at) == ("REQUEST", JANUARY)


def booked_for_real(event: Event) -> Booking:
    """A booking with its invite in the outbox."""
    booking = make_booking(event)
    with changing(event.id, now=NOW):
        occasion = occasion_of(event, NOW)
        booking_letters.tell_booked(booking, booking.person, occasion, now=NOW, promoted=False)
    return booking


@pytest.mark.parametrize(
    ("was", "becomes", "minutes"),
    [
        (2 * timedelta(hours=1), JANUARY - NOW, 10),  # exactly two hours away
        (timedelta(hours=2, seconds=-1), JANUARY - NOW, 0),  # the old start is near, the new one far
        (JANUARY - NOW, timedelta(hours=2, seconds=-1), 0),  # the new start is near
        (JANUARY - NOW, timedelta(hours=2), 10),
    ],
)
def test_a_change_of_time_within_two_hours_of_the_start_goes_at_once(
    each_app: Flask, was: timedelta, becomes: timedelta, minutes: int
):
    event = make_event(starts=NOW + was)
    booking, trainer = make_booking(event), make_trainer(event)
    reschedule(event, at(NOW + becomes))
    for about in (of(booking), f"trainer:{trainer.public_id}"):
        [letter] = letters(about)
        assert letter.due_at == NOW + timedelta(minutes=minutes)


@pytest.mark.parametrize(("left", "minutes"), [(timedelta(hours=2, seconds=-1), 0), (timedelta(hours=2), 10)])
def test_a_change_of_venue_within_two_hours_of_the_start_goes_at_once(
    each_app: Flask, left: timedelta, minutes: int
):
    event = make_event(starts=NOW + left)
    booking = make_booking(event)
    reschedule(event, at(NOW + left, venue="Hill House"))
    [letter] = letters(of(booking))
    assert letter.due_at == NOW + timedelta(minutes=minutes)


def test_of_a_course_that_has_begun_changes_far_ahead_wait_their_ten_minutes_too(each_app: Flask):
    event = make_event(starts=NOW - DAY, ends=NOW + 9 * DAY + HOURS)
    [first] = sessions(event)
    with changing(event.id, now=NOW):
        db.session.get_one(EventSession, first.id).ends_at = NOW - DAY + HOURS
    add(EventSession(event_id=event.id, starts_at=NOW + 9 * DAY, ends_at=NOW + 9 * DAY + HOURS))
    booking = make_booking(event)
    reschedule(event, at(NOW - DAY, NOW + 10 * DAY))
    assert {letter.due_at for letter in letters(of(booking))} == {NOW + timedelta(minutes=10)}


def test_another_joining_link_or_note_sends_nothing_and_raises_no_sequence(each_app: Flask):
    event = make_event(starts=JANUARY)
    booking, trainer = booked_for_real(event), make_trainer(event)
    let_mail_leave(NOW)
    linked = SessionPlan(starts_at=JANUARY, ends_at=JANUARY + HOURS, joining_url="https://meet.example/new")
    assert reschedule(event, [linked]).told == 0
    with changing(event.id, now=NOW) as locked:
        plan = EventPlan(sessions=(linked,), capacity=20, booking_limit=20, notes="Bring a pen")
        change = {"times_are_fixed": True, "has_claims": True, "by": "", "now": NOW}
        assert catalogue_actions.change_event(locked, plan, **change) == ["notes"]  # type: ignore[arg-type]
    assert [session.joining_url for session in sessions(event)] == ["https://meet.example/new"]
    assert letters(of(booking)) == letters(f"trainer:{trainer.public_id}") == []
    assert (booking.invite_sequence, trainer.invite_sequence) == (0, 0)
