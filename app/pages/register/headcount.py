"""Headcount-only events: how many of each organisation came."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...attendance import actions, register, rules
from ...catalogue.models import Event
from ...records.actions import changing
from ...web.access import signed_in
from . import pages
from .scene import STAFF, event_to_mark, refuse_unless_open, why_not_now


def headcount_page(event: Event, typed: dict[int, str] | None = None) -> ResponseReturnValue:
    """The organisations of a headcount-only event, with how many came; with what was typed where that is wrong."""
    rows = register.headcounts(event.id)
    shown = {row.id: "" if row.came is None else str(row.came) for row in rows} | (typed or {})
    page = render_template(
        "register/headcount.html",
        event=event,
        organisations=rows,
        shown=shown,
        wrong={id: name_of(rows, id) for id, text in shown.items() if rules.whole_number(text) is None},
        came=sum(row.came or 0 for row in rows),
        counted=sum(row.came is not None for row in rows),
        shut=why_not_now(event, staff=signed_in().may(*STAFF)),
    )
    return page, 422 if typed else 200


def name_of(rows: list[Any], id: int) -> str:
    """The organisation of a headcount."""
    return str(next(row.organisation for row in rows if row.id == id))


@pages.post("/events/<int:event_id>/register/organisations")
def save_headcount(event_id: int) -> ResponseReturnValue:
    """How many of each organisation came."""
    event, by, now = event_to_mark(event_id), signed_in().person, clock.now()
    refuse_unless_open(event)
    typed = {row.id: request.form.get(f"came-{row.id}", "")[:20] for row in register.headcounts(event.id)}
    if any(rules.whole_number(text) is None for text in typed.values()):
        return headcount_page(event, typed)
    came = {id: rules.whole_number(text) if text.strip() else None for id, text in typed.items()}
    with changing(event, now=now) as locked:
        now = clock.now()
        actions.count_organisations(locked, came, by=by, now=now)
    flash(f"Saved: {sum(number or 0 for number in came.values())} people came.", "success")
    return redirect(url_for("register.sheet", event_id=event_id), code=303)
