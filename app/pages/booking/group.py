"""Booking for others: a few colleagues, a school's twelve, a list or a file. First what would happen, then the act."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.rules import Role
from ...booking import groups, listed_people
from ...booking.checks import occasion_of
from ...booking.groups import COLLEAGUE, LEAD, STAFF, Booker, Outcome, Undone
from ...booking.leading import led_of
from ...booking.listed_people import Line
from ...booking.workplaces import workplaces_of
from ...catalogue.models import Event
from ...db import db
from ...errors import Refused
from ...imports.reading import read_table
from ...records.actions import changing
from ...web.access import current_partnership, signed_in
from ...web.filters import plural
from . import pages
from .group_form import GroupForm, form_for
from .scene import EVENT


def event_or_404(event_id: int) -> Event:
    """A date that people may know of."""
    found: Event | None = db.session.scalar(EVENT, {"event": event_id, "host": current_partnership().id})
    return found or abort(404)


def role_here() -> str:
    """As what the signed-in person books: staff, lead or colleague."""
    if signed_in().may(Role.ADMINISTRATOR):
        return STAFF
    return LEAD if led_of(signed_in().grants) else COLLEAGUE


@pages.route("/events/<int:event_id>/group", methods=["GET", "POST"])
def group(event_id: int) -> ResponseReturnValue:
    """Book for others. ``step`` says which button was pressed: check the list, change it, or book."""
    event, now = event_or_404(event_id), clock.now()
    form = form_for(role_here(), event, occasion_of(event, now), now)
    step = request.form.get("step", "check")
    if step == "edit" or not form.validate_on_submit():
        return show(event, form)
    try:
        lines = lines_from(form)
        outcomes = attempt(
            event.id, form, lines, keep=request.form.get("shown", "") if step == "book" else ""
        )
    except Refused as refused:
        db.session.rollback()
        form.people.errors = [refused.sentence]
        return show(event, form)
    if step == "book" and groups.fingerprint(outcomes) == request.form.get("shown"):
        flash(done(outcomes), "success")
        return redirect(after(event), code=303)
    return review(event, form, lines, outcomes, changed=step == "book")


def lines_from(form: GroupForm) -> list[Line]:
    """The list: a file where one was handed in, else what was typed. Raises Refused for one that cannot be read."""
    file = form.file.data if "file" in form else None
    if file:
        table = read_table(file.read())
        if table.faults:
            raise Refused(table.faults[0].sentence(table.word))
        return listed_people.lines_of_table(table.columns, [(row.line, row.cells) for row in table.rows])
    return listed_people.lines_of(form.people.data or "")


def attempt(event_id: int, form: GroupForm, lines: Sequence[Line], *, keep: str) -> list[Outcome]:
    """Book everybody and see what comes of it; undone again unless it is what ``keep`` says was shown."""
    outcomes: list[Outcome] = []
    try:
        with changing(event_id, now=clock.now()) as event:
            now = clock.now()
            outcomes = groups.book_lines(event, lines, booker(form, now), now=now, asked=form.asked())
            if groups.fingerprint(outcomes) != keep:
                raise Undone
    except Undone:
        pass
    return outcomes


def booker(form: GroupForm, now: datetime) -> Booker:
    """Who books, as what, and where people work who are new."""
    who, role, kind = signed_in(), role_here(), form.data_of("role_group")
    if role == COLLEAGUE:
        jobs = {str(j.affiliation_id): j for j in workplaces_of(who.person.id, clock.london_day(now))}
        chosen = form.unit.data if "unit" in form else next(iter(jobs))
        return Booker(by=who.person, role=role, place=jobs[chosen], role_group=kind)
    if role == LEAD:
        led = tuple(dict.fromkeys(led_of(who.grants)))
        chosen_led = led[int(form.unit.data)] if "unit" in form else led[0]
        return Booker(by=who.person, role=role, place=chosen_led, led=led, role_group=kind)
    return Booker(by=who.person, role=role, place=form.new_people_at(), role_group=kind)


def show(event: Event, form: GroupForm) -> ResponseReturnValue:
    """The form."""
    told: dict[str, Any] = {"event": event, "course": event.course, "form": form, "role": role_here()}
    page = render_template("booking/group.html", **told, most=listed_people.MOST)
    return page, 422 if form.errors else 200


def review(
    event: Event, form: GroupForm, lines: Sequence[Line], outcomes: Sequence[Outcome], *, changed: bool
) -> ResponseReturnValue:
    """What would happen to each line, and the button that does exactly that."""
    form.people.data = listed_people.as_text(lines)
    page = render_template(
        "booking/group-review.html",
        event=event,
        course=event.course,
        form=form,
        outcomes=outcomes,
        counts=Counter(outcome.word for outcome in outcomes),
        made=sum(outcome.made for outcome in outcomes),
        shown=groups.fingerprint(outcomes),
        changed=changed,
    )
    return page, 409 if changed else 200


def done(outcomes: Sequence[Outcome]) -> str:
    """What was done, in a sentence."""
    counts = Counter(outcome.word for outcome in outcomes)
    said = [
        f"{plural(counts[word], one, many)}"
        for word, one, many in (
            ("Gets a place", "person has a place", "people have a place"),
            ("Waits", "waits", "wait"),
            ("Asks for approval", "waits for approval", "wait for approval"),
        )
        if counts[word]
    ]
    told = "They have" if sum(outcome.made for outcome in outcomes) == 1 else "Each of them has"
    return f"{', '.join(said)}. {told} mail that says who booked it and how to say no."


def after(event: Event) -> str:
    """Where the booker goes on from here."""
    role = role_here()
    if role == STAFF:
        return f"/events/{event.id}/bookings"
    return "/my-agency" if role == LEAD else f"/events/{event.id}"
