"""What a calendar was last told, on the booking's page, and the button that tells it once more."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from time_machine import Traveller

from app.accounts.models import Person
from app.accounts.rules import Role
from app.booking.models import Booking
from app.catalogue.models import EventSession
from app.db import db, rebuilding
from app.notifications.models import Letter
from app.records.actions import changing
from tests.browser import CheckedClient, Page, words
from tests.calendar_checkers import understood
from tests.calendar_laws import calendars_told, let_mail_leave
from tests.conftest import TODAY
from tests.factories import add, make_booking, make_event, make_person

pytestmark = pytest.mark.usefixtures("today", "calendars_read")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def priya(client: CheckedClient) -> Person:
    """Priya, signed in."""
    person = make_person("Priya Patel")
    client.sign_in(person)
    return person


def booked(client: CheckedClient, sessions: int = 1) -> Booking:
    """A place that Priya booked, and its mail has left."""
    event = make_event()
    starts_at, ends_at = event.times
    for number in range(1, sessions):
        later = number * timedelta(days=1)
        add(EventSession(event_id=event.id, starts_at=starts_at + later, ends_at=ends_at + later))
    if sessions > 1:
        with changing(event.id, now=TODAY) as locked:
            locked.ends_at = ends_at + (sessions - 1) * timedelta(days=1)
    client.send(f"/events/{event.id}/book", button="Book this place")
    let_mail_leave(TODAY)
    db.session.rollback()
    return db.session.scalars(sa.select(Booking)).one()


def again(client: CheckedClient, booking: Booking, button: str = "Send it again") -> Page:
    """Press the button on the booking's page."""
    on = f"/bookings/{booking.public_id}"
    who = booking.person.email
    return client.send(f"{on}/invite", on=on, button=f"{button} to {who}")


def test_a_booking_says_what_the_calendar_was_last_told(client: CheckedClient, priya: Person):
    booking = booked(client)
    page = client.page(f"/bookings/{booking.public_id}")
    assert "Your calendar was last told on Fri 20 November 2026, 10am (version 1)." in page.text
    assert "Accept the invite. It went to priya.patel@northshire.example." in page.text


def test_of_an_invite_that_has_not_left_it_says_so(client: CheckedClient, priya: Person):
    event = make_event()
    page = client.send(f"/events/{event.id}/book", button="Book this place")
    assert "An invite for your calendar is on its way (version 1)." in page.text


def test_sent_again_it_has_the_same_sequence_a_new_stamp_a_new_message_id_and_todays_address(
    client: CheckedClient, priya: Person, today: Traveller
):
    booking = booked(client)
    today.shift(11 * MINUTE)
    with rebuilding() as session:
        session.get_one(Person, priya.id).email = "priya.new@northshire.example"
    db.session.expire_all()
    page = again(client, booking)
    assert "The invite is on its way to priya.new@northshire.example." in page.text
    (first, told), (copy, told_again) = calendars_told()
    assert told == told_again
    assert copy.message_id != first.message_id and copy.to_email == "priya.new@northshire.example"
    stamps = [understood(letter.calendar).events[0]["stamp"] for letter in (first, copy)]
    assert stamps[1] - stamps[0] == 11 * 60


def test_of_several_sessions_all_are_sent_again(client: CheckedClient, priya: Person, today: Traveller):
    booking = booked(client, sessions=3)
    today.shift(11 * MINUTE)
    assert "on its way to priya.patel@northshire.example, in 3 mails." in again(client, booking).text
    assert len({sitting.uid for _, sitting in calendars_told()}) == 3 and len(calendars_told()) == 6


def test_a_person_has_it_sent_again_once_in_ten_minutes_and_the_desk_whenever(
    client: CheckedClient, priya: Person, today: Traveller
):
    booking = booked(client)
    today.shift(9 * MINUTE)
    assert "Your invite was sent a few minutes ago." in again(client, booking).text
    assert len(calendars_told()) == 1
    client.sign_in(make_person("Ada Administrator", Role.ADMINISTRATOR))
    page = client.page(f"/bookings/{booking.public_id}")
    assert "Priya Patel’s calendar was last told on" in page.text
    assert "on its way to priya.patel" in again(client, booking).text
    page = client.page(f"/bookings/{booking.public_id}")
    assert "An invite for Priya Patel’s calendar is on its way (version 1)." in page.text
    assert "Send it again" not in page.text
    assert len(calendars_told()) == 2


def test_a_place_given_up_says_that_the_calendar_was_told_and_tells_it_again(
    client: CheckedClient, priya: Person, today: Traveller
):
    booking = booked(client)
    client.send(f"/bookings/{booking.public_id}/cancel", button="Cancel your place")
    let_mail_leave(TODAY)
    page = client.page(f"/bookings/{booking.public_id}")
    assert "Your calendar was told to take it out on Fri 20 November 2026, 10am (version 2)." in page.text
    today.shift(11 * MINUTE)
    assert "It is on its way to" in again(client, booking).text
    assert [letter.calendar_method for letter, _ in calendars_told()] == ["REQUEST", "CANCEL", "CANCEL"]


def test_a_place_that_came_without_an_invite_can_have_one(client: CheckedClient, priya: Person):
    booking = make_booking(make_event(), priya)
    page = client.page(f"/bookings/{booking.public_id}")
    assert "No invite was sent for this place so far." in page.text
    assert "Accept the invite" not in page.text
    assert "The invite is on its way" in again(client, booking, "Send the invite").text
    [(letter, sitting)] = calendars_told()
    assert (letter.calendar_method, sitting.sequence) == ("REQUEST", 0)


def test_who_waits_and_who_has_no_address_has_nothing_to_send(client: CheckedClient, priya: Person):
    waiting = make_booking(make_event(capacity=1), priya, "waiting")
    page = client.page(f"/bookings/{waiting.public_id}")
    assert "calendar" not in page.text and "Send" not in page.text
    response = client.post(f"/bookings/{waiting.public_id}/invite", data={"csrf_token": client.token()})
    assert response.status_code == 303 and calendars_told() == []


def test_nobody_else_can_have_it_sent(client: CheckedClient, priya: Person):
    booking = booked(client)
    client.sign_in(make_person("Sam Stranger"))
    response = client.post(f"/bookings/{booking.public_id}/invite", data={"csrf_token": client.token()})
    assert response.status_code == 404 and len(calendars_told()) == 1


def test_a_session_that_is_told_otherwise_than_the_rest_has_a_sentence_of_its_own(
    client: CheckedClient, priya: Person
):
    booking = booked(client, sessions=2)
    with rebuilding() as session:
        last = session.scalars(sa.select(Letter).order_by(Letter.id.desc())).first()
        assert last
        last.state = "failed"
    page = client.page(f"/bookings/{booking.public_id}")
    assert "Fri 18 December 2026: Your calendar was last told on" in page.text
    assert "Sat 19 December 2026: An invite for your calendar may not have arrived (version 1)." in page.text


def test_the_desk_reads_which_invite_was_last_sent_what_became_of_it_and_the_mail_itself(
    client: CheckedClient, priya: Person
):
    booking = booked(client, sessions=2)
    path = f"/bookings/{booking.public_id}"
    assert "Sequence" not in client.page(path).text
    client.send(f"{path}/cancel", button="Cancel your place")
    let_mail_leave(TODAY + MINUTE)
    with rebuilding() as session:
        session.scalars(sa.select(Letter).order_by(Letter.id.desc())).first().state = "failed"
    client.sign_in(make_person("Ada Administrator", Role.ADMINISTRATOR))
    page = client.page(path)
    rows = [[words(cell) for cell in row] for row in page.all("tr")[1:]]
    assert [row[1:5] for row in rows] == [
        ["Taken out (CANCEL)", "1", "Fri 20 November 2026, 10:01am", state] for state in ("Sent", "Not sent")
    ]
    last = [letter.public_id for letter, _ in calendars_told()][-2:]
    for row, letter in zip(rows, last, strict=True):
        href = page.link(f"Open: {row[0]}")
        assert href == f"/outbox/{letter}" and client.page(href)


@pytest.mark.parametrize("page", ["place", "priority"])
def test_whoever_gives_a_place_sees_the_last_invite_of_it(client: CheckedClient, priya: Person, page: str):
    booking = booked(client)
    with rebuilding() as session:  # an earlier place that was given back, and asked for again
        session.get_one(Booking, booking.id).state = "waiting"
    client.sign_in(make_person("Ada Administrator", Role.ADMINISTRATOR))
    assert "Invite (REQUEST)" in client.page(f"/bookings/{booking.public_id}/{page}").text
