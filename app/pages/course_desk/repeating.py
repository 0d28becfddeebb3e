"""Another date like one, and a series of them: termly forums, weekly sessions. Bookings and mails are never copied."""

from datetime import date, datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import BooleanField, FieldList, Form, FormField
from wtforms.validators import InputRequired, ValidationError

from ... import clock
from ...accounts.rules import Role
from ...booking.announcing import tell_interested
from ...booking.checks import sessions_of
from ...catalogue.models import Event
from ...db import db, writing
from ...delivery.cloning import chosen_limit, clone_event, repeat_event
from ...delivery.rules import STEPS, repeated
from ...errors import Refused
from ...records.actions import changing, settle
from ...web.access import requires, signed_in
from ...web.filters import day as in_words
from ...web.filters import plural
from ...web.problems import problem
from ...working_days import is_working_day
from . import pages
from .event_form import EventForm, as_typed, form_for
from .events import said_of, show, told_words, usual_hours
from .fields import Day
from .scene import event_or_404
from .session_form import crowded

MOST = 12


@pages.route("/events/<int:event_id>/clone", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def clone(event_id: int) -> ResponseReturnValue:
    """Another date like this one: everything is there but the day."""
    event, now = event_or_404(event_id), clock.now()
    typed = copied(event)
    form = form_for(EventForm, event.course.delivery, hours=usual_hours(now), data=typed)
    if "more" not in request.form and form.validate_on_submit():
        return redirect(make(event, form, now), code=303)
    return show(form, event.course, None, copied_from=event)


def copied(event: Event) -> dict[str, Any]:
    """What the form of the new date holds: no day, no joining link, no day to look at the numbers."""
    typed = as_typed(event, sessions_of(event.id))
    typed["sessions"] = [{**row, "day": None, "joining_url": "", "stored": ""} for row in typed["sessions"]]
    state = "draft" if event.state == "draft" else "published"
    limit = chosen_limit(event)
    typed["booking_limit"] = None if limit == event.capacity else limit
    return {**typed, "state": state, "undated": False, "minimum_by": None, "minimum": None}


def make(event: Event, form: Any, now: datetime) -> str:
    """The change itself; returns the address of the new date."""
    with writing():
        made = clone_event(event, form.plan(), by=signed_in().person, now=now)
        settle(made.id, now=now)
        told = tell_interested(made, now=now)
    flash(said_of(made) + told_words(told), "success")
    for sentence in (*form.said_twice(), *crowded(form.plan().sessions, made.capacity)):
        flash(sentence, "notice")
    return url_for("catalogue.event", event_id=made.id)


class DayForm(Form):
    """One date of the series."""

    day = Day("Date", [InputRequired("Enter the day")])
    remove = BooleanField("Leave this date out")

    def validate_day(self, field: Day) -> None:
        """Ahead, and once."""
        if field.data and field.data <= clock.london_day(clock.now()):
            raise ValidationError("Enter a day that is still ahead")


class SeriesForm(FlaskForm):
    """The days of a series, as the pattern proposes them."""

    days = FieldList(FormField(DayForm, "Date"), min_entries=1, max_entries=MOST)

    def chosen(self) -> list[date]:
        """The days that are left, each once."""
        kept = [entry.form.day.data for entry in self.days if not entry.form.remove.data]
        return sorted({day for day in kept if day})


@pages.route("/events/<int:event_id>/repeat", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def repeat(event_id: int) -> ResponseReturnValue:
    """Make a series: first the pattern, then its days, then the dates."""
    event, now = event_or_404(event_id), clock.now()
    if event.starts_at is None or event.state == "cancelled":
        return problem(409, "Only a date with a day of its own can be repeated.")
    step, times = request.args.get("step", ""), request.args.get("times", 0, type=int)
    proposed = (
        repeated(clock.london_day(event.starts_at), step, times=times) if is_pattern(step, times) else []
    )
    form = SeriesForm(data={"days": [{"day": day} for day in proposed]})
    if form.validate_on_submit() and form.chosen():
        try:
            return redirect(make_series(event, form.chosen(), now), code=303)
        except Refused as refused:
            db.session.rollback()
            form.form_errors.append(refused.sentence)
    page = render_template(
        "course_desk/repeat.html",
        event=event,
        course=event.course,
        form=form,
        steps=STEPS,
        proposed=bool(proposed) or form.is_submitted(),
        off=[in_words(day) for day in proposed if not is_working_day(day)],
        most=MOST,
    )
    return page, 422 if form.errors else 200


def is_pattern(step: str, times: int) -> bool:
    """Whether the address holds a pattern that can be."""
    return step in STEPS and 1 <= times <= MOST


def make_series(event: Event, days: list[date], now: datetime) -> str:
    """The change itself; returns the address of the date it began with."""
    with changing(event.id, now=now) as locked:
        now = clock.now()
        made = repeat_event(locked, days, by=signed_in().person, now=now)
        for one in made:
            settle(one.id, now=now)
        told = sum(tell_interested(one, now=now) for one in made[:1])
    flash(
        f"{plural(len(made), 'date is', 'dates are')} made, as one series with this one.{told_words(told)}",
        "success",
    )
    return url_for("catalogue.event", event_id=event.id)
