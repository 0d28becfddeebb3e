"""The phone rings: everything about somebody on one page, and what is done for them from there."""

import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from app.accounts import sign_in
from app.accounts.models import Person, RoleGrant, SignInRequest
from app.accounts.rules import Role
from app.audit.models import Trace
from app.booking.rules import State
from app.clock import now
from app.db import db, writing
from app.notifications.models import Letter
from app.partnerships.models import Partnership
from tests.browser import CheckedClient
from tests.conftest import TODAY as MOMENT
from tests.factories import (
    LONG_AGO,
    add,
    make_booking,
    make_course,
    make_event,
    make_evidence,
    make_partnership,
    make_person,
)

TODAY = MOMENT.date()
pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def priya(client: CheckedClient) -> Person:
    """Priya rings; Ada is at the desk."""
    make_partnership()
    client.sign_in(make_person("Ada Admin", Role.ADMINISTRATOR))
    return make_person("Priya Patel")


def acts(person: Person) -> list[str]:
    """What the trail says was done about somebody."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(Trace.act).where(Trace.subject == person.public_id)))


def test_one_page_shows_what_is_ahead_with_what_can_be_done_the_mails_and_the_certificates(
    client: CheckedClient, priya: Person
):
    booked = make_booking(make_event(), priya)
    full = make_event(make_course("Neglect"), capacity=1)
    make_booking(full, state=State.WAITING)
    make_booking(full, priya, state=State.WAITING)
    make_evidence(priya, make_course("Part 1"))
    client.send(f"/people/{priya.public_id}/correct", button="Save", name="Priya Sharma")
    page = client.page(f"/people/{priya.public_id}")
    assert "Waiting, number 2" in page.text
    assert "Part 1 To check" in page.text
    for said, end in (("Move", "date"), ("Give to a colleague", "substitute"), ("Cancel", "cancel")):
        assert f"/bookings/{booked.public_id}/{end}" in page.html, said
    assert page.link("Book a place") == f"/people/{priya.public_id}/book"


def test_a_note_of_a_call_is_kept_for_the_next_who_picks_up(client: CheckedClient, priya: Person):
    path = f"/people/{priya.public_id}/note"
    assert "Write what was said" in client.send(path, button="Keep the note", status=422).text
    page = client.send(path, button="Keep the note", text="Rings back on Monday.\nWants captions.")
    assert "Rings back on Monday." in page.text and "Ada Admin, Fri 20 November 2026, 10am" in page.text
    assert "call noted" in acts(priya)


def test_a_corrected_address_is_told_to_both_and_ends_every_sign_in(client: CheckedClient, priya: Person):
    path = f"/people/{priya.public_id}/correct"
    client.send(path, button="Save", email="priya.sharma@northshire.example")
    db.session.rollback()
    changed = db.session.get_one(Person, priya.id)
    assert (changed.email, changed.session_number) == ("priya.sharma@northshire.example", 1)
    told = db.session.scalars(sa.select(Letter.to_email).where(Letter.message == "address-changed")).all()
    assert sorted(told) == ["priya.patel@northshire.example", "priya.sharma@northshire.example"]
    assert "corrected" in acts(priya)


def test_an_address_that_somebody_else_has_is_refused_in_words(client: CheckedClient, priya: Person):
    make_person("Omar Other")
    path = f"/people/{priya.public_id}/correct"
    page = client.send(path, button="Save", email="omar.other@northshire.example", status=422)
    assert "Another person has this address" in page.text
    db.session.rollback()
    assert db.session.get_one(Person, priya.id).email == "priya.patel@northshire.example"


def test_what_is_no_address_is_refused(client: CheckedClient, priya: Person):
    client.send(f"/people/{priya.public_id}/correct", button="Save", email="nobody", status=422)


def test_a_code_that_is_read_out_signs_the_person_in_once(client: CheckedClient, priya: Person):
    page = client.send(f"/people/{priya.public_id}/code", on=f"/people/{priya.public_id}")
    found = re.search(r"(\d{3}) (\d{3})", page.text)
    assert found and "code read out" in acts(priya)
    request = db.session.scalars(SignInRequest.newest_for("priya.patel@northshire.example")).one()
    assert request.code_hash != "".join(found.groups())
    with writing():
        used = sign_in.use_code("priya.patel@northshire.example", "".join(found.groups()), now=now())
    assert used is not None and used[0].id == priya.id
    with writing():
        assert sign_in.use_code("priya.patel@northshire.example", "".join(found.groups()), now=now()) is None


def test_nobody_gains_rights_through_a_code_or_an_address_of_somebody_with_more(
    client: CheckedClient, priya: Person
):
    conor = make_person("Conor Coordinator", Role.COORDINATOR)
    token = {"csrf_token": client.token(f"/people/{priya.public_id}/note")}
    assert client.post(f"/people/{conor.public_id}/code", data=token).status_code == 409
    assert client.get(f"/people/{conor.public_id}/correct").status_code == 409
    assert client.post(f"/people/{priya.public_id}/code", data=token).status_code == 200


@pytest.mark.parametrize(
    ("elsewhere", "begins", "refused"),
    [
        (Role.COORDINATOR, -1, True),
        (Role.ADMINISTRATOR, -1, True),
        (Role.TRAINER, -1, True),
        (Role.COORDINATOR, 1, True),
        (None, 0, False),
    ],
)
def test_nobody_gains_rights_in_another_partnership_through_a_code_or_an_address(
    client: CheckedClient, priya: Person, elsewhere: Role | None, begins: int, refused: bool
):
    if elsewhere:
        give_role(
            priya, elsewhere, make_partnership(slug="eastshire"), from_on=TODAY + timedelta(days=begins)
        )
    refused_twice(client, priya, refused)


def test_nobody_gains_rights_that_begin_tomorrow(client: CheckedClient, priya: Person):
    give_role(priya, Role.COORDINATOR, make_partnership(), from_on=TODAY + timedelta(days=1))
    refused_twice(client, priya, True)


def test_a_role_that_ended_refuses_no_help(client: CheckedClient, priya: Person):
    ended = TODAY - timedelta(days=1)
    give_role(priya, Role.COORDINATOR, make_partnership(), from_on=LONG_AGO, until_on=ended)
    refused_twice(client, priya, False)


def test_a_closed_account_with_more_rights_is_not_put_right_by_those_with_fewer(
    client: CheckedClient, priya: Person
):
    give_role(priya, Role.COORDINATOR, make_partnership(), from_on=LONG_AGO)
    with writing():
        db.session.get_one(Person, priya.id).closed_at = now()
    assert client.get(f"/people/{priya.public_id}/correct").status_code == 409


def test_whoever_has_the_same_rights_elsewhere_helps(client: CheckedClient, priya: Person):
    ada = db.session.scalars(sa.select(Person).where(Person.name == "Ada Admin")).one()
    for person, role in ((ada, Role.COORDINATOR), (priya, Role.TRAINER)):
        give_role(person, role, make_partnership(slug="eastshire"), from_on=LONG_AGO)
    refused_twice(client, priya, False)


def give_role(person: Person, role: Role, partnership: Partnership, **dates: date) -> None:
    """Let somebody have a role in a partnership."""
    add(RoleGrant(person_id=person.id, partnership_id=partnership.id, role=role.value, **dates))


def refused_twice(client: CheckedClient, person: Person, refused: bool) -> None:
    """Neither a code nor another address, or both."""
    told = {"csrf_token": client.token(f"/people/{person.public_id}/note")}
    wanted = {"name": person.name, "email": "mine@evil.example"}
    path = f"/people/{person.public_id}"
    assert client.post(f"{path}/code", data=told).status_code == (409 if refused else 200)
    assert client.get(f"{path}/correct").status_code == (409 if refused else 200)
    assert client.post(f"{path}/correct", data=told | wanted).status_code == (409 if refused else 303)
    db.session.rollback()
    assert (db.session.get_one(Person, person.id).email == "mine@evil.example") is not refused


def test_whoever_is_read_out_a_code_is_told_by_mail(client: CheckedClient, priya: Person):
    client.send(f"/people/{priya.public_id}/code", on=f"/people/{priya.public_id}")
    db.session.rollback()
    told = db.session.scalars(sa.select(Letter).where(Letter.message == "code-read-out")).one()
    assert told.to_email == priya.email and not told.secret
    assert not re.search(r"\d{3} ?\d{3}", told.text.split("-- ")[0])
