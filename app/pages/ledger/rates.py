"""``/pool/ledger/policy``: what a day of the pool is worth, and how many places a day of training earns."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange, Optional

from ... import clock
from ...accounts.rules import Role
from ...db import writing
from ...errors import Refused
from ...partnerships.setting import history_of, set_from
from ...web.access import current_partnership, requires, signed_in
from ..charges.policy import Pounds
from ..course_desk.fields import Day
from . import pages
from .scene import POLICIES, policies, start_of, today


class PolicyForm(FlaskForm):
    """Both numbers, and from which day."""

    rate = Pounds(
        "What is a day worth?",
        description="In pounds, for six hours of preparation and delivery. Empty: the ledger shows no value.",
    )
    places = IntegerField(
        "How many places does a day of training earn?",
        description="Shown beside the places an agency took. Nobody is refused a place for it. 0: no such policy.",
        validators=[Optional(), NumberRange(0, 100, "Enter a number from 0 to 100")],
    )
    from_on = Day("From which day?", validators=[InputRequired("Enter the day it begins")])


@pages.route("/pool/ledger/policy", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def policy() -> ResponseReturnValue:
    """What holds, what held, and the form for the next."""
    held = policies(start_of(""))
    begins = {"rate": held["trainer_day_pence"], "places": held["places_a_trainer_day"], "from_on": today()}
    form = PolicyForm(data=begins)
    if form.validate_on_submit() and save(form):
        flash("The policy is saved. It is information: no booking depends on it.", "success")
        return redirect(url_for("ledger.show"), code=303)
    history = history_of(current_partnership().id, POLICIES)
    page = render_template("ledger/policy.html", form=form, history=history, held=held)
    return page, 422 if form.errors else 200


def save(form: PolicyForm) -> bool:
    """Both settings; False when the day is refused, which the form then says."""
    chosen: dict[str, Any] = {
        "trainer_day_pence": form.rate.pence,
        "places_a_trainer_day": form.places.data or 0,
    }
    assert form.from_on.data is not None
    by, now = signed_in().person.public_id, clock.now()
    try:
        with writing():
            for key, value in chosen.items():
                set_from(
                    current_partnership().id,
                    key,
                    value,
                    from_on=form.from_on.data,
                    today=today(),
                    by=by,
                    now=now,
                )
    except Refused as refused:
        form.from_on.errors = [refused.sentence]
        return False
    return True
