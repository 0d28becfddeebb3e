"""What every page of a register needs: the event, who may mark it, the session it is about."""

from flask import abort, request

from ... import clock
from ...accounts.rules import Role
from ...attendance import register
from ...catalogue.models import Event, EventSession
from ...db import db
from ...web.access import signed_in

STAFF = (Role.ADMINISTRATOR,)


def event_to_mark(event_id: int) -> Event:
    """The event, for those who deliver it and for administrators; 403 for others, 404 for a draft."""
    event = db.session.get(Event, event_id)
    who = signed_in()
    if event is None or event.state == "draft":
        abort(404)
    if not who.may(*STAFF) and not (who.may(Role.TRAINER) and register.delivers(event.id, who.person.id)):
        abort(403)
    return event


def chosen_session(event: Event) -> tuple[EventSession, list[EventSession]]:
    """The session asked for, else today's, else the first; with all of them."""
    found = list(register.sessions(event.id))
    if not found:
        abort(404)
    asked, today = request.values.get("session", ""), clock.london_day(clock.now())
    by_id = next((s for s in found if s.public_id == asked), None)
    by_day = next((s for s in found if clock.london_day(s.starts_at) == today), None)
    return by_id or by_day or found[0], found
