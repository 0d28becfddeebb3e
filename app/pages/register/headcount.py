"""Headcount-only events: how many of each organisation came."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from ... import clock
from ...attendance import actions, register
from ...catalogue.models import Event
from ...records.actions import changing
from ...web.access import signed_in
from . import pages
from .marks import whole_number
from .scene import event_to_mark


def headcount_page(event: Event) -> ResponseReturnValue:
    """The organisations of a headcount-only event, with how many came."""
    return render_template(
        "register/headcount.html", event=event, organisations=register.headcounts(event.id), form=FlaskForm()
    )


@pages.post("/events/<int:event_id>/register/organisations")
def save_headcount(event_id: int) -> ResponseReturnValue:
    """How many of each organisation came."""
    event, who, now = event_to_mark(event_id), signed_in(), clock.now()
    came: dict[int, int | None] = {}
    for row in register.headcounts(event.id):
        typed = request.form.get(f"came-{row.id}", "").strip()
        came[row.id] = whole_number(typed) if typed else None
    with changing(event, now=now) as locked:
        actions.count_organisations(locked, came, by=who.person, now=now)
    flash("Saved.", "success")
    return redirect(url_for("register.sheet", event_id=event_id), code=303)
