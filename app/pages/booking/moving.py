"""Changing the date: the other dates of the course, what each would mean, and the act."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectChoice, TextAreaField
from wtforms.validators import InputRequired, Length

from ... import clock
from ...booking import actions, moving
from ...booking.charging import price_of
from ...booking.checks import claims_of
from ...booking.listing import other_dates
from ...booking.models import Booking
from ...booking.rules import Asked, Reason, State
from ...catalogue.models import Event
from ...db import db
from ...errors import Refused
from ...records.actions import changing_both
from ...web.access import signed_in
from ...web.addresses import row_number
from ...web.filters import plural, when
from . import pages
from .whose import booking_to_change, is_ours, is_own, page_of

MOST_DATES = 12


class DateForm(FlaskForm):
    """Which date instead, and why, where that is asked."""

    date = RadioField("Which date instead?", [InputRequired("Choose a date")])
    clash_confirmed = BooleanField("I know, and want this date all the same")
    why = TextAreaField(
        "Why does the date have to change?",
        [Length(max=300, message="Use at most 300 characters")],
        description="For the training team. Write nothing about a child or a family.",
    )
    waits = HiddenField()  # the date that was found to have no place for them: pressed again, they wait there


def dates_for(booking: Booking, now: datetime) -> Sequence[Any]:
    """The other dates that somebody who holds a place here could go to, or wait for."""
    found = other_dates(booking.event.course_id, booking.event_id, now).limit(MOST_DATES)
    elsewhere = {c.event_id for c in claims_of([booking.person_id], now)[booking.person_id]}
    return [date for date in db.session.execute(found) if date.id not in elsewhere]


def what_it_means(booking: Booking, date: Any, now: datetime) -> str:
    """What happens if this date is chosen, and what a place costs there."""
    there = db.session.get_one(Event, date.id)
    price = price_of(there, booking.agency_id, day=clock.london_day(now))
    return f"{certain_or_not(date)}. {price.words}" if price else certain_or_not(date)


def certain_or_not(date: Any) -> str:
    """Whether the place there is theirs at once."""
    if date.places_left > 0:
        return f"{plural(date.places_left, 'place')} left: the place there is certain at once"
    return "Full: join its waiting list, and keep this place until one there is accepted"


@pages.route("/bookings/<public_id>/date", methods=["GET", "POST"])
def change_date(public_id: str) -> ResponseReturnValue:
    """Go to another date of the course."""
    booking, now = booking_to_change(public_id), clock.now()
    if booking.state != State.BOOKED or booking.event.has_begun(now):
        return redirect(page_of(booking), code=303)
    form, dates, status = DateForm(), dates_for(booking, now), 200
    form.date.choices = [
        SelectChoice(
            str(date.id),
            when(date.starts_at, date.ends_at),
            render_kw={"hint": what_it_means(booking, date, now)},
        )
        for date in dates
    ]
    late = actions.late_now(booking, now)
    if form.validate_on_submit():
        try:
            new = go_there(booking, form, dates)
        except Refused as refused:
            db.session.rollback()
            status = 409
            tell(form, refused)
        else:
            flash(*told(booking, new))
            return redirect(page_of(new), code=303)
    facts = {"booking": booking, "event": booking.event, "course": booking.event.course, "form": form}
    facts |= {"dates": dates, "late": late, "own": is_own(booking), "back": page_of(booking)}
    facts["clashes"] = bool(form.clash_confirmed.errors or form.clash_confirmed.data)
    facts["notice"] = actions.days_of_notice(booking)
    page = render_template("booking/change-date.html", **facts)
    return page, 422 if form.errors and status == 200 else status


def tell(form: DateForm, refused: Refused) -> None:
    """Say what a rule forbids beside the field that mends it."""
    if refused.reason == Reason.CLASH:
        form.clash_confirmed.errors = [refused.sentence]
    elif refused.sentence.startswith("Say why"):
        form.why.errors = [refused.sentence]
    elif refused.reason in (Reason.FULL, Reason.MIX):
        why = refused.sentence.removesuffix(" You can join the waiting list.")
        form.date.errors = [f"{why} Press the button again to wait for a place there."]
        form.waits.data = form.date.data
    else:
        form.date.errors = [refused.sentence]


def go_there(booking: Booking, form: DateForm, dates: Sequence[Any]) -> Booking:
    """The change itself, with both dates locked. Who chose a date that was full goes onto its list."""
    by, other_id = signed_in().person, row_number(form.date.data or "")
    full = {str(date.id) for date in dates if date.places_left <= 0} | {form.waits.data}
    asked = Asked(clash_confirmed=bool(form.clash_confirmed.data), or_wait=form.date.data in full)
    with changing_both(booking.event_id, other_id, now=clock.now()) as (_, other):
        db.session.refresh(booking)
        return moving.move_to(
            booking,
            other,
            by=by,
            now=clock.now(),
            asked=asked,
            why=form.why.data or "",
            by_staff=is_ours(booking),
        )


def told(old: Booking, new: Booking) -> tuple[str, str]:
    """What to say about it, and how."""
    if new.state == State.WAITING:
        return (
            "You wait for the other date now, and keep the place you have until one there is yours.",
            "success",
        )
    whose = "Your" if is_own(new) else f"{new.person.name}’s"
    return f"{whose} place is on the new date now. Mail puts the calendar right.", "success"
