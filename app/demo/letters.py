"""The outbox of the demonstration: what the practitioner to sign in as was told, and one mail that was refused.

The address that refused it takes mail again by now: what it missed can be sent once more.
"""

from datetime import datetime

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from ..accounts.models import Person
from ..booking.checks import occasion_of
from ..booking.letters import about, tell_booked, tell_waiting
from ..booking.models import Booking
from ..booking.rules import State
from ..catalogue.models import Event
from ..notifications.models import Letter, LetterEvent, Unreachable
from .called import post_calls
from .seed import public_id


def post_letters(session: Session, person_id: int, now: datetime) -> None:
    """Post what is told at once about a person's coming bookings, with ids that are the same every time."""
    person = session.get_one(Person, person_id)
    coming = sa.select(Booking, Event).join(Event, Event.id == Booking.event_id).order_by(Booking.id)
    coming = coming.where(Booking.person_id == person_id, Event.starts_at > now)
    for booking, event in session.execute(coming).all():
        occasion = occasion_of(event, now)
        if booking.state == State.BOOKED:
            tell_booked(booking, person, occasion, now=now, promoted=False)
        elif booking.state == State.WAITING:
            ahead = sa.select(sa.func.count()).where(
                Booking.event_id == event.id,
                Booking.state == State.WAITING,
                Booking.joined_at <= booking.joined_at,
            )
            tell_waiting(booking, person, occasion, now=now, position=session.scalars(ahead).one())
    post_refused(session, person_id, now)
    post_calls(session, now)
    name_letters(session)


def name_letters(session: Session) -> None:
    """Give every letter the public id and the Message-ID that follow from its key."""
    domain = current_app.config["MAIL_FROM"].rpartition("@")[2]
    for letter in session.scalars(sa.select(Letter).order_by(Letter.id)):
        letter.public_id = public_id("letter", letter.key)
        letter.message_id = f"<{letter.public_id}@{domain}>"
    session.flush()


def post_refused(session: Session, but: int, now: datetime) -> None:
    """Post what the last one to book was told, at an address that took no mail then: the desk shows it."""
    newest = (
        sa.select(Booking, Event, Person)
        .join(Event, Event.id == Booking.event_id)
        .join(Person, Person.id == Booking.person_id)
        .where(Booking.state == State.BOOKED, Booking.person_id != but, Event.starts_at > now)
        .order_by(Booking.made_at.desc(), Booking.id)
        .limit(1)
    )
    booking, event, person = session.execute(newest).one()
    tell_booked(booking, person, occasion_of(event, now), now=now, promoted=False)
    refused = sa.select(Letter).where(Letter.about == about(booking))
    said = f"Refused: 550 5.1.1 <{person.email}>: there is no such mailbox"
    letters = session.scalars(refused.order_by(Letter.id)).all()
    for letter in letters:
        letter.state, letter.tries, letter.fault = "failed", 1, said
        session.add(LetterEvent(letter_id=letter.id, at=now, what="failed", detail=said))
    mark = {"email": person.email, "since_at": now, "why": said, "letter_id": letters[0].id}
    session.add(Unreachable(**mark, cleared_at=now))
