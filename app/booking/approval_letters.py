"""What a person hears of the question whether they may come: agreed to but waiting, declined, run out."""

from datetime import datetime
from typing import Any

from ..db import db
from ..notifications.actions import post
from . import letters
from .checks import Occasion
from .listing import other_dates
from .models import Booking


def tell(booking: Booking, occasion: Occasion, message: str, *, now: datetime, **more: Any) -> None:
    """One letter to the person. It may go after the course has begun: what it says is about their request."""
    person = booking.person
    post(
        message,
        key=f"{letters.about(booking)}:{message}:{int(now.timestamp())}",
        to_email=person.email,
        to_name=person.name,
        **letters.restated(occasion.event, occasion.sessions),
        now=now,
        about=letters.about(booking),
        booking=booking,
        **more,
    )


def tell_waits(booking: Booking, occasion: Occasion, *, now: datetime, by: str, why: str = "") -> None:
    """Agreed to; there is no place yet (``why``: what stood in the way of the place that was held)."""
    db.session.flush()
    position = db.session.scalars(Booking.number_before(booking)).one() + 1
    tell(booking, occasion, "approved-waiting", now=now, by=by, why=why, position=position)


def tell_declined(booking: Booking, occasion: Occasion, *, now: datetime, why: str, by: str) -> None:
    """Somebody said no, and why; with other dates."""
    tell(booking, occasion, "declined", now=now, why=why, by=by, dates=dates(occasion, now))


def tell_expired(booking: Booking, occasion: Occasion, *, now: datetime) -> None:
    """Nobody answered in time; with other dates, or with how to ask again for somebody who waits."""
    waits = booking.state == "waiting"
    tell(booking, occasion, "expired", now=now, waits=waits, dates=[] if waits else dates(occasion, now))


def dates(occasion: Occasion, now: datetime) -> list[Any]:
    """The coming dates of the course that could be asked for instead."""
    event = occasion.event
    return list(db.session.execute(other_dates(event.course_id, event.id, now)).all())
