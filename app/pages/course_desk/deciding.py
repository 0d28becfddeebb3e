"""Too few are booked: run it anyway, with a reason that is kept, or cancel it."""

import sqlalchemy as sa
from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from ... import clock
from ...accounts.rules import Role
from ...catalogue.models import EventChange
from ...db import db
from ...delivery.deciding import DECISION, run_anyway
from ...records.actions import changing
from ...web.access import requires, signed_in
from ...web.problems import problem
from . import pages
from .events import number_booked
from .fields import tidied
from .scene import event_or_404


class DecisionForm(FlaskForm):
    """Why it runs all the same."""

    why = TextAreaField(
        "Why does it run with so few?",
        [
            InputRequired("Say why: it is kept with the date"),
            Length(max=500, message="Use at most 500 characters"),
        ],
        [tidied],
        description="Only the training team sees it",
    )


@pages.route("/events/<int:event_id>/minimum", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def minimum(event_id: int) -> ResponseReturnValue:
    """Decide about a date with fewer people than it needs."""
    event, form, now = event_or_404(event_id), DecisionForm(), clock.now()
    if event.minimum is None or event.state != "published" or event.has_begun(now):
        return problem(409, "There is nothing to decide about this date.")
    if form.validate_on_submit():
        with changing(event_id, now=now) as locked:
            run_anyway(locked, by=signed_in().person, now=clock.now(), why=form.why.data or "")
        flash("It runs anyway. The decision is kept with the date.", "success")
        return redirect(url_for("catalogue.event", event_id=event_id), code=303)
    decided = sa.select(EventChange).where(EventChange.event_id == event_id, EventChange.what == DECISION)
    page = render_template(
        "course_desk/minimum.html",
        form=form,
        event=event,
        course=event.course,
        booked=number_booked(event_id),
        decided=db.session.scalars(decided.order_by(EventChange.id.desc())).first(),
    )
    return page, 422 if form.errors else 200
