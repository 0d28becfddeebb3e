"""What is in the calendar that somebody subscribes to of their places, through a booking's and an event's whole life."""

import pytest
from flask import Flask

from app.booking import moving
from app.booking.models import BookingChange
from app.booking.rules import Asked, State
from app.booking.workplaces import workplaces_of
from app.delivery.standing_in import stand_in
from app.records.actions import changing, changing_both
from tests.calendar_laws import let_mail_leave
from tests.factories import (
    add,
    make_booking,
    make_course,
    make_event,
    make_person,
    make_trainer,
)
from tests.feeds import (
    DAY,
    JANUARY,
    MINUTES,
    NOW,
    ada,
    at,
    book,
    call_off,
    cancel,
    delivered_entries,
    give_date,
    invited,
    mine,
    postpone,
    programme,
    reschedule,
    told,
    understood,
)


def test_a_place_has_the_uid_sequence_and_times_of_its_invite_through_its_whole_life(each_app: Flask):
    priya, event = make_person("Priya Practitioner"), make_event()
    booking = book(event, priya)
    assert understood(mine(priya)) == [invited(priya)]
    for number in (1, 2):
        now = NOW + number * MINUTES
        reschedule(event, at(JANUARY + number * DAY, venue="Hill House"), now=now)
        assert understood(mine(priya, now)) == [invited(priya)]
        assert mine(priya, now)[0].changed_at == now
        assert mine(priya, now)[0].location == "Hill House"
    later = NOW + 4 * MINUTES
    let_mail_leave(NOW + DAY)
    cancel(booking, now=later)
    assert understood(mine(priya, later)) == [invited(priya)]
    assert invited(priya).sequence == 3
    assert told(mine(priya, later)) == [(f"Training: {event.course.title}", JANUARY + 2 * DAY, "Cancelled")]
    assert mine(priya, later)[0].changed_at == later


@pytest.mark.parametrize("state", [State.CANCELLED, State.MOVED, State.SUBSTITUTED, State.RELEASED])
def test_a_lost_place_stays_for_thirty_days(app: Flask, state: State):
    booking = make_booking(make_event(starts=JANUARY), state=state)
    lost = {"booking_id": booking.id, "from_state": "booked", "to_state": state}
    add(BookingChange(at=NOW, **lost))
    for days, there in ((0, True), (29, True), (31, False)):
        assert [one.lost for one in mine(booking.person, NOW + days * DAY)] == ["Cancelled"] * there


def test_who_moves_or_gives_the_place_to_a_colleague_reads_for_thirty_days_that_the_old_one_is_off(
    each_app: Flask,
):
    course, sam = make_course(), make_person("Sam Other")
    event, other = make_event(course, JANUARY), make_event(course, JANUARY + 7 * DAY)
    moves, gives = book(event, make_person()), book(event, make_person())
    with changing_both(event.id, other.id, now=NOW + MINUTES) as (_, there):
        moving.move_to(moves, there, by=moves.person, now=NOW + MINUTES, asked=Asked())
    with changing(event.id, now=NOW + MINUTES):
        (job,) = workplaces_of(sam.id, NOW.date())
        moving.substitute(gives, sam, job, by=gives.person, now=NOW + MINUTES, asked=Asked())
    lost, title = "Cancelled", f"Training: {course.title}"
    for days, old in ((1, [(title, JANUARY, lost)]), (31, [])):
        now = NOW + days * DAY
        assert told(mine(gives.person, now)) == old
        assert sorted(told(mine(moves.person, now))) == [*old, (title, JANUARY + 7 * DAY, "")]
        assert told(mine(sam, now)) == [(title, JANUARY, "")]
    let_mail_leave(NOW + DAY)
    assert understood(mine(gives.person)) == [invited(gives.person)]


@pytest.mark.parametrize(
    "state", ["waiting", "requested", "offered", "withdrawn", "declined", "lapsed", "closed"]
)
def test_what_was_never_a_place_is_in_nobodys_calendar(app: Flask, state: str):
    booking = make_booking(make_event(starts=JANUARY), state=state)
    add(BookingChange(booking_id=booking.id, at=NOW, from_state="waiting", to_state=state))
    assert mine(booking.person) == []


def test_what_is_over_is_remembered_for_a_year(app: Flask):
    booking = make_booking(make_event(starts=JANUARY))
    assert len(mine(booking.person, JANUARY + 300 * DAY)) == 1
    assert mine(booking.person, JANUARY + 400 * DAY) == []


def test_a_postponed_date_is_shown_as_postponed_and_its_new_date_beside_it(each_app: Flask):
    priya, event = make_person("Priya Practitioner"), make_event()
    old = event.starts_at
    book(event, priya)
    postpone(event, now=NOW + MINUTES)
    title = f"Training: {event.course.title}"
    assert told(mine(priya, NOW + MINUTES)) == [(title, old, "Postponed")]
    assert understood(mine(priya, NOW + MINUTES)) == [invited(priya)]
    let_mail_leave(NOW + MINUTES)
    give_date(event, at(JANUARY), now=NOW + 2 * MINUTES)
    assert told(mine(priya, NOW + 2 * MINUTES)) == [(title, old, "Postponed"), (title, JANUARY, "")]
    assert understood(mine(priya, NOW + 2 * MINUTES))[1] == invited(priya)
    assert told(mine(priya, NOW + 32 * DAY)) == [(title, JANUARY, "")]


def test_who_came_after_it_was_postponed_hears_of_the_new_date_only(app: Flask):
    event = make_event()
    book(event, make_person("Priya Practitioner"))
    postpone(event)
    give_date(event, at(JANUARY), now=NOW + MINUTES)
    late = make_person("Sam Other")
    book(event, late, now=NOW + DAY)
    assert [one.lost for one in mine(late, NOW + 2 * DAY)] == [""]
    tom = make_person("Tom Trainer")
    with changing(event.id, now=NOW + DAY) as locked:
        stand_in(locked, tom, part="expert", agency_id=None, by=ada(), now=NOW + DAY)
    assert [one.lost for one in delivered_entries(tom, NOW + 2 * DAY)] == [""]


def test_a_session_that_falls_away_is_cancelled_and_the_others_are_numbered_anew(each_app: Flask):
    priya, event = make_person("Priya Practitioner"), make_event(starts=JANUARY)
    reschedule(event, at(JANUARY, JANUARY + DAY, JANUARY + 2 * DAY))
    book(event, priya, now=NOW + MINUTES)
    title = f"Training: {event.course.title}"
    assert [one.title for one in mine(priya, NOW + MINUTES)] == [f"{title} ({n} of 3)" for n in (1, 2, 3)]
    reschedule(event, at(JANUARY, JANUARY + 2 * DAY), now=NOW + 2 * MINUTES)
    assert told(sorted(mine(priya, NOW + 2 * MINUTES), key=lambda one: one.starts_at)) == [
        (f"{title} (1 of 2)", JANUARY, ""),
        (f"{title} (2 of 3)", JANUARY + DAY, "Cancelled"),
        (f"{title} (2 of 2)", JANUARY + 2 * DAY, ""),
    ]


def test_a_cancelled_date_is_cancelled_in_every_calendar_for_thirty_days(each_app: Flask):
    priya, tom, event = make_person("Priya Practitioner"), make_person("Tom Trainer"), make_event()
    book(event, priya)
    make_trainer(event, tom)
    call_off(event, now=NOW + MINUTES)
    for days, left in ((1, ["Cancelled"]), (31, [])):
        now = NOW + days * DAY
        for entries in (mine(priya, now), delivered_entries(tom, now), programme(now)):
            assert [one.lost for one in entries] == left
    assert understood(mine(priya)) == [invited(priya)]
    assert understood(delivered_entries(tom, NOW + DAY)) == [invited(tom)]


def test_a_draft_that_is_cancelled_was_never_known_to_anybody(each_app: Flask):
    event = make_event(state="draft")
    make_trainer(event)
    call_off(event)
    assert programme() == []
