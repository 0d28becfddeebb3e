"""``/bookings/<id>/release``: an administrator takes a place back, because what comes first is not done."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from ... import clock
from ...accounts.rules import Role
from ...booking import taking_back
from ...booking.checks import number_waiting
from ...records.actions import changing
from ...web.access import requires, signed_in
from ...web.trail import record_view
from . import pages
from .whose import booking_or_404, is_ours


class ReleaseForm(FlaskForm):
    """Why a place is taken back."""

    why = TextAreaField(
        "Why",
        [
            InputRequired("Say why the place is taken back"),
            Length(max=300, message="Use at most 300 characters"),
        ],
        description="The person reads it. Write nothing about a child or a family.",
    )


@pages.route("/bookings/<public_id>/release", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def release(public_id: str) -> ResponseReturnValue:
    """What will happen to whom; then the act."""
    booking, now, form = booking_or_404(public_id), clock.now(), ReleaseForm()
    if not is_ours(booking):
        abort(404)
    record_view(booking.person, what="booking")
    here, event = url_for("booking.show", public_id=public_id), booking.event
    if refused := taking_back.why_not(booking, now):
        flash(refused, "notice")
        return redirect(here, code=303)
    if form.validate_on_submit():
        with changing(event.id, now=now):
            now = clock.now()
            taking_back.take_back(booking, by=signed_in().person, now=now, why=form.why.data or "")
        flash(f"The place was taken back, and {booking.person.name} is told why.", "success")
        return redirect(here, code=303)
    told = {"booking": booking, "event": event, "course": event.course, "waiting": number_waiting(event.id)}
    return render_template("booking/release.html", form=form, **told), 422 if form.errors else 200
