"""Becoming somebody of the demonstration with one press, and nowhere else."""

import re

import pytest
from flask import Flask

from app.accounts.rules import (
    Role,
)
from tests.browser import CheckedClient, Page
from tests.factories import make_partnership, make_person
from tests.signing_in import (
    who,
)

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture(autouse=True)
def partnership(app: Flask) -> None:
    """There is a partnership to sign in to."""
    make_partnership()


DEMO = {
    "practitioner@demo.example": Role.PRACTITIONER,
    "trainer@demo.example": Role.TRAINER,
    "agency-lead@demo.example": Role.AGENCY_LEAD,
    "administrator@demo.example": Role.ADMINISTRATOR,
    "coordinator@demo.example": Role.COORDINATOR,
    "lwd-member@demo.example": Role.LWD_MEMBER,
    "scrutineer@demo.example": Role.SCRUTINEER,
}


@pytest.fixture
def demonstration(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The site is a demonstration, with its people."""
    monkeypatch.setitem(app.config, "DEMONSTRATION", True)
    monkeypatch.setitem(app.config, "MAIL_TRANSPORT", "demonstration")
    for email, role in DEMO.items():
        make_person(f"Demo {role.value}", role, email=email)


@pytest.mark.usefixtures("demonstration")
@pytest.mark.parametrize("email", DEMO)
def test_the_demonstration_signs_in_as_each_role_with_one_press(client: CheckedClient, email: str):
    page = client.page("/sign-in/demo")
    assert len([b for b in page.all("button") if "Sign in as Demo" in "".join(b.itertext())]) == 7
    form = fields(page, email)
    assert client.post("/sign-in/demo", data=form).status_code == 303
    assert who(client) == email


def fields(page: Page, email: str) -> dict[str, str]:
    """The hidden fields of this person's button."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.html)
    assert token
    assert f'value="{email}"' in page.html
    return {"csrf_token": token.group(1), "email": email}


@pytest.mark.usefixtures("demonstration")
def test_the_demonstration_signs_in_as_nobody_else(client: CheckedClient):
    ada = make_person("Ada Admin", Role.COORDINATOR)
    form = fields(client.page("/sign-in/demo"), "trainer@demo.example")
    assert client.post("/sign-in/demo", data={**form, "email": ada.email}).status_code == 404
    assert who(client) == ""


@pytest.mark.usefixtures("demonstration")
@pytest.mark.parametrize(("setting", "value"), [("DEMONSTRATION", False), ("MAIL_TRANSPORT", "smtp")])
def test_there_is_no_one_press_sign_in_outside_the_demonstration(
    app: Flask, client: CheckedClient, monkeypatch: pytest.MonkeyPatch, setting: str, value: object
):
    form = fields(client.page("/sign-in/demo"), "coordinator@demo.example")
    monkeypatch.setitem(app.config, setting, value)
    client.page("/sign-in/demo", status=404)
    assert client.post("/sign-in/demo", data=form).status_code == 404
    assert who(client) == ""
