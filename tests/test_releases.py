"""A manager is asked, by a mailed link, whether they release a member of the pool."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.accounts.models import Person
from app.accounts.rules import Role
from app.clock import stopped_at
from app.db import db, writing
from app.errors import Refused
from app.notifications.models import Letter
from app.pool import releases
from app.pool.membership import leave
from app.pool.models import PoolMember, ReleaseRequest
from app.pool.release_rules import Step, next_step, why_closed
from tests.browser import CheckedClient
from tests.conftest import TODAY
from tests.factories import make_person
from tests.members import a_release, make_member

pytestmark = pytest.mark.usefixtures("today")
MARY = "mary.manager@northshire.example"
ASKED = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def tom() -> PoolMember:
    """Tom is in the pool, and nobody has said that they release him."""
    return make_member(released_by="", released_until=None)


@pytest.fixture
def cora() -> Person:
    return make_person("Cora Coordinator", Role.COORDINATOR)


def answers() -> list[str]:
    """What became of each question."""
    db.session.expire_all()
    return list(db.session.scalars(sa.select(ReleaseRequest.answer).order_by(ReleaseRequest.id)))


def released(member: PoolMember) -> tuple[str, date | None]:
    """By whom and until when."""
    db.session.expire_all()
    row = db.session.get_one(PoolMember, member.id)
    return row.released_by, row.released_until


def letters(message: str) -> list[Letter]:
    """What was written."""
    return list(db.session.scalars(sa.select(Letter).where(Letter.message == message).order_by(Letter.id)))


def link(member: PoolMember) -> str:
    """Mary's link."""
    return f"/releases/{releases.token_of(a_release(member))}"


def ask(client: CheckedClient, member: PoolMember, **typed: Any) -> Any:
    """The desk asks a manager."""
    path = f"/pool/{member.person.public_id}/release"
    return client.send(path, button="Ask by mail", **{"name": "Mary Manager", "email": MARY, **typed})


def test_opening_the_page_changes_nothing(client: CheckedClient, tom: PoolMember):
    address = link(tom)
    for _ in range(2):
        page = client.page(address)
        assert "Do you release Tom Trainer to deliver training?" in page.text
        assert "31 March 2028" in page.text
    assert answers() == [""]
    assert released(tom) == ("", None)


def test_yes_releases_them_until_that_day_and_tells_them(client: CheckedClient, tom: PoolMember):
    address = link(tom)
    page = client.send(f"{address}/agree", on=address)
    assert "You agreed to this" in page.text
    assert released(tom) == ("Mary Manager", date(2028, 3, 31))
    (letter,) = letters("release-answered")
    assert letter.to_email == tom.person.email
    assert "Mary Manager releases you to deliver training until 31 March 2028" in letter.text


def test_no_keeps_what_was_agreed_before_and_tells_them_why(client: CheckedClient):
    tom = make_member()
    address = link(tom)
    page = client.send(f"{address}/decline", on=address, why="We are four people short.")
    assert "You did not agree to this" in page.text
    assert released(tom) == ("Mary Manager", date(2027, 8, 31))
    (letter,) = letters("release-answered")
    assert "We are four people short." in letter.text


def test_an_answer_is_given_once(client: CheckedClient, tom: PoolMember):
    address = link(tom)
    token = client.token(address)
    client.post(f"{address}/decline", data={"csrf_token": token})
    answer = client.post(f"{address}/agree", data={"csrf_token": token})
    assert answer.status_code == 409
    assert answers() == ["declined"]
    assert released(tom) == ("", None)


def test_a_link_that_ran_out_says_so_and_changes_nothing(
    client: CheckedClient, tom: PoolMember, today: time_machine.Traveller
):
    address = link(tom)
    token = client.token(address)
    today.move_to(TODAY + timedelta(days=14))
    assert "This question has run out" in client.page(address, status=410).text
    assert client.post(f"{address}/agree", data={"csrf_token": token}).status_code == 409
    assert released(tom) == ("", None)


def test_a_link_nobody_made_says_what_to_do(client: CheckedClient):
    assert "Copy the whole address" in client.page("/releases/not-a-link", status=404).text


def test_the_desk_asks_and_the_mail_holds_the_link(client: CheckedClient, tom: PoolMember, cora: Person):
    client.sign_in(cora)
    page = ask(client, tom)
    assert "Mary Manager, until 20 November 2027" in page.text
    (letter,) = letters("release-asked")
    assert (letter.to_email, letter.secret) == (MARY, True)
    token = releases.token_of(db.session.scalars(sa.select(ReleaseRequest)).one())
    assert f"/releases/{token}" in letter.text
    assert "up to 3 days a year" in letter.text


def test_asking_again_ends_the_question_before(client: CheckedClient, tom: PoolMember, cora: Person):
    client.sign_in(cora)
    ask(client, tom)
    ask(client, tom, name="Nora New", email="nora@northshire.example")
    assert answers() == ["taken back", ""]
    first, second = letters("release-asked")
    assert (first.state, second.state) == ("withdrawn", "queued")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"email": "tom.trainer@northshire.example"}, "That is their own address"),
        ({"email": ""}, "Enter their manager’s email address"),
        ({"until_on": ["20", "11", "2026"]}, "Enter a day to come"),
    ],
)
def test_what_cannot_be_asked_is_said(
    client: CheckedClient, tom: PoolMember, cora: Person, typed: dict[str, Any], said: str
):
    client.sign_in(cora)
    assert said in ask(client, tom, status=422, **typed).text
    assert answers() == []


def test_an_expert_is_nobodys_to_release(app: Flask, cora: Person):
    eve = make_member("Eve Expert", standing="expert")
    with pytest.raises(Refused, match="Only members of the training pool"), writing():
        releases.ask(eve, name="", email=MARY, until_on=date(2028, 1, 1), by=cora, now=TODAY)


def test_who_leaves_need_not_be_released(app: Flask, tom: PoolMember, cora: Person):
    with writing():
        releases.ask(tom, name="Mary", email=MARY, until_on=date(2028, 1, 1), by=cora, now=TODAY)
    with writing():
        leave(tom, last=TODAY.date(), by=cora, now=TODAY)
    assert answers() == ["taken back"]
    assert [letter.state for letter in letters("release-asked")] == ["withdrawn"]


def test_the_clock_asks_again_once_and_then_lets_it_run_out(each_app: Flask):
    tom, cora = make_member(), make_person("Cora Coordinator", Role.COORDINATOR)
    with writing():
        releases.ask(tom, name="Mary", email=MARY, until_on=date(2028, 1, 1), by=cora, now=TODAY)
    steps = ((4, 1, ""), (7, 1, ""), (8, 2, ""), (14, 2, ""), (15, 2, "expired"), (20, 2, "expired"))
    for days, mails, answer in steps:
        releases.due(stopped_at(TODAY + timedelta(days=days)))
        assert (len(letters("release-asked")), answers()) == (mails, [answer]), days
    assert letters("release-asked")[1].subject.startswith("Still open")


@pytest.mark.parametrize(
    ("days", "again", "step"),
    [
        (6, False, None),
        (8, False, Step.ASK_AGAIN),
        (8, True, None),
        (14, False, Step.EXPIRE),
        (14, True, Step.EXPIRE),
    ],
)
def test_what_is_due_about_a_question(days: int, again: bool, step: Step | None):
    found = next_step(
        asked_at=ASKED,
        asked_again_at=ASKED + timedelta(days=7) if again else None,
        expires_at=ASKED + timedelta(days=14),
        again_after=5,
        now=ASKED + timedelta(days=days),
    )
    assert found is step


def test_an_answer_stands_even_after_the_time_to_answer():
    assert why_closed(answer="agreed", expires_at=ASKED, now=ASKED + timedelta(days=1)) == "agreed"
    assert why_closed(answer="", expires_at=ASKED, now=ASKED) == "expired"
    assert why_closed(answer="", expires_at=ASKED, now=ASKED - timedelta(seconds=1)) == ""
