"""``/desk/evidence``: administrators check the certificates that people handed in."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectChoice, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from ... import clock
from ...accounts.rules import Role
from ...booking.needing import freed_by
from ...booking.workplaces import workplaces_of
from ...completions import evidence as actions
from ...completions.models import Evidence
from ...db import db, writing
from ...records import evidence as records
from ...web.access import current_partnership, requires, signed_in
from ...web.trail import record_view
from ..course_desk.fields import tidied
from . import pages
from .handing_in import evidence_or_404

DECIDED_SHOWN = 25


class DecisionForm(FlaskForm):
    """Whether a certificate counts."""

    decision = RadioField(
        "Does it count?",
        [InputRequired("Choose whether it counts")],
        choices=[
            SelectChoice("accept", "Yes, it counts"),
            SelectChoice("refuse", "No, it does not count"),
        ],
    )
    why = TextAreaField(
        "Why it does not count",
        [Length(max=500, message="Use at most 500 characters")],
        [tidied],
        description="The person reads this. Say what would count. Write nothing about a child or a family.",
    )

    def validate_why(self, field: TextAreaField) -> None:
        """Refusing needs a reason."""
        if self.decision.data == "refuse" and not field.data:
            raise ValidationError("Say why it does not count")


@pages.get("/desk/evidence")
@requires(Role.ADMINISTRATOR)
def to_check() -> ResponseReturnValue:
    """What waits to be checked, longest waiting first; and what was decided last."""
    ours = current_partnership().id
    waiting = db.session.scalars(Evidence.at_the_desk(ours, waiting=True)).all()
    decided = db.session.scalars(Evidence.at_the_desk(ours, waiting=False).limit(DECIDED_SHOWN)).all()
    return render_template("evidence/to_check.html", waiting=waiting, decided=decided)


@pages.route("/desk/evidence/<public_id>", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def decide(public_id: str) -> ResponseReturnValue:
    """One certificate: look at it, then accept or refuse it."""
    evidence, form, now = evidence_or_404(public_id), DecisionForm(), clock.now()
    record_view(evidence.person, what="certificate from elsewhere")
    if form.validate_on_submit():
        flash(apply(evidence, form), "success")
        return redirect(url_for("evidence.to_check"), code=303)
    page = render_template(
        "evidence/decide.html",
        evidence=evidence,
        course=evidence.course,
        form=form,
        works=workplaces_of(evidence.person_id, clock.london_day(now)),
        rows=db.session.execute(freed_by(evidence.person_id, evidence.course_id, now)).all(),
    )
    return page, 422 if form.errors else 200


def apply(evidence: Evidence, form: DecisionForm) -> str:
    """The change itself; returns what to say about it."""
    by = signed_in().person
    name, title = evidence.person.name, evidence.course.title
    with writing():
        now = clock.now()
        if form.decision.data == "accept":
            records.accept(evidence, by=by, clock=clock.now)
            return f"{title} counts as done for {name}, who hears of it by mail."
        actions.refuse(evidence, by=by, now=now, why=form.why.data)
        return f"The certificate was refused, and {name} hears why by mail."
