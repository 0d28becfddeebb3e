"""Somebody rings: a place is booked, changed or cancelled for them, and the history says by whom."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from app.accounts.models import Person
from app.accounts.rules import Role
from app.booking.models import Booking, BookingChange
from app.booking.rules import State
from app.db import db
from app.notifications.models import Letter
from tests.browser import CheckedClient, Page, words
from tests.conftest import TODAY
from tests.factories import add, make_booking, make_course, make_event, make_partnership, make_person

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def ada(client: CheckedClient, today: time_machine.Traveller) -> Person:
    """Ada administers, and has the telephone at her ear."""
    person = make_person("Ada Admin", Role.ADMINISTRATOR)
    client.sign_in(person)
    return person


@pytest.fixture
def priya(ada: Person) -> Person:
    """Priya rings."""
    return make_person("Priya Patel")


def book(client: CheckedClient, person: Person, event_id: int, *, status: int = 200, **typed: str) -> Page:
    """Fill the form in for somebody and send it."""
    path = f"/people/{person.public_id}/book/{event_id}"
    button = typed.pop("button", "Book this place")
    return client.send(path, button=button, status=status, **typed)


def history(page: Page) -> list[str]:
    """The sentences of what happened, newest first."""
    found = next(ol for ol in page.all("ol") if ol.get("class") == "rt-history")
    return [words(li.findall("p")[0]) for li in found.iter("li")]


def test_a_place_is_booked_for_whoever_rings_and_the_history_says_who_did_it(
    client: CheckedClient, ada: Person, priya: Person
):
    event = make_event(make_course("Neglect"))
    page = client.page(f"/people/{priya.public_id}/book?q=neglect")
    assert page.heading == "Book a place for Priya Patel"
    assert f"/people/{priya.public_id}/book/{event.id}" in page.html
    page = book(client, priya, event.id, mobile="07700 900123")
    assert page.heading == "Priya Patel has a place"
    booking = db.session.scalars(sa.select(Booking)).one()
    assert (booking.person_id, booking.made_by_id, booking.mobile) == (priya.id, ada.id, "07700 900123")
    change = db.session.scalars(sa.select(BookingChange)).one()
    assert (change.by_id, change.to_state) == (ada.id, "booked")
    letter = db.session.scalars(sa.select(Letter)).one()
    assert letter.to_email == priya.email
    assert "Ada Admin" in letter.text
    client.sign_in(make_person("Olu Other", Role.ADMINISTRATOR))
    assert history(client.page(f"/bookings/{booking.public_id}")) == [
        "Ada Admin booked the place for Priya Patel"
    ]
    client.sign_in(priya)
    assert history(client.page(f"/bookings/{booking.public_id}")) == ["Ada Admin booked the place for you"]


def test_when_it_is_full_they_join_the_list_and_the_history_says_who_put_them_there(
    client: CheckedClient, priya: Person
):
    event = make_event(make_course("Neglect"), capacity=1)
    make_booking(event)
    page = client.page(f"/people/{priya.public_id}/book/{event.id}")
    assert page.heading == "Join the waiting list for Priya Patel"
    assert "they would be first" in page.text
    page = book(client, priya, event.id, button="Join the waiting list")
    assert page.heading == "Priya Patel is number 1 on the waiting list"
    client.sign_in(make_person("Olu Other", Role.ADMINISTRATOR))
    booking = db.session.scalars(sa.select(Booking).where(Booking.person_id == priya.id)).one()
    assert history(client.page(f"/bookings/{booking.public_id}")) == [
        "Ada Admin put Priya Patel on the waiting list"
    ]


def test_what_somebody_else_did_with_the_booking_names_both(
    client: CheckedClient, ada: Person, priya: Person
):
    event = make_event(make_course("Neglect"))
    booking = make_booking(event, priya)
    client.send(f"/bookings/{booking.public_id}/cancel", button="Cancel Priya Patel’s place", why="ill")
    client.sign_in(make_person("Olu Other", Role.ADMINISTRATOR))
    assert history(client.page(f"/bookings/{booking.public_id}")) == [
        "Ada Admin cancelled Priya Patel’s place: ill",
        "Priya Patel booked the place",
    ]
    client.sign_in(priya)
    assert history(client.page(f"/bookings/{booking.public_id}"))[0] == "Ada Admin cancelled your place: ill"


def test_the_desk_may_book_after_booking_has_closed_for_everybody_else(client: CheckedClient, priya: Person):
    course = make_course("Neglect", delivery="classroom")
    event = make_event(course, starts=TODAY + timedelta(hours=2))
    assert "Book this place" in client.page(f"/people/{priya.public_id}/book/{event.id}").html
    assert book(client, priya, event.id).heading == "Priya Patel has a place"


def test_what_stands_in_the_way_is_said_about_them_with_the_way_back(client: CheckedClient, priya: Person):
    course = make_course("Neglect")
    other = make_booking(make_event(course, starts=TODAY + timedelta(days=20)), priya)
    page = client.page(f"/people/{priya.public_id}/book/{make_event(course).id}")
    assert page.heading == "No place for Priya Patel here"
    assert "Priya Patel has a place on another date of this course" in page.text
    assert page.link("Look at that booking") == f"/bookings/{other.public_id}"
    cancelled = make_event(make_course("Self harm"), state="cancelled")
    page = client.page(f"/people/{priya.public_id}/book/{cancelled.id}")
    assert page.link("Back to Priya Patel") == f"/people/{priya.public_id}"


def test_a_clash_is_told_to_whoever_rings_and_confirmed_for_them(client: CheckedClient, priya: Person):
    make_booking(make_event(make_course("Self harm")), priya)
    event = make_event(make_course("Neglect"))
    page = client.page(f"/people/{priya.public_id}/book/{event.id}")
    assert "Priya Patel has a place on Self harm" in page.text
    book(client, priya, event.id, status=422)
    assert book(client, priya, event.id, clash_confirmed="y").heading == "Priya Patel has a place"


def test_a_date_they_are_on_already_leads_to_the_booking(client: CheckedClient, priya: Person):
    event = make_event(make_course("Neglect"))
    booking = make_booking(event, priya, state=State.WAITING)
    page = client.page(f"/people/{priya.public_id}/book")
    assert "On it already" in page.text
    answer = client.get(f"/people/{priya.public_id}/book/{event.id}")
    assert answer.location == f"/bookings/{booking.public_id}"


def test_the_desk_may_say_why_nobody_has_to_agree(client: CheckedClient, priya: Person):
    event = make_event(make_course("Neglect", approval="manager"))
    page = client.page(f"/people/{priya.public_id}/book/{event.id}")
    assert "Why nobody has to agree" in page.text
    page = book(client, priya, event.id, button="Ask for this place", approved_why="agreed on the phone")
    assert page.heading == "Priya Patel has a place"
    assert history(page) == ["You booked the place for Priya Patel: agreed on the phone"]
    client.sign_in(make_person("Quentin Quick"))
    page = client.page(f"/events/{event.id}/book")
    assert "Why nobody has to agree" not in page.text
    page = client.send(
        f"/events/{event.id}/book", button="Ask for this place", status=422, approved_why="I say so"
    )
    assert "Say who your manager is" in page.text


def test_somebody_who_has_not_said_where_they_work_cannot_be_booked_yet(client: CheckedClient, ada: Person):
    make_partnership()
    stuck = add(Person(name="", email="stuck@northshire.example", created_at=TODAY))
    event = make_event()
    for path in ("book", f"book/{event.id}"):
        page = client.page(f"/people/{stuck.public_id}/{path}")
        assert "have not said yet who they are" in page.text


def test_a_search_without_a_date_says_so(client: CheckedClient, priya: Person):
    make_event(make_course("Neglect"))
    page = client.page(f"/people/{priya.public_id}/book?q=xyzzy")
    assert "No coming date like that" in page.text
