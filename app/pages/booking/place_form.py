"""The form of a booking: it asks only what is not known, and each answer is one the rules understand."""

from collections.abc import Callable, Sequence

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    HiddenField,
    RadioField,
    SelectChoice,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Optional, Regexp, ValidationError

from ...accounts.rules import tidy_email, tidy_name
from ...booking.rules import Asked, Reason
from ...booking.workplaces import Workplace
from ...web.mail_address import mail_address


def at_most(most: int) -> Callable[[FlaskForm, Field], None]:
    """Refuse a longer text; unlike Length it does not ask for a counter, which needs a script of 47 kB."""

    def check(_form: FlaskForm, field: Field) -> None:
        if len(field.data or "") > most:
            raise ValidationError(f"Use at most {most} characters")

    return check


class PlaceForm(FlaskForm):
    """What a person may say when they book. ``want`` is what the page offered: a place, or the waiting list."""

    affiliation = RadioField(
        "Which job is this for?", validators=[InputRequired("Choose which job this is for")]
    )
    clash_confirmed = BooleanField("I know, and I want this place too")
    needs = TextAreaField(
        "Access or dietary needs (optional)",
        description="Only the training team, the trainer and the venue see this. It is deleted 30 days after the "
        "course. Write nothing about a child or a family.",
        validators=[at_most(500)],
    )
    mobile = TelField(
        "Mobile number (optional)",
        description="For a message on the day if something changes. Deleted 30 days after the course.",
        validators=[
            Optional(),
            Regexp(r"^\+?[\d ()-]{9,20}$", message="Enter a telephone number, like 07700 900123"),
        ],
    )
    manager_confirmed = BooleanField("My manager agrees that I take part")
    manager_name = StringField("Your manager’s name", [at_most(200)])
    manager_email = EmailField("Your manager’s work email", [Optional(), mail_address])
    charge_accepted = BooleanField("I agree to this charge")
    purchase_order = StringField(
        "Purchase order number",
        [at_most(60)],
        description="Your organisation’s finance team gives it to you.",
    )
    swap = BooleanField("If I accept a place here, give up my place on the other date")
    approved_why = StringField(
        "Why nobody has to agree (optional)",
        [at_most(200)],
        description="For the history of the booking. Leave it empty and we ask as usual.",
    )
    want = HiddenField(default="place")

    def asked(self) -> Asked:
        """The same as the rules understand it."""
        return Asked(
            needs=(self.needs.data or "").strip(),
            mobile=(self.mobile.data or "").strip(),
            clash_confirmed=bool(self.clash_confirmed.data),
            or_wait=self.want.data == "list",
            manager_confirmed=bool(self.manager_confirmed.data),
            manager_name=tidy_name(self.manager_name.data or ""),
            manager_email=tidy_email(self.manager_email.data or ""),
            charge_accepted=bool(self.charge_accepted.data),
            purchase_order=(self.purchase_order.data or "").strip(),
            swap=bool(self.swap.data),
            approved_why=(self.approved_why.data or "").strip() if "approved_why" in self else "",
        )


# The labels where somebody at the desk fills the form in for the person who rings.
FOR_SOMEBODY = {
    "affiliation": "Which of their jobs is this for?",
    "clash_confirmed": "They know, and want this place too",
    "manager_confirmed": "They say that their manager agrees",
    "manager_name": "Their manager’s name",
    "manager_email": "Their manager’s work email",
    "charge_accepted": "They agree to this charge",
    "swap": "If they accept a place here, give up their place on the other date",
}


def form_for(jobs: Sequence[Workplace], *, for_somebody: bool = False) -> PlaceForm:
    """The form, without the question which job when there is one only, and as the desk asks it for somebody."""
    form = PlaceForm()
    if for_somebody:
        for name, label in FOR_SOMEBODY.items():
            form[name].label.text = label
    else:
        del form.approved_why
    if not form.is_submitted():
        form.manager_name.data, form.manager_email.data = jobs[0].manager_name, jobs[0].manager_email
    if len(jobs) > 1:
        form.affiliation.choices = [SelectChoice(str(job.affiliation_id), job.name) for job in jobs]
    else:
        del form.affiliation
    return form


# What a refusal asks somebody to put right, and in which field.
TO_PUT_RIGHT = {
    Reason.CLASH: ("clash_confirmed", "Confirm that you want this place too"),
    Reason.CHARGE: ("charge_accepted", "Agree to the charge"),
    Reason.APPROVAL: ("manager_email", "Say who your manager is"),
}


def put_right(form: PlaceForm, reason: str) -> bool:
    """Say at the field what is missing; False when no field can mend it."""
    name, sentence = TO_PUT_RIGHT.get(Reason(reason), ("", "")) if reason else ("", "")
    if reason == Reason.CHARGE and form.charge_accepted.data:
        name, sentence = "purchase_order", "Enter the purchase order number"
    if reason == Reason.APPROVAL and form.manager_email.data:
        name, sentence = "manager_confirmed", "Confirm that your manager agrees"
    if name:
        form[name].errors = [sentence]
    return bool(name)
