"""On the page of who delivers an event: another part for somebody, what the event needs, and one trainer for another."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SelectField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, ValidationError

from ... import clock
from ...accounts.models import Person
from ...accounts.rules import Role
from ...catalogue.models import Event
from ...db import db
from ...delivery import calling
from ...delivery.candidates import Candidate, candidates_of
from ...delivery.filling import settle_filled
from ...delivery.standing_in import change_part, substitute
from ...errors import Refused
from ...pool.crew import Need
from ...pool.models import EventTrainer
from ...pool.needs import set_need
from ...pool.rules import DELIVERY_PARTS
from ...records.actions import changing
from ...web.access import requires, signed_in
from ...web.whole_number import WholeNumber
from ..course_desk.fields import tidied
from . import pages
from .call_form import hint
from .parts import IN_PART
from .trainers import event_or_404, is_told, person_called

MOST = 20


class NeedForm(FlaskForm):
    """What a date needs of trainers."""

    trainers = WholeNumber(
        "How many trainers does this date need?",
        [InputRequired("Enter how many it needs"), NumberRange(1, MOST, f"Enter a number from 1 to {MOST}")],
        description="Guest speakers, hosts and those who observe are not counted",
    )
    leads = WholeNumber(
        "How many of them lead?",
        [InputRequired("Enter how many lead"), NumberRange(0, MOST, f"Enter a number from 0 to {MOST}")],
    )
    agencies = WholeNumber(
        "From how many agencies should they come?",
        [InputRequired("Enter from how many"), NumberRange(1, MOST, f"Enter a number from 1 to {MOST}")],
        description="A commissioned expert counts as an agency of their own",
    )

    def validate_leads(self, field: WholeNumber) -> None:
        """Nobody leads who is not there."""
        if self.trainers.data and field.data and field.data > self.trainers.data:
            raise ValidationError("No more can lead than there are trainers")

    def validate_agencies(self, field: WholeNumber) -> None:
        """They come from no more agencies than there are of them."""
        if self.trainers.data and field.data and field.data > self.trainers.data:
            raise ValidationError("They cannot come from more agencies than there are trainers")


@pages.route("/events/<int:event_id>/trainers/needs", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def trainers_needed(event_id: int) -> ResponseReturnValue:
    """What this date needs, other than usual."""
    event, now = event_or_404(event_id), clock.now()
    need = calling.need_of(event, now)
    form = NeedForm(data={"trainers": need.trainers, "leads": need.leads, "agencies": need.agencies})
    if form.validate_on_submit():
        numbers = {field.name: field.data for field in (form.trainers, form.leads, form.agencies)}
        with changing(event_id, now=clock.now()) as locked:
            set_need(locked, Need(**numbers), by=signed_in().person, now=clock.now())
            full = settle_filled(locked, clock.now())
        more = " It has them, so who you ask now is asked to be a reserve." if full else ""
        flash(f"This date needs {Need(**numbers)}.{more}", "success")
        return redirect(url_for("desk.trainers", event_id=event_id), code=303)
    may_set = signed_in().may(Role.COORDINATOR)
    page = render_template(
        "desk/trainers_needed.html", event=event, title=event.course.title, form=form, may_set=may_set
    )
    return page, 422 if form.errors else 200


@pages.post("/events/<int:event_id>/trainers/part")
@requires(Role.ADMINISTRATOR)
def change_trainer_part(event_id: int) -> ResponseReturnValue:
    """Let somebody lead, co-deliver or observe instead."""
    event_or_404(event_id)
    delivers_as = request.form.get("delivers_as", "")
    if delivers_as not in DELIVERY_PARTS:
        abort(400)
    with changing(event_id, now=clock.now()) as event:
        trainer = trainer_sent(event)
        change_part(event, trainer, delivers_as, by=signed_in().person, now=clock.now())
        name, told = trainer.person.name, is_told(event, trainer.person, clock.now())
    flash(f"{name} {IN_PART[delivers_as].lower()} now.{' A mail tells them.' if told else ''}", "success")
    return redirect(url_for("desk.trainers", event_id=event_id), code=303)


def trainer_sent(event: Event) -> EventTrainer:
    """Whom the form names, on this event."""
    person = person_called(request.values.get("person", ""))
    return on_it(event, person) or abort(404)


def on_it(event: Event, person: Person) -> EventTrainer | None:
    """What somebody is on an event."""
    mine = EventTrainer.event_id == event.id, EventTrainer.person_id == person.id
    return db.session.query(EventTrainer).filter(*mine).one_or_none()


class SubstituteForm(FlaskForm):
    """Who stands in, and why."""

    instead = SelectField("Who stands in?", [InputRequired("Choose who stands in")])
    why = TextAreaField(
        "Why?",
        [InputRequired("Say why, so that it can be understood later"), Length(max=500)],
        [tidied],
        description="Kept with this date. Only the training team sees it.",
    )


@pages.route("/events/<int:event_id>/trainers/<public_id>/substitute", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def substitute_trainer(event_id: int, public_id: str) -> ResponseReturnValue:
    """One trainer for another: both are told, and it is kept who stands in for whom."""
    event, person, now = event_or_404(event_id), person_called(public_id), clock.now()
    if on_it(event, person) is None or event.is_over(now):
        abort(404)
    form, free = SubstituteForm(), candidates_of(event, now)
    offer_substitutes(form, free)
    if form.validate_on_submit():
        try:
            name = put_instead(event_id, public_id, form)
        except Refused as refused:
            db.session.rollback()
            event, person = event_or_404(event_id), person_called(public_id)
            form.form_errors = [refused.sentence]
        else:
            flash(f"{name} stands in for {person.name}. Both are told by mail.", "success")
            return redirect(url_for("desk.trainers", event_id=event_id), code=303)
    page = render_template(
        "desk/substitute.html",
        event=event,
        title=event.course.title,
        leaves=person.name,
        form=form,
        reserves=[(one, hint(one)) for one in free if one.answer == "reserve"],
        first=[(one, hint(one)) for one in free if not one.obstacles and one.answer != "reserve"][:6],
    )
    return page, 422 if form.errors else 200


def offer_substitutes(form: SubstituteForm, free: list[Candidate]) -> None:
    """Reserves first, then in the order in which one would ask; who is not eligible stands apart."""
    groups = (
        ("Reserves", [one for one in free if one.answer == "reserve"]),
        ("Can be asked", [one for one in free if not one.obstacles and one.answer != "reserve"]),
        ("Not eligible", [one for one in free if one.obstacles and one.answer != "reserve"]),
    )
    form.instead.choices = [SelectChoice("", "Choose")] + [
        SelectChoice(
            one.public_id, f"{one.name}{', ' + one.obstacles[0] if one.obstacles else ''}", optgroup=group
        )
        for group, rows in groups
        for one in rows
    ]


def put_instead(event_id: int, public_id: str, form: SubstituteForm) -> str:
    """The change itself; returns who stands in."""
    with changing(event_id, now=clock.now()) as event:
        now, by = clock.now(), signed_in().person
        person, instead = person_called(public_id), person_called(str(form.instead.data))
        if on_it(event, instead) is not None:
            raise Refused(f"{instead.name} is on this date already.")
        substitute(event, person, instead, by=by, now=now, why=form.why.data or "")
        return instead.name
