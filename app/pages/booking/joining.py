"""``/join/<token>``: the address in invites, which leads to the joining link of the day.

The token in an invite is the booking's own. It needs no sign-in, because people open it on whatever device is at
hand; it stops working when the place is given up, and shows the link from so many hours before the start as the
event (or else the partnership) has it. The event's own token is for trainers and staff, who are signed in.
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload

from ... import clock
from ...accounts.rules import Role
from ...booking.checks import sessions_of, settings_of
from ...booking.listing import OPENED, place_held
from ...booking.rules import ON_THE_REGISTER
from ...catalogue.models import Event, EventSession
from ...db import db
from ...materials.recordings import notice_of
from ...pool.models import EventTrainer
from ...web.access import ask_to_sign_in, public, viewer
from ..recording.told import told_of
from . import pages


def shown_before(event: Event, now: datetime) -> timedelta:
    """How long before a session its link is shown to those booked."""
    hours = event.link_shown_hours
    return timedelta(hours=settings_of(event.host_id, now)["link_shown_hours"] if hours is None else hours)


def joining_of(event: Event, now: datetime, *, shown_before: timedelta | None) -> dict[str, Any]:
    """The session that is on or comes next, and whether its link is shown yet (always, when None)."""
    session = next((s for s in sessions_of(event.id) if s.ends_at > now), None)
    opens_at = session.starts_at - shown_before if session and shown_before is not None else now
    return {
        "event": event,
        "course": event.course,
        "session": session,
        "opens_at": None if opens_at <= now else opens_at,
        "link": link_of(session) if session and opens_at <= now else "",
    }


def link_of(session: EventSession) -> str:
    """The joining link, if it leads to the web."""
    url = session.joining_url
    return url if url.startswith(("https://", "http://")) else ""


@pages.get("/join/<token>")
@public
def join(token: str) -> ResponseReturnValue:
    """Where to go today; nothing is changed by looking."""
    now = clock.now()
    booking = db.session.scalar(OPENED, {"public_id": token})
    if booking is None:
        return join_by_event(token, now)
    held = booking.state in ON_THE_REGISTER
    told = joining_of(booking.event, now, shown_before=shown_before(booking.event, now))
    told |= told_of(booking)
    return render_template("booking/join.html", booking=booking, held=held, **told), 200 if held else 410


def join_by_event(token: str, now: datetime) -> ResponseReturnValue:
    """The event's own link: delegates are led to theirs, its trainers and staff see it whenever they like."""
    event = db.session.scalar(
        sa.select(Event)
        .where(Event.join_token == token)
        .options(joinedload(Event.course), joinedload(Event.host))
    )
    if event is None:
        abort(404)
    who = viewer()
    if who is None:
        return ask_to_sign_in()
    own = db.session.scalar(place_held(event.id, who.person.id))
    if own:
        return redirect(url_for("booking.join", token=own), code=303)
    trains = sa.select(EventTrainer.id).where(
        EventTrainer.event_id == event.id, EventTrainer.person_id == who.person.id
    )
    if not who.may(Role.ADMINISTRATOR) and db.session.scalar(trains) is None:
        abort(404)
    told = joining_of(event, now, shown_before=None)
    recording = notice_of(event.id)
    return render_template("booking/join.html", booking=None, held=True, recording=recording, **told)
