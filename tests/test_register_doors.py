"""Who opens which register, and when."""

from collections.abc import Iterator
from datetime import timedelta
from xml.etree.ElementTree import Element

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.accounts.rules import Role
from app.attendance.day_links import token_of
from app.attendance.models import HeadcountMark, Mark, RegisterClosing
from app.booking.models import Booking, Headcount
from app.catalogue.models import Event, EventSession
from app.clock import london_day
from app.db import db, rebuilding
from app.pool.models import EventTrainer
from tests.browser import CheckedClient
from tests.conftest import TODAY
from tests.factories import (
    make_agency,
    make_booking,
    make_event,
    make_partnership,
    make_person,
    make_trainer,
)
from tests.registers import NAMES, make_deliverer, make_four, marks, public_ids


@pytest.fixture
def event(app: Flask, today: object) -> Event:
    """An event that began an hour ago, with four people."""
    return make_four(TODAY - timedelta(hours=1))


@pytest.fixture
def tom(event: Event) -> Person:
    """Tom delivers it."""
    return make_deliverer(event)


def shown(element: Element) -> Iterator[Element]:
    """An element and all in it that is not hidden."""
    yield element
    for child in element:
        if "hidden" not in child.attrib:
            yield from shown(child)


def test_nobody_marks_more_than_an_hour_before_the_start(client: CheckedClient, app: Flask, today: object):
    event = make_event(starts=TODAY + timedelta(minutes=61))
    booking = make_booking(event, make_person("Ada Adeyemi"))
    tom = make_person("Tom Trainer", Role.TRAINER)
    make_trainer(event, tom)
    typed = {f"mark-{booking.public_id}": "present"}
    page = client.sign_in(tom).page(f"/events/{event.id}/register")
    assert "You can mark from an hour before the start" in page.text
    assert "1 person on the list" in page.text
    assert not [field for field in shown(page.tree) if field.get("type") == "radio"]
    sent = {"csrf_token": client.token(), **typed}
    assert client.post(f"/events/{event.id}/register", data=sent).status_code == 409
    assert marks() == {}
    today.shift(timedelta(minutes=1))  # type: ignore[attr-defined]
    client.send(f"/events/{event.id}/register", button="Save the register", **typed)
    assert marks() == {"Ada Adeyemi": "present"}


def test_only_those_who_deliver_the_event_and_administrators_open_its_register(
    client: CheckedClient, event: Event, tom: Person
):
    other = make_person("Olga Other", Role.TRAINER)
    assert client.sign_in(other).get(f"/events/{event.id}/register").status_code == 403
    assert (
        client.sign_in(make_person("Priya Practitioner")).get(f"/events/{event.id}/register").status_code
        == 403
    )
    assert (
        client.sign_in(make_person("Ada Admin", Role.ADMINISTRATOR))
        .get(f"/events/{event.id}/register")
        .status_code
        == 200
    )
    assert client.sign_in(tom).get("/events/999/register").status_code == 404


def test_organisations_are_counted_at_a_headcount_only_event(
    client: CheckedClient, app: Flask, today: object
):
    event, agency_id = make_event(starts=TODAY - timedelta(hours=2), headcount_only=True), make_agency().id
    with rebuilding() as session:
        for name in ("Hope Chapel", "St Anne"):
            row = {"event_id": event.id, "organisation": name, "agency_id": agency_id}
            session.add(Headcount(**row, expected=3, booked_on=TODAY.date()))
    admin = make_person("Ada Admin", Role.ADMINISTRATOR)
    hope, anne = (f"came-{h.id}" for h in db.session.scalars(sa.select(Headcount).order_by(Headcount.id)))
    address = f"/events/{event.id}/register"
    client.sign_in(admin).send(f"{address}/organisations", on=address, **{hope: "4", anne: ""})
    db.session.rollback()
    assert db.session.scalars(sa.select(HeadcountMark.came)).all() == [4]
    wrong = client.send(f"{address}/organisations", on=address, status=422, **{hope: "many", anne: "7"})
    assert wrong.link("Hope Chapel: enter a whole number, such as 15") == f"#{hope}"
    assert wrong.form("", "Save how many came")[anne] == "7"
    assert db.session.scalars(sa.select(HeadcountMark.came)).all() == [4]


def test_nobody_is_marked_one_by_one_where_organisations_are_counted(
    client: CheckedClient, app: Flask, today: object
):
    event = make_event(starts=TODAY - timedelta(hours=4), headcount_only=True)
    client.sign_in(make_person("Ada Administrator", Role.ADMINISTRATOR))
    path = f"/events/{event.id}/register"
    sent = {"csrf_token": client.token("/people"), "name": "Nia", "agency": "northshire-county-council"}
    for door in (path, f"{path}/walk-in", f"{path}/close"):
        assert client.post(door, data=sent).status_code == 404
    db.session.rollback()
    assert not db.session.scalars(sa.select(Booking)).all()
    assert not db.session.scalars(sa.select(RegisterClosing)).all()


def test_my_events_opens_with_the_next_one(client: CheckedClient, event: Event, tom: Person):
    page = client.sign_in(tom).page("/my-events")
    assert "Open the register" in page.text
    assert "Now" in page.text
    assert page.heading == "My events"
    assert (
        "No event to deliver" in client.sign_in(make_person("Nina New", Role.TRAINER)).page("/my-events").text
    )


def test_administrators_of_another_partnership_do_not_open_the_register(
    client: CheckedClient, event: Event, tom: Person
):
    ada = make_person("Ada Admin", Role.ADMINISTRATOR)
    other = make_partnership(slug="farshire", name="Farshire SCP", short_name="Farshire SCP")
    with rebuilding() as session:
        session.get_one(Event, event.id).host_id = other.id
    assert client.sign_in(ada).get(f"/events/{event.id}/register").status_code == 403
    assert client.sign_in(tom).get(f"/events/{event.id}/register").status_code == 200


def test_needs_and_a_number_to_ring_are_there_for_the_trainer(
    client: CheckedClient, event: Event, tom: Person
):
    make_booking(event, make_person("Nina Needs"), needs="Level access", mobile="07700 900123")
    page = client.sign_in(tom).page(f"/events/{event.id}/register")
    assert "Needs: Level access" in page.text
    assert page.link("Ring 07700 900123") == "tel:07700900123"


def link_of(trainer: EventTrainer) -> str:
    """The address in Tom's mail."""
    return f"/registers/{token_of(trainer, london_day(trainer.event.times[0]))}"


@pytest.fixture
def trainer(event: Event, tom: Person) -> EventTrainer:
    """What makes Tom a trainer of it."""
    return db.session.scalars(sa.select(EventTrainer).where(EventTrainer.person_id == tom.id)).one()


def test_the_mailed_link_opens_the_register_of_the_day_and_its_marks_say_so(
    client: CheckedClient, event: Event, trainer: EventTrainer
):
    make_booking(event, make_person("Nina Needs"), needs="Level access", mobile="07700 900123")
    address, ids = link_of(trainer), public_ids(event)
    page = client.page(address)
    assert page.response.headers["Cache-Control"] == "no-store"
    assert "You mark as Tom Trainer" in page.text and "Needs: Level access" in page.text
    assert marks() == {}
    client.send(address, button="Save the register", **{f"mark-{ids[NAMES[0]]}": "present"})
    mark = db.session.scalars(sa.select(Mark)).one()
    assert (mark.how, mark.marked_by_id) == ("link", trainer.person_id)
    again = client.page(address)
    assert "Here: Tom Trainer, 10am by the mailed link" in again.text
    agency = make_agency("Northshire Police").slug
    client.send(f"{address}/walk-in", on=address, name="Wanda Walker", agency=agency)
    assert marks() == {NAMES[0]: "present", "Wanda Walker": "present"}


def test_by_the_link_nobody_is_found_by_a_part_of_a_name(client: CheckedClient, trainer: EventTrainer):
    make_person("Kit Known")
    address = link_of(trainer)
    assert client.get(f"{address}/people?name=kit").status_code == 404
    page = client.send(f"{address}/walk-in", on=address, name="Kit", status=422)
    assert "Kit Known" not in page.text


def test_a_link_that_was_changed_by_a_letter_opens_nothing(client: CheckedClient, trainer: EventTrainer):
    address = link_of(trainer)
    tomorrow = address.replace("20261120", "20261121")
    assert tomorrow != address
    for wrong in (
        tomorrow,
        address[:-1] + ("0" if address[-1] != "0" else "1"),
        "/registers/x",
        "/registers/20261120é",
    ):
        assert client.get(wrong).status_code == 404


def test_the_link_ends_with_the_register_the_days_after_and_the_trainer(
    client: CheckedClient, event: Event, trainer: EventTrainer, today: object
):
    address, event_id = link_of(trainer), event.id
    today.shift(timedelta(days=3))  # type: ignore[attr-defined]
    assert client.get(address).status_code == 200
    today.shift(timedelta(days=1))  # type: ignore[attr-defined]
    assert "was for the day of the course" in client.page(address, status=410).text
    today.shift(timedelta(days=-4))  # type: ignore[attr-defined]
    with rebuilding() as session:
        session.add(RegisterClosing(event_id=event_id, closed_at=TODAY))
    assert "The register is closed" in client.page(address, status=410).text
    sent = {"csrf_token": client.token("/courses")}
    assert client.post(address, data=sent, headers={"X-Ticks": "1"}).status_code == 410
    with rebuilding() as session:
        session.execute(sa.delete(RegisterClosing))
        session.execute(sa.delete(EventTrainer))
    assert "You no longer deliver this date" in client.page(address, status=410).text


def test_the_link_of_a_day_the_course_was_moved_away_from_is_over(
    client: CheckedClient, event: Event, trainer: EventTrainer
):
    address = link_of(trainer)
    with rebuilding() as session:
        moved = session.scalars(sa.select(EventSession)).one()
        moved.starts_at += timedelta(days=1)
        moved.ends_at += timedelta(days=1)
    assert "not on that day any more" in client.page(address, status=410).text


def test_of_several_days_the_link_opens_its_own(client: CheckedClient, event: Event, trainer: EventTrainer):
    later = event.times[0] + timedelta(days=7)
    with rebuilding() as session:
        session.add(EventSession(event_id=event.id, starts_at=later, ends_at=later + timedelta(hours=3)))
        session.get_one(Event, event.id).ends_at = later + timedelta(hours=3)
        other = session.scalars(
            sa.select(EventSession.public_id).where(EventSession.starts_at == later)
        ).one()
    page = client.page(f"{link_of(trainer)}?session={other}")
    assert "Fri 20 November 2026" in page.text and "Session 2" not in page.text
    second = f"/registers/{token_of(trainer, london_day(later))}"
    assert "Fri 27 November 2026" in client.page(second).text
