"""Asking to join the training pool: who may, what is decided, what follows and who is told."""

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.accounts.models import Affiliation, Person, RoleGrant
from app.accounts.rules import Role
from app.db import db, writing
from app.errors import Refused
from app.notifications.models import Letter
from app.pool import joining
from app.pool.membership import Details
from app.pool.models import DeliveryApproval, PoolApplication, PoolMember, ReleaseRequest
from tests.browser import CheckedClient
from tests.conftest import TODAY
from tests.factories import make_agency, make_course, make_partnership, make_person
from tests.members import make_application, make_member

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def priya() -> Person:
    """Priya practises at a partner's, and names her manager."""
    return make_person(
        "Priya Practitioner", manager_name="Mary Manager", manager_email="mary.manager@northshire.example"
    )


@pytest.fixture
def cora() -> Person:
    return make_person("Cora Coordinator", Role.COORDINATOR)


def count(model: Any) -> int:
    """How many rows there are."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def state_of(application: PoolApplication) -> str:
    """What became of it."""
    db.session.expire_all()
    return db.session.get_one(PoolApplication, application.id).state


def letters() -> list[tuple[str, str]]:
    """What was written, to whom."""
    return [(row.message, row.to_email) for row in db.session.scalars(sa.select(Letter).order_by(Letter.id))]


def ask(client: CheckedClient, **typed: Any) -> Any:
    """Fill the form of joining."""
    return client.send(
        "/pool/join", button="Ask to join", **{"courses": ["neglect"], "days_offered": "2", **typed}
    )


def decide(client: CheckedClient, asked: PoolApplication, decision: str, **typed: Any) -> Any:
    """Press one of the two buttons."""
    button = {"accept": "Take them in", "decline": "Decline"}[decision]
    return client.send(f"/pool/applications/{asked.public_id}", button=button, decision=decision, **typed)


def test_somebody_of_a_partner_asks_and_their_manager_is_known(client: CheckedClient, priya: Person):
    course = make_course("Neglect")
    client.sign_in(priya)
    assert "mary.manager@northshire.example" in client.page("/pool/join").html
    page = ask(client, areas="Newark\nMansfield", about="Ten years of it")
    assert "You asked to join" in page.text
    row = db.session.scalars(sa.select(PoolApplication)).one()
    assert (row.person_id, row.course_ids, row.areas) == (priya.id, [course.id], ["Newark", "Mansfield"])
    assert (row.manager_email, row.days_offered, row.state) == (
        "mary.manager@northshire.example",
        2,
        "waiting",
    )


def test_who_works_elsewhere_reads_why_they_cannot(client: CheckedClient):
    make_course("Neglect")
    client.sign_in(make_person("Otto Other", agency=make_agency("Far Away Ltd", standing="other")))
    page = client.page("/pool/join")
    assert "people of partner and relevant agencies" in page.text
    assert "Ask to join" not in page.text
    client.post("/pool/join", data={"csrf_token": client.token(), "courses": "neglect"})
    assert count(PoolApplication) == 0


def test_a_standing_that_ended_or_a_job_that_ended_counts_no_more(app: Flask, priya: Person):
    host = make_partnership()
    assert joining.why_not(priya, host.id, TODAY) == ""
    with writing():
        db.session.scalars(sa.select(Affiliation)).one().until_on = date(2026, 11, 19)
    assert joining.why_not(priya, host.id, TODAY) == "agency"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"courses": []}, "Choose at least one course"),
        (
            {"manager_email": "priya.practitioner@northshire.example"},
            "Enter your manager’s address, not yours",
        ),
        ({"manager_email": "nobody"}, "address"),
        ({"train_the_trainer_on": ["1", "1", "2030"]}, "Enter a day that is not in the future"),
    ],
)
def test_what_cannot_be_is_said(client: CheckedClient, priya: Person, typed: dict[str, Any], said: str):
    make_course("Neglect")
    client.sign_in(priya)
    assert said in ask(client, status=422, **typed).text
    assert count(PoolApplication) == 0


def test_asking_twice_leads_to_what_was_asked(client: CheckedClient, priya: Person):
    make_application(priya)
    client.sign_in(priya)
    assert "You asked to join" in client.page("/pool/join").text


def test_the_database_keeps_one_wish_that_waits(each_app: Flask):
    priya = make_person("Priya Practitioner")
    make_application(priya)
    with pytest.raises(sa.exc.IntegrityError):
        make_application(priya)


def test_withdrawing_leaves_nothing_to_decide(client: CheckedClient, priya: Person, cora: Person):
    asked = make_application(priya)
    client.sign_in(priya)
    client.post("/pool/join/withdraw", data={"csrf_token": client.token("/my-events/pool")})
    assert state_of(asked) == "withdrawn"
    client.sign_in(cora)
    assert "would like to join" not in client.page("/pool").text
    assert "Join the training pool" in client.sign_in(priya).page("/my-events/pool").text


def test_who_waits_for_an_answer_stands_on_the_desk(client: CheckedClient, priya: Person, cora: Person):
    asked = make_application(priya)
    client.sign_in(cora)
    page = client.page("/desk")
    assert "Priya Practitioner would like to join the training pool" in page.text
    assert f"/pool/applications/{asked.public_id}" in page.html
    client.sign_in(make_person("Ada Admin", Role.ADMINISTRATOR))
    page = client.page("/desk")
    assert "A coordinator decides" in page.text
    assert f"/pool/applications/{asked.public_id}" not in page.html


def test_the_coordinator_reads_all_they_wrote(client: CheckedClient, priya: Person, cora: Person):
    asked = make_application(priya, course_ids=[make_course("Neglect").id])
    client.sign_in(cora)
    assert "1 person would like to join" in client.page("/pool").text
    text = client.page(f"/pool/applications/{asked.public_id}").text
    for said in ("Neglect", "ten years", "Newark", "Northshire County Council", "Mary Manager"):
        assert said in text


def test_taking_somebody_in_is_membership_role_approvals_and_two_mails(
    client: CheckedClient, priya: Person, cora: Person
):
    course = make_course("Neglect")
    asked = make_application(priya, course_ids=[course.id], train_the_trainer_on=date(2025, 5, 5))
    client.sign_in(cora)
    page = decide(client, asked, "accept", delivers_as="lead")
    assert "belongs to the training pool, and has been told" in page.text
    assert state_of(asked) == "accepted"
    member = db.session.scalars(sa.select(PoolMember)).one()
    assert (member.standing, member.from_on, member.days_offered) == ("pool", TODAY.date(), 2)
    assert member.train_the_trainer_on == date(2025, 5, 5)
    approval = db.session.scalars(sa.select(DeliveryApproval)).one()
    assert (approval.course_id, approval.delivers_as, approval.approved_by_id) == (course.id, "lead", cora.id)
    grant = db.session.scalars(sa.select(RoleGrant).where(RoleGrant.person_id == priya.id)).one()
    assert (grant.role, grant.from_on, grant.until_on) == ("trainer", TODAY.date(), None)
    assert letters() == [("pool-accepted", priya.email), ("release-asked", "mary.manager@northshire.example")]
    assert "Neglect" in db.session.scalars(sa.select(Letter).order_by(Letter.id)).first().text  # type: ignore[union-attr]
    client.sign_in(priya)
    assert "Neglect: lead" in client.page("/my-events/pool").text


def test_without_a_manager_nobody_is_asked(client: CheckedClient, priya: Person, cora: Person):
    asked = make_application(priya, manager_email="", manager_name="")
    client.sign_in(cora)
    decide(client, asked, "accept")
    assert letters() == [("pool-accepted", priya.email)]
    assert count(ReleaseRequest) == 0


def test_declining_needs_a_reason_which_they_read(client: CheckedClient, priya: Person, cora: Person):
    asked = make_application(priya)
    client.sign_in(cora)
    assert "Say why not" in decide(client, asked, "decline", status=422).text
    assert state_of(asked) == "waiting"
    decide(client, asked, "decline", why="We have enough people this year.")
    assert state_of(asked) == "declined"
    assert letters() == [("pool-declined", priya.email)]
    assert "We have enough people this year." in db.session.scalars(sa.select(Letter)).one().text
    assert count(PoolMember) == count(RoleGrant) - 1 == 0


def test_what_is_decided_is_decided_once(app: Flask, priya: Person, cora: Person):
    asked, host = make_application(priya), make_partnership()
    with writing():
        joining.decline(asked, host, why="Not now", by=cora, now=TODAY)
    with pytest.raises(Refused, match="declined already"), writing():
        joining.accept(asked, host, courses=[], delivers_as="co", until_on=None, by=cora, now=TODAY)
    db.session.rollback()
    assert count(PoolMember) == 0


def test_whose_agency_is_a_partner_no_more_is_not_taken_in_and_nothing_is_half_done(
    client: CheckedClient, cora: Person
):
    make_course("Neglect")
    otto = make_person("Otto Other", agency=make_agency("Far Away Ltd", standing="other"))
    asked = make_application(otto)
    client.sign_in(cora)
    page = decide(client, asked, "accept", status=409, courses=["neglect"])
    assert "works for no partner or relevant agency" in page.text
    assert state_of(asked) == "waiting"
    assert count(PoolMember) == count(DeliveryApproval) == 0
    assert letters() == []


def test_whoever_left_may_ask_again(client: CheckedClient, priya: Person, today: time_machine.Traveller):
    make_member(person=priya, until_on=date(2026, 11, 19))
    make_course("Neglect")
    client.sign_in(priya)
    ask(client)
    assert count(PoolApplication) == 1


def test_a_wish_for_another_partnership_is_not_found(client: CheckedClient, priya: Person, cora: Person):
    make_partnership()
    elsewhere = make_partnership(slug="southshire", name="Southshire", short_name="SSCP")
    asked = make_application(priya, partnership_id=elsewhere.id)
    client.sign_in(cora)
    assert client.get(f"/pool/applications/{asked.public_id}").status_code == 404


def test_a_member_cannot_be_taken_in_twice(app: Flask, priya: Person, cora: Person):
    asked, host = make_application(priya), make_partnership()
    make_member(person=priya)
    with pytest.raises(Refused, match="belongs to the training pool already"), writing():
        joining.accept(asked, host, courses=[], delivers_as="co", until_on=None, by=cora, now=TODAY)
    db.session.rollback()
    assert count(PoolMember) == 1


def test_asking_on_both_databases(each_app: Flask):
    priya, host = make_person("Priya Practitioner"), make_partnership()
    with writing():
        joining.ask_to_join(
            priya,
            host,
            Details(areas=("Newark",)),
            courses=[make_course("Neglect")],
            train_the_trainer_on=None,
            manager=("", ""),
            now=TODAY + timedelta(hours=1),
        )
    assert joining.why_not(priya, host.id, TODAY) == "waiting"
