"""A person's own bookings: all of them, one of them, giving one up, and the file for the calendar."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from ... import clock
from ...attendance.models import AbsenceReason
from ...attendance.register import came_by
from ...attendance.rules import ABSENCE_REASONS
from ...booking import actions, offers
from ...booking.checks import claims_of, number_waiting, sessions_of
from ...booking.codes import shown_code
from ...booking.history import headline, in_short, sentence
from ...booking.listing import coming, earlier, other_dates
from ...booking.manager_links import Holder, token_for
from ...booking.models import Booking, BookingChange
from ...booking.part_one import deadline_under
from ...booking.rules import LIVE, State
from ...booking.unfinished import to_finish
from ...booking.waiving import waiver_of
from ...completions.rules import BY_DEADLINE, TO_BOOK, missing
from ...completions.standing import requirements_of
from ...db import db
from ...mailbox.actions import release_link
from ...mailbox.finding import refusals_of
from ...mailbox.listing import answers_to
from ...materials.listing import of_booking
from ...materials.material_files import size_words
from ...records.actions import changing
from ...web.access import signed_in
from ...web.addresses import row_number
from ...web.filters import when
from ...web.trail import record_view
from ..recording.told import told_of
from . import pages
from .beside import agreement, charge_lines, ways_in
from .calendar_told import calendar_told
from .scene import came_free, place_on
from .standing import sorted_out
from .to_do import EVALUATIONS, before_steps, required_steps
from .whose import booking_or_404, booking_to_change, is_own, page_of

A_PAGE = 25
# {} is "You have" or "Priya Patel has".
TAKEN_BACK = {
    State.WAITING: "{} left the waiting list.",
    State.REQUESTED: "The request is taken back.",
    State.OFFERED: "The offered place goes to somebody else.",
}
CHANGES = BookingChange.of(sa.bindparam("booking"))


class LeaveForm(FlaskForm):
    """Giving up a place, or leaving the waiting list. ``seen`` is the state the page spoke of."""

    seen = HiddenField()
    why = TextAreaField(
        "Why can you not come?",
        description="For the training team. Write nothing about a child or a family.",
        validators=[Length(max=300, message="Use at most 300 characters")],
    )


@pages.get("/bookings")
def mine() -> ResponseReturnValue:
    """What the person has a place on, waits for, and had."""
    now, person_id = clock.now(), signed_in().person.id
    page = max(1, request.args.get("page", 1, type=row_number))
    ahead = db.session.execute(coming(person_id, now)).all()
    past = db.session.execute(earlier(person_id, now).limit(A_PAGE + 1).offset((page - 1) * A_PAGE)).all()
    return render_template(
        "booking/mine.html",
        ahead=sorted_out(ahead, now),
        past=past[:A_PAGE],
        in_short=in_short,
        page=page,
        more=len(past) > A_PAGE,
        to_finish=to_finish(person_id, now),
    )


@pages.get("/bookings/<public_id>")
def show(public_id: str) -> ResponseReturnValue:
    """One booking: what it is, what to do before the day, what happened to it."""
    booking, now, who = booking_or_404(public_id), clock.now(), signed_in()
    event, own = booking.event, booking.person_id == who.person.id
    record_view(booking.person, what="booking")
    told: dict[str, Any] = {
        "booking": booking,
        "event": event,
        "course": event.course,
        "sessions": sessions_of(event.id),
        "own": own,
        "over": event.is_over(now),
        "begun": event.has_begun(now),
        "happened": happened(booking, who.person.id, own),
        "answers": (answers := db.session.scalars(answers_to(booking.id)).all()),
        "release_link": declined_link(booking, now) if own and answers else "",
    }
    if booking.state == State.BOOKED and not told["over"]:
        told |= told_of_part_one(booking, now, own)
        told["calendars"] = ways_in(booking, told["sessions"])
        told["booking_code"] = shown_code(booking.public_id)
    if booking.state == State.WAITING and not told["begun"]:
        told["position"] = db.session.scalars(Booking.number_before(booking)).one() + 1
        told["came_free"] = came_free(event.course_id, now)
        claims = claims_of([booking.person_id], now)[booking.person_id]
        told["own_other_date"] = place_on(event.course_id, claims)
    name = "" if own else booking.person.name
    told["heading"] = headline(
        state=booking.state, name=name, over=told["over"], position=told.get("position", 0)
    )
    told["offer"] = offers.is_open(booking, now) and not told["begun"]
    if booking.state != State.BOOKED:
        told["dates"] = db.session.execute(other_dates(event.course_id, event.id, now)).all()
    told["absence"] = db.session.scalar(AbsenceReason.of(booking.id).limit(1)) if told["over"] else None
    told["given"] = of_booking(booking, partial(came_by, booking.person_id), now)
    told |= (
        told_of(booking)
        | agreement(booking, now)
        | {"charges": charge_lines(booking)}
        | calendar_told(booking, now)
    )
    return render_template("booking/show.html", **told, reasons=ABSENCE_REASONS, size_words=size_words)


def declined_link(booking: Booking, now: datetime) -> str:
    """The page on which somebody whose calendar declined releases or keeps the place; "" for anybody else."""
    holds = booking.state == State.BOOKED and not booking.event.has_begun(now) and not signed_in().seen_by
    if not holds or not db.session.execute(refusals_of(booking)).first():
        return ""
    return release_link(token_for(booking, Holder.PERSON))


def told_of_part_one(booking: Booking, now: datetime, own: bool) -> dict[str, Any]:
    """What to do before the day, and whether part 1 is still to finish.

    A link to questions is the person's own: nobody else gets to see it.
    """
    event, person_id = booking.event, booking.person_id
    first = requirements_of(event.course_id, [person_id])[person_id]
    by = event.starts_at and deadline_under(booking.policy, event.starts_at)
    waiver = db.session.scalar(waiver_of(person_id, event.id)) if first else None
    asked = db.session.execute(EVALUATIONS, {"person": person_id, "booking": booking.id}).all()
    questions = before_steps(asked, now)
    passed = by is not None and now >= by
    courses = required_steps(first, by=None if passed else by, own=own, waived=waiver is not None)
    undone = [] if waiver else missing(first, TO_BOOK, BY_DEADLINE)
    return {
        "steps": [
            *courses,
            *(
                questions
                if own and not signed_in().seen_by
                else [replace(step, href="") for step in questions]
            ),
        ],
        "undone": [row.title for row in undone],
        "checking": any(row.evidence_waiting for row in undone),
        "by": by,
        "passed": passed,
        "releases": booking.policy.get("part_one", event.course.part_one) == "release",
    }


def happened(booking: Booking, viewer_id: int, own: bool) -> list[tuple[str, str]]:
    """The history in sentences, newest first."""
    whom = "you" if own else booking.person.name
    told = []
    for row in db.session.execute(CHANGES, {"booking": booking.id}):
        who = "You" if row.by_id == viewer_id else row.name or ""
        said = sentence(
            was=row.from_state, became=row.to_state, who=who, whom=whom, why=row.why, late=row.late
        )
        told.append((when(row.at), said))
    return told


@pages.route("/bookings/<public_id>/cancel", methods=["GET", "POST"])
def leave(public_id: str) -> ResponseReturnValue:
    """Give up a place, or leave the waiting list: first what will happen, then the act."""
    booking, now = booking_to_change(public_id), clock.now()
    if booking.state not in LIVE or booking.event.has_begun(now):
        return redirect(page_of(booking), code=303)
    late = booking.state == State.BOOKED and actions.late_now(booking, now)
    form, who = LeaveForm(), "you" if is_own(booking) else "they"
    form.why.label.text = f"Why can {who} not come?"
    if not late:
        form.why.label.text += " (optional)"
    sent = form.validate_on_submit()
    if sent and late and not (form.why.data or "").strip():
        form.why.errors = [f"Say why {who} cannot come"]
    elif sent:
        flash(*give_up(booking, form))
        return redirect(page_of(booking), code=303)
    return show_leave(booking, form, late, now)


def show_leave(booking: Booking, form: LeaveForm, late: bool, now: datetime) -> ResponseReturnValue:
    """What will happen, to whom, and what could be done instead."""
    event, form.seen.data = booking.event, booking.state
    page = render_template(
        "booking/leave.html",
        booking=booking,
        event=event,
        course=event.course,
        form=form,
        late=late,
        notice=actions.days_of_notice(booking),
        own=is_own(booking),
        back=page_of(booking),
        waiting=number_waiting(event.id),
        dates=db.session.execute(other_dates(event.course_id, event.id, now)).all(),
    )
    return page, 422 if form.errors else 200


def give_up(booking: Booking, form: LeaveForm) -> tuple[str, str]:
    """The change itself; returns what to say about it, and how."""
    by, now = signed_in().person, clock.now()
    with changing(booking.event_id, now=now):
        now = clock.now()
        if booking.state != form.seen.data:
            return "This booking has changed in the meantime. Look at it again.", "problem"
        if booking.state != State.BOOKED:
            was = State(booking.state)
            actions.withdraw(booking, by=by, now=now)
            return TAKEN_BACK[was].format(
                "You have" if is_own(booking) else f"{booking.person.name} has"
            ), "success"
        actions.cancel(booking, by=by, now=now, why=form.why.data or "")
        whose = ("Your", "your") if is_own(booking) else (f"{booking.person.name}’s", "their")
        return f"{whose[0]} place is cancelled. A mail takes it out of {whose[1]} calendar.", "success"
