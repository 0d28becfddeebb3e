"""The link for one check-in, mailed to the booking's address; and what keeps guessing and mailing within bounds."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..accounts.models import Person
from ..accounts.rules import network_of
from ..accounts.tokens import keyed_hash, new_token
from ..booking.models import Booking
from ..catalogue.models import EventSession
from ..db import adding_alone, db
from ..errors import Refused
from ..notifications.actions import post
from ..notifications.letters import write
from . import check_in_rules as rules
from .check_in_models import CheckInLink, CheckInTry
from .register import LISTED

TOO_MANY = "too many"
TOO_MANY_MAILS = "Several mails were asked for already. Those that were sent still work. Wait ten minutes, or tell the trainer that you are here."
TOO_MANY_GUESSES = "Too many tries that did not fit. Wait ten minutes, or tell the trainer that you are here."


def hash_of(token: str) -> str:
    """What is kept of a link."""
    return keyed_hash("check-in link", token)


def counted(kind: str, *parts: object) -> str:
    """Under what tries are counted: no network and no address stands in the table."""
    return keyed_hash(f"check-in {kind}", " ".join(map(str, parts)))


def number_of(who: str, now: datetime) -> int:
    """How many tries of late."""
    lately = (CheckInTry.who == who, CheckInTry.at > now - rules.COUNTED_WITHIN)
    return db.session.scalar(sa.select(sa.func.count()).select_from(CheckInTry).where(*lately)) or 0


def note(who: str, session_id: int | None, now: datetime) -> None:
    """Count a try."""
    db.session.add(CheckInTry(who=who, session_id=session_id, at=now))


def guessing(network: str | None, session: EventSession | None) -> str:
    """Under what wrong codes are counted: by session and network, and by network alone for the code on the screen."""
    return counted("guess", network_of(network), session.public_id if session else "")


def refuse_guess(network: str | None, session: EventSession | None, now: datetime) -> None:
    """Raise Refused after too many wrong guesses; nobody else counts meanwhile."""
    adding_alone(CheckInTry)
    if number_of(guessing(network, session), now) >= rules.WRONG_TRIES:
        raise Refused(TOO_MANY_GUESSES, reason=TOO_MANY)


def note_wrong_guess(network: str | None, session: EventSession | None, now: datetime) -> None:
    """Count a guess that did not fit. Whoever types their own code well is not counted: a hall is one network."""
    note(guessing(network, session), session.id if session else None, now)


def ask_link(email: str, session: EventSession, *, step: int, network: str | None, now: datetime) -> None:
    """Mail a link to whoever is on the register with this address. Inside ``writing()``.

    For an address that is not there the same is done, but for the sending. Raises Refused when too many were asked for.
    """
    adding_alone(CheckInTry)
    limits = {
        counted("mail", session.public_id, email): rules.MAILS_TO_ONE_ADDRESS,
        counted("mails", network_of(network)): rules.MAILS_FROM_ONE_NETWORK,
    }
    if any(number_of(who, now) >= most for who, most in limits.items()):
        raise Refused(TOO_MANY_MAILS, reason=TOO_MANY)
    for who in limits:
        note(who, session.id, now)
    mine = (Booking.event_id == session.event_id, Booking.state.in_(LISTED), Person.email == email)
    found = sa.select(Booking).join(Person, Person.id == Booking.person_id).where(*mine)
    booking = db.session.scalar(found.options(joinedload(Booking.person)))
    if booking:
        send(booking, session, step=step, now=now)
    else:
        write("check-in", to_name="", now=now, **said_of(session, new_token()))


def said_of(session: EventSession, token: str) -> dict[str, Any]:
    """What the wording is given."""
    event = session.event
    return {"partnership": event.host, "course": event.course, "session": session, "token": token}


def send(booking: Booking, session: EventSession, *, step: int, now: datetime) -> None:
    """Write the link down and post its mail."""
    token, expires_at = new_token(), now + rules.LINK_GOOD_FOR
    link = CheckInLink(token_hash=hash_of(token), booking_id=booking.id, session_id=session.id)
    link.asked_at, link.step, link.expires_at = now, step, expires_at
    db.session.add(link)
    post(
        "check-in",
        key=f"check-in:{link.token_hash[:32]}",
        to_email=booking.person.email,
        to_name=booking.person.name,
        now=now,
        about=f"booking:{booking.public_id}",
        expires_at=expires_at,
        secret=True,
        **said_of(session, token),
    )


def opened(token: str) -> CheckInLink | None:
    """The link of a mail, used or not; None for one that there never was, or no longer is."""
    mine = CheckInLink.token_hash == hash_of(token)
    return db.session.scalar(sa.select(CheckInLink).where(mine).options(joinedload(CheckInLink.booking)))
