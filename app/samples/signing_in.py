"""Mails about an account: to sign in, a code read out, a changed address, a test."""

from datetime import datetime

from ..accounts import corrections, sign_in, telephone
from ..accounts.models import Person
from ..notifications.actions import post
from ..notifications.letters import sender
from .kinds import PERSON
from .table import ours, sample


@sample("sign-in", kind=PERSON)
def asks_to_sign_in(person: Person, now: datetime) -> None:
    """Somebody asks for a link and a code."""
    sign_in.ask(person.email or "", next_url="", network=None, partnership=ours(), now=now)


@sample("code-read-out", kind=PERSON)
def rings(person: Person, now: datetime) -> None:
    """A code is read out on the telephone."""
    telephone.code_to_read_out(person, partnership=ours(), by=person, now=now)


@sample("address-changed", kind=PERSON)
def has_another_address(person: Person, now: datetime) -> None:
    """The desk puts an address right."""
    before = person.email or ""
    corrections.tell_both(person, f"old.{before}", partnership=ours(), now=now)


@sample("test-mail", kind=PERSON)
def tries_the_mail(person: Person, now: datetime) -> None:
    """An administrator asks for a test mail."""
    post(
        "test-mail",
        key=f"trial:{person.public_id}",
        to_email=person.email,
        to_name=person.name,
        partnership=ours(),
        now=now,
        sent_as=sender(ours())["From"],
    )
