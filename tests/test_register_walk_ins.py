"""Who is in the room and not on the list: found among those we know, or written down as new."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Affiliation, Person
from app.attendance.models import MarkChange, RegisterClosing
from app.booking.models import Booking
from app.catalogue.models import Event
from app.db import db, rebuilding
from tests.browser import CheckedClient
from tests.conftest import TODAY
from tests.factories import (
    make_agency,
    make_booking,
    make_person,
    make_setting,
)
from tests.registers import make_deliverer, make_four, marks


@pytest.fixture
def event(app: Flask, today: object) -> Event:
    """An event that began an hour ago, with four people."""
    return make_four(TODAY - timedelta(hours=1))


@pytest.fixture
def tom(event: Event) -> Person:
    """Tom delivers it."""
    return make_deliverer(event)


def test_someone_new_walks_in_and_holds_no_place(client: CheckedClient, event: Event, tom: Person):
    make_agency("Northshire Police", sector="Criminal justice")
    page = client.sign_in(tom).send(
        f"/events/{event.id}/register/walk-in",
        on=f"/events/{event.id}/register",
        name="Wanda Walker",
        email="Wanda.Walker@Police.example",
        agency="northshire-police",
    )
    assert "Wanda Walker" in page.text
    assert "1 of 5 here" in page.text
    db.session.rollback()
    booking = db.session.scalars(sa.select(Booking).where(Booking.state == "walk-in")).one()
    assert (booking.person.email, booking.sector) == ("wanda.walker@police.example", "Criminal justice")
    assert db.session.get_one(Event, event.id).places_held == 4


def test_somebody_known_walks_in_with_their_address_alone(client: CheckedClient, event: Event, tom: Person):
    known = make_person("Kit Known")
    client.sign_in(tom)
    for _ in range(2):
        client.send(
            f"/events/{event.id}/register/walk-in", on=f"/events/{event.id}/register", email=str(known.email)
        )
    assert marks() == {"Kit Known": "present"}
    assert len(db.session.scalars(sa.select(Affiliation).where(Affiliation.person_id == known.id)).all()) == 1


def test_somebody_who_waits_becomes_a_walk_in_with_their_history(
    client: CheckedClient, event: Event, tom: Person
):
    waiting = make_booking(event, make_person("Wes Waiting"), state="waiting")
    client.sign_in(tom).send(
        f"/events/{event.id}/register/walk-in",
        on=f"/events/{event.id}/register",
        email="wes.waiting@northshire.example",
    )
    db.session.rollback()
    assert db.session.get_one(Booking, waiting.id).state == "walk-in"


def test_a_walk_in_without_name_or_agency_keeps_what_was_typed(
    client: CheckedClient, event: Event, tom: Person
):
    page = client.sign_in(tom).send(
        f"/events/{event.id}/register/walk-in",
        on=f"/events/{event.id}/register",
        email="new@x.example",
        status=422,
    )
    assert "Enter their name" in page.text
    assert "Choose their agency" in page.text
    assert 'value="new@x.example"' in page.html


def test_somebody_we_know_of_that_name_is_asked_for_before_anybody_is_written_down_twice(
    client: CheckedClient, event: Event, tom: Person
):
    kit = make_person("Kit Known", agency=make_agency("Northshire Police"))
    client.sign_in(tom)
    address, page_of = f"/events/{event.id}/register/walk-in", f"/events/{event.id}/register"
    page = client.send(address, on=page_of, name="Kit", status=422)
    assert "Is it one of these?" in page.text
    chosen = next(b.get("value") for b in page.all("button") if b.get("name") == "person")
    assert str(chosen).startswith(kit.public_id)
    client.send(address, on=page_of, person=chosen)
    assert marks() == {"Kit Known": "present"}
    agency = {"agency": "northshire-police"}
    client.send(address, on=page_of, name="Kit Known", email="kit@elsewhere.example", new="1", **agency)
    people = db.session.scalars(sa.select(Person).where(Person.name == "Kit Known")).all()
    assert len(people) == 2


def test_someone_without_an_address_walks_in_as_a_guest(client: CheckedClient, event: Event, tom: Person):
    school = make_setting()
    client.sign_in(tom).send(
        f"/events/{event.id}/register/walk-in",
        on=f"/events/{event.id}/register",
        name="Guy Guest",
        agency=school.agency.slug,
        setting="hill top primary school",
    )
    guest = db.session.scalars(sa.select(Person).where(Person.name == "Guy Guest")).one()
    assert (guest.is_guest, guest.email) == (True, None)
    booking = db.session.scalars(sa.select(Booking).where(Booking.person_id == guest.id)).one()
    assert booking.setting_id == school.id


def test_who_works_in_two_places_says_for_which_of_them(client: CheckedClient, event: Event, tom: Person):
    school = make_setting()
    kit = make_person("Kit Known")
    with rebuilding() as session:
        works = {"person_id": kit.id, "agency_id": school.agency_id, "setting_id": school.id}
        session.add(Affiliation(**works, from_on=TODAY.date()))
    address, page_of = f"/events/{event.id}/register/walk-in", f"/events/{event.id}/register"
    page = client.sign_in(tom).send(address, on=page_of, email=str(kit.email), status=422)
    second = [b.get("value") for b in page.all("button") if b.get("name") == "person"][1]
    client.send(address, on=page_of, person=second)
    booking = db.session.scalars(sa.select(Booking).where(Booking.person_id == kit.id)).one()
    assert booking.setting_id == school.id


def test_adding_somebody_to_a_closed_register_needs_a_reason(
    client: CheckedClient, event: Event, tom: Person
):
    with rebuilding() as session:
        session.add(RegisterClosing(event_id=event.id, closed_at=TODAY, closed_by_id=tom.id))
    kit = make_person("Kit Known")
    address, page_of = f"/events/{event.id}/register/walk-in", f"/events/{event.id}/register"
    page = client.sign_in(tom).send(address, on=page_of, email=str(kit.email), status=422)
    assert page.link("Say why you correct this register: it is closed") == "#walk-in-correction"
    client.send(address, on=page_of, email=str(kit.email), correction="On the paper list")
    assert marks() == {"Kit Known": "present"}
    assert db.session.scalars(sa.select(MarkChange.why)).one() == "On the paper list"


def test_names_are_suggested_to_whoever_marks_the_register(client: CheckedClient, event: Event, tom: Person):
    kit = make_person("Kit Known")
    address = f"/events/{event.id}/register/people"
    (found,) = client.sign_in(tom).get(f"{address}?name=kit").get_json()["people"]
    assert (found["name"], found["work"], found["waited"]) == (
        "Kit Known",
        "Northshire County Council",
        False,
    )
    assert found["value"].startswith(kit.public_id)
    assert client.get(f"{address}?name=ki").get_json() == {"people": []}
