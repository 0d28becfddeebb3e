"""Whose invite a calendar's answer is about, and which letter came back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ..accounts.corrections import addresses_of
from ..accounts.models import Person
from ..booking.models import Booking
from ..booking.rules import State
from ..catalogue.models import Event, EventSession
from ..db import db
from ..notifications.calendar import uid_of
from ..notifications.models import Letter
from ..pool.models import EventTrainer
from .models import InviteReply
from .rules import Invited

LONGEST_UID = 80


@dataclass(frozen=True)
class Invitation:
    """An invite of ours: whose, to which session of which event. The booking is a delegate's."""

    event: Event
    person: Person
    session: str
    booking: Booking | None
    trainer: EventTrainer | None

    @property
    def sequence(self) -> int:
        """The SEQUENCE of the newest invite."""
        whose = self.booking or self.trainer
        return whose.invite_sequence if whose else 0

    @property
    def addresses(self) -> set[str]:
        """The addresses that may answer it."""
        return addresses_of(self.person)


def invitation_of(uid: str) -> Invitation | None:
    """The invite with exactly this UID, its booking locked; None when there is none."""
    if len(uid) > LONGEST_UID:
        return None
    # Public ids may hold hyphens: of the places where the UID may be parted, one gives ids that are there.
    cuts = [at for at, sign in enumerate(uid) if sign == "-"]
    parted = {uid[:at]: uid[at + 1 :].removesuffix("@roundtable") for at in cuts}
    of_delegate = sa.select(Booking).where(Booking.public_id.in_(parted))
    booking = db.session.scalar(of_delegate.with_for_update(of=Booking, key_share=True))
    if booking is not None:
        session = parted[booking.public_id]
        if uid_of(booking.public_id, session) == uid and is_session(session, booking.event_id):
            return Invitation(booking.event, booking.person, session, booking, None)
        return None
    trainer = db.session.scalar(sa.select(EventTrainer).where(EventTrainer.public_id.in_(parted)))
    if trainer is None:
        return None
    session = parted[trainer.public_id]
    if uid_of(trainer.public_id, session) == uid and is_session(session, trainer.event_id):
        return Invitation(trainer.event, trainer.person, session, None, trainer)
    return None


def is_session(public_id: str, event_id: int) -> bool:
    """Whether a session belongs to an event."""
    there = sa.exists().where(EventSession.public_id == public_id, EventSession.event_id == event_id)
    return bool(db.session.scalar(sa.select(there)))


def known_of(invitation: Invitation, *, partstat: str, stamp: datetime, now: datetime) -> Invited:
    """How an invite stands when an answer to it comes in."""
    same = sa.and_(
        InviteReply.event_id == invitation.event.id,
        InviteReply.person_id == invitation.person.id,
        InviteReply.booking_id.is_not_distinct_from(invitation.booking.id if invitation.booking else None),
        InviteReply.session == invitation.session,
    )
    newest = sa.select(sa.func.max(InviteReply.stamp)).where(
        same, InviteReply.sequence == invitation.sequence
    )
    twice = sa.exists().where(same, InviteReply.stamp == stamp, InviteReply.partstat == partstat)
    booking, event = invitation.booking, invitation.event
    return Invited(
        delivers=booking is None,
        sequence=invitation.sequence,
        holds=event.state == "published" and (booking is None or booking.state == State.BOOKED),
        begun=event.has_begun(now),
        answered=db.session.scalar(newest),
        known=bool(db.session.scalar(sa.select(twice))),
    )


def refusals_of(booking: Booking) -> sa.Select[str]:
    """The sessions to whose newest invite a booking's calendar says no."""
    return sa.select(InviteReply.session).where(
        InviteReply.booking_id == booking.id,
        InviteReply.partstat == "declined",
        InviteReply.sequence == booking.invite_sequence,
        InviteReply.newest(),
    )


def letter_called(message_ids: Collection[str]) -> Letter | None:
    """The mail of ours with one of these Message-IDs."""
    if not message_ids:
        return None
    named = sa.select(Letter).where(Letter.message_id.in_(message_ids)).order_by(Letter.id.desc())
    return db.session.scalar(named.limit(1))


def wrote_to(addresses: Collection[str]) -> bool:
    """Whether we ever wrote to one of these addresses."""
    there = sa.exists().where(Letter.to_email.in_(addresses))
    return bool(addresses) and bool(db.session.scalar(sa.select(there)))


def person_at(address: str) -> Person | None:
    """The person with this address."""
    if not address:
        return None
    return db.session.scalar(sa.select(Person).where(sa.func.lower(Person.email) == address))
