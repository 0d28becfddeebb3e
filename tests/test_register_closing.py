"""Closing a register: it asks only for those without a mark, and afterwards for a reason."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.attendance.models import MarkChange, RegisterClosing
from app.catalogue.models import Event, EventSession
from app.db import db, rebuilding
from tests.browser import CheckedClient
from tests.conftest import TODAY
from tests.registers import NAMES, fields, make_deliverer, make_four, marks, public_ids


@pytest.fixture
def event(app: Flask, today: object) -> Event:
    """An event that began an hour ago, with four people."""
    return make_four(TODAY - timedelta(hours=1))


@pytest.fixture
def tom(event: Event) -> Person:
    """Tom delivers it."""
    return make_deliverer(event)


def form_session(event: Event) -> str:
    """The session's id in addresses."""
    return db.session.scalars(sa.select(EventSession.public_id)).one()


def test_closing_asks_for_those_without_a_mark_then_corrections_need_a_reason(
    client: CheckedClient, event: Event, tom: Person, today: object
):
    client.sign_in(tom)
    today.shift(timedelta(hours=4))  # type: ignore[attr-defined]
    address = f"/events/{event.id}/register"
    asked = client.send(f"{address}/close", on=address)
    assert asked.heading == "Close the register"
    assert "4 more marks and it is done" in asked.text
    assert db.session.scalars(sa.select(RegisterClosing)).all() == []
    client.send(address, button="Save the register", everybody="present")
    assert "The register is closed" in client.send(f"{address}/close", on=address).html
    ids = public_ids(event)
    wrong = client.send(
        address, button="Save the register", status=422, **{f"mark-{ids[NAMES[0]]}": "absent"}
    )
    assert "Say why you correct this register" in wrong.text
    assert wrong.form("", "Save the register")[f"mark-{ids[NAMES[0]]}"] == "absent"
    assert marks()[NAMES[0]] == "present"
    client.send(
        address, button="Save the register", correction="Left at once", **{f"mark-{ids[NAMES[0]]}": "absent"}
    )
    assert marks()[NAMES[0]] == "absent"
    assert db.session.scalars(sa.select(MarkChange.why)).one() == "Left at once"


def test_the_register_cannot_be_closed_before_the_end(client: CheckedClient, event: Event, tom: Person):
    form = fields(client.sign_in(tom), event)
    answer = client.post(f"/events/{event.id}/register/close", data={"csrf_token": form["csrf_token"]})
    assert answer.status_code == 409
    assert db.session.scalars(sa.select(RegisterClosing)).all() == []


def test_ticks_of_a_closed_register_are_refused_with_a_sentence(
    client: CheckedClient, event: Event, tom: Person
):
    with rebuilding() as session:
        session.add(RegisterClosing(event_id=event.id, closed_at=TODAY, closed_by_id=tom.id))
    form, ids = fields(client.sign_in(tom), event), public_ids(event)
    tick = {"csrf_token": form["csrf_token"], f"mark-{ids[NAMES[0]]}": "present"}
    told = client.post(f"/events/{event.id}/register", data=tick, headers={"X-Ticks": "1"})
    assert (told.status_code, told.get_json()) == (
        409,
        {"refused": "Say why you correct this register: it is closed", "closed": True},
    )
    assert marks() == {}


def test_closing_saves_the_last_marks_and_asks_again_for_those_still_missing(
    client: CheckedClient, event: Event, tom: Person, today: object
):
    client.sign_in(tom)
    today.shift(timedelta(hours=4))  # type: ignore[attr-defined]
    address = f"/events/{event.id}/register/close"
    form = client.page(address).form("", "Close the register")
    of_ada = next(f"mark-{form_session(event)}-{id}" for n, id in public_ids(event).items() if n == NAMES[0])
    page = client.send(address, button="Close the register", status=422, **{of_ada: "excused"})
    assert "Mark the 3 who are left. What you marked is saved." in page.text
    assert "asked" in form
    assert marks() == {NAMES[0]: "excused"}
    client.send(address, button="Close the register", all="absent")
    assert marks() == {NAMES[0]: "excused", **dict.fromkeys(NAMES[1:], "absent")}
    assert db.session.scalars(sa.select(RegisterClosing.closed_by_id)).one() == tom.id
    assert client.get(address).status_code == 303
