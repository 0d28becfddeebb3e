"""``/bookings/<id>/waive``: an administrator lets somebody come without the course that comes first."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from ... import clock
from ...accounts.rules import Role
from ...booking.waiving import waive as let_off
from ...booking.waiving import why_not
from ...completions.rules import BY_DEADLINE, TO_BOOK, missing
from ...completions.standing import requirements_of
from ...records.actions import changing
from ...web.access import requires, signed_in
from ...web.trail import record_view
from . import pages
from .mine import booking_or_404
from .whose import is_ours


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
    if refused := why_not(booking, now):
        flash(refused, "notice")
        return redirect(here, code=303)
    if form.validate_on_submit():
        with changing(booking.event_id, now=now):
            let_off(booking, by=signed_in().person, now=now, why=form.why.data or "")
        flash(f"{booking.person.name} can come without it, and is told so.", "success")
        return redirect(here, code=303)
    course, person_id = booking.event.course, booking.person_id
    undone = missing(requirements_of(course.id, [person_id])[person_id], TO_BOOK, BY_DEADLINE)
    page = render_template(
        "booking/waive.html", booking=booking, event=booking.event, course=course, form=form, undone=undone
    )
    return page, 422 if form.errors else 200
