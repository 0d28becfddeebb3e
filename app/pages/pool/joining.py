"""``/pool/join``: anybody of a partner or relevant agency asks to join the training pool, and may think again."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import EmailField, SelectMultipleField, StringField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from ... import clock
from ...accounts.models import Affiliation
from ...accounts.rules import tidy_email
from ...catalogue.models import Course
from ...clock import london_day
from ...db import db, writing
from ...pool import joining
from ...pool.approving import deliverable
from ...web.access import current_partnership, signed_in
from ...web.mail_address import mail_address
from ..course_desk.fields import Day, one_line
from . import pages
from .forms import DetailsForm, not_ahead


class JoinForm(DetailsForm):
    """What somebody writes who would like to join."""

    courses = SelectMultipleField(
        "What you would like to deliver", widget=ListWidget(), option_widget=CheckboxInput()
    )
    train_the_trainer_on = Day(
        "Train-the-trainer course", description="The day you did one. Empty: not yet, which is no hindrance."
    )
    manager_name = StringField(
        "Your manager’s name", validators=[Length(max=200, message="Use a shorter name")]
    )
    manager_email = EmailField(
        "Your manager’s email address",
        validators=[Optional(), Length(max=254, message="Use a shorter address"), mail_address],
        description="If you are taken in, a mail asks them to release you. They need no account.",
    )

    def validate_courses(self, field: SelectMultipleField) -> None:
        """Something they would like to deliver."""
        if field.choices and not field.data:
            raise ValidationError("Choose at least one course")

    def validate_train_the_trainer_on(self, field: Day) -> None:
        """It was, or it was not yet."""
        not_ahead(field.data, clock.london_day(clock.now()))

    def validate_manager_email(self, field: EmailField) -> None:
        """Nobody releases themselves."""
        if tidy_email(field.data or "") == (signed_in().person.email or "-"):
            raise ValidationError("Enter your manager’s address, not yours")


def course_choices(courses: list[Course]) -> list[SelectChoice]:
    """Courses to tick."""
    return [SelectChoice(course.slug, course.title) for course in courses]


def manager_known() -> dict[str, str]:
    """The manager they named where they work."""
    works = db.session.scalar(Affiliation.held_by(signed_in().person.id, london_day(clock.now())).limit(1))
    if works is None:
        return {}
    return {"manager_name": works.manager_name, "manager_email": works.manager_email}


@pages.route("/pool/join", methods=["GET", "POST"])
def join() -> ResponseReturnValue:
    """Ask to join, or read why one cannot."""
    partnership, courses = current_partnership(), deliverable(current_partnership().id)
    why = joining.why_not(signed_in().person, partnership.id, clock.now())
    if why in ("member", "waiting"):
        return redirect(url_for("pool.mine"), code=303)
    form = JoinForm(data={"in_the_room": True, "virtual": True, **manager_known()})
    form.courses.choices = course_choices(courses)
    if not why and form.validate_on_submit():
        keep(form, courses)
        flash("Thank you. The training team looks at it and writes to you.", "success")
        return redirect(url_for("pool.mine"), code=303)
    page = render_template("pool/join.html", form=form, why=joining.SAID.get(why, ""))
    return page, 422 if form.errors else 200


def keep(form: JoinForm, courses: list[Course]) -> None:
    """The change itself."""
    with writing():
        joining.ask_to_join(
            signed_in().person,
            current_partnership(),
            form.details(),
            courses=[course for course in courses if course.slug in (form.courses.data or ())],
            train_the_trainer_on=form.train_the_trainer_on.data,
            manager=(one_line(form.manager_name.data), tidy_email(form.manager_email.data or "")),
            now=clock.now(),
        )


@pages.post("/pool/join/withdraw")
def withdraw() -> ResponseReturnValue:
    """Not, after all."""
    with writing():
        asked = joining.waiting_of(signed_in().person.id, current_partnership().id)
        if asked is not None:
            joining.withdraw(asked, now=clock.now())
    flash("You no longer ask to join. You can ask again whenever you like.", "success")
    return redirect(url_for("pool.mine"), code=303)
