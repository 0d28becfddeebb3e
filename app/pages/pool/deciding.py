"""Somebody would like to join: everything they wrote, and two buttons."""

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectMultipleField, TextAreaField, ValidationError
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from ... import clock
from ...accounts.rules import Role
from ...clock import london_day
from ...db import db, writing
from ...pool import joining
from ...pool.approving import deliverable
from ...pool.members import employers
from ...pool.models import PoolApplication
from ...web.access import current_partnership, requires, signed_in
from ...web.trail import record_view
from ..course_desk.fields import Day
from . import pages
from .approving import PART_CHOICES
from .joining import course_choices
from .words import where_in_words


class DecideForm(FlaskForm):
    """What they may deliver, or why not."""

    courses = SelectMultipleField(
        "Approve them for",
        widget=ListWidget(),
        option_widget=CheckboxInput(),
        description="Ticked is what they asked for. More can be approved later.",
    )
    delivers_as = RadioField("In which part", choices=PART_CHOICES, default="co")
    until_on = Day("Until (optional)", description="The last day, for example 31 8 2028. Empty: no end.")
    why = TextAreaField(
        "If you decline: why?",
        description="They read this.",
        validators=[Length(max=1000, message="Use at most 1,000 characters")],
    )

    def validate_until_on(self, field: Day) -> None:
        """It is yet to come."""
        if field.data and field.data < london_day(clock.now()):
            raise ValidationError("Enter a last day that is not in the past")

    def validate_why(self, field: TextAreaField) -> None:
        """Whoever is declined reads why."""
        if request.form.get("decision") == "decline" and not (field.data or "").strip():
            raise ValidationError("Say why not")


def application_or_404(public_id: str) -> PoolApplication:
    """What somebody asked of this partnership."""
    wanted = sa.select(PoolApplication).where(
        PoolApplication.public_id == public_id, PoolApplication.partnership_id == current_partnership().id
    )
    return db.session.scalar(wanted) or abort(404)


@pages.route("/pool/applications/<public_id>", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def application(public_id: str) -> ResponseReturnValue:
    """Take somebody in, or not."""
    asked, courses = application_or_404(public_id), deliverable(current_partnership().id)
    wished = [course for course in courses if course.id in asked.course_ids]
    form = DecideForm(data={"courses": [course.slug for course in wished], "delivers_as": "co"})
    form.courses.choices = course_choices(courses)
    if asked.state == "waiting" and form.validate_on_submit():
        return settle(asked, form)
    record_view(asked.person, what="wish to join the pool")
    page = render_template(
        "pool/application.html",
        asked=asked,
        form=form,
        wished=wished,
        where=where_in_words(in_the_room=asked.in_the_room, virtual=asked.virtual),
        works=employers([asked.person_id], asked.partnership_id, london_day(clock.now())).get(
            asked.person_id
        ),
    )
    return page, 422 if form.errors else 200


def settle(asked: PoolApplication, form: DecideForm) -> ResponseReturnValue:
    """The change itself: yes or no, by the button that was pressed."""
    partnership, by, name = current_partnership(), signed_in().person, asked.person.name
    if request.form.get("decision") == "decline":
        with writing():
            joining.decline(asked, partnership, why=(form.why.data or "").strip(), by=by, now=clock.now())
        flash(f"Declined. {name} has been told, with your reason.", "success")
        return redirect(url_for("pool.listing"), code=303)
    chosen = [c for c in deliverable(partnership.id) if c.slug in (form.courses.data or ())]
    with writing():
        joining.accept(
            asked,
            partnership,
            courses=chosen,
            delivers_as=str(form.delivers_as.data),
            until_on=form.until_on.data,
            by=by,
            now=clock.now(),
        )
    flash(f"{name} belongs to the training pool, and has been told.", "success")
    return redirect(url_for("pool.member", public_id=asked.person.public_id), code=303)
