"""``/messages/timings``: when messages go, from a day on, with what held before and what ships."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired

from ... import clock
from ...accounts.rules import Role
from ...clock import london_day
from ...db import db, writing
from ...errors import Refused
from ...partnerships.models import PartnershipSetting
from ...partnerships.rules import DEFAULTS
from ...partnerships.setting import history_of, set_from
from ...partnerships.timing_rules import BY_KEY, TIMINGS, Timing, in_words, parsed, shown
from ...web.access import current_partnership, requires, signed_in
from ..course_desk.fields import Day
from . import pages
from .scene import names_of


class TimingForm(FlaskForm):
    """A number, and from which day."""

    value = StringField("How long?")
    from_on = Day("From which day?", validators=[InputRequired("Enter the day it begins")])


@pages.get("/messages/timings")
@requires(Role.ADMINISTRATOR)
def timings() -> ResponseReturnValue:
    """Every timing as it is, as it will be, and as it ships."""
    ours, today = current_partnership().id, london_day(clock.now())
    history = history_of(ours, tuple(BY_KEY))
    rows = [
        {
            "timing": timing,
            "now": in_words(timing, value_on(history[timing.key], timing, today)),
            "ships": in_words(timing, DEFAULTS[timing.key]),
            "coming": [row for row in history[timing.key] if row.from_on > today],
        }
        for timing in TIMINGS
    ]
    may_edit = signed_in().may(Role.COORDINATOR)
    return render_template("messages/timings.html", rows=rows, in_words=in_words, may_edit=may_edit)


@pages.get("/messages/timings/<key>")
@requires(Role.ADMINISTRATOR)
def timing(key: str) -> ResponseReturnValue:
    """One timing with its history."""
    found, today = timing_or_404(key), london_day(clock.now())
    held = value_on(history_of(current_partnership().id, (key,))[key], found, today)
    return show(found, TimingForm(formdata=None, data={"value": shown(held), "from_on": today}))


@pages.post("/messages/timings/<key>")
@requires(Role.COORDINATOR)
def set_timing(key: str) -> ResponseReturnValue:
    """Let another number hold from a day on."""
    found, form = timing_or_404(key), TimingForm()
    value = value_typed(found, form)
    if form.validate() and value is not None and save(found, form, value):
        flash(f"{found.label}: {in_words(found, value)}, from the day you chose.", "success")
        return redirect(url_for("messages.timings"), code=303)
    if value is None:
        form.value.errors = [wrong(found, form)]
    return show(found, form)


def value_typed(found: Timing, form: TimingForm) -> Any:
    """What was typed; None where it is no such number."""
    try:
        return parsed(found, form.value.data or "")
    except ValueError:
        return None


def wrong(found: Timing, form: TimingForm) -> str:
    """What to enter instead."""
    try:
        parsed(found, form.value.data or "")
    except ValueError as error:
        return str(error)
    return ""


def save(found: Timing, form: TimingForm, value: Any) -> bool:
    """The change itself; False when the day is refused, which the form then says."""
    assert form.from_on.data is not None
    try:
        with writing():
            now, by = clock.now(), signed_in().person.public_id
            days = {"from_on": form.from_on.data, "today": london_day(now)}
            set_from(current_partnership().id, found.key, value, by=by, now=now, **days)
    except Refused as refused:
        db.session.rollback()
        form.from_on.errors = [refused.sentence]
        return False
    return True


def show(found: Timing, form: TimingForm) -> ResponseReturnValue:
    """The page of one timing."""
    rows, today = history_of(current_partnership().id, (found.key,))[found.key], london_day(clock.now())
    form.value.description = "With a comma between the numbers" if found.is_list else ""
    page = render_template(
        "messages/timing.html",
        form=form,
        timing=found,
        rows=rows,
        today=today,
        holds=next((row for row in rows if row.from_on <= today), None),
        names=names_of({row.set_by for row in rows}),
        in_words=in_words,
        ships=DEFAULTS[found.key],
        may_edit=signed_in().may(Role.COORDINATOR),
    )
    return page, 422 if form.errors else 200


def value_on(rows: list[PartnershipSetting], found: Timing, today: Any) -> Any:
    """What holds on a day: the newest that has begun, else what ships."""
    return next((row.value for row in rows if row.from_on <= today), DEFAULTS[found.key])


def timing_or_404(key: str) -> Timing:
    """The timing of that key."""
    return BY_KEY.get(key) or abort(404)
