"""Someone who is in the room and not on the list."""

import sqlalchemy as sa
from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import Email, Length, Optional, ValidationError

from ... import clock
from ...accounts.actions import introduce, setting_called
from ...accounts.agencies import choosable
from ...accounts.models import Affiliation, Agency, Person
from ...accounts.rules import tidy_email, tidy_name
from ...attendance import actions, rules
from ...attendance.rules import MarkKind, Wanted
from ...catalogue.models import EventSession
from ...db import db
from ...errors import Refused
from ...records.actions import changing
from ...web.access import current_partnership, signed_in
from . import pages
from .scene import STAFF, chosen_session, event_to_mark


class WalkInForm(FlaskForm):
    """Someone who is in the room and not on the list."""

    name = StringField("Name", [Length(max=200)], filters=[lambda value: tidy_name(value or "")])
    email = StringField(
        "Work email",
        [Optional(), Email(message="Enter an address like name@agency.gov.uk"), Length(max=254)],
        description="For the questions and the certificate. Somebody who has been here before needs only this.",
        filters=[lambda value: tidy_email(value or "")],
    )
    agency = SelectField("Agency", validate_choice=False)
    setting = StringField(
        "School, nursery or other setting",
        [Optional(), Length(max=200)],
        description="Only where the agency is a group, such as schools",
        filters=[lambda value: tidy_name(value or "")],
    )

    def is_known(self) -> bool:
        """Whether the address belongs to somebody who works somewhere already."""
        return known_with_work(tidy_email(self.email.data or "")) is not None

    def validate_name(self, field: StringField) -> None:
        """Somebody new needs a name."""
        if not field.data and not self.is_known():
            raise ValidationError("Enter their name")

    def validate_agency(self, field: SelectField) -> None:
        """Somebody new works somewhere."""
        if not self.is_known() and field.data not in {
            choice.value for choice in field.choices or () if choice.value
        }:
            raise ValidationError("Choose their agency")


def agencies() -> list[Agency]:
    """The agencies somebody may work for today."""
    today = clock.london_day(clock.now())
    return [agency for agency, _ in db.session.execute(choosable(current_partnership().id, today))]


def walk_in_form(found: list[Agency]) -> WalkInForm:
    """The form with its agencies."""
    form = WalkInForm()
    form.agency.choices = [SelectChoice("", "Choose one"), *(SelectChoice(a.slug, a.name) for a in found)]
    return form


@pages.post("/events/<int:event_id>/register/walk-in")
def walk_in(event_id: int) -> ResponseReturnValue:
    """Add someone who is not on the list, present at once."""
    event, who, now = event_to_mark(event_id), signed_in(), clock.now()
    found = agencies()
    form = walk_in_form(found)
    if not form.validate_on_submit():
        from .sheet import register_page

        return register_page(event, form, 422)
    if event.state == "cancelled" or (now < rules.opens_at(event.starts_at) and not who.may(*STAFF)):
        raise Refused("People can be added to the register from an hour before the start.")
    session, _ = chosen_session(event)
    with changing(event, now=now) as locked:
        person, affiliation = newcomer(form, found)
        booking = actions.walk_in(locked, person, affiliation, by=who.person, now=now)
        sitting = db.session.get_one(EventSession, session.id)
        actions.mark_delegates(sitting, {booking.id: Wanted(MarkKind.PRESENT)}, by=who.person, now=now)
    flash(f"{person.name} is on the register, marked present.", "success")
    return redirect(url_for("register.sheet", event_id=event_id, session=session.public_id), code=303)


def known_with_work(email: str) -> Affiliation | None:
    """Where the person of that address works today; None for a new address and for one without an agency."""
    if not email:
        return None
    person_id = db.session.scalar(
        sa.select(Person.id).where(Person.email == email, Person.closed_at.is_(None))
    )
    today = clock.london_day(clock.now())
    return db.session.scalar(Affiliation.held_by(person_id, today).limit(1)) if person_id else None


def newcomer(form: WalkInForm, found: list[Agency]) -> tuple[Person, Affiliation]:
    """The person of the form with where they work: known by their address, or written down now."""
    works = known_with_work(form.email.data or "")
    if works:
        return db.session.get_one(Person, works.person_id), works
    now = clock.now()
    agency = next(a for a in found if a.slug == form.agency.data)
    person = (
        db.session.scalar(sa.select(Person).where(Person.email == form.email.data))
        if form.email.data
        else None
    )
    if person is None:
        person = Person(name="", email=form.email.data or None, created_at=now, is_guest=not form.email.data)
        db.session.add(person)
        db.session.flush()
    setting = setting_called(form.setting.data, agency) if agency.is_umbrella and form.setting.data else None
    works = introduce(
        person, name=person.name or form.name.data or "", agency=agency, setting=setting, now=now
    )
    db.session.flush()
    return person, works
