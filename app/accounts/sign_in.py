"""Signing in without a password: ask for a mail, then use its link or its code. Inside ``writing()``."""

from datetime import datetime

import sqlalchemy as sa
from flask import current_app

from ..clock import Clock
from ..db import db, writing
from ..errors import Refused
from ..notifications.actions import post
from ..partnerships.models import Partnership
from . import tokens
from .actions import person_at
from .models import Person, SignInRequest
from .rules import (
    ASKED_WITHIN,
    REQUESTS_KEPT_FOR,
    VALID_FOR,
    WRONG_CODES_WITHIN,
    may_ask,
    may_try_code,
    network_of,
    still_good,
)

TOO_MANY_MAILS = "Too many sign-in mails were asked for. Those already sent still work for half an hour."
TOO_MANY_CODES = "Too many wrong codes were typed. The link in your newest sign-in mail still works."
CLOSED = "This account is closed. The training team can open it again."


def ask(email: str, *, next_url: str, network: str | None, partnership: Partnership, now: datetime) -> None:
    """Post a letter with a link and a code. Does the same for every address, known or not.

    Raises Refused when too many were asked for.
    """
    asked_from = tokens.hash_of_network(network_of(network))
    refuse_too_many(email, asked_from, now)
    name = db.session.scalar(sa.select(Person.name).where(Person.email == email)) or ""
    token, code = tokens.new_token(), tokens.new_code()
    token_hash = tokens.hash_of_token(token)
    request = SignInRequest(
        email=email,
        token_hash=token_hash,
        code_hash=tokens.hash_of_code(code, token_hash),
        next_url=next_url if len(next_url) <= 500 else "",
        asked_at=now,
        asked_from=asked_from,
        expires_at=now + VALID_FOR,
    )
    db.session.add(request)
    post(
        "sign-in",
        key=f"sign-in:{token_hash[:32]}",
        to_email=email,
        to_name=name,
        partnership=partnership,
        now=now,
        about="sign-in",
        expires_at=request.expires_at,
        secret=True,
        token=token,
        code=code,
    )


def refuse_too_many(email: str, asked_from: str, now: datetime) -> None:
    """Raise Refused when this address, or this network, has asked for too many mails lately."""
    counts = SignInRequest.asked_since(now - ASKED_WITHIN, email=email, asked_from=asked_from)
    to_address, from_network = db.session.execute(counts).one()
    if not may_ask(to_address=to_address, from_network=from_network if asked_from else 0):
        raise Refused(TOO_MANY_MAILS, reason="too many")


def opened(token: str, *, now: datetime) -> SignInRequest | None:
    """The request a link stands for while the link is good; changes nothing."""
    request = db.session.scalar(SignInRequest.with_token(tokens.hash_of_token(token)))
    if request is None or not still_good(expires_at=request.expires_at, used_at=request.used_at, now=now):
        return None
    return request


def use_link(token: str, *, now: datetime) -> tuple[Person, str] | None:
    """Use up a link: who it signs in and where they wanted to go; None when it is no longer good."""
    found = opened(token, now=now)
    if found is None:
        return None
    lock(found.email)
    db.session.refresh(found)
    request = opened(token, now=now)
    return use(request, now=now) if request else None


def use_code(email: str, code: str, *, now: datetime) -> tuple[Person, str] | None:
    """Use up the code of the newest mail to an address; a wrong one is counted and gives None.

    Raises Refused after too many wrong ones.
    """
    lock(email)
    request = db.session.scalar(SignInRequest.newest_for(email))
    wrong = db.session.scalar(SignInRequest.wrong_codes_since(now - WRONG_CODES_WITHIN, email)) or 0
    of_this_mail = request.wrong_codes if request else 0
    if not may_try_code(of_this_mail=of_this_mail, of_this_address=wrong):
        raise Refused(TOO_MANY_CODES, reason="too many")
    right = tokens.same(
        tokens.hash_of_code(code, request.token_hash if request else ""), request.code_hash if request else ""
    )
    if request is None or not still_good(expires_at=request.expires_at, used_at=request.used_at, now=now):
        return None
    if right:
        return use(request, now=now)
    request.wrong_codes += 1
    return None


def lock(email: str) -> None:
    """Let nobody else sign in with this address until we are done (on SQLite the whole block is a lock)."""
    db.session.execute(sa.select(SignInRequest.id).where(SignInRequest.email == email).with_for_update())


def use(request: SignInRequest, *, now: datetime) -> tuple[Person, str]:
    """Mark the request used and find, or make, whom it signs in. Raises Refused for a closed account."""
    person = person_at(request.email, name="", now=now)
    if person.closed_at is not None:
        raise Refused(CLOSED, reason="closed")
    person.is_guest = False
    request.used_at = now
    db.session.flush()
    return person, request.next_url


def due(clock: Clock) -> None:
    """What the clock starts: forget requests that are no longer counted for anything."""
    with writing():
        db.session.execute(
            sa.delete(SignInRequest).where(SignInRequest.asked_at < clock() - REQUESTS_KEPT_FOR)
        )


def may_sign_in_as_anybody() -> bool:
    """Whether this is a demonstration: never with a real mail server behind it."""
    return bool(current_app.config["DEMONSTRATION"]) and current_app.config["MAIL_TRANSPORT"] != "smtp"
