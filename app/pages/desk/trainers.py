"""Who delivers an event: naming somebody, taking them off; and who was asked to (asking is in ``calls``)."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from sqlalchemy.orm import joinedload
from wtforms import RadioField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from ... import clock
from ...accounts.models import Agency, Person
from ...accounts.rules import Role
from ...catalogue.models import Event
from ...catalogue.plans import DRAFT
from ...db import db
from ...delivery import calling, trainer_calendars
from ...delivery.candidates import Candidate, candidates_of
from ...delivery.clashes import taken_then
from ...delivery.filling import settle_calls
from ...delivery.standing_in import cannot_come, stand_in
from ...delivery.taking_off import take_out
from ...pool.actions import agency_of, name_trainer, note_change
from ...pool.crew import is_filled, shortfalls
from ...pool.models import EventTrainer, TrainerChange
from ...pool.needs import crews_of
from ...records.actions import changing
from ...web.access import current_partnership, requires, signed_in
from ...web.calendar_told import Repeatable, repeatable
from . import pages
from .call_form import CallForm, prepared
from .call_rows import calls_of
from .parts import IN_PART, PART_CHOICES, PARTS, part_words

TOLD = "A mail tells them, with the sessions for their calendar."
TOLD_LATER = "When you publish this date, a mail tells them, with the sessions for their calendar."
NOT_TOLD = "No mail went out: tell them."


class TrainerForm(FlaskForm):
    """Somebody to name."""

    person = SelectField("Who", [InputRequired("Choose who delivers it")])
    part = RadioField(
        "As what",
        [InputRequired("Choose as what they are there")],
        choices=[SelectChoice(part, said) for part, said in PARTS.items()],
        default="pool",
    )
    named_as = RadioField(
        "In which part?",
        [InputRequired("Choose a part")],
        choices=PART_CHOICES,
        default="lead",
        description="Of trainers and experts. Guest speakers and hosts are counted in none.",
    )


def event_or_404(event_id: int) -> Event:
    """An event that this partnership holds, with its course."""
    event = db.session.get(Event, event_id, options=[joinedload(Event.course)])
    return event if event and event.host_id == current_partnership().id else abort(404)


def on_the_event(event_id: int) -> list[Any]:
    """Who delivers it, as what, and since when it is confirmed."""
    wanted = (
        sa.select(
            Person.id,
            Person.public_id,
            Person.name,
            Person.email,
            Agency.name.label("agency"),
            EventTrainer.part,
            EventTrainer.delivers_as,
            EventTrainer.confirmed_at,
        )
        .join(Person, Person.id == EventTrainer.person_id)
        .outerjoin(Agency, Agency.id == EventTrainer.agency_id)
        .where(EventTrainer.event_id == event_id)
        .order_by(Person.name)
    )
    return list(db.session.execute(wanted))


def calendars_of(event: Event, now: datetime) -> dict[str, Repeatable]:
    """What is said of each trainer's calendar, and the button, by the person's public id."""
    return {
        one.trainer.person.public_id: repeatable(one.told, "their", now, may_repeat=one.may_repeat(now))
        for one in trainer_calendars.of_event(event.id)
    }


@pages.route("/events/<int:event_id>/trainers", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def trainers(event_id: int) -> ResponseReturnValue:
    """Who delivers this event and who was asked, with a form to ask, and one to name somebody without asking."""
    event, form = event_or_404(event_id), TrainerForm()
    free = candidates_of(event, clock.now())
    offer(form, free)
    if form.validate_on_submit():
        said = put_on(event_id, form)
        name = next(one.name for one in free if one.public_id == form.person.data)
        flash(f"{name} is on this date now. {said}", "success")
        return redirect(url_for("desk.trainers", event_id=event_id), code=303)
    return page_of(event, free, form=form)


def offer(form: TrainerForm, free: list[Candidate]) -> None:
    """Whom the form can name, by name."""
    by_name = sorted((one.name, one.public_id) for one in free)
    form.person.choices = [
        SelectChoice("", "Choose"),
        *(SelectChoice(public_id, name) for name, public_id in by_name),
    ]


def page_of(
    event: Event, free: list[Candidate], *, form: TrainerForm | None = None, call_form: CallForm | None = None
) -> ResponseReturnValue:
    """The page; one of its two forms may have been sent with mistakes."""
    now = clock.now()
    if form is None:
        form = TrainerForm(formdata=None)
        offer(form, free)
    wrong, named = call_form or form, on_the_event(event.id)
    need, crew = calling.need_of(event, now), crews_of([event.id]).get(event.id, [])
    page = render_template(
        "desk/trainers.html",
        form=form,
        call_form=call_form or prepared(CallForm(formdata=None), event, free, crew, now),
        wrong=wrong,
        event=event,
        title=event.course.title,
        named=named,
        clashes=clashes_named(event, named, now),
        calendars=calendars_of(event, now),
        part_words=part_words,
        part_choices=IN_PART,
        need=need,
        warnings=shortfalls(need, crew) if event.state != "cancelled" else [],
        full=is_filled(need, crew),
        changes=db.session.scalars(TrainerChange.of(event.id)).all(),
        free=free,
        calls=calls_of(event, now),
        why_not=calling.why_not(event, now),
    )
    return page, 422 if wrong.errors else 200


def clashes_named(event: Event, named: list[Any], now: datetime) -> dict[str, list[str]]:
    """What else those who deliver it have at that time, by the person's public id."""
    found = taken_then(event, [row.id for row in named], now)
    return {row.public_id: [clash.of_them for clash in found.get(row.id, ())] for row in named}


def put_on(event_id: int, form: TrainerForm) -> str:
    """The change itself; says whether a mail with the sessions for their calendar goes out."""
    with changing(event_id, now=clock.now()) as event:
        person = person_called(str(form.person.data))
        return put_somebody_on(event, person, part=str(form.part.data), delivers_as=str(form.named_as.data))


def put_somebody_on(event: Event, person: Person, *, part: str, delivers_as: str = "lead") -> str:
    """Put a person on the event that is changing; says whether a mail with the sessions goes out."""
    now, by, agency_id = clock.now(), signed_in().person, agency_of(person, clock.now())
    told = is_told(event, person, now)
    if told:
        stand_in(event, person, part=part, agency_id=agency_id, by=by, now=now, delivers_as=delivers_as)
    else:
        name_trainer(event, person, part=part, agency_id=agency_id, delivers_as=delivers_as)
        settle_calls(event, person, by=by, now=now)
    later = event.state == DRAFT and bool(person.email) and not event.is_over(now)
    return TOLD if told else TOLD_LATER if later else NOT_TOLD


def is_told(event: Event, person: Person, now: datetime) -> bool:
    """Whether there is something to put into somebody's calendar: a date that is announced and not over."""
    ahead = event.starts_at is not None and not event.is_over(now)
    return bool(person.email) and event.state == "published" and ahead


def person_called(public_id: str) -> Person:
    """The person of that public id."""
    return db.session.scalar(sa.select(Person).where(Person.public_id == public_id)) or abort(404)


@pages.post("/events/<int:event_id>/trainers/end")
@requires(Role.ADMINISTRATOR)
def end_trainer(event_id: int) -> ResponseReturnValue:
    """Take somebody off an event."""
    event_or_404(event_id)
    with changing(event_id, now=clock.now()) as event:
        now = clock.now()
        person = person_called(request.form.get("person", ""))
        name, told = person.name, is_told(event, person, now)
        if told:
            cannot_come(event, person, by=signed_in().person, now=now)
        elif take_out(event, person, now=now):
            note_change(event, by=signed_in().person, now=now, went=person)
    flash(f"{name} is no longer on this date. {TOLD if told else NOT_TOLD}", "success")
    return redirect(url_for("desk.trainers", event_id=event_id), code=303)
