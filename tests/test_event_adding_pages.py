"""Putting somebody on an event, and letting somebody in before others: with a reason that is kept."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from app.accounts.models import Person
from app.accounts.rules import Role
from app.booking.models import Booking, BookingChange, Charge
from app.booking.rules import State
from app.catalogue.models import Course, Event, EventChange
from app.db import db, writing
from app.notifications.models import Letter
from app.records.actions import changing
from tests.browser import CheckedClient, words
from tests.conftest import TODAY
from tests.factories import (
    make_booking,
    make_course,
    make_event,
    make_partnership,
    make_person,
    make_policy,
    make_requirement,
)


@pytest.fixture(autouse=True)
def ada(client: CheckedClient, today: time_machine.Traveller) -> Person:
    """Ada administers, and sits at the browser."""
    person = make_person("Ada Admin", Role.ADMINISTRATOR)
    client.sign_in(person)
    return person


@pytest.fixture
def full() -> Event:
    """Neglect, in four weeks, with one place, which is taken."""
    event = make_event(make_course("Neglect"), capacity=1)
    make_booking(event, make_person("Bo Booked"))
    return event


def state_of(booking: Booking) -> str:
    """Where a booking stands now."""
    db.session.refresh(booking)
    return booking.state


def whys(booking: Booking) -> list[str]:
    """The reasons in its history, newest first."""
    wanted = sa.select(BookingChange.why).where(BookingChange.booking_id == booking.id)
    return list(db.session.scalars(wanted.order_by(BookingChange.id.desc())))


def waits(event: Event, name: str, joined_at: datetime = TODAY) -> Booking:
    """Somebody on the waiting list."""
    return make_booking(event, make_person(name), state=State.WAITING, joined_at=joined_at)


# Finding whom to add.


def test_somebody_is_found_and_leads_to_the_form_that_books_for_them(client: CheckedClient):
    event, priya = make_event(make_course("Neglect")), make_person("Priya Patel")
    page = client.page(client.page(f"/events/{event.id}/bookings").link("Add somebody"))
    assert "20 places are free." in page.text and "found" not in page.text
    page = client.page(f"/events/{event.id}/bookings/add?q=priya")
    assert page.link("Book a place for Priya Patel") == f"/people/{priya.public_id}/book/{event.id}"


def test_whoever_is_on_it_already_says_so_and_is_not_offered_again(client: CheckedClient):
    event, priya = make_event(make_course("Neglect")), make_person("Priya Patel")
    booking = make_booking(event, priya)
    page = client.page(f"/events/{event.id}/bookings/add?q=priya")
    assert "Has a place" in page.text
    assert page.link("Booking of Priya Patel") == f"/bookings/{booking.public_id}"
    assert "Book a place" not in page.text


def test_on_a_full_date_the_list_and_a_place_above_the_limit_are_offered(client: CheckedClient, full: Event):
    priya = make_person("Priya Patel")
    page = client.page(f"/events/{full.id}/bookings/add?q=priya")
    assert page.link("Waiting list for Priya Patel") == f"/people/{priya.public_id}/book/{full.id}"
    assert page.link("Above the limit: Priya Patel").endswith(f"/bookings/above/{priya.public_id}")


def test_nobody_like_that_is_said(client: CheckedClient, full: Event):
    assert "Nobody like that" in client.page(f"/events/{full.id}/bookings/add?q=xyzzy").text


# Above the limit.


def test_a_place_above_the_limit_raises_it_by_one_and_keeps_who_did_it_and_why(
    client: CheckedClient, full: Event
):
    priya = make_person("Priya Patel")
    path = f"/events/{full.id}/bookings/above/{priya.public_id}"
    assert "The limit becomes 2" in client.page(path).text
    page = client.send(path, button="Give the place", why="She chairs the case")
    assert "Priya Patel has a place now, and a mail says so. The limit is 2 now." in page.text
    db.session.refresh(full)
    assert (full.capacity, full.booking_limit, full.places_held) == (1, 2, 2)
    booking = db.session.scalars(sa.select(Booking).where(Booking.person_id == priya.id)).one()
    assert (booking.state, whys(booking)) == (State.BOOKED, ["She chairs the case"])
    assert db.session.scalars(sa.select(EventChange.what)).all() == ["booking limit"]
    assert [letter.message for letter in db.session.scalars(sa.select(Letter))] == ["booked"]


def test_somebody_who_waits_gets_their_own_booking_above_the_limit_and_nobody_else_moves_up(
    client: CheckedClient, full: Event
):
    first, second = waits(full, "First Waiter"), waits(full, "Second Waiter", TODAY + timedelta(hours=1))
    page = client.page(f"/events/{full.id}/bookings")
    there = client.get(page.link("Give a place: Second Waiter")).location
    client.send(there, button="Give the place", why="Court on Monday")
    assert (state_of(first), state_of(second)) == (State.WAITING, State.BOOKED)
    assert whys(second)[0] == "Court on Monday"


def test_while_a_place_is_free_nobody_is_added_above_the_limit(client: CheckedClient):
    event, sam = make_event(capacity=2), make_person("Sam Jones")
    path = f"/events/{event.id}/bookings/above/{sam.public_id}"
    page = client.send(path, button="Give the place", status=409, why="A court order")
    assert "A place is free: book it for them" in page.text
    db.session.rollback()
    assert db.session.get_one(Event, event.id).booking_limit == 2
    assert db.session.scalars(sa.select(Booking)).all() == []


def test_without_a_reason_nothing_happens(client: CheckedClient, full: Event):
    priya = make_person("Priya Patel")
    path = f"/events/{full.id}/bookings/above/{priya.public_id}"
    assert "Say why" in client.send(path, button="Give the place", status=422, why=" ").text
    db.session.refresh(full)
    assert full.booking_limit == 1


def test_what_has_to_be_done_first_holds_above_the_limit_too(client: CheckedClient, full: Event):
    make_requirement(full.course, make_course("Part one"), "to book")
    priya = make_person("Priya Patel")
    path = f"/events/{full.id}/bookings/above/{priya.public_id}"
    page = client.send(path, button="Give the place", status=409, why="She chairs the case")
    assert "You need Part one first" in page.text
    db.session.refresh(full)
    assert full.booking_limit == 1


@pytest.mark.parametrize("approval", ["confirm", "manager", "lead"])
def test_approval_is_not_skipped_when_the_limit_is_raised(client: CheckedClient, full: Event, approval: str):
    priya = make_person("Priya Patel")
    path = f"/events/{full.id}/bookings/above/{priya.public_id}"
    with writing():
        db.session.execute(sa.update(Course).values(approval=approval))
    page = client.send(path, button="Give the place", status=422, why="Court on Monday")
    assert "Say who agreed" in page.text
    client.send(path, button="Give the place", why="Court on Monday", approved_why="Moira rang")
    booking = db.session.scalars(sa.select(Booking).where(Booking.person_id == priya.id)).one()
    assert (booking.state, whys(booking)) == (State.BOOKED, ["Court on Monday (Moira rang)"])


def test_who_pays_can_be_added_above_the_limit_once_the_charge_is_agreed_to(
    client: CheckedClient, full: Event
):
    make_policy(exempt=[])
    path = f"/events/{full.id}/bookings/above/{make_person('Priya Patel').public_id}"
    assert "A place on this date costs £45." in client.page(path).text
    page = client.send(path, button="Give the place", status=409, why="Court on Monday")
    assert "Agree to the charge" in page.text
    agreed = {"charge_accepted": "y", "purchase_order": "PO 77"}
    client.send(path, button="Give the place", why="Court on Monday", **agreed)
    charge = db.session.scalars(sa.select(Charge)).one()
    assert (charge.pence, charge.purchase_order, charge.state) == (4500, "PO 77", "proposed")


# Priority, and a place out of turn.


def test_priority_puts_somebody_first_and_can_be_taken_back(client: CheckedClient, full: Event):
    waits(full, "First Waiter")
    second = waits(full, "Second Waiter", TODAY + timedelta(hours=1))
    path = client.page(f"/events/{full.id}/bookings").link("Give priority: Second Waiter")
    page = client.send(path, button="Give priority", why="Court on Monday")
    assert "Second Waiter comes before the others now." in page.text
    names = [words(row[0]) for row in page.all("table")[0].find("tbody") or []]
    assert names == ["Bo Booked", "Second Waiter", "First Waiter"]
    assert whys(second)[0] == "given priority: Court on Monday"
    page = client.send(path, button="Take the priority back", why="It was moved")
    assert "stands where they joined again" in page.text
    db.session.refresh(second)
    assert second.priority == 0


def test_a_free_place_can_go_to_somebody_who_is_not_first_with_a_reason(client: CheckedClient, full: Event):
    roomy = make_event(full.course, starts=TODAY + timedelta(days=40), capacity=2)
    make_booking(roomy)
    late = waits(roomy, "Second Waiter", TODAY + timedelta(hours=1))
    page = client.send(f"/bookings/{late.public_id}/place", button="Give the place", why="Court on Monday")
    assert "Second Waiter has a place now" in page.text
    assert (state_of(late), whys(late)[0]) == (State.BOOKED, "Court on Monday")


@pytest.mark.parametrize("end", ["priority", "place"])
def test_somebody_who_no_longer_waits_cannot_be_let_in(client: CheckedClient, full: Event, end: str):
    gone = make_booking(full, make_person("Gone Already"), state=State.CANCELLED)
    assert client.get(f"/bookings/{gone.public_id}/{end}").location == f"/bookings/{gone.public_id}"


def test_somebody_who_leaves_the_list_while_the_page_is_open_is_not_let_in(
    client: CheckedClient, full: Event
):
    roomy = make_event(full.course, starts=TODAY + timedelta(days=40))
    booking = waits(roomy, "Priya Patel")
    path = f"/bookings/{booking.public_id}/place"
    typed = client.page(path).form("", "Give the place")
    with changing(roomy.id, now=TODAY):
        db.session.refresh(booking)
        booking.state = State.WITHDRAWN
    answer = client.post(path, data={**typed, "why": "Court"})
    assert answer.status_code == 303 and state_of(booking) == State.WITHDRAWN


def test_bookings_of_another_partnership_are_not_found(client: CheckedClient):
    elsewhere = make_partnership(slug="southshire", short_name="Southshire SCP")
    event = make_event(make_course("Neglect"), host_id=elsewhere.id, capacity=1)
    booking = make_booking(event, state=State.WAITING)
    for end in ("priority", "place"):
        client.page(f"/bookings/{booking.public_id}/{end}", status=404)
    client.page(f"/events/{event.id}/bookings/add", status=404)
    client.page(f"/events/{event.id}/bookings/above/{booking.person.public_id}", status=404)


# One place per person and course.


@pytest.mark.parametrize("free", [True, False])
def test_somebody_with_a_place_on_another_date_is_not_let_in_to_a_second_one(
    client: CheckedClient, full: Event, free: bool
):
    booking = waits(full, "Priya Patel")
    make_booking(make_event(full.course, starts=TODAY + timedelta(days=40)), booking.person)
    if free:
        make_room(full)
    path = (
        client.get(f"/bookings/{booking.public_id}/place").location or f"/bookings/{booking.public_id}/place"
    )
    page = client.send(path, button="Give the place", status=409, why="Court on Monday")
    assert "a place on another date of the course is held" in page.text
    assert state_of(booking) == State.WAITING


@pytest.mark.parametrize("free", [True, False])
def test_somebody_who_waits_to_swap_gives_up_the_other_date_when_the_desk_lets_them_in(
    client: CheckedClient, full: Event, free: bool
):
    other = make_event(full.course, starts=TODAY + timedelta(days=40), capacity=1)
    booking = make_booking(full, make_person("Priya Patel"), state=State.WAITING, swap=True)
    old, next_there = make_booking(other, booking.person), waits(other, "Next There")
    if free:
        make_room(full)
        assert "They give up their place on" in client.page(f"/bookings/{booking.public_id}/place").text
    path = (
        client.get(f"/bookings/{booking.public_id}/place").location or f"/bookings/{booking.public_id}/place"
    )
    client.send(path, button="Give the place", why="Court on Monday")
    assert (state_of(booking), state_of(old)) == (State.BOOKED, State.MOVED)
    assert state_of(next_there) == State.BOOKED


def make_room(event: Event) -> None:
    """One place more, which the list has not been asked about yet."""
    with changing(event.id, now=TODAY) as locked:
        locked.booking_limit += 1
