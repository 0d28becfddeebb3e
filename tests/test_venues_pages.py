"""The list of venues, and what people see of one."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.accounts.rules import Role
from app.catalogue.models import EventSession, Venue
from app.db import db, writing
from tests.browser import CheckedClient
from tests.factories import add, make_booking, make_course, make_event, make_person
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

pytestmark = pytest.mark.usefixtures("app", "today")


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
