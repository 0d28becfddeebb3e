"""On a booking's page: what the person's calendar was last told, and the button that tells it once more."""

from datetime import datetime
from typing import Any

from flask import flash, redirect
from flask.typing import ResponseReturnValue

from ... import clock
from ...booking import calendars
from ...booking.models import Booking
from ...booking.rules import State
from ...db import writing
from ...errors import Refused
from ...web.access import signed_in
from ...web.calendar_told import invites_of, repeatable, sent_again
from . import pages
from .whose import booking_or_404, is_ours, is_own, page_of


def calendar_told(booking: Booking, now: datetime) -> dict[str, Any]:
    """The sentences, for its host's administrators the mails too, and what the button says ("": nothing to send)."""
    told = calendars.last_told(booking)
    whose = "your" if is_own(booking) else f"{booking.person.name}\u2019s"
    last_told, again = repeatable(told, whose, now, may_repeat=calendars.may_repeat(told, booking, now))
    invites = invites_of(told) if is_ours(booking) else []
    return {
        "last_told": last_told,
        "invites": invites,
        "send_again": again,
        "invited": any(heard.is_there for heard in told),
        "invite_waits": any(heard.is_there and heard.state in ("queued", "sending") for heard in told),
    }


@pages.post("/bookings/<public_id>/invite")
def send_invite_again(public_id: str) -> ResponseReturnValue:
    """Send what the calendar was last told once more, to the address the person has today."""
    booking, who = booking_or_404(public_id), signed_in()
    own, email = is_own(booking), booking.person.email
    try:
        with writing():
            by = who.person.public_id
            sent = calendars.repeat(booking, now=clock.now(), by=by, in_a_hurry=not own)
    except Refused as refused:
        flash(refused.sentence, "notice")
        return redirect(page_of(booking), code=303)
    flash(sent_again(sent, email or "", invite=booking.state == State.BOOKED), "success")
    return redirect(page_of(booking), code=303)
