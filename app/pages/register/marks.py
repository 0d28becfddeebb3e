"""Saving marks: the whole register, or with script the ticks of a moment, always in one request."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...attendance import actions, register, rules
from ...attendance.rules import MarkKind, Typed, Wanted
from ...catalogue.models import Event, EventSession
from ...db import db
from ...errors import Refused
from ...records.actions import changing
from ...web.access import signed_in
from . import pages
from .lines import typed_marks
from .scene import chosen_session, event_to_mark, why_not_now
from .sheet import register_page

CLOSED = "Say why you correct this register: it is closed"


@pages.post("/events/<int:event_id>/register")
def save(event_id: int) -> ResponseReturnValue:
    """Save what changed; with script answer with everybody's marks, so that two phones agree."""
    event, by_script = event_to_mark(event_id), "X-Ticks" in request.headers
    session, _ = chosen_session(event)
    session_id, address = session.id, session.public_id
    people = register.delegates(event.id, session_id)
    typed = typed_marks(request.form, people)
    faults = {id: wrong for id, one in typed.items() if (wrong := rules.fault(one, length=session.minutes))}
    closed = register.closing(event.id) is not None
    refused = why_not_now(event) or (CLOSED if closed and typed and not correction() else "")
    if by_script and refused:
        return jsonify(refused=refused), 409
    if faults and not by_script or refused == CLOSED:
        missing = CLOSED if refused == CLOSED else ""
        return register_page(event, typed=typed, faults=faults, reason_missing=missing, status=422)
    if refused:
        raise Refused(refused)
    good = {id: one for id, one in typed.items() if id not in faults}
    changed = write(event, session_id, people, good, clock.now())
    marks = marks_after(people, changed)
    if by_script:
        return answer(marks, {p.public_id: faults[p.id] for p in people if p.id in faults})
    flash(f"Saved: {rules.here(marks.values())} of {len(marks)} here.", "success")
    return redirect(url_for("register.sheet", event_id=event_id, session=address), code=303)


def correction() -> str:
    """The reason typed for changing a closed register."""
    return request.form.get("correction", "").strip()[:500]


def write(
    event: Event, session_id: int, people: list[Any], typed: Mapping[int, Typed], now: datetime
) -> dict[int, Wanted]:
    """The change itself."""
    wanted = {
        person.id: rules.wanted(
            typed[person.id],
            known=MarkKind(person.mark) if person.mark else None,
            at=rules.made_at(request.form.get(f"age-{person.public_id}", ""), now),
        )
        for person in people
        if person.id in typed
    }
    if not wanted:
        return {}
    by = signed_in().person
    with changing(event, now=now) as locked:
        if register.closing(locked.id) is not None and not correction():
            raise Refused("This register was closed a moment ago. Open it again to correct it.")
        session = db.session.get_one(EventSession, session_id)
        return actions.mark_delegates(session, wanted, by=by, now=now, why=correction())


def marks_after(people: list[Any], changed: Mapping[int, Wanted]) -> dict[str, str]:
    """Everybody's mark by the booking's public id; "" for none."""
    return {p.public_id: (changed[p.id].kind if p.id in changed else p.mark) or "" for p in people}


def answer(marks: dict[str, str], faults: dict[str, str]) -> ResponseReturnValue:
    """What a phone needs to know after it sent ticks."""
    here, missing = rules.here(marks.values()), sum(not mark for mark in marks.values())
    return jsonify(here=here, of=len(marks), missing=missing, marks=marks, faults=faults)
