"""What is done for somebody on the telephone: a note, a correction, a code read out. Inside ``writing()``."""

from datetime import datetime

import sqlalchemy as sa

from ..audit.actions import trace
from ..db import db
from ..errors import Refused
from ..notifications.actions import post
from ..partnerships.models import Partnership
from . import tokens
from .models import Person, PersonNote, SignInRequest
from .rules import VALID_FOR

NOTED, CORRECTED, READ_OUT = "call noted", "corrected", "code read out"


def note_call(
    person: Person, text: str, *, partnership: Partnership, by: Person, now: datetime
) -> PersonNote:
    """Keep what was said, for the next who picks up the telephone."""
    note = PersonNote(
        person_id=person.id, partnership_id=partnership.id, at=now, by_id=by.id, text=text.strip()
    )
    db.session.add(note)
    trace(at=now, actor=by.public_id, act=NOTED, subject=person.public_id)
    return note


def notes_of(person_id: int, partnership_id: int) -> sa.Select[datetime, str, str]:
    """When, by whom and what was noted of somebody, newest first."""
    return (
        sa.select(PersonNote.at, Person.name, PersonNote.text)
        .join(Person, Person.id == PersonNote.by_id)
        .where(PersonNote.person_id == person_id, PersonNote.partnership_id == partnership_id)
        .order_by(PersonNote.id.desc())
    )


def correct(
    person: Person, *, name: str, email: str, partnership: Partnership, by: Person, now: datetime
) -> list[str]:
    """Put name and address right; returns what changed, in words.

    A changed address ends every sign-in of theirs, and both addresses are told. Raises Refused for an address that
    is somebody else's: two people never share one.
    """
    if email != (person.email or "") and owner_of(email, person) is not None:
        raise Refused(
            "Another person has this address. Look them up: if both are one person, keep the older record and write "
            "a note on the other.",
            reason="taken",
        )
    changed = []
    if name != person.name:
        changed.append(f"name from “{person.name}”")
        person.name = name
    if email != (person.email or ""):
        changed.append(f"address from {person.email or 'none'}")
        before, person.email = person.email, email
        person.session_number += 1
        tell_both(person, before or "", partnership=partnership, now=now)
    if changed:
        trace(
            at=now,
            actor=by.public_id,
            act=CORRECTED,
            subject=person.public_id,
            why=" and ".join(what.split(" from ")[0] for what in changed),
        )
    return changed


def owner_of(email: str, but: Person) -> Person | None:
    """Somebody else who has that address."""
    return db.session.scalar(sa.select(Person).where(Person.email == email, Person.id != but.id))


def tell_both(person: Person, before: str, *, partnership: Partnership, now: datetime) -> None:
    """The old address and the new one hear of the change: whoever did not want it can ring."""
    for address in (before, person.email or ""):
        if address:
            post(
                "address-changed",
                key=f"address:{person.public_id}:{person.session_number}:{address}"[:160],
                to_email=address,
                to_name=person.name,
                partnership=partnership,
                now=now,
                about=f"person:{person.public_id}",
                new=person.email,
            )


def code_to_read_out(person: Person, *, by: Person, now: datetime) -> str:
    """A sign-in code for the telephone, valid as long as one in a mail; it is the only one that works from now on."""
    if not person.email or person.closed_at:
        raise Refused("There is no open account with an address to sign in to.")
    token, code = tokens.new_token(), tokens.new_code()
    token_hash = tokens.hash_of_token(token)
    db.session.add(
        SignInRequest(
            email=person.email,
            token_hash=token_hash,
            code_hash=tokens.hash_of_code(code, token_hash),
            asked_at=now,
            expires_at=now + VALID_FOR,
        )
    )
    trace(at=now, actor=by.public_id, act=READ_OUT, subject=person.public_id)
    return code
