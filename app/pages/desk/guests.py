"""Guest speakers and hosts of the virtual room: anybody, by name and address. They count in no figure of trainers."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import EmailField, RadioField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length

from ... import clock
from ...accounts.actions import person_at
from ...accounts.rules import Role, tidy_email, tidy_name
from ...db import db
from ...errors import Refused
from ...pool.models import EventTrainer
from ...records.actions import changing
from ...web.access import requires
from ...web.mail_address import mail_address
from . import pages
from .parts import PARTS
from .trainers import event_or_404, put_somebody_on

GUESTS = ("guest speaker", "host")


class GuestForm(FlaskForm):
    """Who comes, and as what."""

    part = RadioField(
        "As what",
        [InputRequired("Choose as what they are there")],
        choices=[SelectChoice(part, PARTS[part]) for part in GUESTS],
        default=GUESTS[0],
    )
    name = StringField(
        "Name",
        validators=[InputRequired("Enter their name"), Length(max=200, message="Use a shorter name")],
        description="Where we know the address already, their own name stays.",
    )
    email = EmailField(
        "Email address",
        validators=[
            InputRequired("Enter their email address"),
            Length(max=254, message="Use a shorter address"),
            mail_address,
        ],
    )


@pages.route("/events/<int:event_id>/guests", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def name_guest(event_id: int) -> ResponseReturnValue:
    """Put a guest speaker or a host on an event."""
    event, form = event_or_404(event_id), GuestForm()
    if form.validate_on_submit() and named(event_id, form):
        return redirect(url_for("desk.trainers", event_id=event_id), code=303)
    page = render_template("desk/guest.html", form=form, event=event, title=event.course.title)
    return page, 422 if form.errors else 200


def named(event_id: int, form: GuestForm) -> bool:
    """The change itself; False when it is refused, which the form then says."""
    try:
        with changing(event_id, now=clock.now()) as event:
            email, name = tidy_email(form.email.data or ""), tidy_name(form.name.data or "")
            person = person_at(email, name=name, now=clock.now())
            there = db.session.query(EventTrainer).filter_by(event_id=event.id, person_id=person.id).first()
            if there is not None:
                raise Refused(f"{person.name} is on this date already. Take them off first.")
            said = put_somebody_on(event, person, part=str(form.part.data))
    except Refused as refused:
        db.session.rollback()
        form.email.errors = [refused.sentence]
        return False
    flash(f"{person.name} is on this date now. {said}", "success")
    return True
