"""``/events/<id>/outcomes``: who completed and why, and deciding it by hand with a reason."""

from typing import Any

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from ... import clock
from ...attendance import overriding
from ...attendance.override_rules import LONGEST_REASON, Decision, has_completed
from ...booking.models import Booking
from ...catalogue.models import Event
from ...db import db
from ...errors import Refused
from ...partnerships.outcome_rules import rule_from
from ...records.actions import changing
from ...web.access import signed_in
from ..course_desk.fields import one_line
from ..register.scene import event_with_people
from . import pages

WORDS = {
    Decision.COMPLETED: "Completed",
    Decision.NOT_COMPLETED: "Not completed",
    Decision.BY_RULE: "As the register and the rule say",
}


class DecisionForm(FlaskForm):
    """The outcome, and why."""

    outcome = RadioField(
        "Their outcome",
        [InputRequired("Choose the outcome")],
        choices=[SelectChoice(decision.value, words) for decision, words in WORDS.items()],
    )
    why = StringField(
        "Why?",
        [
            InputRequired("Say why you decide this"),
            Length(max=LONGEST_REASON, message=f"Use at most {LONGEST_REASON} characters"),
        ],
        [one_line],
        description="It is kept with the booking. Write nothing about a child or a family.",
    )


def lines_of(event: Event) -> list[dict[str, Any]]:
    """Everybody on the register: minutes there, the rule they booked under, the outcome, what was decided."""
    sittings = overriding.sittings_of(event.id)
    return [line_of(row, sittings.get(row.id, [])) for row in overriding.on_register(event.id)]


def line_of(row: Any, sittings: list[tuple[int, int]]) -> dict[str, Any]:
    """One of them; a session somebody was not in counts no minutes."""
    there = [(max(0, minutes), length) for minutes, length in sittings]
    rule, came = rule_from(row.outcome_rule), any(minutes >= 0 for minutes, _ in sittings)
    by_rule = came and rule.is_met(there)
    decided = row.decided if row.decided != Decision.BY_RULE else None
    return {
        "row": row,
        "came": came,
        "marked": bool(sittings),
        "there": sum(minutes for minutes, _ in there),
        "whole": sum(length for _, length in there),
        "rule": rule.in_words,
        "by_rule": by_rule,
        "decided": decided,
        "completed": has_completed(came=came, by_rule=by_rule, decided=decided),
    }


@pages.get("/events/<int:event_id>/outcomes")
def listing(event_id: int) -> ResponseReturnValue:
    """Everybody on the register with their outcome."""
    event = event_with_people(event_id)
    lines = lines_of(event)
    return render_template(
        "outcomes/list.html",
        event=event,
        lines=lines,
        rules=sorted({line["rule"] for line in lines}),
        came=sum(line["came"] for line in lines),
        completed=sum(line["completed"] for line in lines),
        over=event.is_over(clock.now()),
    )


@pages.route("/events/<int:event_id>/outcomes/<public_id>", methods=["GET", "POST"])
def decide(event_id: int, public_id: str) -> ResponseReturnValue:
    """One person's outcome: what the rule says, what was decided, and deciding it."""
    event = event_with_people(event_id)
    line = next((line for line in lines_of(event) if line["row"].public_id == public_id), None) or abort(404)
    form = DecisionForm(data={"outcome": line["decided"] or Decision.BY_RULE.value})
    if form.validate_on_submit() and keep(event, line["row"].id, form):
        flash(f"{line['row'].name}: saved. Their certificate and the figures follow.", "success")
        return redirect(url_for("outcomes.listing", event_id=event_id), code=303)
    history, over = overriding.history_of(line["row"].id), event.is_over(clock.now())
    page = render_template(
        "outcomes/decide.html", event=event, line=line, form=form, history=history, words=WORDS, over=over
    )
    return page, 422 if form.errors else 200


def keep(event: Event, booking_id: int, form: DecisionForm) -> bool:
    """The change itself; False when it is refused, which the form then says."""
    by = signed_in().person
    try:
        with changing(event, now=clock.now()) as locked:
            booking = db.session.scalars(sa.select(Booking).where(Booking.id == booking_id)).one()
            decision = Decision(str(form.outcome.data))
            overriding.decide(locked, booking, decision, why=form.why.data or "", by=by, now=clock.now())
    except Refused as refused:
        db.session.rollback()
        form.outcome.errors = [refused.sentence]
        return False
    return True
