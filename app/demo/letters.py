"""The outbox of the demonstration: what the practitioner to sign in as was told of what is still to come."""

from datetime import datetime

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from ..accounts.models import Person
from ..booking.checks import occasion_of
from ..booking.letters import tell_booked, tell_waiting
from ..booking.models import Booking
from ..booking.rules import State
from ..catalogue.models import Event
from ..notifications.models import Letter
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
    domain = current_app.config["MAIL_FROM"].rpartition("@")[2]
    for letter in session.scalars(sa.select(Letter).order_by(Letter.id)):
        letter.public_id = public_id("letter", letter.key)
        letter.message_id = f"<{letter.public_id}@{domain}>"
    session.flush()
