"""Giving a place to a colleague: first what will happen, then the act."""

from flask import flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, StringField
from wtforms.validators import InputRequired, Length

from ... import clock
from ...accounts.rules import tidy_email, tidy_name
from ...booking import moving
from ...booking.introducing import colleague_of
from ...booking.models import Booking
from ...booking.rules import Asked, Reason, State
from ...db import db
from ...errors import Refused
from ...records.actions import changing
from ...web.access import signed_in
from ...web.mail_address import mail_address
from . import pages
from .whose import booking_to_change, is_own, page_of


class ColleagueForm(FlaskForm):
    """Who comes instead."""

    email = EmailField(
        "Their work email",
        [InputRequired("Enter the work email of your colleague"), Length(max=254), mail_address],
        filters=[lambda typed: tidy_email(typed or "")],
    )
    name = StringField(
        "Their name",
        [Length(max=200, message="Use at most 200 characters")],
        description="Needed only if they have not used this site before",
        filters=[lambda typed: tidy_name(typed or "")],
    )
    clash_confirmed = BooleanField("They know, and come to this one too")


@pages.route("/bookings/<public_id>/substitute", methods=["GET", "POST"])
def substitute(public_id: str) -> ResponseReturnValue:
    """Give the place to a colleague."""
    booking, now, form = booking_to_change(public_id), clock.now(), ColleagueForm()
    if booking.state != State.BOOKED or booking.event.is_over(now):
        return redirect(page_of(booking), code=303)
    status, clashes = 200, bool(form.clash_confirmed.data)
    if form.validate_on_submit():
        try:
            name = hand_over(booking, form)
        except Refused as refused:
            db.session.rollback()
            clashes, status = refused.reason == Reason.CLASH, 409
            field = {"name": form.name, Reason.CLASH: form.clash_confirmed}.get(refused.reason, form.email)
            field.errors = [refused.sentence]
        else:
            flash(f"{name} has the place now. Mail about it is on its way to both.", "success")
            return redirect(page_of(booking), code=303)
    told = {"booking": booking, "event": booking.event, "course": booking.event.course, "form": form}
    told |= {"own": is_own(booking), "clashes": clashes, "back": page_of(booking)}
    return render_template(
        "booking/substitute.html", **told
    ), 422 if form.errors and status == 200 else status


def hand_over(booking: Booking, form: ColleagueForm) -> str:
    """The change itself; returns the name of the colleague."""
    by, now = signed_in().person, clock.now()
    with changing(booking.event_id, now=now):
        now = clock.now()
        db.session.refresh(booking)
        colleague, workplace = colleague_of(
            booking,
            email=form.email.data or "",
            name=form.name.data or "",
            now=now,
            role_group=booking.role_group,  # who stands in does the same work
        )
        asked = Asked(clash_confirmed=bool(form.clash_confirmed.data))
        moving.substitute(booking, colleague, workplace, by=by, now=now, asked=asked)
        return colleague.name
