"""Contracts with commissioned experts, and somebody added without their asking."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person, RoleGrant
from app.accounts.rules import Role
from app.clock import LONDON
from app.db import db, writing
from app.errors import Refused
from app.pool.commissioning import call_off, commission, pay
from app.pool.models import Commission, PoolMember
from tests.browser import CheckedClient
from tests.conftest import TODAY
from tests.factories import make_agency, make_course, make_event, make_partnership, make_person, make_trainer
from tests.members import make_member

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def cora() -> Person:
    return make_person("Cora Coordinator", Role.COORDINATOR)


@pytest.fixture
def eve() -> PoolMember:
    """Eve comes from outside."""
    return make_member("Eve Expert", standing="expert")


def enter(client: CheckedClient, member: PoolMember, **typed: Any) -> Any:
    """Fill the form of a contract."""
    usual = {"reference": "NSCP/1", "fee": "450", "for_what": "A day's training"}
    return client.send(
        f"/pool/{member.person.public_id}/contract", button="Enter the contract", **{**usual, **typed}
    )


def contracts() -> list[Commission]:
    """All of them."""
    db.session.expire_all()
    return list(db.session.scalars(sa.select(Commission).order_by(Commission.id)))


def make_contract(member: PoolMember, by: Person, **given: Any) -> Commission:
    """£450 agreed at the start of the month."""
    usual = {
        "reference": "NSCP/1",
        "fee_pence": 45_000,
        "for_what": "A day",
        "agreed_by": "Cora",
        "events": (),
    }
    with writing():
        return commission(member, by=by, now=TODAY, **{**usual, "agreed_on": date(2026, 11, 2), **given})


def test_a_contract_holds_reference_fee_dates_and_who_agreed(
    client: CheckedClient, eve: PoolMember, cora: Person
):
    event = make_event(make_course("Neglect"), starts=datetime(2026, 12, 3, 9, 30, tzinfo=LONDON))
    make_trainer(event, eve.person, part="expert")
    client.sign_in(cora)
    page = enter(client, eve, fee="£1,250.50", dates=[str(event.id)], for_what="")
    for said in ("NSCP/1", "£1,250.50", "Neglect, Thu 3 December 2026", "Cora Coordinator", "Not yet"):
        assert said in page.text
    (row,) = contracts()
    assert (row.fee_pence, row.agreed_on, [e.id for e in row.events]) == (125_050, TODAY.date(), [event.id])
    assert "Cora Coordinator entered a contract: NSCP/1" in page.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"reference": ""}, "Enter the reference"),
        ({"fee": ""}, "Enter the fee"),
        ({"fee": "much"}, "Enter a sum in pounds"),
        ({"fee": "-5"}, "Enter a sum in pounds"),
        ({"for_what": " "}, "Choose a date above, or write what it is for"),
        ({"agreed_on": ["1", "1", "2030"]}, "Enter a day that is not in the future"),
        ({"agreed_by": ""}, "Enter who agreed it"),
    ],
)
def test_what_a_contract_lacks_is_said(
    client: CheckedClient, eve: PoolMember, cora: Person, typed: dict[str, Any], said: str
):
    client.sign_in(cora)
    assert said in enter(client, eve, status=422, **typed).text
    assert contracts() == []


def test_a_reference_is_one_contract_alone(client: CheckedClient, eve: PoolMember, cora: Person):
    client.sign_in(cora)
    enter(client, eve)
    assert "Another contract has this reference" in enter(client, eve, status=422, reference="nscp/1").text
    assert len(contracts()) == 1


def test_people_of_the_pool_have_no_fee(client: CheckedClient, cora: Person):
    tom = make_member()
    client.sign_in(cora)
    assert client.get(f"/pool/{tom.person.public_id}/contract").status_code == 404
    with pytest.raises(Refused, match="People of the training pool have no fee"):
        make_contract(tom, cora)
    db.session.rollback()


def test_a_contract_is_paid_and_then_not_called_off(client: CheckedClient, eve: PoolMember, cora: Person):
    row = make_contract(eve, cora)
    client.sign_in(cora)
    page = client.send(f"/pool/contracts/{row.public_id}", button="Enter as paid", does="pay")
    assert "Entered as paid" in page.text
    assert contracts()[0].paid_on == TODAY.date()
    token = client.token(f"/pool/contracts/{row.public_id}")
    answer = client.post(f"/pool/contracts/{row.public_id}", data={"csrf_token": token, "does": "call off"})
    assert answer.status_code == 409
    assert contracts()[0].called_off_on is None


def test_a_contract_that_is_called_off_costs_nothing(client: CheckedClient, eve: PoolMember, cora: Person):
    row = make_contract(eve, cora)
    make_contract(eve, cora, reference="NSCP/2", fee_pence=10_000)
    client.sign_in(cora)
    client.send(f"/pool/contracts/{row.public_id}", button="Call it off", does="call off")
    page = client.page("/pool/contracts")
    assert page.heading == "2 contracts of 2026/27, £100"
    assert "£0 of it is paid, £100 is open" in page.text


@pytest.mark.parametrize(
    ("on", "said"),
    [(date(2026, 11, 1), "It was agreed on 2 November 2026"), (date(2026, 11, 21), "not in the future")],
)
def test_a_fee_is_paid_between_agreement_and_today(
    app: Flask, eve: PoolMember, cora: Person, on: date, said: str
):
    row = make_contract(eve, cora)
    with pytest.raises(Refused, match=said), writing():
        pay(row, on=on, by=cora, now=TODAY)
    db.session.rollback()


def test_what_is_called_off_is_not_paid(app: Flask, eve: PoolMember, cora: Person):
    row = make_contract(eve, cora)
    with writing():
        call_off(row, by=cora, now=TODAY)
    with pytest.raises(Refused, match="nothing is paid"), writing():
        pay(row, on=TODAY.date(), by=cora, now=TODAY + timedelta(days=1))
    db.session.rollback()


def test_a_contract_belongs_to_the_year_in_which_it_was_agreed(
    client: CheckedClient, eve: PoolMember, cora: Person
):
    make_contract(eve, cora, agreed_on=date(2026, 3, 31))
    make_contract(eve, cora, reference="NSCP/2", agreed_on=date(2026, 4, 1))
    client.sign_in(cora)
    assert "NSCP/2" in client.page("/pool/contracts").text
    assert "NSCP/1" not in client.page("/pool/contracts").text
    sheet = client.get("/pool/contracts.csv?year=2025-26").get_data(as_text=True)
    assert sheet.splitlines()[1].startswith(
        "NSCP/1,Eve Expert,eve.expert@northshire.example,450,A day,,Cora,2026-03-31"
    )
    assert client.get("/pool/contracts?year=2025-27").status_code == 404


def test_fees_are_for_the_desk_alone(client: CheckedClient, eve: PoolMember, cora: Person):
    make_contract(eve, cora)
    client.sign_in(make_person("Ada Admin", Role.ADMINISTRATOR))
    assert "£450" in client.page(f"/pool/{eve.person.public_id}").text
    client.sign_in(eve.person)
    assert "£450" not in client.page("/my-events/pool").text
    assert client.get("/pool/contracts").status_code == 403
    client.sign_in(make_person("Lena Member", Role.LWD_MEMBER))
    assert client.get("/pool/contracts").status_code == 403


def test_a_contract_of_another_partnership_is_not_found(client: CheckedClient, cora: Person):
    elsewhere = make_partnership(slug="southshire", name="Southshire", short_name="SSCP")
    row = make_contract(make_member("Sol Stranger", standing="expert", partnership_id=elsewhere.id), cora)
    client.sign_in(cora)
    assert client.get(f"/pool/contracts/{row.public_id}").status_code == 404


def test_contracts_on_both_databases(each_app: Flask):
    eve, cora = make_member("Eve Expert", standing="expert"), make_person("Cora Coordinator")
    row = make_contract(eve, cora, events=[make_event()])
    with writing():
        pay(row, on=TODAY.date(), by=cora, now=TODAY)
    assert [len(one.events) for one in contracts()] == [1]


def test_an_expert_nobody_knew_is_added_with_the_role_of_a_trainer(client: CheckedClient, cora: Person):
    client.sign_in(cora)
    page = client.send("/pool/add", button="Add them", name="Eve Expert", email="Eve@Experts.example")
    assert page.heading == "Eve Expert"
    member = db.session.scalars(sa.select(PoolMember)).one()
    assert (member.standing, member.person.email) == ("expert", "eve@experts.example")
    grant = db.session.scalars(sa.select(RoleGrant).where(RoleGrant.person_id == member.person_id)).one()
    assert grant.role == "trainer"


def test_who_works_elsewhere_is_an_expert_and_not_of_the_pool(client: CheckedClient, cora: Person):
    make_person("Otto Other", agency=make_agency("Far Away Ltd", standing="other"))
    client.sign_in(cora)
    typed = {"name": "Otto Other", "email": "otto.other@northshire.example"}
    page = client.send("/pool/add", button="Add them", status=422, standing="pool", **typed)
    assert "Add them as a commissioned expert" in page.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PoolMember)) == 0
    client.send("/pool/add", button="Add them", standing="expert", **typed)
    assert db.session.scalars(sa.select(PoolMember.standing)).all() == ["expert"]


def test_nobody_is_added_twice(client: CheckedClient, cora: Person, eve: PoolMember):
    client.sign_in(cora)
    page = client.send(
        "/pool/add", button="Add them", status=422, name="Eve", email="eve.expert@northshire.example"
    )
    assert "belongs to the training pool already" in page.text
