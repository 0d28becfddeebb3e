"""Saving marks: the whole register, or with script the ticks of a moment, always in one request."""

from flask import abort, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from ... import clock
from ...attendance import actions, register, rules
from ...attendance.rules import MarkKind, Wanted
from ...catalogue.models import EventSession
from ...db import db
from ...errors import Refused
from ...records.actions import changing
from ...web.access import signed_in
from . import pages
from .scene import STAFF, chosen_session, event_to_mark


def wanted_marks(typed: MultiDict[str, str], session_id: int, event_id: int) -> dict[int, Wanted]:
    """The marks of a sent form by booking; only the delegates it names."""
    found = {}
    everybody = typed.get("everybody") == "present"
    for person in register.delegates(event_id, session_id):
        asked = typed.get(f"mark-{person.public_id}", "")
        if (
            f"mark-{person.public_id}" not in typed
            and not everybody
            and f"late-{person.public_id}" not in typed
        ):
            continue
        if asked not in ("", *MarkKind):
            abort(400)
        kind = (
            MarkKind(asked) if asked else MarkKind.PRESENT if everybody and not person.mark else person.mark
        )
        late, early = (
            whole_number(typed.get(f"{name}-{person.public_id}", "")) for name in ("late", "early")
        )
        why = typed.get(f"why-{person.public_id}", "").strip()[:200]
        found[person.id] = Wanted(MarkKind(kind) if kind else None, late, early, why)
    return found


def whole_number(typed: str) -> int:
    """A count or minutes; nothing is 0. Raises Refused for what is no number."""
    if not typed.strip():
        return 0
    if not typed.strip().isascii() or not typed.strip().isdigit() or len(typed.strip()) > 4:
        raise Refused("Enter a whole number, such as 15. Nothing was saved.")
    return int(typed)


@pages.post("/events/<int:event_id>/register")
def save(event_id: int) -> ResponseReturnValue:
    """Save the whole register, or with script the ticks of this moment: always in one request."""
    event, who, now = event_to_mark(event_id), signed_in(), clock.now()
    session, _ = chosen_session(event)
    why = request.form.get("correction", "")
    refused = rules.refusal(
        starts_at=event.starts_at,
        now=now,
        closed=register.closing(event.id) is not None,
        why=why,
        by_administrator=who.may(*STAFF),
        cancelled=event.state == "cancelled",
    )
    if refused:
        raise Refused(refused)
    session_id = session.id
    with changing(event, now=now) as locked:
        sitting = db.session.get_one(EventSession, session_id)
        wanted = wanted_marks(request.form, session_id, locked.id)
        actions.mark_delegates(sitting, wanted, by=who.person, now=now, why=why.strip())
    people = register.delegates(event_id, session_id)
    here = rules.here(p.mark for p in people)
    if request.headers.get("X-Ticks"):
        return jsonify({"here": here, "of": len(people), "missing": sum(p.mark is None for p in people)})
    flash(f"Saved: {here} of {len(people)} here.", "success")
    return redirect(url_for("register.sheet", event_id=event_id, session=sitting.public_id), code=303)
