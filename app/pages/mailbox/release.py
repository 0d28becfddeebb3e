"""``/release/<token>``: somebody whose calendar declined releases the place, or keeps it.

It needs no sign-in: the link was mailed to them and says which booking it is. Opening it changes nothing; the buttons
do, until the course begins.
"""

from datetime import datetime

from flask import abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from ... import clock
from ...booking import giving_back
from ...booking.actions import days_of_notice, late_now
from ...booking.manager_links import Holder, opened
from ...booking.models import Booking
from ...booking.rules import State
from ...db import db
from ...errors import Refused
from ...mailbox.actions import keep_place
from ...records.actions import changing
from ...web.access import public
from . import pages

WHY = "their calendar had declined the invite"


@pages.route("/release/<token>", methods=["GET", "POST"])
@public
def release(token: str) -> ResponseReturnValue:
    """The place, what releasing it means, and two buttons; afterwards, what was chosen."""
    found, now = opened(token), clock.now()
    if found is None or found[1] is not Holder.PERSON:
        abort(404)
    booking, form = found[0], FlaskForm()
    chosen = request.form.get("choice", "")
    if form.validate_on_submit() and chosen in ("release", "keep"):
        try:
            with changing(booking.event_id, now=now):
                db.session.refresh(booking)
                choose(booking, chosen, now=clock.now())
        except Refused:
            db.session.rollback()
        return redirect(f"{request.path}{'?kept=1' if chosen == 'keep' else ''}", code=303)
    return show(booking, form, now)


def choose(booking: Booking, chosen: str, *, now: datetime) -> None:
    """Do what they chose; done twice, nothing changes."""
    if chosen == "release":
        giving_back.by_link(booking, Holder.PERSON, why=WHY, now=now)
    elif booking.state == State.BOOKED and not booking.event.has_begun(now):
        keep_place(booking, now=now)


def show(booking: Booking, form: FlaskForm, now: datetime) -> ResponseReturnValue:
    """The page; without buttons for a place that is gone or a course that has begun."""
    there = booking.state == State.BOOKED and not booking.event.has_begun(now)
    page = render_template(
        "mailbox/release.html",
        booking=booking,
        event=booking.event,
        course=booking.event.course,
        form=form,
        there=there,
        kept=there and "kept" in request.args,
        released=booking.state in giving_back.GONE,
        begun=booking.event.has_begun(now),
        late=there and late_now(booking, now),
        notice=days_of_notice(booking),
    )
    return page, 200 if there or booking.state in giving_back.GONE else 410
