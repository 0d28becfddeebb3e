"""``/give-back/<token>``: a manager, or somebody who was booked by another person, gives a place back by a link.

It needs no sign-in: the link was mailed to them and says which booking it is. Opening it changes nothing; the
button does. From the start of the course on it no longer works.
"""

from datetime import datetime

from flask import abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import Length

from ... import clock
from ...booking import giving_back
from ...booking.manager_links import Holder, opened
from ...booking.models import Booking
from ...booking.rules import HOLDING, State
from ...db import db
from ...errors import Refused
from ...records.actions import changing
from ...web.access import public
from . import pages

THERE = HOLDING | {State.WAITING}


class GiveBackForm(FlaskForm):
    """Why, for the training team and the person."""

    why = TextAreaField(
        "Why? (optional)",
        [Length(max=300, message="Use at most 300 characters")],
        description="The person and the training team read it. Write nothing about a child or a family.",
    )


@pages.route("/give-back/<token>", methods=["GET", "POST"])
@public
def give_back(token: str) -> ResponseReturnValue:
    """What giving the place back means, and the button; afterwards, that it is given back."""
    found, now, form = opened(token), clock.now(), GiveBackForm()
    if found is None:
        abort(404)
    booking, holder = found
    if form.validate_on_submit():
        try:
            with changing(booking.event_id, now=now):
                now = clock.now()
                db.session.refresh(booking)
                giving_back.by_link(booking, holder, why=form.why.data or "", now=clock.now())
        except Refused:
            db.session.rollback()
        return redirect(request.path, code=303)
    return show(booking, holder, form, now)


def show(booking: Booking, holder: Holder, form: GiveBackForm, now: datetime) -> ResponseReturnValue:
    """The page, which for a place that is gone or a course that has begun has no button."""
    there = booking.state in THERE and not booking.event.has_begun(now)
    page = render_template(
        "booking/give-back.html",
        booking=booking,
        event=booking.event,
        course=booking.event.course,
        form=form,
        there=there,
        manager=holder is Holder.MANAGER,
        begun=booking.event.has_begun(now),
    )
    return page, (422 if form.errors else 200) if there or booking.state in giving_back.GONE else 410
