"""What every page behind the code needs: that the code is good, or was when this browser opened it; and recording."""

from datetime import datetime

from flask import abort, g, redirect, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue

from ... import clock
from ...attendance import check_in, check_in_codes
from ...attendance.check_in_rules import TO_SAY_WHO, CheckInWay, Why, good_steps, session_in
from ...booking.models import Booking
from ...catalogue.models import EventSession
from ...errors import Refused
from . import words
from .device import device

SEEN, SAID = "check_in", "checked_in"
HERE, ASKED = "here", "asked"


def came(token: str) -> tuple[EventSession, int]:
    """The session behind a code, and the code's step; the page that says why not, where it cannot be used."""
    g.on_a_phone = True
    now = clock.now()
    found = check_in_codes.arrive(token, now=now, seen_step=step_seen(session_in(token), now))
    if found.session is None or found.step is None or found.why:
        abort(words.why_page(found.why or Why.WRONG, found.session, now))
    if found.step in good_steps(now):
        browser[SEEN] = [found.session.public_id, found.step, int(now.timestamp())]
    return found.session, found.step


def step_seen(public_id: str, now: datetime) -> int | None:
    """The step of the code that this browser opened while it was good, if that was a short time ago."""
    kept = browser.get(SEEN)
    if not isinstance(kept, list) or len(kept) != 3 or kept[0] != public_id:
        return None
    return int(kept[1]) if now.timestamp() - kept[2] < TO_SAY_WHO.total_seconds() else None


def refuse_unless_open(session: EventSession, now: datetime, *, by_link: bool = False) -> None:
    """Raise Refused where nobody can check in now. A link that was asked for in time is good whatever the clock says."""
    why = check_in_codes.why_not(session, check_in_codes.window_of(session, now), now)
    if why and (not by_link or why in words.FINAL):
        raise Refused(words.sentence(why, session, now))


def record(booking: Booking, session: EventSession, *, way: CheckInWay, step: int, now: datetime) -> None:
    """Write down that somebody says they are here. Inside ``changing(event)``."""
    refuse_unless_open(session, now, by_link=way == CheckInWay.LINK)
    check_in.say_present(booking, session, way=way, step=step, device=device(), now=now)


def thanks(session: EventSession, what: str) -> ResponseReturnValue:
    """Off to the page that says so; it knows by the cookie which session it is about, and names nobody."""
    browser[SAID] = [session.public_id, what]
    return redirect(url_for("check_in.done"), code=303)
