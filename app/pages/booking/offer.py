"""Answering an offer of a place: the page of the letter's button."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from ... import clock
from ...booking import offers
from ...booking.checks import sessions_of
from ...booking.models import Booking
from ...booking.moving import swapped_for
from ...booking.rules import State
from ...records.actions import changing, changing_for
from ...web.access import signed_in
from . import pages
from .whose import booking_or_404


@pages.route("/bookings/<public_id>/offer", methods=["GET", "POST"])
def offer(public_id: str) -> ResponseReturnValue:
    """What is offered, until when, and the buttons; opening it changes nothing."""
    booking, now, form = booking_or_404(public_id), clock.now(), FlaskForm()
    if form.validate_on_submit():
        flash(*answer(booking, request.form.get("answer", "")))
        return redirect(url_for("booking.show", public_id=public_id), code=303)
    if not offers.is_open(booking, now) or booking.event.has_begun(now):
        flash(offers.NO_OFFER, "notice")
        return redirect(url_for("booking.show", public_id=public_id), code=303)
    old = swapped_for(booking)
    return render_template(
        "booking/offer.html",
        booking=booking,
        event=booking.event,
        course=booking.event.course,
        sessions=sessions_of(booking.event_id),
        held=booking.state == State.OFFERED,
        old=old,
        own=booking.person_id == signed_in().person.id,
        form=form,
    )


def answer(booking: Booking, said: str) -> tuple[str, str]:
    """The change itself; returns what to say about it, and how. A refusal is shown as a page of its own."""
    by, now = signed_in().person, clock.now()
    if said == "accept":
        accept(booking)
        return "The place is booked. An invite is on its way.", "success"
    if said not in ("keep", "leave"):
        abort(400)
    with changing(booking.event_id, now=now):
        now = clock.now()
        offers.decline(booking, by=by, now=now, keep=said == "keep")
    if said == "keep":
        return "The place goes to somebody else. You keep yours in the waiting list.", "success"
    return "You have left the waiting list.", "success"


def accept(booking: Booking) -> None:
    """Take the place; in exchange for another date, with both dates locked, the lower id first."""
    with changing_for(booking, now=clock.now()):
        offers.accept(booking, by=signed_in().person, now=clock.now())
