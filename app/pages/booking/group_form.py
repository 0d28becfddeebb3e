"""The form for booking others: the list, and only those questions that the course and the booker's part ask."""

from datetime import datetime

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    EmailField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Optional, ValidationError

from ... import clock
from ...accounts.addresses import fault_of
from ...accounts.agencies import choosable
from ...accounts.rules import ROLE_GROUPS, tidy_email, tidy_name
from ...booking.checks import Occasion
from ...booking.colleagues import Works
from ...booking.groups import COLLEAGUE, LEAD, STAFF
from ...booking.leading import led_of
from ...booking.nominating import unit_name
from ...booking.rules import Asked
from ...booking.workplaces import workplaces_of
from ...catalogue.models import Event
from ...db import db
from ...web.access import current_partnership, signed_in
from .place_form import at_most

LONGEST_LIST = 40_000


class GroupForm(FlaskForm):
    """Who, and what their booking needs besides."""

    role = COLLEAGUE

    people = TextAreaField("Who? One person a line", [at_most(LONGEST_LIST)])
    file = FileField("Or hand in a file (CSV or XLSX)", description="With the columns Name and Email")
    unit = RadioField("Where do they work?", [InputRequired("Choose where they work")])
    agency = SelectField("Where do people work whom we do not know yet?", default="")
    role_group = SelectField(
        "Kind of work of people who are new here",
        description="This course is for some kinds of work. For people we know, we know it already.",
        default="",
    )
    clash_confirmed = BooleanField("Book people even if they have another course at that time")
    manager_confirmed = BooleanField("Their manager agrees that they take part")
    manager_name = StringField("Their manager’s name", [at_most(200)])
    manager_email = EmailField("Their manager’s work email", [Optional()])
    approved_why = StringField(
        "Why need nobody be asked to approve?",
        [InputRequired("Say why nobody need be asked to approve"), at_most(200)],
        description="This course asks for approval. What you write here stands in each booking’s history.",
    )
    charge_accepted = BooleanField("The charge for each place is agreed, where one is due")
    purchase_order = StringField("Purchase order number", [at_most(60)])

    def validate_manager_email(self, field: EmailField) -> None:
        """Mail has to reach them."""
        if field.data and fault_of(tidy_email(field.data)):
            raise ValidationError(fault_of(tidy_email(field.data)))

    def data_of(self, name: str) -> str:
        """What was typed into a field; "" where the form does not ask it."""
        return (self[name].data or "") if name in self else ""

    def asked(self) -> Asked:
        """The same as the rules understand it. A lead who books their people agrees as their manager."""
        by = signed_in().person
        lead = self.role == LEAD and not self.data_of("manager_email")
        return Asked(
            clash_confirmed=bool(self.clash_confirmed.data),
            manager_confirmed=lead or bool("manager_confirmed" in self and self.manager_confirmed.data),
            manager_name=by.name if lead else tidy_name(self.data_of("manager_name")),
            manager_email=(by.email or "") if lead else tidy_email(self.data_of("manager_email")),
            charge_accepted=bool("charge_accepted" in self and self.charge_accepted.data),
            purchase_order=self.data_of("purchase_order").strip(),
            approved_why=self.data_of("approved_why").strip(),
        )

    def new_people_at(self) -> Works | None:
        """The agency that staff chose for people who are new."""
        chosen = self.data_of("agency")
        return Works(int(chosen)) if chosen else None


def form_for(role: str, event: Event, occasion: Occasion, now: datetime) -> GroupForm:
    """The form with what this booker is asked about this course."""
    form, wanted = GroupForm(), occasion.wanted
    form.role = role
    keep = {"people", "clash_confirmed", "csrf_token"}
    keep |= {"file"} if role != COLLEAGUE else set()
    keep |= {"agency"} if role == STAFF else set()
    keep |= {"role_group"} if wanted.audience else set()
    keep |= {"charge_accepted", "purchase_order"} if occasion.has_charges else set()
    if wanted.approval in ("confirm", "manager") and role == COLLEAGUE:
        keep |= {"manager_confirmed", "manager_name", "manager_email"}
    if wanted.approval == "manager" and role == LEAD:
        keep |= {"manager_name", "manager_email"}
    if wanted.approval and role == STAFF:
        keep |= {"approved_why"}
    form.unit.choices, form.role_group.choices = units(role, now), kinds_of_work()
    if len(form.unit.choices) > 1:
        keep |= {"unit"}
    if role == STAFF:
        form.agency.choices = agencies(now)
    for name in [field.name for field in form if field.name not in keep]:
        del form[name]
    return form


def units(role: str, now: datetime) -> list[SelectChoice]:
    """For whom somebody can book, where that is more than one place."""
    who = signed_in()
    if role == LEAD:
        led = dict.fromkeys(led_of(who.grants))
        return [SelectChoice(str(n), unit_name(one)) for n, one in enumerate(led)]
    if role == COLLEAGUE:
        jobs = workplaces_of(who.person.id, clock.london_day(now))
        return [SelectChoice(str(job.affiliation_id), job.name) for job in jobs]
    return []


def kinds_of_work() -> list[SelectChoice]:
    """The role groups, and none."""
    return [SelectChoice("", "Nobody is new, or I do not know"), *(SelectChoice(g, g) for g in ROLE_GROUPS)]


def agencies(now: datetime) -> list[SelectChoice]:
    """Where somebody new may work; at first nobody new is made."""
    found = db.session.execute(choosable(current_partnership().id, clock.london_day(now)))
    nobody = SelectChoice("", "Leave out people whom we do not know")
    return [nobody, *(SelectChoice(str(agency.id), agency.name) for agency, _ in found)]
