"""What a person's calendar was last told of a booking, and telling it once more. Nothing commits."""

from collections.abc import Sequence
from datetime import datetime

from ..errors import Refused
from ..notifications import telling_again
from ..notifications.heard import Heard
from .checks import occasion_of
from .letters import about, tell_booked
from .models import Booking
from .rules import State


def last_told(booking: Booking) -> list[Heard]:
    """The last word to the person's calendar about each session, the first session first."""
    return telling_again.last_told([about(booking)])[about(booking)]


def to_repeat(told: Sequence[Heard], booking: Booking, now: datetime) -> list[Heard]:
    """Of the last words those that still matter: of a place what is there, else what was taken out."""
    return telling_again.to_repeat(told, there=booking.state == State.BOOKED, now=now)


def may_repeat(told: Sequence[Heard], booking: Booking, now: datetime) -> bool:
    """Whether there is something to send again: also where a place never had its invite."""
    if not booking.person.email:
        return False
    never_told = booking.state == State.BOOKED and not told and booking.event.starts_at is not None
    return bool(to_repeat(told, booking, now)) or (never_told and not booking.event.is_over(now))


def repeat(booking: Booking, *, now: datetime, by: str, in_a_hurry: bool = False) -> int:
    """Send the last word about each session again, to today's address; returns how many mails.

    Refused for a person who asks within ten minutes of the last mail; the training team may be ``in_a_hurry``.
    """
    told = last_told(booking)
    if not may_repeat(told, booking, now):
        raise Refused("There is no invite to send again, or it is on its way already.")
    if not in_a_hurry:
        telling_again.refuse_so_soon(about(booking), now)
    if not told:
        occasion = occasion_of(booking.event, now)
        tell_booked(booking, booking.person, occasion, now=now, promoted=False)
        return sum(session.ends_at > now for session in occasion.sessions)
    again, email = to_repeat(told, booking, now), booking.person.email or ""
    return telling_again.repeat(again, to_email=email, now=now, by=by)
