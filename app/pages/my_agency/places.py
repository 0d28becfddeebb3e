"""Places without a name: a lead holds some on a date, names people by a day, or gives them back."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload
from wtforms import SelectChoice

from ... import clock
from ...accounts.models import Person
from ...accounts.rules import Led, Role
from ...booking import nominating
from ...booking.charging import price_of
from ...booking.introducing import colleague_of
from ...booking.leading import from_there, is_led, led_of
from ...booking.models import Booking, Nomination
from ...booking.rules import HOLDING, Reason
from ...catalogue.models import Course, Event
from ...db import db
from ...errors import Refused
from ...records.actions import changing
from ...web.access import current_partnership, requires, signed_in
from ...web.filters import plural
from . import pages
from .places_form import HoldForm, NameForm, name_form

# Which field a refusal is about; any other is about the person.
FIELDS = {"name": "name", Reason.CLASH: "clash_confirmed", Reason.CHARGE: "charge_accepted"}


def event_or_404(event_id: int) -> Event:
    """A published date of this partnership that has not begun."""
    event = db.session.scalar(
        sa.select(Event)
        .join(Course, Course.id == Event.course_id)
        .where(
            Event.id == event_id,
            Event.host_id == current_partnership().id,
            Event.state == "published",
            Event.headcount_only.is_(False),
            Course.published,
        )
        .options(joinedload(Event.course), joinedload(Event.host))
    )
    if event is None or event.has_begun(clock.now()):
        abort(404)
    return event


def units() -> list[Led]:
    """What the signed-in lead leads, each once."""
    return list(dict.fromkeys(led_of(signed_in().grants)))


@pages.route("/events/<int:event_id>/places", methods=["GET", "POST"])
@requires(Role.AGENCY_LEAD)
def hold(event_id: int) -> ResponseReturnValue:
    """Hold places on a date for people who are named later."""
    event, now, leads, form = event_or_404(event_id), clock.now(), units(), HoldForm()
    form.unit.choices = [SelectChoice(str(n), nominating.unit_name(led)) for n, led in enumerate(leads)]
    if len(leads) < 2:
        del form.unit
    if leads and form.validate_on_submit():
        led = leads[int(form.unit.data)] if "unit" in form else leads[0]
        try:
            with changing(event_id, now=now) as locked:
                now = clock.now()
                nomination = nominating.hold(
                    locked, led, form.places.data or 0, by=signed_in().person, now=clock.now()
                )
                address = nomination.public_id
        except Refused as refused:
            db.session.rollback()
            form.places.errors = [refused.sentence]
        else:
            flash(f"{plural(form.places.data or 0, 'place is', 'places are')} held for you.", "success")
            return redirect(url_for("my_agency.held", public_id=address), code=303)
    return show_hold(event, form, leads, now)


def show_hold(event: Event, form: HoldForm, leads: Sequence[Led], now: datetime) -> ResponseReturnValue:
    """What holding places means here, or why it cannot be done."""
    cannot = "Your role does not say yet whom you lead. The training team can set it."
    if leads:
        cannot = nominating.why_not_hold(event, leads[0], 1, now=now) if len(leads) == 1 else ""
    page = render_template(
        "my_agency/hold.html",
        event=event,
        course=event.course,
        form=form,
        cannot=cannot,
        names_due=None if event.awaits_date else nominating.name_by(event, now),
        most=nominating.most_places(event.host, now),
        unit=nominating.unit_name(leads[0]) if leads else "",
    )
    return page, 422 if form.errors else 200


def nomination_or_404(public_id: str) -> Nomination:
    """Held places of what the signed-in lead leads."""
    found = db.session.scalar(
        sa.select(Nomination)
        .where(Nomination.public_id == public_id)
        .options(joinedload(Nomination.event).options(joinedload(Event.course), joinedload(Event.host)))
    )
    ours = found is not None and found.event.host_id == current_partnership().id
    return found if found and ours and is_led(signed_in().grants, found) else abort(404)


@pages.route("/my-agency/places/<public_id>", methods=["GET", "POST"])
@requires(Role.AGENCY_LEAD)
def held(public_id: str) -> ResponseReturnValue:
    """Held places: who was named, and the form to name somebody."""
    nomination, status = nomination_or_404(public_id), 200
    price = price_of(nomination.event, nomination.agency_id, day=clock.london_day(clock.now()))
    form = name_form(nomination, price)
    if nomination.places and form.validate_on_submit():
        try:
            name = name_somebody(nomination, form)
        except Refused as refused:
            db.session.rollback()
            status = 409
            form[FIELDS.get(refused.reason, "email")].errors = [refused.sentence]
        else:
            flash(f"{name} has a place now, and mail about it.", "success")
            return redirect(url_for("my_agency.held", public_id=public_id), code=303)
    page = render_template(
        "my_agency/held.html",
        nomination=nomination,
        event=nomination.event,
        course=nomination.event.course,
        unit=nominating.unit_name(nominating.led_of(nomination)),
        form=form,
        price=price,
        clashes=bool(form.clash_confirmed.errors or form.clash_confirmed.data),
        named=db.session.execute(named(nomination)).all(),
    )
    return page, 422 if form.errors and status == 200 else status


def named(nomination: Nomination) -> sa.Select[str, str]:
    """Who of there has a place on the event: public id of the booking and name."""
    there = from_there([nominating.led_of(nomination)])
    return (
        sa.select(Booking.public_id, Person.name)
        .join(Person, Person.id == Booking.person_id)
        .where(Booking.event_id == nomination.event_id, Booking.state.in_(HOLDING), there)
        .order_by(sa.func.lower(Person.name))
    )


def name_somebody(nomination: Nomination, form: NameForm) -> str:
    """The change itself; returns the name."""
    with changing(nomination.event_id, now=clock.now()):
        now = clock.now()
        db.session.refresh(nomination)
        person, workplace = colleague_of(
            nomination,
            email=form.email.data or "",
            name=form.name.data or "",
            now=now,
            role_group=form.role_group.data if "role_group" in form else "",
        )
        nominating.name(nomination, person, workplace, by=signed_in().person, now=now, asked=form.asked())
        return person.name


@pages.post("/my-agency/places/<public_id>/give-back")
@requires(Role.AGENCY_LEAD)
def give_back(public_id: str) -> ResponseReturnValue:
    """Give back what has no name yet."""
    nomination, now = nomination_or_404(public_id), clock.now()
    with changing(nomination.event_id, now=now):
        now = clock.now()
        db.session.refresh(nomination)
        given = nominating.give_back(nomination, nomination.places, by=signed_in().person, now=now)
    flash(f"{plural(given, 'place', 'places')} given back. Thank you: others can have them.", "success")
    return redirect(url_for("my_agency.held", public_id=public_id), code=303)
