"""The register as a page, closing it, and a trainer's own events."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from ... import clock
from ...accounts.rules import Role
from ...attendance import actions, register, rules
from ...catalogue.models import Event
from ...pool.listing import events_of
from ...records.actions import changing
from ...web.access import requires, signed_in
from . import pages
from .headcount import headcount_page
from .scene import chosen_session, event_to_mark
from .walk_ins import WalkInForm, agencies, walk_in_form


@pages.get("/my-events")
@requires(Role.TRAINER)
def my_events() -> ResponseReturnValue:
    """What this trainer delivers: the next event first, its register when it is today."""
    now = clock.now()
    events = events_of(signed_in().person.id)
    coming = [e for e in events if e.ends_at > now]
    past = [e for e in reversed(events) if e.ends_at <= now]
    return render_template(
        "register/my_events.html", coming=coming, past=past[:25], opens_at=rules.opens_at, now=now
    )


@pages.get("/events/<int:event_id>/register")
def sheet(event_id: int) -> ResponseReturnValue:
    """The register of one session."""
    event = event_to_mark(event_id)
    if event.headcount_only:
        return headcount_page(event)
    return register_page(event)


def register_page(event: Event, form: WalkInForm | None = None, status: int = 200) -> ResponseReturnValue:
    """The page with everybody's marks, and the form for someone not on the list."""
    session, sessions = chosen_session(event)
    people = register.delegates(event.id, session.id)
    now = clock.now()
    page = render_template(
        "register/register.html",
        event=event,
        session=session,
        sessions=sessions,
        people=people,
        letters={p.public_id: rules.first_letter(p.name) for p in people},
        here=rules.here(p.mark for p in people),
        missing=sum(p.mark is None for p in people),
        closing=register.closing(event.id),
        form=form or walk_in_form(agencies()),
        early=now < rules.opens_at(event.starts_at),
        over=now >= event.ends_at,
    )
    return page, status


@pages.post("/events/<int:event_id>/register/close")
def close(event_id: int) -> ResponseReturnValue:
    """Close the register once everybody has a mark."""
    event, who, now = event_to_mark(event_id), signed_in(), clock.now()
    if FlaskForm().validate_on_submit():
        with changing(event, now=now) as locked:
            actions.close(locked, by=who.person, now=now)
        flash("The register is closed. Thank you.", "success")
    return redirect(url_for("register.sheet", event_id=event_id), code=303)
