"""``/check-in/link/<token>``: the link of the mail. Opening it changes nothing: its button checks in, once."""

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from ... import clock
from ...attendance import check_in_codes, check_in_links
from ...attendance.check_in_models import CheckInLink
from ...attendance.check_in_rules import CheckInWay
from ...catalogue.models import EventSession
from ...records.actions import changing
from ...web.access import public
from . import pages, words
from .arriving import HERE, record, thanks


@pages.route("/check-in/link/<token>", methods=["GET", "POST"])
@public
def link(token: str) -> ResponseReturnValue:
    """One button; who has pressed it is told that they are checked in."""
    g.on_a_phone = True
    found, now = check_in_links.opened(token), clock.now()
    session = check_in_codes.session_called(found.session.public_id) if found else None
    if found is None or session is None:
        return words.no_longer()
    if found.used_at:
        return thanks(session, HERE)
    if found.expires_at <= now:
        return words.no_longer()
    return by_link(token, found, session)


def by_link(token: str, found: CheckInLink, session: EventSession) -> ResponseReturnValue:
    """The page with its button, or what the button does."""
    if request.method == "POST":
        with changing(session.event_id, now=clock.now()):
            now = clock.now()
            record(found.booking, session, way=CheckInWay.LINK, step=found.step, now=now)
            found.used_at = found.used_at or now
        return thanks(session, HERE)
    now = clock.now()
    why = check_in_codes.why_not(session, check_in_codes.window_of(session, now), now)
    if why in words.FINAL:
        return words.why_page(why, session, now)
    event = session.event
    return render_template(
        "check_in/link.html", token=token, session=session, event=event, course=event.course
    )
