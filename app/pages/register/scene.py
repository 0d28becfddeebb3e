"""What every page of a register needs: the event, who may mark it, the session it is about."""

import sqlalchemy as sa
from flask import abort, request
from sqlalchemy.orm import joinedload

from ... import clock
from ...accounts.rules import Role
from ...attendance import register, rules
from ...catalogue.models import Event, EventSession
from ...db import db
from ...errors import Refused
from ...web.access import current_partnership, signed_in

STAFF = (Role.ADMINISTRATOR,)


def event_to_mark(event_id: int) -> Event:
    """The event, for those who deliver it and for its partnership's administrators.

    403 for others; 404 for a draft. Refused while the event awaits its date.
    """
    event = db.session.scalar(
        sa.select(Event).where(Event.id == event_id, Event.state != "draft").options(joinedload(Event.course))
    )
    if event is None:
        abort(404)
    who = signed_in()
    staff = who.may(*STAFF) and event.host_id == current_partnership().id
    if not staff and not (who.may(Role.TRAINER) and register.delivers(event.id, who.person.id)):
        abort(403)
    if event.awaits_date:
        raise Refused("This event has no date yet, so it has no register.")
    return event


def event_with_people(event_id: int) -> Event:
    """The same where people are marked one by one; 404 where organisations are counted instead."""
    event = event_to_mark(event_id)
    return abort(404) if event.headcount_only else event


def chosen_session(event: Event) -> tuple[EventSession, list[EventSession]]:
    """The session asked for, else today's, else the first; with all of them."""
    found = list(register.sessions(event.id))
    if not found:
        abort(404)
    asked, today = request.values.get("session", ""), clock.london_day(clock.now())
    by_id = next((s for s in found if s.public_id == asked), None)
    by_day = next((s for s in found if clock.london_day(s.starts_at) == today), None)
    return by_id or by_day or found[0], found


def why_not_now(event: Event) -> str:
    """Why the viewer cannot mark now, in a sentence; "" when they can."""
    return rules.refusal(
        starts_at=event.times[0],
        now=clock.now(),
        by_administrator=signed_in().may(*STAFF),
        cancelled=event.state == "cancelled",
    )


def refuse_unless_open(event: Event) -> None:
    """Raise Refused when nothing can be marked now."""
    sentence = why_not_now(event)
    if sentence:
        raise Refused(sentence)
