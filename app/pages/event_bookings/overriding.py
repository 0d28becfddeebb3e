"""Somebody who waits: given priority, or a free place out of turn. Always with a reason, which the person can read."""

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import TextAreaField

from ... import clock
from ...accounts.rules import Role
from ...booking.calendars import last_told
from ...booking.listing import OPENED
from ...booking.models import Booking
from ...booking.moving import swapped_for
from ...booking.overriding import give_place, set_priority
from ...booking.rules import State
from ...db import db
from ...errors import Refused
from ...records.actions import changing_for
from ...web.access import current_partnership, requires, signed_in
from ...web.calendar_told import invites_of
from . import pages
from .adding import SAY_WHY


class ReasonForm(FlaskForm):
    """Why somebody comes before others."""

    why = TextAreaField(
        "Why?", SAY_WHY, description="It stays in the history of the booking, where the person can read it."
    )


def booking_or_404(public_id: str) -> Booking:
    """A booking on an event that this partnership holds."""
    booking = db.session.scalar(OPENED, {"public_id": public_id})
    return booking if booking and booking.event.host_id == current_partnership().id else abort(404)


def act(booking: Booking, change: Callable[[str], None], template: str, done: str) -> ResponseReturnValue:
    """Ask for the reason, then do it; what a rule forbids is said above the form."""
    form, status = ReasonForm(), 200
    if form.validate_on_submit():
        try:
            with changing_for(booking, now=clock.now()):
                change(str(form.why.data))
            flash(done, "success")
            return redirect(url_for("event_bookings.listing", event_id=booking.event_id), code=303)
        except Refused as refused:
            db.session.rollback()
            form.form_errors.append(refused.sentence)
            status = 409
    page = render_template(
        template,
        booking=booking,
        event=booking.event,
        form=form,
        old=swapped_for(booking),
        invites=invites_of(last_told(booking)),
    )
    return page, status if status != 200 else (422 if form.errors else 200)


@pages.route("/bookings/<public_id>/priority", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def priority(public_id: str) -> ResponseReturnValue:
    """Put somebody who waits before the others, or back to where they joined."""
    booking = booking_or_404(public_id)
    if booking.state != State.WAITING:
        return redirect(url_for("booking.show", public_id=public_id), code=303)
    raised, name = not booking.priority, booking.person.name

    def change(why: str) -> None:
        set_priority(booking, int(raised), by=signed_in().person, now=clock.now(), why=why)

    done = f"{name} comes before the others now." if raised else f"{name} stands where they joined again."
    return act(booking, change, "event_bookings/priority.html", done)


@pages.route("/bookings/<public_id>/place", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def place(public_id: str) -> ResponseReturnValue:
    """Give a free place to somebody who waits, whoever is first; none free: above the limit instead."""
    booking = booking_or_404(public_id)
    if booking.state not in (State.WAITING, State.OFFERED):
        return redirect(url_for("booking.show", public_id=public_id), code=303)
    if booking.state == State.WAITING and not booking.event.places_left:
        person = booking.person.public_id
        there = url_for("event_bookings.above", event_id=booking.event_id, person_id=person)
        return redirect(there, code=303)

    def change(why: str) -> None:
        if booking.state not in (State.WAITING, State.OFFERED):
            raise Refused("This booking no longer waits. Look at it again.")
        give_place(booking, by=signed_in().person, now=clock.now(), why=why)

    done = f"{booking.person.name} has a place now, and a mail says so."
    return act(booking, change, "event_bookings/place.html", done)
