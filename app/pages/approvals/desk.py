"""The desk's side: questions nobody has answered yet, and deciding instead of whoever was asked, with a reason."""

from itertools import groupby

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from ... import clock
from ...accounts.rules import Role
from ...booking import deciding
from ...booking.checks import sessions_of
from ...booking.models import Approval
from ...db import db
from ...records.actions import changing
from ...web.access import current_partnership, requires, signed_in
from ...web.trail import record_view
from . import pages
from .answering import closed, said_of
from .finding import at_the_desk, everybody_asked, facts_about, still_open, undelivered
from .words import standing, whom


class DecideForm(FlaskForm):
    """Why the desk decides."""

    why = TextAreaField(
        "Why do you decide?",
        description="For instance: “The manager agreed on the telephone.” If you decline, the person reads it.",
        validators=[
            InputRequired("Say why you decide"),
            Length(max=500, message="Use at most 500 characters"),
        ],
    )


@pages.get("/desk/approvals")
@requires(Role.ADMINISTRATOR)
def hanging() -> ResponseReturnValue:
    """Every request that still needs an answer, the one that runs out first first."""
    now = clock.now()
    found = db.session.scalars(still_open(current_partnership().id, now)).all()
    groups = [list(group) for _, group in groupby(found, key=lambda approval: approval.booking_id)]
    lost = undelivered(found)
    requests = [
        (group[0], [(whom(one), standing(one, now, undelivered=one.id in lost), one) for one in group])
        for group in groups
    ]
    return render_template("approvals/hanging.html", requests=requests)


@pages.route("/desk/approvals/<public_id>", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def decide(public_id: str) -> ResponseReturnValue:
    """One request: what helps to decide, who was asked, and two buttons with a reason."""
    approval, form, now = question_or_404(public_id), DecideForm(), clock.now()
    booking = approval.booking
    if closed(approval):
        flash("This request is settled already.", "notice")
        return redirect(url_for("booking.show", public_id=booking.public_id), code=303)
    if form.validate_on_submit():
        return settle(approval, form)
    record_view(booking.person, what="booking")
    page = render_template(
        "approvals/decide.html",
        approval=approval,
        booking=booking,
        event=booking.event,
        course=booking.event.course,
        sessions=sessions_of(booking.event_id),
        form=form,
        facts=facts_about(booking, now),
        asked=[(whom(a), standing(a, now), a) for a in everybody_asked(booking.id)],
    )
    return page, 422 if form.errors else 200


def question_or_404(public_id: str) -> Approval:
    """A question about one of this partnership's events."""
    return at_the_desk(public_id, current_partnership().id) or abort(404)


def settle(approval: Approval, form: DecideForm) -> ResponseReturnValue:
    """The change itself: yes or no, by the button that was pressed."""
    by, now, why = signed_in().person, clock.now(), form.why.data or ""
    with changing(approval.booking.event_id, now=now):
        now = clock.now()
        if request.form.get("decision") == "decline":
            booking = deciding.decline(approval, why=why, now=now, by=by)
            flash(f"Declined. {booking.person.name} has been told, with your reason.", "success")
        else:
            booking = deciding.approve(approval, now=now, by=by, why=why)
            flash(said_of(booking).removeprefix("Thank you. "), "success")
    return redirect(url_for("approvals.hanging"), code=303)
