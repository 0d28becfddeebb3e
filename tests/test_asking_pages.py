"""Asking for a place where more is asked first: what comes before, a charge, an approval; answering an offer."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.accounts.models import Person
from app.booking.models import Charge, ChargePolicy
from app.catalogue.models import CourseRequirement, Event
from app.db import db
from app.notifications.models import Letter
from tests.browser import CheckedClient, Page
from tests.factories import (
    LONG_AGO,
    add,
    make_booking,
    make_course,
    make_event,
    make_partnership,
    make_person,
    make_undated,
)

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def priya(client: CheckedClient) -> Person:
    """Priya, signed in."""
    person = make_person("Priya Patel")
    client.sign_in(person)
    return person


def book(client: CheckedClient, event: Event, **typed: object) -> Page:
    """Fill in the form and press the button."""
    return client.send(f"/events/{event.id}/book", button="Book this place", **typed)


def ask(client: CheckedClient, event: Event, **typed: object) -> Page:
    """The same where somebody else has to agree."""
    return client.send(f"/events/{event.id}/book", button="Ask for this place", **typed)


def test_what_is_required_to_book_refuses_and_leads_there(client: CheckedClient, priya: Person):
    course = make_course()
    first = make_course("Safeguarding children today", delivery="e-learning")
    add(CourseRequirement(course_id=course.id, required_id=first.id, strength="to book"))
    page = client.page(f"/events/{make_event(course).id}/book")
    assert page.heading == "Something comes first"
    assert page.link("Go to Safeguarding children today") == f"/courses/{first.slug}"


def test_what_is_required_by_a_deadline_can_be_booked_before_it_and_says_until_when(
    client: CheckedClient, priya: Person
):
    course = make_course()
    first = make_course("Safeguarding children today", delivery="e-learning")
    add(CourseRequirement(course_id=course.id, required_id=first.id, strength="by a deadline"))
    event = make_event(course)
    page = client.page(f"/events/{event.id}/book")
    assert "still to do. You can book now and do it by Fri 11 December 2026, 10am" in page.text
    assert "Do Safeguarding children today first" in book(client, event).text


def test_a_charge_is_shown_before_it_is_agreed_to_and_asks_for_a_purchase_order(
    client: CheckedClient, priya: Person
):
    partnership = make_partnership()
    add(
        ChargePolicy(
            partnership_id=partnership.id, from_on=LONG_AGO, charging=True, half_day=4500, set_at=NOW
        )
    )
    event = make_event()
    page = client.page(f"/events/{event.id}/book")
    assert "costs £45" in page.text
    assert "Agree to the charge" in book(client, event, status=422).text
    assert "Enter the purchase order number" in book(client, event, status=422, charge_accepted="y").text
    shown = book(client, event, charge_accepted="y", purchase_order="PO 4711")
    assert shown.heading == "You have a place"
    [charge] = db.session.scalars(sa.select(Charge))
    assert (charge.pence, charge.state, charge.purchase_order) == (4500, "proposed", "PO 4711")


def test_a_course_that_asks_for_the_managers_agreement_asks_once_and_copies_them(
    client: CheckedClient, priya: Person
):
    course = make_course(approval="confirm")
    event, moira = make_event(course), "moira@northshire.example"
    assert "Confirm that your manager agrees" in book(client, event, status=422, manager_email=moira).text
    assert book(client, event, manager_email=moira, manager_confirmed="y").heading == "You have a place"
    [copy] = db.session.scalars(sa.select(Letter).where(Letter.message == "booked-manager"))
    assert copy.to_email == moira
    assert "told us that you agree" in copy.text
    other = client.page(f"/events/{make_event(make_course('Neglect', approval='confirm')).id}/book")
    assert other.form(button="Book this place")["manager_email"] == moira


def test_a_course_that_a_manager_approves_holds_the_place_and_says_so(client: CheckedClient, priya: Person):
    event = make_event(make_course(approval="manager"))
    assert "Say who your manager is" in ask(client, event, status=422).text
    page = ask(client, event, manager_email="moira@northshire.example")
    assert page.heading == "You have asked for a place"
    told = db.session.scalars(sa.select(Letter.message).order_by(Letter.message)).all()
    assert told == ["approve", "requested"]


def test_an_offer_is_accepted_on_its_page(client: CheckedClient, priya: Person):
    booking = make_booking(
        make_event(capacity=1), priya, state="offered", offer_ends_at=NOW + timedelta(days=2)
    )
    page = client.page(f"/bookings/{booking.public_id}")
    assert page.heading == "A place is offered to you"
    assert "It is held until Sun 22 November 2026, 10am" in page.text
    offer = page.link("Answer the offer")
    shown = client.send(offer, button="Accept the place", answer="accept")
    assert shown.heading == "You have a place"
    assert "You accepted the place" in shown.text


def test_who_does_not_want_an_offered_place_can_stay_on_the_list(client: CheckedClient, priya: Person):
    booking = make_booking(
        make_event(capacity=1), priya, state="offered", offer_ends_at=NOW + timedelta(days=2)
    )
    path = f"/bookings/{booking.public_id}/offer"
    shown = client.send(path, button="Accept the place", answer="keep")
    assert shown.heading == "You are number 1 on the waiting list"
    assert client.get(path).status_code == 303  # there is nothing to answer any more


def test_an_undated_event_can_be_waited_for(client: CheckedClient, priya: Person):
    event = make_undated()
    page = client.page(f"/events/{event.id}/book")
    assert page.heading == "Join the waiting list"
    shown = client.send(f"/events/{event.id}/book", button="Join the waiting list")
    assert shown.heading == "You are number 1 on the waiting list"
    assert "There is no date yet" in shown.text
