"""A coordinator adds somebody to the pool, or an expert from outside, without their asking."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import EmailField, RadioField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length

from ... import clock
from ...accounts.actions import person_at
from ...accounts.rules import Role, tidy_email, tidy_name
from ...db import db, writing
from ...errors import Refused
from ...pool.membership import Details, join
from ...web.access import current_partnership, requires, signed_in
from ...web.mail_address import mail_address
from . import pages

KINDS = (
    ("expert", "Commissioned expert", "From outside, with a contract and a fee"),
    ("pool", "Training pool", "Works for a partner or relevant agency, and delivers beside that"),
)


class AddForm(FlaskForm):
    """Who, and as what."""

    standing = RadioField(
        "As what",
        [InputRequired("Choose as what they deliver")],
        choices=[SelectChoice(key, said, render_kw={"hint": hint}) for key, said, hint in KINDS],
        default="expert",
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


@pages.route("/pool/add", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def add() -> ResponseReturnValue:
    """Add somebody."""
    form = AddForm()
    if form.validate_on_submit():
        try:
            public_id = added(form)
            return redirect(url_for("pool.member", public_id=public_id), code=303)
        except Refused as refused:
            db.session.rollback()
            form.email.errors = [refused.sentence]
    page = render_template("pool/add.html", form=form)
    return page, 422 if form.errors else 200


def added(form: AddForm) -> str:
    """The change itself; their public id."""
    now = clock.now()
    with writing():
        person = person_at(tidy_email(form.email.data or ""), name=tidy_name(form.name.data or ""), now=now)
        if person.closed_at:
            raise Refused("The account of this address is closed.")
        join(
            person,
            standing=str(form.standing.data),
            partnership=current_partnership(),
            details=Details(),
            by=signed_in().person,
            now=clock.now(),
        )
    flash(f"{person.name} is added. No mail went out: tell them. Next: what they may deliver.", "success")
    return person.public_id
