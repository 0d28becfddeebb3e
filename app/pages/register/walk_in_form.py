"""The form for someone who is in the room and not on the list."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import Length, Optional, ValidationError

from ... import clock
from ...accounts.agencies import choosable
from ...accounts.models import Affiliation, Agency
from ...accounts.rules import tidy_email, tidy_name
from ...db import db
from ...web.access import current_partnership
from ...web.mail_address import mail_address


class WalkInForm(FlaskForm):
    """Who it is: by name or by address; and, for somebody new, where they work."""

    works: Affiliation | None = None  # where somebody works whom we know
    closed = False

    name = StringField("Name", [Length(max=200)], filters=[lambda value: tidy_name(value or "")])
    email = StringField(
        "Work email",
        [Optional(), mail_address, Length(max=254)],
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
    correction = StringField("Why do you correct this register?", [Length(max=500)], id="walk-in-correction")
    session = HiddenField()

    def validate_name(self, field: StringField) -> None:
        """Somebody new needs a name."""
        if not field.data and self.works is None:
            raise ValidationError("Enter their name")

    def validate_agency(self, field: SelectField) -> None:
        """Somebody new works somewhere."""
        offered = {choice.value for choice in field.choices or () if choice.value}
        if self.works is None and field.data not in offered:
            raise ValidationError("Choose their agency")

    def validate_correction(self, field: StringField) -> None:
        """A closed register is changed with a reason."""
        if self.closed and not (field.data or "").strip():
            raise ValidationError("Say why you correct this register: it is closed")


def agencies() -> list[Agency]:
    """The agencies somebody may work for today."""
    today = clock.london_day(clock.now())
    return [agency for agency, _ in db.session.execute(choosable(current_partnership().id, today))]


def walk_in_form(*, closed: bool, found: list[Agency] | None = None) -> WalkInForm:
    """The form with its agencies; with a reason to give when the register is closed."""
    form = WalkInForm()
    form.closed = closed
    offered = agencies() if found is None else found
    form.agency.choices = [SelectChoice("", "Choose one"), *(SelectChoice(a.slug, a.name) for a in offered)]
    if not closed:
        del form.correction
    return form
