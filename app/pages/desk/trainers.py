"""Who delivers an event: naming somebody, taking them off."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from ... import clock
from ...accounts.models import Affiliation, Person, RoleGrant
from ...accounts.rules import Role
from ...catalogue.models import Course, Event
from ...db import db
from ...delivery.standing_in import cannot_come, stand_in
from ...pool.actions import name_trainer, take_off
from ...pool.models import EventTrainer, PoolMember
from ...records.actions import changing
from ...web.access import current_partnership, requires, signed_in
from . import pages

PARTS = {
    "pool": "Trainer of the training pool",
    "expert": "Commissioned expert",
    "guest speaker": "Guest speaker",
    "host": "Host who runs the virtual room",
}


TOLD = {
    True: "A mail tells them, with the sessions for their calendar.",
    False: "No mail went out: tell them.",
}


class TrainerForm(FlaskForm):
    """Somebody to name."""

    person = SelectField("Who", [InputRequired("Choose who delivers it")])
    part = RadioField(
        "As what",
        [InputRequired("Choose as what they are there")],
        choices=[SelectChoice(part, said) for part, said in PARTS.items()],
        default="pool",
    )


def event_or_404(event_id: int) -> Event:
    """An event that this partnership holds."""
    event = db.session.get(Event, event_id)
    return event if event and event.host_id == current_partnership().id else abort(404)


def who_may_deliver() -> dict[str, str]:
    """Public id and name of everybody with the role of a trainer here, and of the pool and the experts."""
    partnership_id, today = current_partnership().id, clock.london_day(clock.now())
    trains = sa.select(RoleGrant.person_id).where(
        RoleGrant.partnership_id == partnership_id,
        RoleGrant.role == Role.TRAINER.value,
        RoleGrant.from_on <= today,
        sa.or_(RoleGrant.until_on.is_(None), RoleGrant.until_on >= today),
    )
    delivers = sa.select(PoolMember.person_id).where(
        PoolMember.partnership_id == partnership_id,
        PoolMember.from_on <= today,
        sa.or_(PoolMember.until_on.is_(None), PoolMember.until_on >= today),
    )
    wanted = sa.select(Person.public_id, Person.name).where(
        Person.id.in_(trains.union(delivers)), Person.closed_at.is_(None)
    )
    return dict(db.session.execute(wanted.order_by(Person.name)).all())


def on_the_event(event_id: int) -> list[Any]:
    """Who delivers it, as what."""
    wanted = (
        sa.select(Person.public_id, Person.name, Person.email, EventTrainer.part)
        .join(Person, Person.id == EventTrainer.person_id)
        .where(EventTrainer.event_id == event_id)
        .order_by(Person.name)
    )
    return list(db.session.execute(wanted))


@pages.route("/events/<int:event_id>/trainers", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def trainers(event_id: int) -> ResponseReturnValue:
    """Who delivers this event, with a form to name another."""
    event, form, named = event_or_404(event_id), TrainerForm(), on_the_event(event_id)
    taken = {row.public_id for row in named}
    free = {public_id: name for public_id, name in who_may_deliver().items() if public_id not in taken}
    form.person.choices = [SelectChoice("", "Choose"), *(SelectChoice(*pair) for pair in free.items())]
    if form.validate_on_submit():
        told = put_on(event_id, form)
        flash(f"{free[str(form.person.data)]} is on this date now. {TOLD[told]}", "success")
        return redirect(url_for("desk.trainers", event_id=event_id), code=303)
    title = db.session.scalar(sa.select(Course.title).where(Course.id == event.course_id))
    page = render_template(
        "desk/trainers.html", form=form, event=event, title=title, named=named, parts=PARTS, free=free
    )
    return page, 422 if form.errors else 200


def put_on(event_id: int, form: TrainerForm) -> bool:
    """The change itself; returns whether a mail with the sessions for their calendar goes out."""
    with changing(event_id, now=clock.now()) as event:
        now = clock.now()
        person = person_called(str(form.person.data))
        part, told = str(form.part.data), is_told(event, person, now)
        if told:
            stand_in(event, person, part=part, agency_id=agency_of(person), by=signed_in().person, now=now)
        else:
            name_trainer(event, person, part=part, agency_id=agency_of(person))
    return told


def is_told(event: Event, person: Person, now: datetime) -> bool:
    """Whether there is something to put into somebody's calendar: a date that is announced and not over."""
    ahead = event.starts_at is not None and not event.is_over(now)
    return bool(person.email) and event.state == "published" and ahead


def person_called(public_id: str) -> Person:
    """The person of that public id."""
    return db.session.scalar(sa.select(Person).where(Person.public_id == public_id)) or abort(404)


def agency_of(person: Person) -> int | None:
    """Whom a trainer counts for: the agency they work for today."""
    works = db.session.scalar(Affiliation.held_by(person.id, clock.london_day(clock.now())).limit(1))
    return works.agency_id if works else None


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
        else:
            take_off(event, person)
    flash(f"{name} is no longer on this date. {TOLD[told]}", "success")
    return redirect(url_for("desk.trainers", event_id=event_id), code=303)
