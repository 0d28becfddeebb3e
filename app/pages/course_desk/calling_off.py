"""Postponing a date and cancelling it: each a page of its own that says first what happens to whom."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from ... import clock
from ...accounts.rules import Role
from ...booking.checks import sessions_of
from ...booking.listing import other_dates
from ...catalogue.models import Event
from ...db import db
from ...delivery import actions
from ...delivery.invites import sittings_of
from ...delivery.reach import reach_of
from ...delivery.rules import reach_words
from ...delivery.texts import reached_by_text, text_sentence
from ...records.actions import changing
from ...web.access import requires, signed_in
from ...web.filters import plural
from ...web.problems import problem
from . import pages
from .fields import tidied
from .scene import event_or_404, names


class WhyForm(FlaskForm):
    """The reason, which stands in the mail."""

    why = TextAreaField(
        "Why?",
        [
            InputRequired("Say why: it stands in the mail"),
            Length(max=500, message="Use at most 500 characters"),
        ],
        [tidied],
        description="It stands in the mail, word for word. Nothing about a child, a family or somebody’s health",
    )


@dataclass(frozen=True, kw_only=True)
class Act:
    """One of the two."""

    kind: str
    do: Callable[..., actions.Outcome]
    heading: str
    button: str
    done: str


POSTPONE = Act(
    kind="event-postponed",
    do=actions.postpone,
    heading="Postpone this date?",
    button="Postpone it and tell them",
    done="The date is postponed. Give it its new date as soon as you know it.",
)
CANCEL = Act(
    kind="event-cancelled",
    do=actions.cancel_event,
    heading="Cancel this date?",
    button="Cancel it and tell them",
    done="The date is cancelled. It counts against nobody.",
)


@pages.route("/events/<int:event_id>/postpone", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def postpone(event_id: int) -> ResponseReturnValue:
    """Take a date away; bookings stay, and a new date is awaited."""
    return call_off(event_or_404(event_id), POSTPONE)


@pages.route("/events/<int:event_id>/cancel", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def cancel(event_id: int) -> ResponseReturnValue:
    """Call a date off; everybody is offered other dates first."""
    return call_off(event_or_404(event_id), CANCEL)


def call_off(event: Event, act: Act) -> ResponseReturnValue:
    """Either page: what will happen, then the act."""
    form, now = WhyForm(), clock.now()
    refused = why_not(event, act)
    if refused:
        return problem(409, refused)
    if form.validate_on_submit():
        with changing(event.id, now=now) as locked:
            now = clock.now()
            outcome = act.do(locked, by=signed_in().person, now=now, why=form.why.data or "")
        told = f" {plural(outcome.told, 'person is', 'people are')} told by mail." if outcome.told else ""
        flash(act.done + told, "success")
        return redirect(url_for("catalogue.event", event_id=event.id), code=303)
    reach, was = reach_of(event), sittings_of(sessions_of(event.id))
    texts = text_sentence(reached_by_text(event, reach, was, (), now))
    page = render_template(
        "course_desk/call_off.html",
        form=form,
        event=event,
        course=event.course,
        act=act,
        said=[*reach_words(act.kind, reach.counts), *texts],
        without_address=names(reach),
        reaches=bool(reach.claims or reach.organisations),
        dates=db.session.execute(other_dates(event.course_id, event.id, now)).all(),
    )
    return page, 422 if form.errors else 200


def why_not(event: Event, act: Act) -> str:
    """Why the page has nothing to offer; "" when it has."""
    if event.state == "cancelled":
        return "This date has been cancelled already."
    if event.has_begun(clock.now()):
        return (
            "This course has begun. You can change the sessions that are left, under “Change times or venue”."
        )
    if act is POSTPONE and event.awaits_date:
        return "This event has no date that could be postponed."
    return ""
