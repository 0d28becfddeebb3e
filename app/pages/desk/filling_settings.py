"""``/desk/filling``: how dates find their trainers, by settings that hold from a day on."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import RadioField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, NumberRange, ValidationError

from ... import clock
from ...accounts.rules import Role
from ...booking.checks import settings_of
from ...clock import london_day
from ...db import db, writing
from ...errors import Refused
from ...partnerships.models import PartnershipSetting
from ...partnerships.rules import DEFAULTS
from ...partnerships.setting import history_of, set_from
from ...web.access import current_partnership, requires, signed_in
from ...web.whole_number import WholeNumber
from ..course_desk.fields import Day
from . import pages

LABELS = {
    "trainers_needed": "Trainers a date needs",
    "leads_needed": "Of them, who lead",
    "trainer_agencies_needed": "Agencies they come from",
    "call_closes_working_days": "Working days to answer a call",
    "call_again_working_days": "Working days before that, asked once more",
    "call_confirmed_by": "A yes is confirmed",
}
KEYS = tuple(LABELS)


def number(label: str, least: int, most: int, said: str = "") -> WholeNumber:
    """A number from the one to the other."""
    wrong = f"Enter a number from {least} to {most}"
    return WholeNumber(label, [InputRequired(wrong), NumberRange(least, most, wrong)], description=said)


class FillingForm(FlaskForm):
    """How dates find trainers, and from which day."""

    trainers_needed = number("How many trainers does a date need?", 1, 20)
    leads_needed = number("How many of them lead?", 0, 20)
    trainer_agencies_needed = number("From how many agencies should they come?", 1, 20)
    call_closes_working_days = number("How many working days have people to answer a call?", 1, 60)
    call_again_working_days = number(
        "How many working days before that are they asked once more?", 0, 60, "0: not at all"
    )
    call_confirmed_by = RadioField(
        "If somebody says yes",
        [InputRequired("Choose who confirms")],
        choices=[
            SelectChoice("at once", "It is confirmed at once"),
            SelectChoice("desk", "The desk confirms it"),
        ],
    )
    from_on = Day("From which day?", validators=[InputRequired("Enter the day it begins")])

    def validate_leads_needed(self, field: WholeNumber) -> None:
        """Nobody leads who is not there."""
        if self.trainers_needed.data and field.data and field.data > self.trainers_needed.data:
            raise ValidationError("No more can lead than there are trainers")

    def validate_trainer_agencies_needed(self, field: WholeNumber) -> None:
        """They come from no more agencies than there are of them."""
        if self.trainers_needed.data and field.data and field.data > self.trainers_needed.data:
            raise ValidationError("They cannot come from more agencies than there are trainers")


@pages.route("/desk/filling", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def filling_settings() -> ResponseReturnValue:
    """What dates need, how long calls stay open, and who confirms."""
    now = clock.now()
    held = settings_of(current_partnership().id, now)
    form = FillingForm(data={**{key: held[key] for key in KEYS}, "from_on": london_day(now)})
    if form.validate_on_submit() and saved(form, held):
        flash("Saved. It holds from the day you chose.", "success")
        return redirect(url_for("desk.filling_settings"), code=303)
    history = history_of(current_partnership().id, KEYS)
    coming = [row for rows in history.values() for row in rows if row.from_on > london_day(now)]
    page = render_template(
        "desk/filling_settings.html", form=form, coming=coming, labels=LABELS, words=words, defaults=DEFAULTS
    )
    return page, 422 if form.errors else 200


def saved(form: FillingForm, held: dict[str, Any]) -> bool:
    """Let what was changed hold from that day; False when the day is refused, which the form then says."""
    assert form.from_on.data is not None
    try:
        with writing():
            now, by = clock.now(), signed_in().person.public_id
            days = {"from_on": form.from_on.data, "today": london_day(now)}
            for key in KEYS:
                if form[key].data != held[key]:
                    set_from(current_partnership().id, key, form[key].data, by=by, now=now, **days)
    except Refused as refused:
        db.session.rollback()
        form.from_on.errors = [refused.sentence]
        return False
    return True


def words(row: PartnershipSetting) -> str:
    """What will hold: "Trainers a date needs: 3"."""
    value = {"desk": "by the desk"}.get(row.value, row.value)
    return f"{LABELS[row.key]}: {value}"
