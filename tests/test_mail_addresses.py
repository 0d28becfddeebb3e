"""One rule for every address that is typed: whether mail to it arrives everywhere."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.addresses import fault_of
from app.accounts.models import SignInRequest
from app.accounts.rules import Role
from app.db import db
from tests.browser import CheckedClient
from tests.conftest import TODAY
from tests.factories import make_agency, make_event, make_partnership, make_person, make_trainer
from tests.signing_in import ask, sign_in_anew

pytestmark = pytest.mark.usefixtures("today")
ACCENTED = "zoë.müller@northshire.example"
SAID = "Enter an address without accents or other special letters"


@pytest.mark.parametrize(
    "typed",
    ["priya@northshire.example", "O'Brien.Pat+training@mail.northshire.example", "p@xn--mnchen-3ya.example"],
)
def test_mail_reaches_an_address_of_plain_letters(typed: str):
    assert fault_of(typed) == ""


@pytest.mark.parametrize(
    "typed",
    [ACCENTED, "priya@münchen.example", "priya@northshire。example", "priya@nоrthshire.example", "ø@x.org"],
)
def test_an_address_with_accents_or_other_letters_is_refused_with_the_reason(typed: str):
    assert fault_of(typed).startswith(SAID)
    assert "many mail servers refuse them" in fault_of(typed)


@pytest.mark.parametrize(
    "typed",
    ["", "priya", "priya@", "@northshire.example", "a b@northshire.example", "priya@northshire", "p@-x.example",
     "a@b@c.example", "Priya <p@x.example>", f"p@{'x' * 60}.{'y' * 250}.example"],
)  # fmt: skip
def test_what_is_no_address_is_refused_with_an_example(typed: str):
    assert fault_of(typed) == "Enter an email address like name@example.org"


def test_signing_in_with_an_accented_address_says_why_not_and_sends_nothing(client: CheckedClient):
    make_partnership()
    page = client.send("/sign-in", button="Send me the mail", status=422, email=ACCENTED)
    assert SAID in page.text
    page = client.send("/sign-in/code", button="Sign in", status=422, email=ACCENTED, code="123456")
    assert SAID in page.text
    assert not db.session.scalars(sa.select(SignInRequest)).all()


def test_a_managers_accented_address_says_why_not(client: CheckedClient):
    make_agency(email_domains=["northshire.example"])
    sign_in_anew(client)
    page = client.send(
        "/sign-in/about-you", on="/bookings", button="Save and go on", status=422, manager_email=ACCENTED
    )
    assert SAID in page.text


def test_an_accented_address_in_the_room_says_why_not(client: CheckedClient):
    tom = make_person("Tom Trainer", Role.TRAINER)
    event = make_event(starts=TODAY - timedelta(minutes=30))
    make_trainer(event, tom)
    client.sign_in(tom)
    path = f"/events/{event.id}/register"
    page = client.send(f"{path}/walk-in", on=path, status=422, name="Zoë Müller", email=ACCENTED)
    assert SAID in page.text


@pytest.mark.parametrize(
    "words",
    [
        ("person", "add", ACCENTED, "Zoë Müller"),
        ("partnership", "add", "northshire", "Northshire SCP", "--short", "NSCP", "--email", ACCENTED),
    ],
)
def test_the_commands_refuse_an_accented_address_too(app: Flask, words: tuple[str, ...]):
    make_partnership()
    result = app.test_cli_runner().invoke(args=list(words))
    assert result.exit_code == 2
    assert "without accents" in result.output


def test_an_accent_in_a_name_is_welcome(client: CheckedClient):
    make_partnership()
    make_person("Zoë Müller", email="zoe.mueller@northshire.example")
    assert ask(client, "zoe.mueller@northshire.example").heading == "Check your mail"
