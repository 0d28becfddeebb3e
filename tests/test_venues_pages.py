"""The list of venues, and what people see of one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.accounts.rules import Role
from app.booking.rules import State
from app.catalogue.models import Event, EventSession, Venue
from app.db import db, rebuilding, writing
from app.notifications.models import Letter
from tests.browser import CheckedClient
from tests.calendar_checkers import read_with_both
from tests.conftest import TODAY as MOMENT
from tests.factories import add, make_booking, make_course, make_event, make_person, make_trainer
from tests.test_course_desk_pages import mistakes, only

JANUARY = datetime(2027, 1, 12, 9, 30, tzinfo=UTC)
HALL = {
    "name": "Hill House",
    "address": "1 High Street",
    "postcode": "NS1 2AB",
    "places": "30",
    "access_notes": "Step-free, with a hearing loop.",
    "notes": "Park behind the church.",
    "contact": "Vera Verger",
    "phone": "01632 960002",
}

pytestmark = pytest.mark.usefixtures("app", "today", "calendars_read")


@pytest.fixture
def desk(client: CheckedClient) -> CheckedClient:
    """Ada's browser."""
    return client.sign_in(make_person("Ada Administrator", Role.ADMINISTRATOR))


def test_the_desk_adds_a_venue(desk: CheckedClient):
    assert "No venue yet" in desk.page("/venues").text
    page = desk.send("/venues/new", button="Save the venue", **HALL)
    assert "Hill House is in the list of venues." in page.text and "Room for 30" in page.text
    venue = only(Venue)
    assert (venue.places, venue.access_notes, venue.contact) == (30, HALL["access_notes"], "Vera Verger")


def at_hill_house(days: int = 40, **given: Any) -> Event:
    """A date in Hill House that is to come, or was."""
    event = make_event(starts=MOMENT + timedelta(days=days), **given)
    venue = db.session.scalar(sa.select(Venue)) or add(Venue(name="Hill House", address="1 High Street"))
    with rebuilding() as session:
        mine = sa.update(EventSession).where(EventSession.event_id == event.id)
        session.execute(mine.values(venue_id=venue.id, joining_url=""))
    return event


def letters() -> list[tuple[str, str, str]]:
    """Message, address and calendar method of all mail."""
    db.session.rollback()
    return [
        (letter.message, letter.to_email, letter.calendar_method)
        for letter in db.session.scalars(sa.select(Letter).order_by(Letter.id))
    ]


def test_a_venue_with_another_address_brings_everybody_a_changed_invite(
    desk: CheckedClient,
):
    event, tom = at_hill_house(capacity=1), make_person("Tom Trainer", Role.TRAINER)
    make_trainer(event, tom)
    booking = make_booking(event, make_person("Priya Patel"))
    make_booking(event, make_person("Wanda Waiting"), state=State.WAITING)
    make_booking(at_hill_house(-5), make_person("Paul Past"))
    make_booking(make_event(), make_person("Olga Online"))
    path = f"/venues/{only(Venue).id}"
    page = desk.page(path)
    assert "1 coming date is here" in page.text and "1 person gets a changed invite" in page.text
    page = desk.send(path, button="Save the venue", address="2 Low Road")
    assert "Hill House was changed. 1 person gets a changed invite." in page.text
    assert letters() == [
        ("event-changed", "priya.patel@northshire.example", "REQUEST"),
        ("event-changed", "wanda.waiting@northshire.example", ""),
        ("trainer-event-changed", "tom.trainer@northshire.example", "REQUEST"),
    ]
    first = db.session.scalars(sa.select(Letter).order_by(Letter.id)).first()
    assert first is not None and "The place has changed" in first.text
    [sitting] = read_with_both(first.calendar)
    assert (sitting.sequence, sitting.starts_at) == (1, event.starts_at)
    assert "Hill House, 2 Low Road" in first.calendar.replace("\\,", ",").replace("\r\n ", "")
    db.session.refresh(booking)
    assert booking.invite_sequence == 1


@pytest.mark.parametrize("typed", [{"notes": "Ring twice."}, {"phone": "01632 960003"}, {}])
def test_what_no_invite_shows_tells_nobody(desk: CheckedClient, typed: dict[str, str]):
    make_booking(at_hill_house())
    page = desk.send(f"/venues/{only(Venue).id}", button="Save the venue", **typed)
    assert "Nobody had to be told." in page.text and letters() == []


def test_an_address_put_right_twice_within_ten_minutes_is_told_once(desk: CheckedClient):
    make_booking(at_hill_house(), make_person("Priya Patel"))
    for address in ("2 Lwo Road", "2 Low Road"):
        desk.send(f"/venues/{only(Venue).id}", button="Save the venue", address=address)
    db.session.rollback()
    sent = db.session.scalars(sa.select(Letter).where(Letter.state == "queued")).all()
    assert len(sent) == 1 and "2 Low Road" in sent[0].text and "1 High Street" in sent[0].text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "Enter the name of the venue"),
        ({"name": "LAKE HALL"}, "Another venue has this name"),
        ({"places": "0"}, "Enter 1 or more, or leave it empty"),
        ({"phone": "the caretaker"}, "Enter a telephone number, like 01632 960001"),
    ],
)
def test_a_mistake_is_said_at_its_box(desk: CheckedClient, typed: dict[str, str], said: str):
    add(Venue(name="Lake Hall"))
    page = desk.send("/venues/new", button="Save the venue", status=422, **{**HALL, **typed})
    assert mistakes(page) == [said]
    assert only(Venue).name == "Lake Hall"


def test_changing_a_venue_changes_it_wherever_it_stands(desk: CheckedClient):
    venue = add(Venue(name="Hill House"))
    event = make_event(make_course("Neglect", delivery="classroom"), JANUARY)
    with writing():
        db.session.scalars(sa.select(EventSession)).one().venue_id = venue.id
    desk.send(f"/venues/{venue.id}", button="Save the venue", **HALL)
    assert "1 coming date" in desk.page("/venues").text
    page = desk.page(f"/events/{event.id}")
    assert "NS1 2AB" in page.text and "Access: Step-free, with a hearing loop." in page.text
    assert "Vera Verger" not in page.text
    priya = make_person("Priya Patel")
    booking = make_booking(event, priya)
    desk.sign_in(priya)
    assert "Step-free" in desk.page(f"/bookings/{booking.public_id}").text
    assert "Step-free" in desk.page(f"/join/{booking.public_id}").text


def test_a_closed_venue_is_offered_for_no_new_date_and_can_be_opened_again(desk: CheckedClient):
    venue = add(Venue(name="Hill House"))
    make_course("Neglect", delivery="classroom")
    page = desk.send(f"/venues/{venue.id}/close", on="/venues", button="Close Hill House")
    assert "Hill House is no longer offered for new dates." in page.text
    assert "Hill House" not in desk.page("/courses/neglect/events/new").text
    page = desk.send(f"/venues/{venue.id}/close", on="/venues", button="Offer it again Hill House")
    assert "Hill House is offered for new dates again." in page.text
    assert "Hill House" in desk.page("/courses/neglect/events/new").text


def test_a_date_keeps_a_venue_that_was_closed(desk: CheckedClient):
    venue = add(Venue(name="Hill House", closed_at=JANUARY - timedelta(days=100)))
    event = make_event(make_course("Neglect", delivery="classroom"), JANUARY)
    with writing():
        db.session.scalars(sa.select(EventSession)).one().venue_id = venue.id
    page = desk.send(f"/events/{event.id}/edit", button="Save", notes="Bring a pen.")
    assert "Saved." in page.text


@pytest.mark.parametrize(("hours", "shown"), [(None, True), (48, True), (2, False), (0, False)])
def test_the_joining_link_is_shown_from_the_hour_that_the_date_has(
    client: CheckedClient, hours: int | None, shown: bool
):
    event = make_event(starts=datetime(2026, 11, 21, 9, 0, tzinfo=UTC), link_shown_hours=hours)
    booking = make_booking(event)
    page = client.page(f"/join/{booking.public_id}")
    assert ("Your link is ready" in page.text) is shown
    assert ("https://meet.example/abc" in page.html) is shown
