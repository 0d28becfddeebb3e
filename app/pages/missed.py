"""``/missed/<token>``: why somebody did not come, one short page by a mailed link, no sign-in."""

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from .. import clock
from ..attendance import missed
from ..attendance.models import AbsenceReason
from ..attendance.rules import ABSENCE_REASONS, LONGEST_WORDS
from ..booking.listing import other_dates
from ..booking.models import Booking
from ..db import db
from ..errors import Refused
from ..records.actions import changing
from ..web.access import for_its_person_alone, public
from ..web.problems import problem

pages = Blueprint("missed", __name__)


class WhyForm(FlaskForm):
    """Why."""

    reason = RadioField(
        "Why could you not come?",
        [InputRequired("Choose what comes nearest")],
        choices=[SelectChoice(reason, words) for reason, words in ABSENCE_REASONS.items()],
    )
    words = TextAreaField(
        "Anything we should know? (optional)",
        [Length(max=LONGEST_WORDS, message=f"Use at most {LONGEST_WORDS} characters")],
        description="The training team reads it, to make it easier to come. Write nothing about a child or a family.",
    )


@pages.route("/missed/<token>", methods=["GET", "POST"])
@public
@for_its_person_alone
def why(token: str) -> ResponseReturnValue:
    """The question; once it is answered, thanks and the next dates. Opening the page changes nothing."""
    booking, now, form = missed.opened(token), clock.now(), WhyForm()
    if booking is None:
        abort(404)
    refused = missed.refusal_of(booking, now)
    if not refused and form.validate_on_submit():
        try:
            with changing(booking.event_id, now=now):
                now = clock.now()
                missed.answer(booking, str(form.reason.data), form.words.data or "", now=now)
        except Refused as no:
            db.session.rollback()
            refused = no.sentence
        else:
            return redirect(url_for("missed.why", token=token), code=303)
    if refused:
        course = ({"label": "Find training", "href": "/courses"},)
        return problem(409, refused, heading="There is nothing to answer", actions=course)
    return show(booking, form)


def show(booking: Booking, form: WhyForm) -> ResponseReturnValue:
    """The page with its form, or with thanks."""
    said = db.session.scalar(AbsenceReason.of(booking.id).limit(1))
    event, now = booking.event, clock.now()
    dates = db.session.execute(other_dates(event.course_id, event.id, now)).all() if said else ()
    page = render_template(
        "missed/why.html",
        booking=booking,
        event=event,
        course=event.course,
        form=form,
        said=said,
        dates=dates,
    )
    return page, 422 if form.errors else 200
