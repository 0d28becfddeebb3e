"""The forms about places without a name: holding some, and naming somebody."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, NumberRange

from ...booking.models import Nomination
from ...booking.prices import Price
from ...booking.rules import Asked
from ...web.whole_number import WholeNumber
from ..booking.group_form import kinds_of_work
from ..booking.place_form import at_most
from ..booking.substituting import ColleagueForm


class HoldForm(FlaskForm):
    """How many places, and for whom."""

    unit = RadioField("For whom?", [InputRequired("Choose for whom the places are")])
    places = WholeNumber(
        "How many places?",
        [
            InputRequired("Enter how many places you need"),
            NumberRange(min=1, max=200, message="Enter a number from 1 up"),
        ],
        wrong="Enter how many places you need, as a number",
    )


class NameForm(ColleagueForm):
    """Who has one of the held places."""

    role_group = SelectField("Their kind of work", description="Needed only for somebody who is new here")
    charge_accepted = BooleanField("The charge is agreed")
    purchase_order = StringField("Purchase order number", [at_most(60)])

    def asked(self) -> Asked:
        """The same as the rules understand it."""
        return Asked(
            clash_confirmed=bool(self.clash_confirmed.data),
            charge_accepted=bool("charge_accepted" in self and self.charge_accepted.data),
            purchase_order=(self.purchase_order.data or "").strip() if "purchase_order" in self else "",
        )


def name_form(nomination: Nomination, price: Price | None) -> NameForm:
    """The form: the kind of work where the course is for some kinds, agreeing to pay where there is a price."""
    form = NameForm()
    form.role_group.choices = kinds_of_work()
    if not nomination.event.course.audience_groups:
        del form.role_group
    if price is None:
        del form.charge_accepted, form.purchase_order
    return form
