"""Who of the invited has booked, whom the invitation letter would reach, and sending it: to each once."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from ..accounts.models import Affiliation, Person
from ..catalogue.invitations import invitations_of
from ..catalogue.models import Event, EventInvitation
from ..clock import london_day
from ..db import db
from ..notifications.actions import post, take_back
from ..notifications.models import Letter
from .checks import sessions_of
from .letters import restated
from .models import Booking
from .rules import LIVE, State

ON_IT = sorted({*LIVE, State.WALK_IN})


class Claim(NamedTuple):
    """Somebody on the event: who, from where, and how they stand."""

    email: str
    agency_id: int
    setting_id: int | None
    state: str


class Reader(NamedTuple):
    """Somebody to whom the letter goes."""

    email: str
    name: str


@dataclass(frozen=True)
class Line:
    """An invitation as the desk reads it."""

    id: int
    name: str
    email: str
    told_at: datetime | None
    state: str  # how the person stands on the event; "" when they have not booked, or for an organisation
    booked: int  # of an organisation: how many of it are on the event

    @property
    def of_an_organisation(self) -> bool:
        """Whether everybody of an agency or setting was invited."""
        return not self.email


def claims_on(event_id: int) -> list[Claim]:
    """Everybody on the event."""
    rows = sa.select(Person.email, Booking.agency_id, Booking.setting_id, Booking.state)
    rows = rows.join(Person, Person.id == Booking.person_id)
    found = db.session.execute(rows.where(Booking.event_id == event_id, Booking.state.in_(ON_IT)))
    return [Claim(email or "", agency, setting, state) for email, agency, setting, state in found]


def lines_of(event_id: int) -> list[Line]:
    """The invitations of an event, each with who of them is on it. Two statements."""
    claims = claims_on(event_id)
    states = {claim.email: claim.state for claim in claims if claim.email}
    return [
        Line(
            id=row.id,
            name=agency or setting or row.name,
            email=row.email,
            told_at=row.told_at,
            state=states.get(row.email, ""),
            booked=number_from(row, claims),
        )
        for row, agency, setting in db.session.execute(invitations_of(event_id))
    ]


def number_from(row: EventInvitation, claims: Iterable[Claim]) -> int:
    """How many of an invited organisation are on the event; 0 for a person."""
    if row.agency_id is not None:
        return sum(claim.agency_id == row.agency_id for claim in claims)
    return sum(row.setting_id is not None and claim.setting_id == row.setting_id for claim in claims)


def readers(event_id: int, day: date) -> list[Reader]:
    """To whom the letter would go now: everybody invited who was not told and is not on the event, each once."""
    found: dict[str, str] = {}
    for email, name in db.session.execute(workers_invited(event_id, day)):
        found[email] = name
    named = sa.select(EventInvitation.email, EventInvitation.name, Person.name)
    named = named.outerjoin(Person, Person.email == EventInvitation.email)
    wanted = named.where(EventInvitation.event_id == event_id, EventInvitation.email != "")
    for email, given, name in db.session.execute(wanted.order_by(EventInvitation.id)):
        found[email] = name or given
    on_it = {claim.email for claim in claims_on(event_id)}
    told = told_before(event_id)
    return [
        Reader(email, name)
        for email, name in found.items()
        if email not in on_it and key_of(event_id, email) not in told
    ]


def workers_invited(event_id: int, day: date) -> sa.Select[*tuple[Any, ...]]:
    """Address and name of everybody with an account who works at an invited agency or setting."""
    there = sa.or_(
        Affiliation.agency_id == EventInvitation.agency_id,
        Affiliation.setting_id == EventInvitation.setting_id,
    )
    return (
        sa.select(Person.email, Person.name)
        .join(Affiliation, Affiliation.person_id == Person.id)
        .join(EventInvitation, there)
        .where(EventInvitation.event_id == event_id, Affiliation.holds_on(day))
        .where(Person.email.is_not(None), Person.closed_at.is_(None), Person.is_guest.is_(False))
        .distinct()
        .order_by(Person.name, Person.email)
    )


def about(event_id: int) -> str:
    """What invitation letters of an event are about."""
    return f"invitation:{event_id}"


def key_of(event_id: int, email: str) -> str:
    """The key of the letter to an address: an address is longer than a key may be, so its hash stands for it."""
    return f"{about(event_id)}:{hashlib.sha256(email.encode()).hexdigest()[:40]}"


def told_before(event_id: int) -> set[str]:
    """The keys of the letters that were posted."""
    return set(db.session.scalars(sa.select(Letter.key).where(Letter.about == about(event_id))))


def send(event: Event, people: Sequence[Reader], *, now: datetime) -> int:
    """Post the invitation to each of them once, inside ``changing(event)``; returns to how many.

    An organisation counts as told when its people were, whoever joins it later.
    """
    told = restated(event, sessions_of(event.id))
    posted = [
        post(
            "invitation",
            key=key_of(event.id, reader.email),
            to_email=reader.email,
            to_name=reader.name,
            **told,
            now=now,
            about=about(event.id),
            expires_at=event.starts_at,
        )
        for reader in people
    ]
    untold = sa.update(EventInvitation).where(
        EventInvitation.event_id == event.id, EventInvitation.told_at.is_(None)
    )
    db.session.execute(untold.values(told_at=now))
    return len([public_id for public_id in posted if public_id])


def withdraw_letter(event_id: int, email: str, *, now: datetime) -> None:
    """An invitation was taken back: its letter does not leave, if it has not left yet."""
    take_back({about(event_id): email}, now=now)


def readers_of(event: Event, now: datetime) -> list[Reader]:
    """To whom the letter of this event would go today; nobody once it has begun, or while it is not published."""
    if event.has_begun(now) or event.state != "published":
        return []
    return readers(event.id, london_day(now))
