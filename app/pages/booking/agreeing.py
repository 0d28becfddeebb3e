"""A person asks again, or asks somebody else, whether they may come."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import EmailField, StringField
from wtforms.validators import InputRequired, Length

from ... import clock
from ...booking import deciding
from ...booking.approvers import Approver
from ...booking.models import Booking
from ...db import db
from ...errors import Refused
from ...records.actions import changing
from ...web.mail_address import mail_address
from . import pages
from .beside import may_ask, who_was_asked
from .whose import booking_or_404


class AskForm(FlaskForm):
    """Whom to ask."""

    name = StringField(
        "Your manager’s name",
        validators=[InputRequired("Enter their name"), Length(max=200, message="Use a shorter name")],
    )
    email = EmailField(
        "Your manager’s email address",
        validators=[
            InputRequired("Enter their email address"),
            Length(max=254, message="Use a shorter address"),
            mail_address,
        ],
    )


class AgainForm(FlaskForm):
    """A button: the course says whom to ask."""


@pages.route("/bookings/<public_id>/approval", methods=["GET", "POST"])
def ask_again(public_id: str) -> ResponseReturnValue:
    """Who was asked, and whom to ask now."""
    booking, now = booking_or_404(public_id), clock.now()
    if not may_ask(booking):
        return redirect(url_for("booking.show", public_id=public_id), code=303)
    names_manager = booking.event.course.approval == "manager"
    form = (
        AskForm(data={"name": booking.manager_name, "email": booking.manager_email})
        if names_manager
        else None
    )
    chosen = form or AgainForm()
    if chosen.validate_on_submit() and send(booking, form):
        return redirect(url_for("booking.show", public_id=public_id), code=303)
    page = render_template(
        "approvals/ask-again.html",
        booking=booking,
        course=booking.event.course,
        event=booking.event,
        form=chosen,
        names_manager=names_manager,
        asked=who_was_asked(booking, now),
    )
    return page, 422 if chosen.errors else 200


def send(booking: Booking, form: AskForm | None) -> bool:
    """The change itself; False when it is refused, which the form then says."""
    now = clock.now()
    approver = Approver(form.name.data or "", form.email.data or "") if form else None
    try:
        with changing(booking.event_id, now=now):
            now = clock.now()
            deciding.ask_instead(booking, approver, now=now)
    except Refused as refused:
        if form is None:
            raise
        db.session.rollback()
        form.email.errors = [refused.sentence]
        return False
    flash("We have asked, and write to you as soon as there is an answer.", "success")
    return True
