"""The form in which an organisation says how many come; the desk's asks for less."""

from typing import Any

from flask import abort
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, StopValidation

from ... import clock
from ...accounts.agencies import choosable, sectors
from ...accounts.rules import tidy_email, tidy_name
from ...booking.headcounts import MOST, Numbers
from ...catalogue.models import Event
from ...db import db
from ...web.access import current_partnership
from ...web.mail_address import mail_address
from ...web.organisations import settings_known
from ...web.whole_number import WholeNumber
from ..event_bookings.scene import event_or_404

NONE_OF_THEM = "Other"


def tidy(typed: str | None) -> str:
    """What was typed, blanks folded."""
    return tidy_name(typed or "")


class NumbersForm(FlaskForm):
    """Who, how many, and who answers for them."""

    organisation = StringField(
        "Your organisation",
        [InputRequired("Enter the name of your organisation"), Length(max=200, message="Use a shorter name")],
        [tidy],
        description="Start to type and choose it from the list. If it is not there, type its full name.",
    )
    sector = SelectField(
        "If it was not in the list: what kind of organisation is it?",
        [Optional()],
        validate_choice=False,
    )
    expected = WholeNumber(
        "How many of you will come?",
        [
            InputRequired("Enter how many of you will come"),
            NumberRange(1, MOST, f"Enter a number from 1 to {MOST}"),
        ],
    )
    contact_name = StringField(
        "Your name",
        [InputRequired("Enter your name"), Length(max=200, message="Use a shorter name")],
        [tidy],
    )
    contact_email = StringField(
        "Your email address",
        [
            InputRequired("Enter your email address"),
            Length(max=254, message="Use a shorter address"),
            mail_address,
        ],
        [lambda typed: tidy_email(typed) if typed else ""],
        description="We mail you a link with which you can change or cancel the numbers",
    )
    needs = TextAreaField(
        "Access needs of your group (optional)",
        [Length(max=1000, message="Use at most 1,000 characters")],
        [lambda typed: (typed or "").strip()],
        description="For the training team and the venue only; wiped 30 days after the date. Name nobody, and write "
        "nothing about a child or a family.",
    )

    def numbers(self) -> Numbers:
        """What was typed."""
        return Numbers(
            organisation=self.organisation.data if "organisation" in self else "",
            sector=self.sector.data or "" if "sector" in self else "",
            expected=self.expected.data,
            contact_name=self.contact_name.data,
            contact_email=self.contact_email.data,
            needs=self.needs.data,
        )


def optional_mail(form: FlaskForm, field: StringField) -> None:
    """An address that mail reaches, or none."""
    if not field.data:
        raise StopValidation()
    mail_address(form, field)


class AddForm(NumbersForm):
    """At the desk, from a call or a letter: nobody may answer for them by mail."""

    organisation = StringField(
        "Organisation",
        [InputRequired("Enter the name of the organisation"), Length(max=200, message="Use a shorter name")],
        [tidy],
    )
    expected = WholeNumber(
        "How many will come?",
        [InputRequired("Enter how many will come"), NumberRange(1, MOST, f"Enter a number from 1 to {MOST}")],
    )
    contact_name = StringField(
        "Who answers for them (optional)", [Length(max=200, message="Use a shorter name")], [tidy]
    )
    contact_email = StringField(
        "Their email address (optional)",
        [Length(max=254, message="Use a shorter address"), optional_mail],
        [lambda typed: tidy_email(typed) if typed else ""],
        description="With one, they get the link to change or cancel the numbers",
    )


def with_sectors(form: NumbersForm) -> NumbersForm:
    """The form with the sectors of the agencies there are."""
    found = [
        sector for sector in db.session.scalars(sectors(current_partnership().id)) if sector != NONE_OF_THEM
    ]
    form.sector.choices = [
        SelectChoice("", "Choose one"),
        *(SelectChoice(sector, sector) for sector in found),
        SelectChoice(NONE_OF_THEM, "None of these"),
    ]
    known = {choice.value for choice in form.sector.choices}
    form.sector.data = form.sector.data if form.sector.data in known else ""
    return form


def names_known() -> list[str]:
    """The agencies and settings one can choose from, by name."""
    partnership_id, today = current_partnership().id, clock.london_day(clock.now())
    agencies = [
        agency.name
        for agency, _ in db.session.execute(choosable(partnership_id, today))
        if not agency.is_umbrella
    ]
    settings = [setting.name for setting, _ in db.session.execute(settings_known(partnership_id, today))]
    return sorted({*agencies, *settings}, key=str.lower)


def headcount_event_or_404(event_id: int) -> Event:
    """An event to which organisations send numbers; drafts are not there for the public."""
    event = event_or_404(event_id)
    return event if event.headcount_only else abort(404)


def render_kwargs(event: Event) -> dict[str, Any]:
    """What each of these pages shows of the event."""
    return {"event": event, "course": event.course, "names": names_known()}
