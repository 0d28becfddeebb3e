"""On a booking's page: what the person's calendar was last told, and the button that tells it once more."""

from collections.abc import Sequence
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
from ...notifications.heard import Heard
from ...web.access import signed_in
from ...web.filters import day, when
from . import pages
from .whose import booking_or_404, is_own, page_of


def calendar_told(booking: Booking, now: datetime) -> dict[str, Any]:
    """The sentences, and what the button says ("" where there is nothing to send)."""
    told = calendars.last_told(booking)
    whose = "your" if is_own(booking) else f"{booking.person.name}\u2019s"
    again = "Send it again" if told else "Send the invite"
    return {
        "last_told": sentences(told, whose, now),
        "send_again": again if calendars.may_repeat(told, booking, now) else "",
    }


def sentences(told: Sequence[Heard], whose: str, now: datetime) -> list[str]:
    """One sentence where all sessions stand alike, else one for each."""
    said = [sentence(heard, whose, now) for heard in told]
    if len(set(said)) <= 1:
        return said[:1]
    return [f"{day(heard.said.starts_at)}: {one}" for heard, one in zip(told, said, strict=True)]


def sentence(heard: Heard, whose: str, now: datetime) -> str:
    """The last word about a session: "Your calendar was last told on Fri 20 November 2026, 10am (version 1)."."""
    version, at = f"version {heard.said.sequence + 1}", when(heard.at)
    invite = "A changed invite" if heard.said.sequence else "An invite"
    what = f"{invite} for" if heard.is_there else "A mail that takes it out of"
    if heard.state in ("queued", "sending"):
        leaves = f"leaves on {at}" if heard.at > now else "is on its way"
        return f"{what} {whose} calendar {leaves} ({version})."
    if heard.state == "sent":
        calendar = f"{whose[:1].upper()}{whose[1:]} calendar"
        told = "was last told" if heard.is_there else "was told to take it out"
        return f"{calendar} {told} on {at} ({version})."
    return f"{what} {whose} calendar may not have arrived ({version})."


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
    what = "The invite is" if booking.state == State.BOOKED else "It is"
    several = f", in {sent} mails" if sent > 1 else ""
    flash(f"{what} on its way to {email}{several}.", "success")
    return redirect(page_of(booking), code=303)
