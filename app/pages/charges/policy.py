"""``/desk/charges/policy``: what places cost from a day on; the coordinator sets it, what held before stays."""

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from ... import clock
from ...accounts.rules import Role
from ...booking import charges
from ...booking.models import ChargePolicy
from ...booking.prices import Terms, in_force, pence_of, plain
from ...clock import london_day
from ...db import db, writing
from ...errors import Refused
from ...web.access import current_partnership, requires, signed_in
from ..course_desk.fields import Day
from . import pages

STANDINGS = {
    "partner": "Safeguarding partners",
    "relevant": "Relevant agencies",
    "contributor": "Agencies that contribute",
    "reciprocal": "Neighbours’ agencies, by agreement",
    "other": "All others",
}
FREE_AT_FIRST = ["partner", "relevant", "contributor", "reciprocal"]


class Pounds(StringField):
    """A sum of money; ``pence`` is what it means."""

    pence: int = 0

    def process_formdata(self, valuelist: Any) -> None:
        """Keep what was typed and what it means."""
        self.data = (valuelist[0] if valuelist else "").strip()
        found = pence_of(self.data or "0")
        if found is None:
            raise ValueError("Enter a sum in pounds, like 45 or 45.50")
        self.pence = found

    def process_data(self, value: Any) -> None:
        """Show stored pence as pounds."""
        self.data = plain(value).removesuffix(".00") if value else ""


class PolicyForm(FlaskForm):
    """What a place costs whom."""

    from_on = Day("From which day?", validators=[InputRequired("Enter the day it begins")])
    charging = BooleanField(
        "Charge for places", description="Without a tick nobody pays, whatever is written below."
    )
    half_day = Pounds("Half day", description="Up to four hours, all sessions of a date together.")
    full_day = Pounds("Full day")
    late = Pounds("Cancelling late", description="On top of the place, which stays charged. Empty: nothing.")
    missed = Pounds("Not coming", description="On top of the place, once the register is closed.")
    exempt = SelectMultipleField(
        "Who pays nothing?",
        choices=[SelectChoice(key, label) for key, label in STANDINGS.items()],
        widget=ListWidget(),
        option_widget=CheckboxInput(),
    )
    text = TextAreaField(
        "The policy in your words",
        description="People read this before they agree to the price.",
        validators=[Length(max=2000, message="Use at most 2,000 characters")],
    )
    empty_place = Pounds(
        "What an empty place costs", description="Shown to the desk as information only. Nobody pays it."
    )

    def terms(self, from_on: date) -> Terms:
        """The same as the rules read it."""
        return Terms(
            from_on=from_on,
            charging=self.charging.data,
            half_day=self.half_day.pence,
            full_day=self.full_day.pence,
            late=self.late.pence,
            missed=self.missed.pence,
            exempt=frozenset(self.exempt.data or ()),
            text=(self.text.data or "").strip(),
        )


@pages.route("/desk/charges/policy", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def policy() -> ResponseReturnValue:
    """What holds now, what will, what held; and the form for the next."""
    host, today = current_partnership().id, london_day(clock.now())
    known = db.session.execute(charges.policies_of(host)).all()
    holds = in_force_now([row.ChargePolicy for row in known], today)
    form = PolicyForm(data=values_of(holds, today))
    if form.validate_on_submit() and save(form, host):
        return redirect(url_for("charges.policy"), code=303)
    page = render_template(
        "charges/policy.html", form=form, known=known, holds=holds, today=today, standings=STANDINGS
    )
    return page, 422 if form.errors else 200


def in_force_now(policies: list[ChargePolicy], today: date) -> ChargePolicy | None:
    """The policy that holds today."""
    found = in_force([Terms(from_on=one.from_on, charging=one.charging) for one in policies], today)
    return next((one for one in policies if found and one.from_on == found.from_on), None)


def values_of(holds: ChargePolicy | None, today: date) -> dict[str, Any]:
    """What the form begins with: what holds today, from today on."""
    if holds is None:
        return {"from_on": today, "exempt": FREE_AT_FIRST}
    names = ("charging", "half_day", "full_day", "late", "missed", "exempt", "text", "empty_place")
    return {"from_on": today, **{name: getattr(holds, name) for name in names}}


def save(form: PolicyForm, host: int) -> bool:
    """The change itself; False when the day is refused, which the form then says."""
    assert form.from_on.data is not None
    try:
        with writing():
            charges.set_policy(
                host,
                form.terms(form.from_on.data),
                empty_place=form.empty_place.pence,
                by=signed_in().person,
                now=clock.now(),
            )
    except Refused as refused:
        db.session.rollback()
        form.from_on.errors = [refused.sentence]
        return False
    flash("The policy is saved. Bookings made before it begins keep what they were made under.", "success")
    return True
