"""What a person's calendar was last told of a booking, and telling it once more. Nothing commits."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from ..db import db
from ..errors import Refused
from ..notifications.actions import send_again
from ..notifications.heard import NOTHING, Heard, last_words
from ..notifications.models import Letter
from .checks import occasion_of
from .letters import about, tell_booked
from .models import Booking
from .rules import State

GONE_OUT = ("sent", "failed")
AGAIN_AFTER = timedelta(minutes=10)  # so often may a person ask for their invite


def last_told(booking: Booking) -> list[Heard]:
    """The last word to the person's calendar about each session, the first session first."""
    words = last_words([about(booking)]).get(about(booking), NOTHING)
    return sorted(words.last.values(), key=lambda heard: heard.said.starts_at)


def to_repeat(told: Sequence[Heard], booking: Booking, now: datetime) -> list[Heard]:
    """Of the last words those that still matter and are not on their way: of a place what is there and not over,
    else what was taken out.
    """
    wanted = booking.state == State.BOOKED
    there = [heard for heard in told if heard.is_there == wanted and heard.said.ends_at > now]
    return [heard for heard in there if heard.state in GONE_OUT]


def may_repeat(told: Sequence[Heard], booking: Booking, now: datetime) -> bool:
    """Whether there is something to send again: also where a place never had its invite."""
    if not booking.person.email:
        return False
    never_told = booking.state == State.BOOKED and not told and booking.event.starts_at is not None
    return bool(to_repeat(told, booking, now)) or (never_told and not booking.event.is_over(now))


def repeat(booking: Booking, *, now: datetime, by: str, in_a_hurry: bool = False) -> int:
    """Send the last word about each session again, to today's address; returns how many mails.

    The SEQUENCE stays, so that a calendar which has it changes nothing. Refused for a person who asks within ten
    minutes of the last mail; the training team may be ``in_a_hurry``.
    """
    told = last_told(booking)
    if not may_repeat(told, booking, now):
        raise Refused("There is no invite to send again, or it is on its way already.")
    if not in_a_hurry and now - last_queued(booking) < AGAIN_AFTER:
        raise Refused(
            "Your invite was sent a few minutes ago. Look for it in your mail, also among the unwanted; "
            "ten minutes after it you can have it sent again."
        )
    if not told:
        occasion = occasion_of(booking.event, now)
        tell_booked(booking, booking.person, occasion, now=now, promoted=False)
        return len(occasion.sessions)
    names = [heard.letter for heard in to_repeat(told, booking, now)]
    letters = db.session.scalars(sa.select(Letter).where(Letter.public_id.in_(names)).order_by(Letter.id))
    copies = [send_again(one, to_email=booking.person.email or "", now=now, by=by) for one in letters.all()]
    return len(copies)


def last_queued(booking: Booking) -> datetime:
    """When the last mail with an invite for this booking was written; long ago where there was none."""
    mine = Letter.about == about(booking), Letter.calendar != "", Letter.state != "withdrawn"
    last = db.session.scalar(sa.select(sa.func.max(Letter.queued_at)).where(*mine))
    return last or booking.made_at - AGAIN_AFTER
