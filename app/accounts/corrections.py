"""A name or an address put right, and the mail that goes with it. Inside ``writing()``."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ..audit.actions import trace
from ..clock import london_day
from ..db import adding_alone, db
from ..errors import Refused
from ..notifications import choices
from ..notifications.actions import follow, post
from ..notifications.models import Letter
from ..partnerships.models import Partnership
from .actions import person_of
from .models import Person
from .telephone import ABOUT, refuse_more_rights, subject_of

CORRECTED = "corrected"
TOLD = "address-changed"
Told = aliased(Letter)
# What stays with the address it was written for: who asked there, and who is told that it is no longer used.
STAYS = (TOLD, "sign-in", "bulletin-confirm")
TAKEN = (
    "Another person has this address. Look them up: if both are one person, keep the older record and write a note "
    "on the other."
)


def correct(
    person: Person, *, name: str, email: str, partnership: Partnership, by: Person, now: datetime
) -> list[str]:
    """Put name and address right; returns what changed, in words.

    A changed address ends every sign-in of theirs, takes along the mail that waits, and both addresses are told.
    Raises Refused for somebody with more rights, and for an address that is somebody else's: two people never
    share one.
    """
    refuse_more_rights(person, by=by, day=london_day(now))
    changed = []
    if name != person.name:
        changed.append(f"name from “{person.name}”")
        person.name = name
    if email != (person.email or ""):
        changed.append(f"address from {person.email or 'none'}")
        move_address(person, email, partnership=partnership, now=now)
    if changed:
        what = " and ".join(one.split(" from ")[0] for one in changed)
        trace(at=now, actor=by.public_id, act=CORRECTED, subject=person.public_id, why=what)
    return changed


def move_address(person: Person, email: str, *, partnership: Partnership, now: datetime) -> None:
    """Give somebody another address, and bring their mail there."""
    adding_alone(Person)
    owner = person_of(email)
    if owner is not None and owner.id != person.id:
        raise Refused(TAKEN, reason="taken")
    before, person.email = person.email or "", email
    person.session_number += 1
    if before:
        follow(before, email, but=STAYS, now=now)
        choices.follow(before, email, now=now)
    tell_both(person, before, partnership=partnership, now=now)


def tell_both(person: Person, before: str, *, partnership: Partnership, now: datetime) -> None:
    """The old address and the new one hear of the change: whoever did not want it can ring."""
    for end, address in (("from", before), ("to", person.email)):
        post(
            TOLD,
            key=f"address:{person.public_id}:{person.session_number}:{end}",
            to_email=address,
            to_name=person.name,
            partnership=partnership,
            now=now,
            about=subject_of(person),
            new=person.email,
        )


def left() -> sa.ColumnElement[bool]:
    """The condition that a letter told an address that somebody left it."""
    return sa.and_(Told.message == TOLD, Told.key.endswith(":from"))


def written_to(person: Person) -> sa.ColumnElement[bool]:
    """The condition that a letter was written to somebody, at the address they have or at one they had then."""
    then = Told.to_email == Letter.to_email, Told.id >= Letter.id
    had = sa.exists().where(left(), Told.about == subject_of(person), *then)
    return sa.or_(Letter.to_email == person.email, had)


def addresses_of(person: Person) -> set[str]:
    """The address somebody has, and every one they had before it was corrected."""
    told = sa.select(Told.to_email).where(left(), Told.about == subject_of(person))
    return {address.lower() for address in (person.email, *db.session.scalars(told)) if address}


def ever_written_to(address: str) -> sa.ColumnElement[bool]:
    """The condition that a letter went to an address, or to another one of whoever has it or had it."""
    named = {address, address.lower()}
    had = sa.exists().where(left(), Told.to_email.in_(named), Told.about == ABOUT + Person.public_id)
    people = db.session.scalars(sa.select(Person).where(sa.or_(Person.email.in_(named), had)))
    return sa.or_(Letter.to_email.in_(named), *(written_to(person) for person in people))


def address_now(letter: Letter) -> str:
    """Where a letter's reader has their mail by now: its own address, or the one that took its place."""
    if letter.message in STAYS:
        return letter.to_email
    whose = Person.public_id == sa.func.substr(Told.about, len(ABOUT) + 1)
    told = sa.select(Person.email).select_from(Told).join(Person, whose)
    later = told.where(left(), Told.to_email == letter.to_email, Told.id > letter.id)
    return db.session.scalar(later.order_by(Told.id).limit(1)) or letter.to_email
