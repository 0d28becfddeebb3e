"""Other times and places for a date that people know of, or the date itself where it was awaited.

First the sessions, then a page that says whom the change reaches, then the change.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField
from wtforms.validators import Length

from ... import clock
from ...accounts.rules import Role
from ...booking.announcing import tell_interested
from ...booking.checks import sessions_of
from ...catalogue.models import Event, EventSession
from ...catalogue.plans import SessionPlan
from ...db import db
from ...delivery import actions, rules
from ...delivery.clashes import clashes_at
from ...delivery.invites import sittings_of
from ...delivery.reach import reach_of
from ...delivery.texts import as_planned, reached_by_text, text_sentence
from ...errors import Refused
from ...records.actions import changing
from ...web.access import requires, signed_in
from ...web.filters import plural
from ...web.problems import problem
from . import pages
from .fields import tidied
from .scene import beforehand, event_or_404, is_confirmed
from .session_form import SessionsForm, crowded, drop_removed, offer_venues, session_as_typed

TAKE_BACK = "The mails leave in 10 minutes. Change it back before then, and nobody hears of it."


class TimesForm(SessionsForm):
    """The sessions as they shall be; those that have begun stay as they are."""

    why = TextAreaField(
        "A word to those who are told (optional)",
        [Length(max=500, message="Use at most 500 characters")],
        [tidied],
        description="It stands in the mail. Nothing about a child or a family",
    )
    begun: Sequence[EventSession] = ()

    def plans(self) -> list[SessionPlan]:
        """All sessions of the event: those that have begun, then what was typed."""
        kept = [
            SessionPlan(
                starts_at=session.starts_at,
                ends_at=session.ends_at,
                venue=session.venue.name if session.venue else "",
                joining_url=session.joining_url,
                session=session.public_id,
            )
            for session in self.begun
        ]
        return [*kept, *self.session_plans()]


@pages.route("/events/<int:event_id>/times", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def times(event_id: int) -> ResponseReturnValue:
    """Change the times and places of a date, or give it one."""
    event, now = event_or_404(event_id), clock.now()
    if event.state == "cancelled" or event.is_over(now):
        return problem(409, "This date is over or cancelled, so its times stay as they are.")
    form = form_for(event, now)
    if "more" in request.form or not form.validate_on_submit():
        return show(event, form)
    if not is_confirmed():
        return preview(event, form, now)
    try:
        change(event, form, now)
    except Refused as refused:
        db.session.rollback()
        form.form_errors.append(refused.sentence)
        return show(event_or_404(event_id), form)
    return redirect(url_for("catalogue.event", event_id=event_id), code=303)


def form_for(event: Event, now: datetime) -> TimesForm:
    """The form with the sessions that have not begun."""
    stored = sessions_of(event.id)
    ahead = [session for session in stored if session.starts_at > now]
    form = TimesForm(data={"sessions": [session_as_typed(session) for session in ahead]})
    form.begun = [session for session in stored if session.starts_at <= now]
    drop_removed(form)
    offer_venues(form, event.course.delivery)
    return form


def preview(event: Event, form: TimesForm, now: datetime) -> ResponseReturnValue:
    """What will happen, to whom."""
    plans = form.plans()
    was = sittings_of(sessions_of(event.id))
    kind = "event-dated" if event.awaits_date else "event-changed"
    at_once = rules.told_at(now, *rules.ahead((*was, *plans), now)) == now
    told = reach_of(event)
    return beforehand(
        event,
        kind,
        form,
        heading=heading_of(kind, len(told.booked)),
        button="Give it this date" if event.awaits_date else "Change it and tell them",
        back=url_for("course_desk.times", event_id=event.id),
        also_said=text_sentence(reached_by_text(event, told, was, as_planned(was, plans), now)),
        was=was,
        plans=plans,
        notices=[*form.said_twice(), *crowded(plans, event.capacity), *clash_words(event, plans, now)],
        when_told="The mails leave at once." if at_once else TAKE_BACK,
    )


def heading_of(kind: str, booked: int) -> str:
    """The heading of that page: whom it reaches above all."""
    if not booked:
        return "Give it this date?" if kind == "event-dated" else "Change this date?"
    invite = "an invite" if kind == "event-dated" else "a changed invite"
    return f"{plural(booked, 'person gets', 'people get')} {invite}"


def clash_words(event: Event, plans: Sequence[SessionPlan], now: datetime) -> list[str]:
    """How many have a place on another course at the new time; their mail says so."""
    clashing = clashes_at([(plan.starts_at, plan.ends_at) for plan in plans], event, now)
    if not clashing:
        return []
    said = plural(len(clashing), "person has", "people have")
    return [
        f"{said} a place on another course at that time. The mail tells them, and asks which one they give up."
    ]


def change(event: Event, form: TimesForm, now: datetime) -> None:
    """The change itself, and what is said of it."""
    by, why = signed_in().person, form.why.data or ""
    with changing(event.id, now=now) as locked:
        now = clock.now()
        awaited = locked.awaits_date
        act = actions.give_date if awaited else actions.reschedule
        outcome = act(locked, form.plans(), by=by, now=now, why=why)
        asked = tell_interested(locked, now=now) if awaited else 0
    for sentence in afterwards(outcome, awaited=awaited, asked=asked):
        flash(sentence, "success")


def afterwards(outcome: actions.Outcome, *, awaited: bool, asked: int) -> list[str]:
    """What was done, and how to take it back."""
    said = ["The date is set." if awaited else "The date was changed."]
    if outcome.promoted:
        waited = plural(len(outcome.promoted), "person", "people")
        said.append(f"{waited} from the waiting list got a place, or an offer of one.")
    if asked:
        said.append(f"{plural(asked, 'person', 'people')} who asked for a date will be told by mail.")
    if outcome.told:
        said.append(f"{plural(outcome.told, 'person is', 'people are')} told by mail.")
    if outcome.told and not awaited:
        said.append("To take it back, change it back within 10 minutes: then nobody hears of it.")
    return said


def show(event: Event, form: TimesForm, **more: Any) -> ResponseReturnValue:
    """The page with its form."""
    page = render_template(
        "course_desk/times.html",
        form=form,
        event=event,
        course=event.course,
        said=rules.reach_words(
            "event-dated" if event.awaits_date else "event-changed", reach_of(event).counts
        ),
        **more,
    )
    return page, 422 if form.errors else 200
