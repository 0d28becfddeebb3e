"""An administrator lets somebody come without the course that comes first: with a booking, or so that they can have one."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from ... import clock
from ...accounts.models import Person
from ...accounts.rules import Role
from ...booking import waiving
from ...booking.rules import LIVE
from ...catalogue.models import Event
from ...completions.rules import BY_DEADLINE, TO_BOOK, missing
from ...completions.standing import requirements_of
from ...db import db
from ...records.actions import changing
from ...web.access import current_partnership, requires, signed_in
from ...web.trail import record_view
from ..people.whom import person_or_404
from . import pages
from .scene import EVENT
from .whose import booking_or_404, is_ours


class WaiveForm(FlaskForm):
    """Why somebody need not do what comes first."""

    why = TextAreaField(
        "Why",
        [InputRequired("Say why they need not do it"), Length(max=300, message="Use at most 300 characters")],
        description="It is kept with the booking, and the person reads it. Write nothing about a child or a family.",
    )


@pages.route("/bookings/<public_id>/waive", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def waive(public_id: str) -> ResponseReturnValue:
    """What is let off, for whom and why; then the act."""
    booking, now, form = booking_or_404(public_id), clock.now(), WaiveForm()
    if not is_ours(booking):
        abort(404)
    record_view(booking.person, what="booking")
    here = url_for("booking.show", public_id=public_id)
    refused = waiving.why_not(booking.event, booking.person_id, now)
    if refused or booking.state not in LIVE:
        flash(refused or "This booking has ended: there is nothing to let off.", "notice")
        return redirect(here, code=303)
    if form.validate_on_submit():
        with changing(booking.event_id, now=now):
            now = clock.now()
            waiving.waive(booking, by=signed_in().person, now=now, why=form.why.data or "")
        flash(f"{booking.person.name} can come without it, and is told so.", "success")
        return redirect(here, code=303)
    return show(form, booking.event, booking.person, back=here, state=booking.state)


@pages.route("/people/<public_id>/book/<int:event_id>/waive", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def waive_first(public_id: str, event_id: int) -> ResponseReturnValue:
    """The same for somebody who has no booking there, because something has to be done first."""
    person = person_or_404(public_id)
    event = db.session.scalar(EVENT, {"event": event_id, "host": current_partnership().id}) or abort(404)
    now, form, back = clock.now(), WaiveForm(), f"/people/{public_id}/book/{event_id}"
    record_view(person)
    if refused := waiving.why_not(event, person.id, now):
        flash(refused, "notice")
        return redirect(back, code=303)
    if form.validate_on_submit():
        with changing(event_id, now=now) as locked:
            now = clock.now()
            waiving.let_off(locked, person, by=signed_in().person, now=now, why=form.why.data or "")
        flash(f"{person.name} can be booked without it.", "success")
        return redirect(back, code=303)
    return show(form, event, person, back=back)


def show(form: WaiveForm, event: Event, person: Person, **told: Any) -> ResponseReturnValue:
    """The page with its form; ``state`` is that of the booking, if there is one."""
    undone = missing(requirements_of(event.course_id, [person.id])[person.id], TO_BOOK, BY_DEADLINE)
    page = render_template(
        "booking/waive.html",
        form=form,
        event=event,
        course=event.course,
        name=person.name,
        has_address=bool(person.email),
        undone=[row.title for row in undone],
        **told,
    )
    return page, 422 if form.errors else 200
