"""The desk changes a date that people are booked on: beforehand it is said whom that reaches, then it is done."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.accounts.rules import Role
from app.booking.rules import State
from app.catalogue.models import Event, EventChange, EventSession, Venue
from app.clock import from_london
from app.db import db
from app.notifications.models import Letter
from tests.browser import CheckedClient, Page
from tests.conftest import TODAY
from tests.factories import (
    add,
    make_booking,
    make_course,
    make_event,
    make_person,
    make_trainer,
    make_undated,
)
from tests.test_course_desk_pages import mistakes, only

JANUARY = datetime(2027, 1, 12, 9, 30, tzinfo=UTC)
LATER = {"sessions-0-day": ["19", "1", "2027"], "sessions-0-starts": "1pm", "sessions-0-ends": "4pm"}

pytestmark = pytest.mark.usefixtures("app", "today", "calendars_read")


@pytest.fixture
def desk(client: CheckedClient) -> CheckedClient:
    """Ada's browser."""
    return client.sign_in(make_person("Ada Administrator", Role.ADMINISTRATOR))


def booked_event(people: int = 2, **given: Any) -> Event:
    """A virtual date with people on it, somebody who waits and a trainer."""
    event = make_event(make_course("Neglect"), JANUARY, **{"capacity": people, **given})
    for _ in range(people):
        make_booking(event)
    make_booking(event, state=State.WAITING)
    make_trainer(event)
    return event


def letters() -> list[str]:
    """Which messages are in the outbox."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(Letter.message).order_by(Letter.id)))


def confirm(desk: CheckedClient, page: Page, path: str) -> Page:
    """Press the button of the page that says whom it reaches."""
    button = "Give it this date" if "Give it this date" in page.text else "Change it and tell them"
    typed = {**page.form("", button), "confirmed": "yes"}
    response = desk.post(path, data=typed, follow_redirects=True)
    assert response.status_code == 200, response.text[:2000]
    return Page(response)


def test_a_change_says_whom_it_reaches_before_anything_is_changed(desk: CheckedClient):
    event = booked_event(3)
    path = f"/events/{event.id}/times"
    page = desk.send(path, button="Go on", **LATER)
    assert page.heading == "3 people get a changed invite"
    assert "1 person who waits is told by mail." in page.text
    assert "1 trainer is told, with a changed calendar." in page.text
    assert "Tue 12 January 2027, 9:30am to 12:30pm" in page.text
    assert "Tue 19 January 2027, 1pm to 4pm" in page.text
    assert letters() == [] and only(EventSession).starts_at == JANUARY
    page = confirm(desk, page, path)
    assert "The date was changed." in page.text and "5 people are told by mail." in page.text
    assert "change it back within 10 minutes" in page.text
    assert only(EventSession).starts_at == from_london(date(2027, 1, 19), time(13))
    assert sorted(letters()) == ["event-changed"] * 4 + ["trainer-event-changed"]


def test_the_session_keeps_its_row_and_the_word_stands_in_the_mail(desk: CheckedClient):
    event = booked_event(1)
    kept = only(EventSession).public_id
    path = f"/events/{event.id}/times"
    confirm(desk, desk.send(path, button="Go on", why="The hall is flooded.", **LATER), path)
    assert only(EventSession).public_id == kept
    texts = db.session.scalars(sa.select(Letter.text)).all()
    assert all("The hall is flooded." in text for text in texts)


def test_who_has_another_place_at_the_new_time_and_who_has_no_address_is_said(desk: CheckedClient):
    event = booked_event(1)
    guest = make_person("Grace Guest", email=None)
    with_no_mail = make_booking(event, guest, state=State.WAITING)
    other = make_event(make_course("Trauma"), from_london(date(2027, 1, 19), time(14)))
    booked = db.session.scalars(sa.select(Event).where(Event.id == event.id)).one()
    person = make_person("Priya Patel")
    make_booking(other, person)
    with_two = make_booking(make_event(make_course("Sleep"), JANUARY), person)
    assert with_no_mail.state == "waiting" and booked and with_two
    page = desk.send(f"/events/{event.id}/times", button="Go on", **LATER)
    assert "No mail reaches Grace Guest. Please ring them." in page.text
    page = desk.send(f"/events/{with_two.event_id}/times", button="Go on", **LATER)
    assert "1 person has a place on another course at that time" in page.text


def test_a_room_that_is_too_small_is_a_warning(desk: CheckedClient):
    event = booked_event(1, capacity=30)
    add(Venue(name="Small room", places=12))
    typed = {**LATER, "sessions-0-venue": "Small room"}
    page = desk.send(f"/events/{event.id}/times", button="Go on", **typed)
    assert "Small room takes 12 people, fewer than the 30 places of this date." in page.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"sessions-0-day": ["12", "1", "2026"]}, "Enter a day that has not gone"),
        ({"sessions-0-ends": "12pm"}, "Enter a time after the start"),
        (
            {"sessions-0-day": ["28", "3", "2027"], "sessions-0-starts": "1:30am"},
            "1:30am does not exist on 28 March: the clocks go forward",
        ),
    ],
)
def test_times_that_cannot_be_are_said_and_nothing_is_half_done(
    desk: CheckedClient, typed: dict[str, Any], said: str
):
    event = booked_event(1)
    page = desk.send(f"/events/{event.id}/times", button="Go on", status=422, **{**LATER, **typed})
    assert mistakes(page) == [said]
    assert letters() == [] and db.session.scalars(sa.select(EventChange)).all() == []


def test_of_an_hour_that_comes_twice_it_is_said_which_is_taken(desk: CheckedClient):
    event = booked_event(1)
    typed = {"sessions-0-day": ["31", "10", "2027"], "sessions-0-starts": "1:30am", "sessions-0-ends": "4am"}
    page = desk.send(f"/events/{event.id}/times", button="Go on", **typed)
    assert "1:30am comes twice on 31 October, when the clocks go back: the first was taken." in page.text


def test_another_session_can_be_added_and_one_left_out(desk: CheckedClient):
    event = booked_event(1)
    path = f"/events/{event.id}/times"
    page = desk.send(path, button="Go on", more="session")
    second = {name.replace("-0-", "-1-"): value for name, value in LATER.items()}
    response = desk.post(path, data={**page.form("", "Go on"), **second})
    confirm(desk, Page(response), path)
    rows = db.session.scalars(EventSession.of(event.id)).all()
    assert [row.starts_at for row in rows] == [JANUARY, from_london(date(2027, 1, 19), time(13))]


def test_a_date_that_was_cancelled_meanwhile_is_not_changed(desk: CheckedClient):
    event = booked_event(1)
    path = f"/events/{event.id}/times"
    page = desk.send(path, button="Go on", **LATER)
    desk.send(f"/events/{event.id}/cancel", button="Cancel it and tell them", why="Too few")
    response = desk.post(path, data={**page.form("", "Change it and tell them"), "confirmed": "yes"})
    assert response.status_code == 409 and "over or cancelled" in response.text


def test_postponing_says_whom_it_reaches_and_keeps_their_places(desk: CheckedClient):
    event = booked_event(2)
    path = f"/events/{event.id}/postpone"
    page = desk.page(path)
    assert "2 people keep their places, and the date is taken out of their calendars." in page.text
    page = desk.send(path, button="Postpone it and tell them", why="The trainer cannot come.")
    assert "The date is postponed." in page.text and "4 people are told by mail." in page.text
    assert "Date to be announced" in page.text
    assert sorted(letters()) == ["event-postponed"] * 3 + ["trainer-event-postponed"]
    assert "no date that could be postponed" in desk.page(path, status=409).text


def test_a_postponed_date_gets_its_new_date(desk: CheckedClient):
    event = booked_event(2)
    desk.send(f"/events/{event.id}/postpone", button="Postpone it and tell them", why="Snow")
    path = f"/events/{event.id}/times"
    page = desk.page(path)
    assert page.heading == "Give it a date"
    page = desk.send(path, button="Go on", **LATER)
    assert page.heading == "2 people get an invite"
    page = confirm(desk, page, path)
    assert "The date is set." in page.text and "Tue 19 January 2027, 1pm to 4pm" in page.text


@pytest.mark.parametrize("act", ["postpone", "cancel"])
def test_calling_off_needs_a_reason(desk: CheckedClient, act: str):
    event = booked_event(1)
    page = desk.send(f"/events/{event.id}/{act}", button=desk_button(act), status=422, why="  ")
    assert mistakes(page) == ["Say why: it stands in the mail"] and letters() == []


def desk_button(act: str) -> str:
    """The button of either page."""
    return "Cancel it and tell them" if act == "cancel" else "Postpone it and tell them"


def test_cancelling_a_date_that_nobody_is_on_speaks_of_no_mail(desk: CheckedClient):
    event = make_event()
    make_event(event.course)
    text = desk.page(f"/events/{event.id}/cancel").text
    assert "Nobody has to be told" in text and "The mail offers" not in text


def test_cancelling_offers_other_dates_first(desk: CheckedClient):
    event = booked_event(2)
    make_event(event.course, JANUARY + timedelta(days=14))
    path = f"/events/{event.id}/cancel"
    page = desk.page(path)
    assert "2 people lose their places and are offered other dates." in page.text
    assert "The mail offers this date first: Tue 26 January 2027" in page.text
    page = desk.send(path, button="Cancel it and tell them", why="Too few")
    assert "The date is cancelled. It counts against nobody. 4 people are told by mail." in page.text
    assert "cancelled already" in desk.page(path, status=409).text


def test_what_has_begun_is_not_called_off(desk: CheckedClient):
    event = make_event(make_course("Neglect"), TODAY - timedelta(hours=1))
    for act in ("postpone", "cancel"):
        assert "has begun" in desk.page(f"/events/{event.id}/{act}", status=409).text


def test_a_date_can_be_published_without_a_date(desk: CheckedClient):
    make_course("Neglect")
    page = desk.send("/courses/neglect/events/new", button="Save the date", undated="y", capacity="12")
    assert "It is published without a date: people can wait for it." in page.text
    event = only(Event)
    assert (event.starts_at, event.state, event.capacity) == (None, "published", 12)
    page = desk.page(f"/events/{event.id}/edit")
    assert page.link("Give it a date") == f"/events/{event.id}/times"
    desk.send(f"/events/{event.id}/edit", button="Save", capacity="14")
    db.session.refresh(event)
    assert (event.starts_at, event.state, event.capacity) == (None, "published", 14)


def test_the_places_of_a_postponed_date_can_be_changed_and_it_stays_postponed(desk: CheckedClient):
    event = make_undated(make_course("Neglect"), state="postponed")
    make_booking(event)
    desk.send(f"/events/{event.id}/edit", button="Save", capacity="25")
    db.session.refresh(event)
    assert (event.state, event.capacity) == ("postponed", 25)


def test_only_a_virtual_date_can_be_overbooked(desk: CheckedClient):
    make_course("Virtual")
    typed = {**LATER, "capacity": "20", "booking_limit": "24"}
    desk.send("/courses/virtual/events/new", button="Save the date", **typed)
    assert only(Event).booking_limit == 24
    make_course("Classroom", delivery="classroom")
    typed = {**typed, "sessions-0-new_venue": "Hill House"}
    page = desk.send("/courses/classroom/events/new", button="Save the date", status=422, **typed)
    assert mistakes(page) == ["Only a virtual date can be overbooked: enter no more than the places"]
    page = desk.send("/courses/virtual/events/new", button="Save the date", status=422, **typed)
    assert mistakes(page) == ["Only a virtual date can be overbooked: enter no more than the places"]


def test_a_limit_that_was_raised_for_one_person_may_stay(desk: CheckedClient):
    event = make_event(make_course("Classroom", delivery="classroom"), JANUARY, booking_limit=21)
    make_booking(event)
    page = desk.send(f"/events/{event.id}/edit", button="Save", notes="Bring a pen.")
    assert "Saved." in page.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"minimum": "8"}, "Enter the day on which to look whether enough are booked"),
        ({"minimum_by": ["5", "1", "2027"]}, "Enter the fewest people as well, or leave the day empty"),
        ({"minimum": "99", "minimum_by": ["5", "1", "2027"]}, "Enter no more than the number of places"),
        ({"minimum": "8", "minimum_by": ["19", "1", "2027"]}, "Enter a day before the course"),
        ({"minimum": "0", "minimum_by": ["5", "1", "2027"]}, "Enter 1 or more, or leave it empty"),
        ({"link_shown_hours": "-1"}, "Enter hours from 0 to 1,440, or leave it empty"),
    ],
)
def test_a_minimum_has_a_day_and_can_be_reached(desk: CheckedClient, typed: dict[str, Any], said: str):
    make_course("Neglect")
    sent = {**LATER, "capacity": "20", **typed}
    page = desk.send("/courses/neglect/events/new", button="Save the date", status=422, **sent)
    assert said in mistakes(page)
    assert db.session.scalars(sa.select(Event)).all() == []


def test_a_minimum_and_the_hours_of_the_link_are_kept_with_their_history(desk: CheckedClient):
    event = booked_event(1, capacity=20)
    typed = {"minimum": "8", "minimum_by": ["5", "1", "2027"], "link_shown_hours": "2"}
    desk.send(f"/events/{event.id}/edit", button="Save", **typed)
    db.session.refresh(event)
    assert (event.minimum, event.minimum_by, event.link_shown_hours) == (8, date(2027, 1, 5), 2)
    changes = db.session.execute(sa.select(EventChange.what, EventChange.now)).all()
    assert [tuple(row) for row in changes] == [
        ("minimum", 8),
        ("minimum by", "2027-01-05"),
        ("link shown hours", 2),
    ]
