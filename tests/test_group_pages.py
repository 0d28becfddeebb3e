"""Booking for others and holding places: through the pages, as a colleague, a lead and the desk."""

import io
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from app.accounts.models import Affiliation, Person, RoleGrant
from app.accounts.rules import Role
from app.booking.models import Booking, BookingChange, Nomination
from app.booking.rules import State
from app.catalogue.models import Event
from app.db import db, rebuilding
from app.notifications.models import Letter
from app.web.sheets import csv_lines, xlsx_file
from tests.browser import CheckedClient, Page
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

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("today", "calendars_read")
CHECK = "See what would happen"


@pytest.fixture
def priya(client: CheckedClient) -> Person:
    """Priya, signed in."""
    person = make_person("Priya Patel")
    client.sign_in(person)
    return person


@pytest.fixture
def leah(client: CheckedClient) -> Person:
    """Leah, who leads the council, signed in."""
    person = make_person("Leah Lead")
    given = {"partnership_id": make_partnership().id, "role": Role.AGENCY_LEAD.value, "from_on": LONG_AGO}
    add(RoleGrant(person_id=person.id, agency_id=make_agency().id, **given))
    client.sign_in(person)
    return person


def check(client: CheckedClient, event: Event, text: str, **typed: object) -> Page:
    """Hand in a list and look at what would happen."""
    return client.send(f"/events/{event.id}/group", button=CHECK, people=text, **typed)


def go_on(client: CheckedClient, event: Event, page: Page, step: str = "book", status: int = 200) -> Page:
    """Press a button of the page that shows what would happen."""
    fields = next(f for f in (page.form("", b) for b in ["Change the list"]))
    answer = client.post(f"/events/{event.id}/group", data={**fields, "step": step}, follow_redirects=True)
    assert answer.status_code == status
    return Page(answer)


def made(event: Event) -> list[tuple[str, str]]:
    """Who has a booking on it, with its state."""
    db.session.rollback()
    rows = sa.select(Person.name, Booking.state).join(Person, Person.id == Booking.person_id)
    return [
        tuple(row)
        for row in db.session.execute(rows.where(Booking.event_id == event.id).order_by(Booking.id))
    ]


def test_a_colleague_is_booked_in_two_steps_and_nothing_is_kept_in_the_first(
    client: CheckedClient, priya: Person
):
    event, sam = make_event(capacity=1), make_person("Sam Jones")
    page = check(client, event, f"{sam.email}\nNia New, nia@x.example")
    assert page.heading == "What would happen"
    assert "Gets a place: 1Waits: 1" in page.text
    assert "New here. No place is left." in page.text
    assert made(event) == []
    assert db.session.scalars(sa.select(Letter)).all() == []
    page = go_on(client, event, page)
    assert "1 person has a place, 1 waits. Each of them has mail" in page.text
    assert made(event) == [("Sam Jones", "booked"), ("Nia New", "waiting")]


def test_of_one_person_it_is_said_that_they_have_mail(client: CheckedClient, priya: Person):
    event, sam = make_event(), make_person("Sam Jones")
    page = go_on(client, event, check(client, event, sam.email))
    assert "1 person has a place. They have mail that says who booked it" in page.text


def test_when_something_changed_nobody_is_booked_and_the_new_outcome_is_shown(
    client: CheckedClient, priya: Person
):
    event, sam = make_event(capacity=1), make_person("Sam Jones")
    page = check(client, event, sam.email)
    make_booking(event, make_person("Quick Quinn"))
    page = go_on(client, event, page, status=409)
    assert "Something has changed since you looked. Nobody was booked." in page.text
    assert made(event) == [("Quick Quinn", "booked")]
    go_on(client, event, page)
    assert made(event) == [("Quick Quinn", "booked"), ("Sam Jones", "waiting")]


def test_the_list_can_be_changed_without_typing_it_again(client: CheckedClient, priya: Person):
    event, sam = make_event(), make_person("Sam Jones")
    page = go_on(client, event, check(client, event, sam.email), step="edit")
    assert page.heading == "Book your colleagues"
    assert sam.email in page.form("", CHECK)["people"]
    assert made(event) == []


@pytest.mark.parametrize("text", ["", "   "])
def test_an_empty_list_says_what_to_enter(client: CheckedClient, priya: Person, text: str):
    event = make_event()
    page = client.send(f"/events/{event.id}/group", button=CHECK, status=422, people=text)
    assert "Enter at least one person: a name and a work email." in page.text


def test_a_list_of_nobody_who_can_be_booked_has_no_button(client: CheckedClient, priya: Person):
    pete = make_person("Pete Police", agency=make_agency("Northshire Police"))
    page = check(client, make_event(), pete.email)
    assert page.heading == "Nobody can be booked from this list"
    assert [b for b in page.all("button") if b.get("value") == "book"] == []


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_lead_hands_in_a_file(client: CheckedClient, leah: Person, kind: str):
    event, sam = make_event(), make_person("Sam Jones")
    rows = [("Sam Jones", sam.email), ("Nia New", "nia@x.example")]
    columns = ("Name", "Email")
    with xlsx_file(columns, rows) as book:
        content = b"".join(csv_lines(columns, rows)) if kind == "csv" else book.read()
    page = check(client, event, "", file=(io.BytesIO(content), f"people.{kind}"))
    assert "Gets a place: 2" in page.text
    go_on(client, event, page)
    assert made(event) == [("Sam Jones", "booked"), ("Nia New", "booked")]


def test_a_file_that_is_none_is_refused_in_words(client: CheckedClient, leah: Person):
    event = make_event()
    picture = (io.BytesIO(b"\x89PNG\r\n"), "people.csv")
    page = client.send(f"/events/{event.id}/group", button=CHECK, status=422, people="", file=picture)
    assert "This is a picture, whatever its name says." in page.text


def test_somebody_who_leads_nothing_is_not_asked_for_a_file(client: CheckedClient, priya: Person):
    assert "file" not in client.page(f"/events/{make_event().id}/group").form("", CHECK)
    assert "hand in a file" not in client.page(f"/events/{make_event().id}/group").text


def test_a_colleague_says_who_their_manager_is_where_the_course_asks(client: CheckedClient, priya: Person):
    course, sam = make_course(approval="confirm"), make_person("Sam Jones")
    event = make_event(course)
    page = check(client, event, sam.email)
    assert "Left out: 1" in page.text
    said = {"manager_confirmed": "y", "manager_name": "Mo Boss", "manager_email": "Mo@x.example"}
    go_on(client, event, check(client, event, sam.email, **said))
    [booking] = db.session.scalars(sa.select(Booking))
    assert (booking.state, booking.manager_email) == ("booked", "mo@x.example")


def test_a_lead_who_books_their_people_agrees_for_them(client: CheckedClient, leah: Person):
    event, sam = make_event(make_course(approval="lead")), make_person("Sam Jones")
    go_on(client, event, check(client, event, sam.email))
    assert made(event) == [("Sam Jones", "booked")]


def test_the_desk_says_why_nobody_is_asked_to_approve(client: CheckedClient):
    client.sign_in(make_person("Ada Admin", Role.ADMINISTRATOR))
    event, sam = make_event(make_course(approval="manager")), make_person("Sam Jones")
    client.send(f"/events/{event.id}/group", button=CHECK, status=422, people=sam.email)
    page = check(client, event, sam.email, approved_why="Agreed with the head by telephone")
    go_on(client, event, page)
    assert made(event) == [("Sam Jones", "booked")]
    why = db.session.scalars(sa.select(BookingChange.why)).all()
    assert why == ["Agreed with the head by telephone"]


def test_the_desk_says_where_people_work_who_are_new(client: CheckedClient):
    client.sign_in(make_person("Ada Admin", Role.ADMINISTRATOR))
    event, police = make_event(), make_agency("Northshire Police")
    assert "Left out: 1" in check(client, event, "Nia New, nia@x.example").text
    go_on(client, event, check(client, event, "Nia New, nia@x.example", agency=str(police.id)))
    works = db.session.scalars(sa.select(Affiliation).join(Person).where(Person.name == "Nia New")).one()
    assert works.agency_id == police.id


def test_a_lead_holds_places_names_somebody_and_gives_the_rest_back(client: CheckedClient, leah: Person):
    event, sam = make_event(), make_person("Sam Jones")
    page = client.send(f"/events/{event.id}/places", button="Hold these places", places="3")
    assert page.heading == "3 places without a name"
    nomination = db.session.scalars(sa.select(Nomination)).one()
    path = f"/my-agency/places/{nomination.public_id}"
    page = client.send(path, button="Give them a place", email=sam.email)
    assert page.heading == "2 places without a name"
    assert "Sam Jones has a place now, and mail about it." in page.text
    page = client.page("/my-agency")
    assert "2 places without a name, until Fri 4 December 2026, 5pm" in page.text
    page = client.send(f"{path}/give-back", on=path)
    assert page.heading == "All held places are settled"
    db.session.rollback()
    assert db.session.get_one(Event, event.id).places_held == 1


@pytest.mark.parametrize(
    ("typed", "said"), [("0", "from 1 up"), ("x", "Enter how many"), ("7", "At most 6 places")]
)
def test_a_number_of_places_that_cannot_be_held_is_said_at_the_field(
    client: CheckedClient, leah: Person, typed: str, said: str
):
    event = make_event()
    page = client.send(f"/events/{event.id}/places", button="Hold these places", status=422, places=typed)
    assert said in page.text
    assert db.session.scalars(sa.select(Nomination)).all() == []


def test_somebody_from_elsewhere_is_not_named_and_it_is_said_why(client: CheckedClient, leah: Person):
    event = make_event()
    client.send(f"/events/{event.id}/places", button="Hold these places", places="1")
    nomination = db.session.scalars(sa.select(Nomination)).one()
    pete = make_person("Pete Police", agency=make_agency("Northshire Police"))
    path = f"/my-agency/places/{nomination.public_id}"
    page = client.send(path, button="Give them a place", status=409, email=pete.email)
    assert "does not work for Northshire County Council" in page.text


def test_the_held_places_of_another_lead_are_not_found(client: CheckedClient, leah: Person):
    police = make_agency("Northshire Police")
    given = {"asked": 1, "places": 1, "made_at": NOW, "by_id": leah.id, "name_by_at": NOW}
    nomination = add(Nomination(event_id=make_event().id, agency_id=police.id, **given))
    client.page(f"/my-agency/places/{nomination.public_id}", status=404)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_lead_takes_their_people_out_as_a_sheet_without_needs(
    client: CheckedClient, leah: Person, kind: str
):
    event = make_event()
    make_booking(event, make_person("=Carl Council"), needs="A hearing loop")
    make_booking(event, make_person("Pete Police", agency=make_agency("Northshire Police")))
    answer = client.get(f"/my-agency/people.{kind}")
    assert answer.status_code == 200
    if kind == "csv":
        text = answer.get_data().decode("utf-8-sig")
        assert "'=Carl Council" in text
        assert "Has a place" in text
        assert "hearing" not in text
        assert "Pete" not in text


def test_a_lead_is_told_whose_course_before_the_course_is_still_to_do(client: CheckedClient, leah: Person):
    from app.catalogue.models import CourseRequirement

    first, second = make_course("Part one"), make_course("Part two")
    add(CourseRequirement(course_id=second.id, required_id=first.id, strength="by a deadline"))
    make_booking(make_event(second), make_person("Carl Council"))
    page = client.page("/my-agency")
    assert "1 thing is due" in page.text
    assert "Carl Council has still to do what comes before the course" in page.text


def test_a_date_without_its_sessions_shows_on_the_leads_page(client: CheckedClient, leah: Person):
    event = make_event()
    booking = make_booking(event, make_person("Carl Council"), state=State.WAITING)
    with rebuilding() as session:
        for sitting in session.scalars(sa.select(Event).where(Event.id == event.id)):
            sitting.state = "postponed"
        from app.catalogue.models import EventSession

        session.execute(sa.delete(EventSession).where(EventSession.event_id == event.id))
        event.starts_at = event.ends_at = None
    assert "No date yet" in client.page("/my-agency").text
    client.page(f"/my-agency/bookings/{booking.public_id}")
    client.page(f"/bookings/{booking.public_id}/cancel")
