"""Closing a register: it asks only for those without a mark."""

from itertools import groupby
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...attendance import actions, register
from ...attendance.rules import MarkKind, Wanted
from ...catalogue.models import Event
from ...records.actions import changing
from ...web.access import signed_in
from . import pages
from .scene import event_to_mark, event_with_people, refuse_unless_open


@pages.get("/events/<int:event_id>/register/close")
def before_closing(event_id: int) -> ResponseReturnValue:
    """Who still needs a mark, and what closing means."""
    event = event_to_mark(event_id)
    if event.headcount_only or not event.is_over(clock.now()) or register.closing(event.id):
        return redirect(url_for("register.sheet", event_id=event_id), code=303)
    return closing_page(event)


def closing_page(event: Event, *, still_missing: bool = False) -> ResponseReturnValue:
    """The page, session by session."""
    missing = register.unmarked(event.id)
    page = render_template(
        "register/close.html",
        event=event,
        groups=[
            (rows[0], rows)
            for _, found in groupby(missing, key=lambda row: row.session)
            if (rows := list(found))
        ],
        several=len(register.sessions(event.id)) > 1,
        number=len(missing),
        still_missing=still_missing,
    )
    return page, 422 if still_missing else 200


@pages.post("/events/<int:event_id>/register/close")
def close(event_id: int) -> ResponseReturnValue:
    """Set the marks that were missing, then close; while somebody has none, ask for them."""
    event, now, by = event_with_people(event_id), clock.now(), signed_in().person
    refuse_unless_open(event)
    with changing(event, now=now) as locked:
        now = clock.now()
        for session_id, wanted in asked_for(register.unmarked(locked.id)).items():
            actions.mark_delegates(locked, session_id, wanted, by_id=by.id, now=now)
        missing = locked.is_over(now) and register.unmarked(locked.id)
        if not missing:
            actions.close(locked, by=by, now=now)
    if missing and "asked" in request.form:
        return closing_page(event, still_missing=True)
    if missing:
        return redirect(url_for("register.before_closing", event_id=event_id), code=303)
    flash("The register is closed. Thank you.", "success")
    return redirect(url_for("register.sheet", event_id=event_id), code=303)


def asked_for(missing: list[Any]) -> dict[int, dict[int, Wanted]]:
    """The marks sent for those who had none, by session and booking; "all" stands for whoever is left."""
    found: dict[int, dict[int, Wanted]] = {}
    everybody = request.form.get("all", "")
    for row in missing:
        typed = request.form.get(f"mark-{row.session}-{row.public_id}") or everybody
        if typed in tuple(MarkKind):
            found.setdefault(row.session_id, {})[row.id] = Wanted(MarkKind(typed))
    return found
