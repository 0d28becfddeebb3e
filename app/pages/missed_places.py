"""``/desk/missed-places``: who did not come again and again, and what a partnership makes of it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange

from .. import clock
from ..accounts.rules import Role
from ..booking.checks import settings_of
from ..booking.missing_out import ASKS, MONTHS, TIMES, often_missed
from ..clock import london_day
from ..db import db, writing
from ..errors import Refused
from ..partnerships.setting import set_from
from ..web.access import current_partnership, requires, signed_in
from ..web.whole_number import WholeNumber
from .course_desk.fields import Day

pages = Blueprint("missed_places", __name__)

NOTHING, APPROVAL = "nothing", "approval"
MOST = 200


class PolicyForm(FlaskForm):
    """When the desk is told, and what follows."""

    times = WholeNumber(
        "How often", [InputRequired("Enter how often"), NumberRange(1, 20, "Enter a number from 1 to 20")]
    )
    months = WholeNumber(
        "Within how many months",
        [InputRequired("Enter how many months"), NumberRange(1, 36, "Enter a number from 1 to 36")],
    )
    follows = RadioField(
        "What follows",
        [InputRequired("Choose what follows")],
        choices=[
            SelectChoice(NOTHING, "Nothing: it is information for you"),
            SelectChoice(APPROVAL, "Their next bookings need the agreement of their agency’s lead"),
        ],
    )
    from_on = Day("From which day?", validators=[InputRequired("Enter the day it begins")])

    def values(self) -> dict[str, Any]:
        """The settings."""
        return {TIMES: self.times.data, MONTHS: self.months.data, ASKS: self.follows.data == APPROVAL}


@pages.route("/desk/missed-places", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def listing() -> ResponseReturnValue:
    """Who did not come so often lately; a coordinator sets what that is."""
    now, ours = clock.now(), current_partnership().id
    settings = settings_of(ours, now)
    may_set = signed_in().may(Role.COORDINATOR)
    form = PolicyForm(
        data={
            "times": settings[TIMES],
            "months": settings[MONTHS],
            "follows": APPROVAL if settings[ASKS] else NOTHING,
            "from_on": london_day(now),
        }
    )
    if may_set and form.validate_on_submit() and keep(form):
        flash("Saved, from the day you chose.", "success")
        return redirect(url_for("missed_places.listing"), code=303)
    page = render_template(
        "missed_places/list.html",
        form=form,
        may_set=may_set,
        people=db.session.execute(often_missed(ours, now, settings).limit(MOST)).all(),
        times=settings[TIMES],
        months=settings[MONTHS],
        asks=settings[ASKS],
    )
    return page, 422 if form.errors else 200


def keep(form: PolicyForm) -> bool:
    """The change itself; False when the day is refused, which the form then says."""
    assert form.from_on.data is not None
    try:
        with writing():
            now, by, ours = clock.now(), signed_in().person.public_id, current_partnership().id
            days = {"from_on": form.from_on.data, "today": london_day(now)}
            for key, value in form.values().items():
                set_from(ours, key, value, by=by, now=now, **days)
    except Refused as refused:
        db.session.rollback()
        form.from_on.errors = [refused.sentence]
        return False
    return True
