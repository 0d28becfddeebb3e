"""Answering an offer of a place: accepting it, letting it go. Inside ``changing(event)``; nothing commits."""

from datetime import datetime

import sqlalchemy as sa

from ..accounts.models import Person
from ..catalogue.models import Event
from ..db import db
from ..errors import Refused
from ..notifications.actions import withdraw as withdraw_letters
from . import letters
from .checks import obstacles, occasion_of, unit_of
from .holders import mix_of
from .models import Booking
from .moving import promote_or_swap
from .promoting import free_places_taken
from .rules import NOT_THIS_ONE, State
from .steps import move, remark

GONE = "The place has gone to somebody who answered before you. You keep your place in the waiting list."
NO_OFFER = "There is no offer to answer any more. Look at your booking to see how it stands."


def is_open(booking: Booking, now: datetime) -> bool:
    """Whether a booking has an offer that can still be answered."""
    ends_at = booking.offer_ends_at
    return booking.state in (State.OFFERED, State.WAITING) and ends_at is not None and now < ends_at


def accept(booking: Booking, *, by: Person, now: datetime) -> None:
    """Take the offered place; doing it twice changes nothing.

    With ``swap`` the place on the other date is moved here, so that event's lock must be held too. Raises Refused
    when the offer is over, when somebody was first, or when a check does not hold any more.
    """
    if booking.state == State.BOOKED:
        return
    event = booking.event
    db.session.refresh(event, ["places_held", "booking_limit"])
    if not is_open(booking, now) or event.has_begun(now):
        # Somebody was first: the offer was taken back, and the history still says that there was one.
        raise Refused(GONE if booking.state == State.WAITING else NO_OFFER)
    if booking.state == State.WAITING and not event.places_left:
        raise Refused(GONE)
    occasion = occasion_of(event, now)
    why_not = obstacles(occasion, [booking], now=now, approved={booking.id})[booking.id]
    if not why_not and booking.state == State.WAITING:
        why_not = mix_of(event.id, now).obstacle(unit_of(booking), places_left=event.places_left)
    if why_not:
        raise Refused(f"You cannot take this place: {why_not}.")
    promote_or_swap(booking, occasion, by=by, now=now)
    free_places_taken(event, now, newly=False)


def decline(booking: Booking, *, by: Person, now: datetime, keep: bool) -> None:
    """Let an offered place go: stay in the list for the next one (``keep``), or leave. Twice changes nothing."""
    if booking.state == State.WITHDRAWN or (booking.declined_at and keep):
        return
    if not is_open(booking, now):
        raise Refused(NO_OFFER)
    held = booking.state == State.OFFERED
    withdraw_letters(about=letters.about(booking), now=now)
    if not keep:
        move(booking, State.WITHDRAWN, by=by, now=now)
    elif held:
        move(booking, State.WAITING, by=by, now=now)
    else:
        booking.offer_ends_at = None
        remark(booking, NOT_THIS_ONE, by=by, now=now)
    booking.declined_at = now
    if held:
        free_places_taken(booking.event, now, newly=False)


def withdraw_offers(event: Event, *, by: Person | None, now: datetime, why: str) -> None:
    """The date they were for is another now, or none: who was offered a place waits again, where they stood.

    Their answer and its day were about the old date; what is free is handed out anew at the new one.
    """
    mine = sa.select(Booking).where(Booking.event_id == event.id, Booking.offer_ends_at.is_not(None))
    for booking in db.session.scalars(mine.order_by(Booking.id)):
        withdraw_letters(about=letters.about(booking), now=now, messages=("offer",))
        if booking.state == State.OFFERED:
            move(booking, State.WAITING, by=by, now=now, why=why)
        booking.offer_ends_at = None
    db.session.flush()
    db.session.refresh(event, ["places_held", "booking_limit"])
