"""Putting somebody on an event: find them, then the form that books for them; or above the limit, with a reason."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectChoice, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from ... import clock
from ...accounts import people
from ...accounts.models import Person
from ...accounts.rules import Role
from ...booking.changing_hands import waiting_booking
from ...booking.charging import price_for
from ...booking.finding import booked_on
from ...booking.models import Booking
from ...booking.overriding import add_above_limit
from ...booking.prices import Price
from ...booking.rules import LIVE, Asked, State
from ...booking.workplaces import Workplace, workplaces_of
from ...catalogue.models import Event
from ...db import db
from ...errors import Refused
from ...records.actions import changing, changing_for
from ...web.access import current_partnership, requires, signed_in
from ...web.paging import paging
from ..people.words import by_person, holds, place_of_work
from . import pages
from .scene import event_or_404
from .words import TAGS

SAY_WHY = [InputRequired("Say why"), Length(max=300, message="Use at most 300 characters")]


class AboveForm(FlaskForm):
    """Why there is one place more."""

    affiliation = RadioField("Which of their jobs is this for?", [InputRequired("Choose which job")])
    why = TextAreaField(
        "Why is one more place needed?",
        SAY_WHY,
        description="It stays in the history of the booking, where the person can read it.",
    )
    approved_why = StringField(
        "Who agreed that they come?",
        [InputRequired("Say who agreed"), Length(max=200, message="Use at most 200 characters")],
        description="For instance: “Their manager, on the telephone.” It is kept with the reason.",
    )
    charge_accepted = BooleanField("They agree to this charge")
    purchase_order = StringField(
        "Purchase order number", [Length(max=60, message="Use at most 60 characters")]
    )

    def asked(self) -> Asked:
        """The same as the rules understand it."""
        paid = "charge_accepted" in self
        return Asked(
            clash_confirmed=True,
            approved_why=(self.approved_why.data or "").strip() if "approved_why" in self else "",
            charge_accepted=paid and bool(self.charge_accepted.data),
            purchase_order=(self.purchase_order.data or "").strip() if paid else "",
        )


def above_form(event: Event, jobs: Sequence[Workplace], price: Price | None, *, waits: bool) -> AboveForm:
    """The form, without what the course does not ask of them. Who waits was asked when they joined the list."""
    form = AboveForm()
    form.affiliation.choices = [SelectChoice(str(job.affiliation_id), job.name) for job in jobs]
    if len(jobs) == 1:
        form.affiliation.data = str(jobs[0].affiliation_id)
    if waits or not event.course.approval:
        del form.approved_why
    if waits or price is None:
        del form.charge_accepted, form.purchase_order
    return form


def price_for_them(event: Event, jobs: Sequence[Workplace], day: date) -> Price | None:
    """What a place costs them, for the first of their jobs for which it costs anything."""
    found = (price_for(event, job, day=day) for job in jobs)
    return next((price for price in found if price), None)


@pages.get("/events/<int:event_id>/bookings/add")
@requires(Role.ADMINISTRATOR)
def find(event_id: int) -> ResponseReturnValue:
    """Find whom to put on the event; whoever is on it already says so."""
    event, asked = event_or_404(event_id), request.args.get("q", "").strip()[:200]
    here, now = current_partnership().id, clock.now()

    def booked(word: str) -> Any:
        return booked_on(word, here, now)

    number = db.session.scalar(people.number_found(here, asked, booked)) if asked else 0
    page = paging(number or 0)
    wanted = people.found(here, asked, booked).limit(page.size).offset(page.offset)
    rows = list(db.session.execute(wanted)) if asked else []
    works = by_person(db.session.execute(people.places_of_work([row.id for row in rows])))
    return render_template(
        "event_bookings/find.html",
        event=event,
        asked=asked,
        page=page,
        rows=rows,
        works_at=lambda row: [
            place_of_work(w) for w in works.get(row.id, []) if holds(w, clock.london_day(now))
        ],
        theirs=on_it(event, [row.id for row in rows]),
        tags=TAGS,
    )


def on_it(event: Event, person_ids: list[int]) -> dict[int, Any]:
    """The live bookings of these people on the event, by person."""
    wanted = sa.select(Booking.person_id, Booking.public_id, Booking.state).where(
        Booking.event_id == event.id,
        Booking.person_id.in_(person_ids),
        Booking.state.in_([*LIVE, State.WALK_IN]),
    )
    return {row.person_id: row for row in db.session.execute(wanted)}


@pages.route("/events/<int:event_id>/bookings/above/<person_id>", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def above(event_id: int, person_id: str) -> ResponseReturnValue:
    """Give somebody a place although none is free: the limit rises by that one."""
    event, now = event_or_404(event_id), clock.now()
    person = db.session.scalar(people.person_known_to(current_partnership().id, person_id)) or abort(404)
    day, status = clock.london_day(now), 200
    jobs = workplaces_of(person.id, day)
    waits, price = waiting_booking(event_id, person.id), price_for_them(event, jobs, day)
    form = above_form(event, jobs, price, waits=waits is not None)
    if jobs and form.validate_on_submit():
        job = next(job for job in jobs if str(job.affiliation_id) == form.affiliation.data)
        try:
            raise_by_one(event_id, person, job, form)
            return redirect(url_for("event_bookings.listing", event_id=event_id), code=303)
        except Refused as refused:
            db.session.rollback()
            form.form_errors.append(refused.sentence)
            status = 409
    told = {"event": event, "delegate": person, "form": form, "jobs": jobs, "price": price}
    page = render_template("event_bookings/above.html", **told)
    return page, status if status != 200 else (422 if form.errors else 200)


def raise_by_one(event_id: int, person: Person, job: Workplace, form: AboveForm) -> None:
    """The change itself, and what is said of it."""
    by, asked, why = signed_in().person, form.asked(), str(form.why.data)
    waits = waiting_booking(event_id, person.id)
    with changing_for(waits, now=clock.now()) if waits else changing(event_id, now=clock.now()) as event:
        add_above_limit(event, person, job, by=by, now=clock.now(), asked=asked, why=why)
        limit = event.booking_limit
    flash(f"{person.name} has a place now, and a mail says so. The limit is {limit} now.", "success")
