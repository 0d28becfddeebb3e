"""The page of the groups: those there are, making them, and making them again."""

import secrets
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from ... import clock
from ...attendance import breakouts, register
from ...attendance.breakout_models import Breakout
from ...catalogue.models import Event, EventSession
from ...db import db
from ...errors import Refused
from ...records.actions import changing
from ...web.access import signed_in
from ..register.scene import event_with_people
from . import pages
from .form import GROUPS, GroupsForm, filled

SEEDS = 2**31
SPARE = 2  # rows for wishes


def newest(event_id: int) -> Breakout | None:
    """The groups in use."""
    return db.session.scalar(Breakout.of(event_id).limit(1))


def session_called(event_id: int, public_id: str) -> EventSession | None:
    """The session that was chosen; None for everybody."""
    found = {session.public_id: session for session in register.sessions(event_id)}
    return found.get(public_id)


@pages.route("/events/<int:event_id>/breakout-groups", methods=["GET", "POST"])
def groups(event_id: int) -> ResponseReturnValue:
    """The groups in use, and the form for new ones."""
    event = event_with_people(event_id)
    people = breakouts.names_on_register(event_id)
    form = filled(people, register.sessions(event_id), rows=SPARE)
    if form.validate_on_submit():
        ids = {one.public_id: one.id for one in people}
        session = session_called(event_id, form.session.data)
        how = {"groups" if form.how.data == GROUPS else "size": form.number.data}
        wishes = form.wished(ids)
        session_id = session.id if session else None
        made = keep(
            event, lambda on, **by: breakouts.make(on, **how, session_id=session_id, wishes=wishes, **by)
        )
        if made:
            return made
    return show(event, form)


@pages.post("/events/<int:event_id>/breakout-groups/again")
def again(event_id: int) -> ResponseReturnValue:
    """As many groups once more, of everybody or of those who are marked as here in a session."""
    event, before = event_with_people(event_id), newest(event_id)
    if before is None:
        abort(404)
    session = session_called(event_id, request.form.get("session", ""))
    session_id = session.id if session else None
    made = keep(event, lambda on, **by: breakouts.again(on, before, session_id=session_id, **by))
    return made or redirect(url_for("breakout_groups.groups", event_id=event_id), code=303)


def keep(event: Event, make: Any) -> Response | None:
    """The change itself, with a seed that is drawn now; None when it is refused, which the page then says."""
    by = signed_in().person
    try:
        with changing(event, now=clock.now()) as locked:
            make(locked, seed=secrets.randbelow(SEEDS), by=by, now=clock.now())
    except Refused as refused:
        db.session.rollback()
        flash(refused.sentence, "notice")
        return None
    flash("The groups are made. Print them, or take them along as a file.", "success")
    return redirect(url_for("breakout_groups.groups", event_id=event.id), code=303)


def show(event: Event, form: GroupsForm) -> ResponseReturnValue:
    """The page."""
    found = newest(event.id)
    people = breakouts.people_of(found) if found else []
    sessions = register.sessions(event.id)
    here = [(session, len(breakouts.members(event.id, session.id))) for session in sessions]
    page = render_template(
        "breakout_groups/groups.html",
        event=event,
        form=form,
        breakout=found,
        groups=breakouts.by_group(people),
        people=people,
        unmet=breakouts.open_wishes(found, people) if found else [],
        agencies=len({one.agency_id for one in people}),
        here=[(session, number) for session, number in here if number],
        several=len(sessions) > 1,
    )
    return page, 422 if form.errors else 200
