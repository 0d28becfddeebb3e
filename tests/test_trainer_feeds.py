"""What is in a trainer's calendar: what they deliver, and for thirty days what they no longer do; on both databases."""

from datetime import datetime

from flask import Flask

from app.accounts.models import Person
from app.catalogue.actions import note
from app.catalogue.models import Course, Event
from app.db import db, writing
from app.delivery.publishing import tell_of_state
from app.delivery.standing_in import cannot_come, stand_in
from app.delivery.taking_off import take_out
from app.records.actions import changing
from tests.calendar_laws import let_mail_leave
from tests.factories import (
    make_booking,
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
    invited,
    postpone,
    reschedule,
    told,
    understood,
)


def test_a_trainer_reads_how_many_are_booked_and_nobodys_name(each_app: Flask):
    tom, event = make_person("Tom Trainer"), make_event(capacity=24)
    make_trainer(event, tom)
    booking = book(event, make_person("Priya Practitioner"), now=NOW)
    make_booking(event, state="requested")
    (entry,) = delivered_entries(tom, NOW)
    assert entry.title == f"Deliver: {event.course.title}"
    assert entry.description.startswith("1 of 24 booked. ")
    assert entry.changed_at == NOW
    assert f"/join/{event.join_token}" in entry.url
    cancel(booking, now=NOW + MINUTES)
    (entry,) = delivered_entries(tom, NOW + MINUTES)
    assert entry.description.startswith("0 of 24 booked. ")
    assert entry.changed_at == NOW + MINUTES
    assert "Priya" not in repr(entry)


def name(event: Event, person: Person, *, now: datetime = NOW) -> None:
    """They deliver it, and a mail says so."""
    with changing(event.id, now=now) as locked:
        stand_in(locked, person, part="expert", agency_id=None, by=ada(), now=now)
    let_mail_leave(now)  # what never left would not be taken back


def release(event: Event, person: Person, *, now: datetime) -> None:
    """They cannot come, and a mail says so."""
    with changing(event.id, now=now) as locked:
        cannot_come(locked, person, by=ada(), now=now)


def quietly(event: Event, person: Person, *, now: datetime) -> None:
    """They are taken off where there is nothing to write to them."""
    with changing(event.id, now=now) as locked:
        take_out(locked, person, now=now)


def test_a_trainers_entry_has_the_uid_of_their_invite_and_is_cancelled_for_thirty_days_when_they_are_released(
    each_app: Flask,
):
    tom, event = make_person("Tom Trainer"), make_event()
    name(event, tom)
    assert understood(delivered_entries(tom, NOW)) == [invited(tom)]
    reschedule(event, at(JANUARY, venue="Hill House"), now=NOW + MINUTES)
    assert understood(delivered_entries(tom, NOW + MINUTES)) == [invited(tom)]
    let_mail_leave(NOW + DAY)
    later = NOW + 2 * DAY
    release(event, tom, now=later)
    (entry,) = delivered_entries(tom, later)
    assert understood([entry]) == [invited(tom)]
    assert (entry.lost, entry.sequence, entry.changed_at) == ("Cancelled", 2, later)
    assert (entry.location, entry.url) == ("Hill House", "")
    for days, there in ((1, True), (29, True), (31, False)):
        assert bool(delivered_entries(tom, later + days * DAY)) == there


def test_what_a_released_trainers_calendar_knew_stays_as_it_was_whatever_becomes_of_the_date(each_app: Flask):
    tom, event = make_person("Tom Trainer"), make_event(starts=JANUARY)
    reschedule(event, at(JANUARY, JANUARY + DAY, JANUARY + 2 * DAY), now=NOW - DAY)
    name(event, tom)
    reschedule(event, at(JANUARY, JANUARY + 2 * DAY), now=NOW + MINUTES)
    let_mail_leave(NOW + DAY)
    release(event, tom, now=NOW + DAY)
    title = f"Deliver: {event.course.title}"
    known = [
        (f"{title} (1 of 2)", JANUARY, "Cancelled"),
        (f"{title} (2 of 2)", JANUARY + 2 * DAY, "Cancelled"),
        (f"{title} (2 of 3)", JANUARY + DAY, "Cancelled"),
    ]
    assert sorted(told(delivered_entries(tom, NOW + DAY))) == known
    for act in (
        lambda: reschedule(event, at(JANUARY + 9 * DAY), now=NOW + 2 * DAY),
        lambda: call_off(event, now=NOW + 3 * DAY),
    ):
        act()
        assert sorted(told(delivered_entries(tom, NOW + 4 * DAY))) == known


def test_who_is_released_half_way_keeps_what_they_delivered_as_it_was(each_app: Flask):
    tom, event = make_person("Tom Trainer"), make_event(starts=JANUARY)
    reschedule(event, at(JANUARY, JANUARY + 2 * DAY), now=NOW - DAY)
    name(event, tom)
    release(event, tom, now=JANUARY + DAY)
    first, second = sorted(delivered_entries(tom, JANUARY + DAY), key=lambda entry: entry.starts_at)
    assert (first.starts_at, first.lost, first.description) == (JANUARY, "", "")
    assert (second.starts_at, second.lost) == (JANUARY + 2 * DAY, "Cancelled")


def test_who_is_released_and_named_again_has_both_each_under_a_name_of_its_own(each_app: Flask):
    tom, event = make_person("Tom Trainer"), make_event(starts=JANUARY)
    name(event, tom)
    release(event, tom, now=NOW + MINUTES)
    name(event, tom, now=NOW + DAY)
    old, new = sorted(delivered_entries(tom, NOW + DAY), key=lambda one: one.lost, reverse=True)
    assert (old.lost, new.lost) == ("Cancelled", "")
    assert old.uid != new.uid
    assert understood([new]) == [invited(tom)]
    release(event, tom, now=NOW + 2 * DAY)
    assert [one.lost for one in delivered_entries(tom, NOW + 2 * DAY)] == ["Cancelled", "Cancelled"]


def test_taken_off_a_postponed_or_cancelled_date_a_trainer_reads_that_it_is_cancelled(each_app: Flask):
    for act in (postpone, call_off):
        tom, event = make_person(), make_event(starts=JANUARY)
        name(event, tom)
        act(event, now=NOW + MINUTES)
        (before,) = delivered_entries(tom, NOW + MINUTES)
        quietly(event, tom, now=NOW + DAY)
        quietly(event, tom, now=NOW + DAY)
        (after,) = delivered_entries(tom, NOW + DAY)
        assert (after.uid, after.starts_at, after.sequence) == (before.uid, JANUARY, before.sequence)
        assert after.lost == "Cancelled"


def test_taken_off_a_draft_nobodys_calendar_is_told_of_it(each_app: Flask):
    tom, event = make_person("Tom Trainer"), make_event(state="draft")
    make_trainer(event, tom)
    quietly(event, tom, now=NOW)
    assert delivered_entries(tom, NOW) == []


def test_a_released_trainers_entry_follows_the_name_of_its_course(app: Flask):
    tom, event = make_person("Tom Trainer"), make_event(starts=JANUARY)
    name(event, tom)
    release(event, tom, now=NOW + MINUTES)
    with writing():
        db.session.get_one(Course, event.course_id).title = "Neglect, revised"
    assert [one.title for one in delivered_entries(tom, NOW + DAY)] == ["Deliver: Neglect, revised"]


def becomes(event: Event, state: str, *, now: datetime) -> None:
    """As the desk's form does it."""
    by = ada()
    with changing(event.id, now=now) as locked:
        was, locked.state = locked.state, state
        note(locked, "state", was, state, by=by.public_id, now=now)
        tell_of_state(locked, was, by=by, now=now)


def test_a_date_that_is_a_draft_again_is_cancelled_in_its_trainers_calendar_until_it_is_published(
    each_app: Flask,
):
    tom, event = make_person("Tom Trainer"), make_event(starts=JANUARY)
    name(event, tom)
    becomes(event, "draft", now=NOW + DAY)
    later = make_person("Tara Trainer")
    make_trainer(event, later)
    let_mail_leave(NOW + 2 * DAY)
    (entry,) = delivered_entries(tom, NOW + 2 * DAY)
    assert (entry.lost, entry.starts_at, entry.changed_at) == ("Cancelled", JANUARY, NOW + DAY)
    assert understood([entry]) == [invited(tom)]
    assert delivered_entries(later, NOW + 2 * DAY) == []
    becomes(event, "published", now=NOW + 3 * DAY)
    assert [one.lost for one in delivered_entries(tom, NOW + 3 * DAY)] == [""]
    assert understood(delivered_entries(tom, NOW + 3 * DAY)) == [invited(tom)]
    becomes(event, "draft", now=NOW + 4 * DAY)
    quietly(event, tom, now=NOW + 5 * DAY)
    assert [one.lost for one in delivered_entries(tom, NOW + 5 * DAY)] == ["Cancelled"]
    assert delivered_entries(tom, NOW + 35 * DAY) == []
