"""A trainer cannot deliver a date after all: they give it back, with the reason."""

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from sqlalchemy.orm import joinedload
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from ... import clock
from ...catalogue.models import Event
from ...db import db
from ...delivery import reserves
from ...pool.models import EventTrainer
from ...records.actions import changing
from ...web.access import signed_in
from ..course_desk.fields import tidied
from . import pages


class GiveBackForm(FlaskForm):
    """Why they cannot."""

    why = TextAreaField(
        "Why can you not deliver it?",
        [
            InputRequired("Say why, so that the training team knows what to look for"),
            Length(max=500, message="Use at most 500 characters"),
        ],
        [tidied],
        description="The training team reads this. Write nothing about a child or a family.",
    )


@pages.route("/my-events/<int:event_id>/give-back", methods=["GET", "POST"])
def give_back(event_id: int) -> ResponseReturnValue:
    """Say what happens then, and do it; 404 for a date that somebody does not deliver."""
    event, form = mine_or_404(event_id), GiveBackForm()
    if form.validate_on_submit():
        with changing(event_id, now=clock.now()) as locked:
            reserves.give_back(locked, signed_in().person, now=clock.now(), why=form.why.data or "")
        flash("Thank you for telling us. A mail takes it out of your calendar.", "success")
        return redirect(url_for("calls.mine"), code=303)
    page = render_template("calls/give_back.html", event=event, course=event.course, form=form)
    return page, 422 if form.errors else 200


def mine_or_404(event_id: int) -> Event:
    """A coming date that the person looking delivers, hosts or speaks at."""
    wanted = (
        sa.select(Event)
        .join(EventTrainer, EventTrainer.event_id == Event.id)
        .where(Event.id == event_id, EventTrainer.person_id == signed_in().person.id)
        .where(Event.state == "published", Event.starts_at > clock.now())
        .options(joinedload(Event.course), joinedload(Event.host))
    )
    return db.session.scalar(wanted) or abort(404)
