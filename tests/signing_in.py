"""What a person does to sign in: asks for the mail, reads its code and its link, types the code."""

import re
from datetime import date

import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.db import db
from app.notifications.models import Letter
from tests.browser import CheckedClient, Page

TODAY_ENDED = date(2026, 11, 19)
NEW = "nadia.newcomer@northshire.example"


def another(app: Flask) -> CheckedClient:
    """Another device."""
    found = app.test_client()
    assert isinstance(found, CheckedClient)
    return found


def ask(client: CheckedClient, email: str, next_url: str = "") -> Page:
    """Ask for a mail."""
    on = f"/sign-in?next={next_url}" if next_url else "/sign-in"
    return client.send("/sign-in", on=on, button="Send me the mail", email=email)


def letters(email: str) -> list[Letter]:
    """What was posted to an address, oldest first."""
    return list(db.session.scalars(sa.select(Letter).where(Letter.to_email == email).order_by(Letter.id)))


def code_in(letter: Letter) -> str:
    """The code as it stands in the mail."""
    found = re.search(r"\b\d{3} \d{3}\b", letter.text)
    assert found, letter.text
    return found.group()


def link_in(letter: Letter) -> str:
    """The path of the link in the mail."""
    found = re.search(r"http://localhost(/sign-in/\S+)", letter.text)
    assert found, letter.text
    return found.group(1)


def typed(client: CheckedClient, code: str, status: int = 200, **more: str) -> Page:
    """Type a code and send it; redirects are not followed."""
    return client.send("/sign-in/code", button="Sign in", follow=False, status=status, code=code, **more)


def who(client: CheckedClient) -> str:
    """The address of who is signed in at this browser, or ""."""
    with client.session_transaction() as session:
        public_id = str(session.get("_user_id", "")).rpartition(".")[0]
    return db.session.scalar(sa.select(Person.email).where(Person.public_id == public_id)) or ""


def wrong(code: str) -> str:
    """Another code."""
    digits = code.replace(" ", "")
    return f"{(int(digits) + 1) % 1_000_000:06d}"


def sign_in_anew(client: CheckedClient, email: str = NEW, next_url: str = "/bookings") -> Page:
    """Sign in somebody nobody knows yet; the page they come to."""
    ask(client, email, next_url)
    client.send(link_in(letters(email)[-1]), button="Sign in", follow=False, status=303)
    return client.page(next_url)
