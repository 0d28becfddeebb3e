"""What somebody may do: a coordinator gives roles and ends them."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import DateField, RadioField, SelectField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from ... import clock
from ...accounts import actions, people
from ...accounts.models import Affiliation, Person, RoleGrant
from ...accounts.rules import GIVEN_ON_THE_SITE, Led, Role, role_from_slug, role_slug
from ...db import db, writing
from ...web.access import current_partnership, requires, signed_in
from ...web.addresses import row_number
from . import pages, words
from .whom import person_or_404

MEANS = {
    Role.TRAINER: "Opens the registers of their events and sees feedback once five have answered",
    Role.AGENCY_LEAD: "Sees who of their agency, setting or team is booked and who came",
    Role.ADMINISTRATOR: "Works at the desk: events, bookings, people, registers, mail",
    Role.COORDINATOR: "All of that, and courses, questionnaires, roles and the report",
    Role.LWD_MEMBER: "Reads every dashboard and report; no personal record",
    Role.CHAIR: "The same, and signs the report off",
    Role.SCRUTINEER: "The same as a member, drafts and findings included",
}


class LastDay(DateField):
    """A day that may be left open."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Three boxes; all of them empty is no day."""
        if any(typed.strip() for typed in valuelist):
            try:
                super().process_formdata(valuelist)
            except ValueError:
                raise ValueError("Enter a day, month and year like 31 3 2027") from None


class RoleForm(FlaskForm):
    """A role to give."""

    role = RadioField(
        "Role",
        [InputRequired("Choose a role")],
        choices=[
            SelectChoice(
                role_slug(role), role.value[:1].upper() + role.value[1:], render_kw={"hint": MEANS[role]}
            )
            for role in GIVEN_ON_THE_SITE
        ],
    )
    led = SelectField("What an agency lead leads", description="For agency leads only")
    until_on = LastDay(
        "Last day (optional)",
        format="%d %m %Y",
        description="For example 31 3 2027. Empty: until it is ended.",
    )

    def validate_led(self, field: SelectField) -> None:
        """A lead leads something."""
        if self.role.data == role_slug(Role.AGENCY_LEAD) and not field.data:
            raise ValidationError("Choose what this agency lead leads")

    def validate_until_on(self, field: LastDay) -> None:
        """The last day is yet to come."""
        if field.data and field.data < clock.london_day(clock.now()):
            raise ValidationError("Enter a last day that is not in the past")


def leadable(person: Person, day: date) -> dict[str, tuple[str, Led]]:
    """What this person can lead: where they work, or the team they are in; by the value of its choice."""
    found: dict[str, tuple[str, Led]] = {}
    for works in db.session.scalars(Affiliation.held_by(person.id, day)):
        name = works.setting.name if works.setting else works.agency.name
        found[f"{works.id}"] = (name, Led(works.agency_id, works.setting_id))
        if works.team and not works.setting:
            team = Led(works.agency_id, None, works.team_id)
            found[f"{works.id}-team"] = (f"{works.agency.name}, {works.team.name}", team)
    return found


@pages.route("/people/<public_id>/roles", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def roles(public_id: str) -> ResponseReturnValue:
    """The roles a person has, with a form to give another."""
    person, now = person_or_404(public_id), clock.now()
    today, form = clock.london_day(now), RoleForm()
    led = leadable(person, today)
    form.led.choices = [SelectChoice("", "Nothing"), *(SelectChoice(k, name) for k, (name, _) in led.items())]
    if form.validate_on_submit():
        role = role_from_slug(form.role.data) or abort(400)
        with writing():
            actions.give_role(
                person,
                role,
                partnership=current_partnership(),
                led=led[form.led.data][1] if form.led.data else None,
                until_on=form.until_on.data,
                by=signed_in().person.public_id,
                now=now,
            )
        flash(f"{person.name} is now {with_article(role)}.", "success")
        return redirect(url_for("people.roles", public_id=public_id), code=303)
    page = render_template("people/roles.html", shown=person, form=form, held=held(person, today))
    return page, 422 if form.errors else 200


def held(person: Person, day: date) -> list[tuple[Any, str]]:
    """The roles that hold today, each in words."""
    rows = db.session.execute(people.roles_of([person.id], current_partnership().id))
    return [(row, words.role_words(row)) for row in rows if words.holds(row, day)]


def with_article(role: Role) -> str:
    """A trainer, an agency lead, an L&WD member."""
    return f"{'an' if role.value[0] in 'aeioL' else 'a'} {role.value}"


@pages.post("/people/<public_id>/roles/end")
@requires(Role.COORDINATOR)
def end_role(public_id: str) -> ResponseReturnValue:
    """End one of the roles at once."""
    person = person_or_404(public_id)
    wanted = sa.select(RoleGrant).where(
        RoleGrant.id == request.form.get("grant", 0, type=row_number),
        RoleGrant.person_id == person.id,
        RoleGrant.partnership_id == current_partnership().id,
    )
    with writing():
        grant = db.session.scalar(wanted) or abort(404)
        actions.end_role(grant, by=signed_in().person.public_id, now=clock.now())
        ended = Role(grant.role)
    flash(f"{person.name} is no longer {with_article(ended)}. You can give the role again here.", "success")
    return redirect(url_for("people.roles", public_id=public_id), code=303)
