"""``/approvals/<token>``: somebody is asked, by a mailed link, whether a person may come. No sign-in.

Opening the page changes nothing, because mail scanners follow links: it has two buttons, and a way to pass it on.
"""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import EmailField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from ... import clock
from ...booking import deciding
from ...booking.approval_rules import CLOSED, Decision, why_closed
from ...booking.checks import sessions_of
from ...booking.models import Approval, Booking
from ...booking.rules import State
from ...db import db
from ...errors import Refused
from ...records.actions import changing
from ...web.access import public
from ...web.mail_address import mail_address
from ...web.problems import problem
from . import pages
from .finding import by_token, facts_about

NO_LINK = "Copy the whole address from the mail. If it still does not open, ring the training team."
BY_THEM = (Decision.APPROVED, Decision.DECLINED, Decision.DELEGATED)


class DeclineForm(FlaskForm):
    """Why not."""

    why = TextAreaField(
        "Why not?",
        description="The person reads this. Write nothing about a child or a family.",
        validators=[
            InputRequired("Say why not"),
            Length(max=500, message="Use at most 500 characters"),
        ],
    )


class PassOnForm(FlaskForm):
    """Who decides instead."""

    name = StringField(
        "Their name",
        validators=[InputRequired("Enter their name"), Length(max=200, message="Use a shorter name")],
    )
    email = EmailField(
        "Their email address",
        validators=[
            InputRequired("Enter their email address"),
            Length(max=254, message="Use a shorter address"),
            mail_address,
        ],
    )


def question_or_404(token: str) -> Approval:
    """The question of a link; a page that says what to do, where there is none."""
    found = by_token(token)
    return found or abort(problem(404, NO_LINK, heading="This link does not work", actions=()))


def closed(approval: Approval) -> str:
    """Why it can no longer be answered; "" when it can."""
    return why_closed(
        decision=approval.decision,
        booking=approval.booking.state,
        expires_at=approval.ends_at,
        now=clock.now(),
    )


def render(name: str, approval: Approval, status: int = 200, **more: object) -> ResponseReturnValue:
    """One of the pages of a link."""
    booking = approval.booking
    return render_template(
        f"approvals/{name}.html",
        approval=approval,
        booking=booking,
        event=booking.event,
        course=booking.event.course,
        sessions=sessions_of(booking.event_id),
        host=booking.event.host,
        **more,
    ), status


@pages.get("/approvals/<token>")
@public
def question(token: str) -> ResponseReturnValue:
    """Who asks for what, what helps to decide, and two buttons; or what became of it."""
    approval = question_or_404(token)
    why = closed(approval)
    if why:
        heading, what_to_do = CLOSED[why]
        status = 200 if approval.decision in BY_THEM else 410
        return render("closed", approval, status, heading=heading, what_to_do=what_to_do, token=token)
    facts = facts_about(approval.booking, clock.now())
    return render("question", approval, token=token, facts=facts, form=FlaskForm())


@pages.post("/approvals/<token>/approve")
@public
def agree(token: str) -> ResponseReturnValue:
    """Yes."""
    approval, now = question_or_404(token), clock.now()
    with changing(approval.booking.event_id, now=now):
        now = clock.now()
        booking = deciding.approve(approval, now=now)
        flash(said_of(booking), "success")
    return redirect(url_for("approvals.question", token=token), code=303)


def said_of(booking: Booking) -> str:
    """What agreeing led to."""
    name = booking.person.name
    if booking.state == State.BOOKED:
        return f"Thank you. {name} has a place, and we have written to them."
    return f"Thank you. {name} is on the waiting list and gets a place when one comes free."


@pages.route("/approvals/<token>/decline", methods=["GET", "POST"])
@public
def decline(token: str) -> ResponseReturnValue:
    """No: first why."""
    approval, form, now = question_or_404(token), DeclineForm(), clock.now()
    if closed(approval):
        return answered_before(token)
    if not form.validate_on_submit():
        return render("decline", approval, 422 if form.errors else 200, form=form, token=token)
    with changing(approval.booking.event_id, now=now):
        now = clock.now()
        deciding.decline(approval, why=form.why.data or "", now=now)
    flash(f"We have told {approval.booking.person.name}, with your reason and other dates.", "success")
    return redirect(url_for("approvals.question", token=token), code=303)


@pages.route("/approvals/<token>/pass-on", methods=["GET", "POST"])
@public
def pass_on(token: str) -> ResponseReturnValue:
    """Somebody else decides."""
    approval, form, now = question_or_404(token), PassOnForm(), clock.now()
    if closed(approval):
        return answered_before(token)
    if form.validate_on_submit():
        try:
            with changing(approval.booking.event_id, now=now):
                now = clock.now()
                new = deciding.delegate(
                    approval, name=form.name.data or "", email=form.email.data or "", now=now
                )
            flash(
                f"We have written to {new.approver_name or new.approver_email}. They decide now.", "success"
            )
            return redirect(url_for("approvals.question", token=token), code=303)
        except Refused as refused:
            if refused.reason:
                raise
            db.session.rollback()
            form.email.errors = [refused.sentence]
    return render("pass-on", approval, 422 if form.errors else 200, form=form, token=token)


def answered_before(token: str) -> ResponseReturnValue:
    """What became of it stands on the page of the link."""
    return redirect(url_for("approvals.question", token=token), code=303)
