"""What is done for somebody on the telephone: a note, a code read out. Inside ``writing()``."""

from datetime import date, datetime

import sqlalchemy as sa

from ..audit.actions import trace
from ..clock import london_day
from ..db import db
from ..errors import Refused
from ..notifications.actions import post
from ..partnerships.models import Partnership
from . import tokens
from .models import Person, PersonNote, RoleGrant, SignInRequest
from .rules import VALID_FOR, Role, gains_nothing, widened

NOTED, READ_OUT = "call noted", "code read out"
ABOUT = "person:"
MORE_RIGHTS = (
    "{name} has rights that you do not have, here or in another partnership. Ask a coordinator there."
)


def subject_of(person: Person) -> str:
    """What a letter about a person's own account is about."""
    return f"{ABOUT}{person.public_id}"


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


def refuse_more_rights(person: Person, *, by: Person, day: date) -> None:
    """Raise Refused where a code or a new address of this person would give their helper a right of theirs.

    Their roles count in every partnership, those that begin later and those of a closed account too.
    """
    roles: dict[int, dict[int, set[Role]]] = {person.id: {}, by.id: {}}
    for grant in db.session.scalars(RoleGrant.not_ended([person.id, by.id], day)):
        if grant.person_id == person.id or grant.from_on <= day:
            roles[grant.person_id].setdefault(grant.partnership_id, set()).add(Role(grant.role))
    own, theirs = ({p: widened(frozenset(r)) for p, r in roles[one.id].items()} for one in (by, person))
    if person.id != by.id and not gains_nothing(own, theirs):
        raise Refused(MORE_RIGHTS.format(name=person.name))


def code_to_read_out(person: Person, *, partnership: Partnership, by: Person, now: datetime) -> str:
    """A sign-in code for the telephone, valid as long as one in a mail; it is the only one that works from now on.

    Its owner is told by mail, so that whoever did not ring hears of it. Raises Refused for somebody with more rights.
    """
    if not person.email or person.closed_at or person.is_guest:
        raise Refused("There is no open account with an address to sign in to.")
    refuse_more_rights(person, by=by, day=london_day(now))
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
    post(
        "code-read-out",
        key=f"code-read-out:{token_hash[:32]}",
        to_email=person.email,
        to_name=person.name,
        partnership=partnership,
        now=now,
        about=subject_of(person),
        at=now,
    )
    return code
