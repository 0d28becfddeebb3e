"""Saving marks: the whole register, or with script the ticks of a moment, always in one request."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask import flash, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from ... import clock
from ...attendance import actions, register, rules
from ...attendance.history import earlier_marks
from ...attendance.rules import MarkKind, Typed, Wanted
from ...catalogue.models import EventSession
from ...errors import Refused
from ...records.actions import changing
from ...web.access import public
from . import pages
from .lines import said, stored, typed_marks
from .scene import Opened, event_with_people, opened_by_link, opened_by_viewer, session_among
from .sheet import register_page

CLOSED = "closed"


@pages.post("/events/<int:event_id>/register")
def save(event_id: int) -> ResponseReturnValue:
    """Save what changed; with script answer with everybody's marks, so that two phones agree."""
    return save_marks(opened_by_viewer(event_with_people(event_id)))


@pages.post("/registers/<token>")
@public
def save_by_link(token: str) -> ResponseReturnValue:
    """The same through the link of the evening before."""
    return save_marks(opened_by_link(token))


def save_marks(opened: Opened) -> ResponseReturnValue:
    """Save what a form or a phone sends, through whichever door."""
    event_id, by_script = opened.event.id, "X-Ticks" in request.headers
    session = session_among(opened.sessions(), clock.now())
    session_id, address, length = session.id, session.public_id, session.minutes
    day = clock.london_day(session.starts_at)
    people = register.delegates(event_id, session_id)
    typed = typed_marks(request.form, people)
    faults = {id: wrong for id, one in typed.items() if (wrong := rules.fault(one, length=length))}
    if faults and not by_script and not opened.why_not_now():
        return register_page(opened, typed=typed, faults=faults, status=422)
    good = {id: one for id, one in typed.items() if id not in faults}
    try:
        opened.refuse_unless_open()
        wanted = wanted_marks(people, good, session, clock.now())
        write(opened, session_id, wanted)
    except Refused as refused:
        return why_not(refused, opened, typed, by_script=by_script)
    # Asked anew after a change: another phone may have marked meanwhile.
    marks = register.marks_of(event_id, session_id) if wanted else people
    if by_script:
        return answer(
            event_id, session_id, day, marks, {p.public_id: faults[p.id] for p in people if p.id in faults}
        )
    flash(f"Saved: {rules.here(one.mark for one in marks)} of {len(marks)} here.", "success")
    return redirect(opened.address(session=address), code=303)


def why_not(
    refused: Refused, opened: Opened, typed: Mapping[int, Typed], *, by_script: bool
) -> ResponseReturnValue:
    """What was refused: a sentence for a phone; a closed register asks for its reason, with everything still there."""
    if by_script:
        return jsonify(refused=refused.sentence, closed=refused.reason == CLOSED), 409
    if refused.reason != CLOSED or opened.token:
        raise refused
    return register_page(opened, typed=typed, reason_missing=refused.sentence, status=422)


def correction() -> str:
    """The reason typed for changing a closed register."""
    return request.form.get("correction", "").strip()[:500]


def wanted_marks(
    people: list[Any], typed: Mapping[int, Typed], session: EventSession, now: datetime
) -> dict[int, Wanted]:
    """The marks that were asked for, by booking."""
    found = {}
    for person in people:
        if person.id in typed:
            at = rules.made_at(request.form.get(f"age-{person.public_id}", ""), now)
            found[person.id] = rules.wanted(
                typed[person.id],
                known=MarkKind(person.mark) if person.mark else None,
                at=at,
                late_by=rules.minutes_since(session.starts_at, at, length=session.minutes),
            )
    return found


def write(opened: Opened, session_id: int, wanted: Mapping[int, Wanted]) -> None:
    """The change itself."""
    if not wanted:
        return
    event_id, by_id, now = opened.event.id, opened.person.id, clock.now()
    with changing(event_id, now=now) as event:
        now = clock.now()
        if register.closing(event.id) is not None and not correction():
            raise Refused("Say why you correct this register: it is closed", reason=CLOSED)
        opened.refuse_if_over(now)
        actions.mark_delegates(
            event, session_id, wanted, by_id=by_id, now=now, why=correction(), how=opened.way
        )


def answer(
    event_id: int, session_id: int, day: date, marks: list[Any], faults: dict[str, str]
) -> ResponseReturnValue:
    """What a phone needs to know after it sent ticks: how everybody stands, by whom, and what was said before."""
    earlier = earlier_marks(event_id, session_id)
    return jsonify(
        here=rules.here(one.mark for one in marks),
        of=len(marks),
        missing=sum(not one.mark for one in marks),
        marks={one.public_id: one.mark or "" for one in marks},
        lines={one.public_id: [*stored(one), said(one, day)] for one in marks if one.mark},
        earlier={id: [said(one, day) for one in found] for id, found in earlier.items()},
        faults=faults,
        at=round(1000 * clock.now().timestamp()),
        closed=register.closing(event_id) is not None,
    )
