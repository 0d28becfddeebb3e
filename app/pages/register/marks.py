"""Saving marks: the whole register, or with script the ticks of a moment, always in one request."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...attendance import actions, register, rules
from ...attendance.rules import MarkKind, Typed, Wanted
from ...errors import Refused
from ...records.actions import changing
from ...web.access import signed_in
from . import pages
from .lines import typed_marks
from .scene import chosen_session, event_with_people, refuse_unless_open, why_not_now
from .sheet import register_page

CLOSED = "closed"


@pages.post("/events/<int:event_id>/register")
def save(event_id: int) -> ResponseReturnValue:
    """Save what changed; with script answer with everybody's marks, so that two phones agree."""
    event, by_script = event_with_people(event_id), "X-Ticks" in request.headers
    session, _ = chosen_session(event)
    session_id, address, length = session.id, session.public_id, session.minutes
    people = register.delegates(event.id, session_id)
    typed = typed_marks(request.form, people)
    faults = {id: wrong for id, one in typed.items() if (wrong := rules.fault(one, length=length))}
    if faults and not by_script and not why_not_now(event):
        return register_page(event, typed=typed, faults=faults, status=422)
    try:
        refuse_unless_open(event)
        good = {id: one for id, one in typed.items() if id not in faults}
        write(event_id, session_id, wanted_marks(people, good, clock.now()))
    except Refused as refused:
        return why_not(refused, event_id, typed, by_script=by_script)
    marks = register.marks_of(event_id, session_id)  # asked anew: another phone may have marked meanwhile
    if by_script:
        return answer(marks, {p.public_id: faults[p.id] for p in people if p.id in faults})
    flash(f"Saved: {rules.here(marks.values())} of {len(marks)} here.", "success")
    return redirect(url_for("register.sheet", event_id=event_id, session=address), code=303)


def why_not(
    refused: Refused, event_id: int, typed: Mapping[int, Typed], *, by_script: bool
) -> ResponseReturnValue:
    """What was refused: a sentence for a phone; a closed register asks for its reason, with everything still there."""
    if by_script:
        return jsonify(refused=refused.sentence), 409
    if refused.reason != CLOSED:
        raise refused
    return register_page(
        event_with_people(event_id), typed=typed, reason_missing=refused.sentence, status=422
    )


def correction() -> str:
    """The reason typed for changing a closed register."""
    return request.form.get("correction", "").strip()[:500]


def wanted_marks(people: list[Any], typed: Mapping[int, Typed], now: datetime) -> dict[int, Wanted]:
    """The marks that were asked for, by booking."""
    return {
        person.id: rules.wanted(
            typed[person.id],
            known=MarkKind(person.mark) if person.mark else None,
            at=rules.made_at(request.form.get(f"age-{person.public_id}", ""), now),
        )
        for person in people
        if person.id in typed
    }


def write(event_id: int, session_id: int, wanted: Mapping[int, Wanted]) -> None:
    """The change itself."""
    if not wanted:
        return
    by_id, now = signed_in().person.id, clock.now()
    with changing(event_id, now=now) as event:
        now = clock.now()
        if register.closing(event.id) is not None and not correction():
            raise Refused("Say why you correct this register: it is closed", reason=CLOSED)
        actions.mark_delegates(event, session_id, wanted, by_id=by_id, now=now, why=correction())


def answer(marks: dict[str, str], faults: dict[str, str]) -> ResponseReturnValue:
    """What a phone needs to know after it sent ticks."""
    here, missing = rules.here(marks.values()), sum(not mark for mark in marks.values())
    return jsonify(here=here, of=len(marks), missing=missing, marks=marks, faults=faults)
