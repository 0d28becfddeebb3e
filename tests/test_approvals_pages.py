"""The link an approver gets, the desk's page of hanging requests, and what the person sees of it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import RoleGrant
from app.accounts.rules import Role
from app.attendance.models import Mark, RegisterClosing
from app.booking import actions, approving, deciding
from app.booking.checks import occasion_of
from app.booking.models import Approval, Booking
from app.booking.rules import State
from app.catalogue.models import Event, EventSession
from app.clock import stopped_at
from app.db import db, writing
from app.notifications.models import Letter
from app.records import approvals
from app.records.actions import changing
from tests.browser import CheckedClient
from tests.conftest import TODAY
from tests.factories import (
    LONG_AGO,
    add,
    make_agency,
    make_booking,
    make_course,
    make_event,
    make_partnership,
    make_person,
)

pytestmark = pytest.mark.usefixtures("today")


def a_date(mode: str = "manager", **given: object) -> Event:
    """A date of a course that asks for agreement."""
    return make_event(make_course("Child sexual exploitation", approval=mode), **given)


def requested(event: Event | None = None, state: State = State.REQUESTED) -> tuple[Booking, str]:
    """Priya has asked for a place; the path of the link that her manager got."""
    event = event or a_date()
    booking = make_booking(
        event,
        make_person("Priya Patel"),
        state=state,
        made_at=TODAY,
        policy={"to_approve": True},
        manager_name="Mary Manager",
        manager_email="mary@school.example",
    )
    with changing(event.id, now=TODAY) as locked:
        [approval, *_] = approving.ask_for(booking, occasion_of(locked, TODAY), now=TODAY)
    return booking, f"/approvals/{approving.token_of(approval)}"


def state_of(booking: Booking) -> str:
    """As the database has it."""
    db.session.rollback()
    return db.session.scalars(sa.select(Booking.state).where(Booking.id == booking.id)).one()


def test_opening_the_link_changes_nothing_and_shows_two_buttons(client: CheckedClient):
    booking, link = requested()
    for _ in range(2):
        page = client.page(link)
    assert page.heading == "May Priya Patel come on this course?"
    assert "Yes, I agree" in page.text
    assert "No, decline" in page.text
    assert state_of(booking) == "requested"
    assert client.get(f"{link}/approve").status_code == 405


def test_from_the_booking_form_to_the_managers_yes(app: Flask, client: CheckedClient):
    event, priya = a_date(), make_person("Priya Patel")
    client.sign_in(priya)
    address = f"/events/{event.id}/book"
    assert "Say who your manager is" in client.send(address, button="Ask for this place", status=422).text
    page = client.send(
        address, button="Ask for this place", manager_name="Mary Manager", manager_email="mary@school.example"
    )
    assert page.heading == "You have asked for a place"
    assert "Mary Manager, line manager" in page.text
    mail = db.session.scalars(sa.select(Letter).where(Letter.message == "approve")).one()
    [link] = re.findall(r"http://localhost(/approvals/\S+)", mail.text)
    visitor = app.test_client()
    assert isinstance(visitor, CheckedClient)
    assert "Priya Patel has a place" in visitor.send(f"{link}/approve", on=link).text


def missed(person_id: int, title: str, mark: str) -> None:
    """A course some weeks ago with a closed register, and how the person was there."""
    event = make_event(make_course(title), starts=TODAY - timedelta(days=40))
    person = db.session.scalars(sa.select(Booking).where(Booking.person_id == person_id)).first()
    assert person is not None
    booking = make_booking(event, person.person)
    session = db.session.scalars(sa.select(EventSession.id).where(EventSession.event_id == event.id)).one()
    add(Mark(booking_id=booking.id, session_id=session, mark=mark, marked_at=TODAY))
    add(RegisterClosing(event_id=event.id, closed_at=TODAY))


def test_it_shows_who_comes_so_far_and_the_persons_year(client: CheckedClient):
    event = a_date()
    police = make_agency("Northshire Police", sector="Police")
    for _ in range(2):
        make_booking(event, make_person(agency=police))
    booking, link = requested(event)
    missed(booking.person_id, "Neglect", "absent")
    missed(booking.person_id, "Domestic abuse", "excused")
    missed(booking.person_id, "Early help", "present")
    page = client.page(link)
    assert "3 of 20 places are held" in page.text
    assert "Northshire Police: 2" in page.text
    assert "1 time not there and not excused" in page.text
    own = client.sign_in(booking.person).page(f"/bookings/{booking.public_id}")
    for said in ("Northshire Police: 2", "1 time not there and not excused", "Mary Manager, line manager"):
        assert said in own.text


def test_agreeing_books_the_place_and_the_link_then_says_so(client: CheckedClient):
    booking, link = requested()
    page = client.send(f"{link}/approve", on=link)
    assert page.heading == "You have agreed"
    assert "Priya Patel has a place" in page.text
    assert state_of(booking) == "booked"


def test_a_link_that_was_used_says_in_words_that_it_was(client: CheckedClient):
    booking, link = requested()
    token = client.token(link)
    client.send(f"{link}/approve", on=link)
    page = client.post(f"{link}/approve", data={"csrf_token": token})
    assert page.status_code == 409
    assert "You have agreed. There is nothing more to do." in page.get_data(as_text=True)
    assert client.page(f"{link}/decline").heading == "You have agreed"
    assert client.page(f"{link}/pass-on").heading == "You have agreed"
    assert state_of(booking) == "booked"


def test_a_link_after_its_time_says_what_to_do(client: CheckedClient, today):
    booking, link = requested()
    token = client.token(link)
    today.move_to(datetime(2026, 11, 27, 17, 0, tzinfo=UTC))
    page = client.page(link, status=410)
    assert page.heading == "The time to answer is over"
    assert "ask them to book again" in page.text
    assert client.post(f"{link}/approve", data={"csrf_token": token}).status_code == 409
    assert state_of(booking) == "requested"


def test_a_link_to_a_request_that_was_taken_back_says_so(client: CheckedClient):
    booking, link = requested()
    with changing(booking.event_id, now=TODAY):
        actions.withdraw(booking, by=booking.person, now=TODAY)
    assert client.page(link, status=410).heading == "This is settled already"


def test_a_link_that_nobody_was_sent_says_how_to_go_on(client: CheckedClient):
    make_partnership()
    page = client.page("/approvals/not-a-link", status=404)
    assert page.heading == "This link does not work"
    assert "Copy the whole address" in page.text


def test_declining_asks_why_and_tells_the_person(client: CheckedClient):
    booking, link = requested()
    assert "Say why not" in client.send(f"{link}/decline", status=422, why=" ").text
    page = client.send(f"{link}/decline", why="The team is short")
    assert page.heading == "You have declined"
    assert state_of(booking) == "declined"
    own = client.sign_in(booking.person).page(f"/bookings/{booking.public_id}")
    assert "The request was declined: The team is short (Mary Manager)" in own.text


def test_an_approver_whose_address_has_accents_is_not_asked_and_it_is_said_why(client: CheckedClient):
    booking, link = requested()
    typed = {"name": "Dora Deputy", "email": "döra@school.example"}
    said = "Enter an address without accents"
    assert said in client.send(f"{link}/pass-on", status=422, **typed).text
    client.sign_in(booking.person)
    assert said in client.send(f"/bookings/{booking.public_id}/approval", status=422, **typed).text


def test_it_can_be_passed_on_to_somebody_else(client: CheckedClient):
    booking, link = requested()
    address = f"{link}/pass-on"
    assert "Enter an email address" in client.send(address, status=422, name="Dora", email="dora").text
    own = client.send(address, status=422, name="Priya", email=booking.person.email)
    assert "Nobody decides about their own place" in own.text
    page = client.send(address, name="Dora Deputy", email="dora@school.example")
    assert page.heading == "You passed this on"
    assert "We have written to Dora Deputy" in page.text
    new = db.session.scalars(sa.select(Approval).where(Approval.approver_name == "Dora Deputy")).one()
    assert (
        client.page(f"/approvals/{approving.token_of(new)}").heading == "May Priya Patel come on this course?"
    )


def test_the_desk_sees_who_hangs_and_decides_with_a_reason(client: CheckedClient):
    booking, link = requested(a_date("lead"))
    client.sign_in(make_person("Ada Admin", Role.ADMINISTRATOR))
    assert "1 request for approval has no answer" in client.page("/desk").text
    assert "Decide instead" in client.page(f"/bookings/{booking.public_id}").text
    page = client.page("/desk/approvals")
    assert page.heading == "1 request waits for an answer"
    assert "Nobody to ask" in page.text
    approval = db.session.scalars(sa.select(Approval)).one()
    address = f"/desk/approvals/{approval.public_id}"
    assert "Say why you decide" in client.send(address, button="Agree", status=422, why="").text
    page = client.send(address, button="Agree", why="Agreed on the telephone", decision="approve")
    assert page.heading == "No request waits for an answer"
    assert "Priya Patel has a place" in page.text
    assert state_of(booking) == "booked"
    again = client.page(address)
    assert "settled already" in again.text


def test_the_desk_sees_that_a_mail_did_not_arrive(client: CheckedClient):
    requested()
    with writing() as session:
        session.execute(sa.update(Letter).where(Letter.message == "approve").values(state="failed"))
    client.sign_in(make_person("Ada Admin", Role.ADMINISTRATOR))
    assert "Mail did not arrive" in client.page("/desk/approvals").text


def test_leads_are_asked_again_only_when_they_let_it_run_out(client: CheckedClient, today):
    booking, _ = requested(a_date("lead"), State.WAITING)
    address = f"/bookings/{booking.public_id}"
    assert "Ask again" not in client.sign_in(booking.person).page(address).text
    today.move_to(datetime(2026, 11, 27, 17, 0, tzinfo=UTC))
    approvals.due(stopped_at(datetime(2026, 11, 27, 17, 0, tzinfo=UTC)))
    assert "Did not answer" not in client.page(address).text  # nobody was there to answer
    client.send(f"{address}/approval", button="Ask for agreement")
    db.session.rollback()
    assert db.session.scalars(sa.select(Approval.decision).order_by(Approval.id)).all() == ["expired", ""]


def test_the_desk_can_decline_too(client: CheckedClient):
    booking, _ = requested(a_date("lead"))
    client.sign_in(make_person("Ada Admin", Role.ADMINISTRATOR))
    address = f"/desk/approvals/{db.session.scalars(sa.select(Approval.public_id)).one()}"
    client.send(address, button="Decline", why="Not for this role", decision="decline")
    assert state_of(booking) == "declined"


def test_requests_of_another_partnership_are_not_at_this_desk(client: CheckedClient):
    booking, _ = requested()
    elsewhere = make_partnership(slug="southshire", short_name="Southshire SCP")
    with changing(booking.event_id, now=TODAY) as event:
        event.host_id = elsewhere.id
    client.sign_in(make_person("Ada Admin", Role.ADMINISTRATOR))
    assert client.page("/desk/approvals").heading == "No request waits for an answer"
    approval = db.session.scalars(sa.select(Approval.public_id)).one()
    assert client.get(f"/desk/approvals/{approval}").status_code == 404


def test_the_person_asks_somebody_else(client: CheckedClient):
    booking, link = requested()
    client.sign_in(booking.person)
    address = f"/bookings/{booking.public_id}/approval"
    assert (
        "They have been asked, and can still answer"
        in client.send(address, button="Ask for agreement", status=422).text
    )
    page = client.send(address, name="Dora Deputy", email="dora@school.example")
    assert "Dora Deputy, line manager" in page.text
    assert client.page(link, status=410).heading == "This is settled already"


def test_a_booking_that_needs_nobodys_agreement_has_nothing_to_ask(client: CheckedClient):
    booking = make_booking(make_event(), make_person("Priya Patel"))
    answer = client.sign_in(booking.person).get(f"/bookings/{booking.public_id}/approval")
    assert answer.location == f"/bookings/{booking.public_id}"


def test_who_leads_the_agency_finds_the_request_in_my_agency(client: CheckedClient):
    event = a_date("lead")
    lead = make_person("Lena Lead", Role.AGENCY_LEAD)
    given = {"partnership_id": make_partnership().id, "role": Role.AGENCY_LEAD.value, "from_on": LONG_AGO}
    add(RoleGrant(person_id=lead.id, agency_id=make_agency().id, **given))
    booking, link = requested(event)
    page = client.sign_in(lead).page("/my-agency")
    assert "Priya Patel" in page.text
    assert link in [a.get("href") for a in page.all("a")]
    with changing(event.id, now=TODAY):
        deciding.approve(db.session.scalars(sa.select(Approval)).one(), now=TODAY)
    assert link not in [a.get("href") for a in client.page("/my-agency").all("a")]
    assert state_of(booking) == "booked"


def test_nobody_else_learns_of_a_request_in_their_agency(each_app: Flask):
    from app.pages.approvals.finding import asked_of

    requested()
    host = make_partnership().id
    assert len(asked_of("mary@school.example", host, TODAY)) == 1
    assert asked_of("", host, TODAY) == []
    assert asked_of(None, host, TODAY) == []


def test_the_mail_with_the_link_shows_at_the_desk_but_not_what_it_holds(client: CheckedClient):
    requested()
    mail = db.session.scalars(sa.select(Letter).where(Letter.message == "approve")).one()
    client.sign_in(make_person("Ada Admin", Role.ADMINISTRATOR))
    page = client.page(f"/outbox/{mail.public_id}")
    assert page.heading == "Do you agree that Priya Patel comes on Child sexual exploitation?"
    assert "so nobody else may see it" in page.text
    assert "/approvals/" not in page.html.replace("/desk/approvals", "")
    assert client.get(f"/outbox/{mail.public_id}/html").status_code == 404
