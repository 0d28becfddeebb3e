""" "Tell me when this runs": somebody who wants to hear of a course's next date, and where and when would suit them."""

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.fields import SelectChoice

from ... import clock
from ...accounts.agencies import districts
from ...booking import actions
from ...booking.interests import ONLINE, TIMES, opened
from ...booking.models import Interest
from ...catalogue.models import Course
from ...db import db, writing
from ...web.access import current_partnership, public, signed_in
from ...web.problems import problem
from . import pages

NO_LINK = "Copy the whole address from the mail. If it still does not open, ring the training team."


class InterestForm(FlaskForm):
    """Where and when it would suit them: both may be left open."""

    area = SelectField("Where would suit you?", default="")
    time_of_day = SelectField(
        "Which time of day?", choices=[SelectChoice(value, said) for value, said in TIMES.items()], default=""
    )


def form_for(known: Interest | None) -> InterestForm:
    """The form, with the districts where people of the partnership work."""
    form = InterestForm(obj=known)
    areas = list(db.session.scalars(districts(current_partnership().id)))
    if form.area.data and form.area.data not in (*areas, ONLINE) and known and known.area == form.area.data:
        areas.append(form.area.data)
    form.area.choices = [
        SelectChoice("", "Anywhere"),
        SelectChoice(ONLINE, ONLINE),
        *(SelectChoice(area, area) for area in areas),
    ]
    return form


def course_or_404(slug: str) -> Course:
    """The course of that name, if people may know of it."""
    found = db.session.scalar(sa.select(Course).where(Course.slug == slug, Course.published))
    return found or abort(404)


@pages.route("/courses/<slug>/interest", methods=["GET", "POST"])
def tell_me(slug: str) -> ResponseReturnValue:
    """One button, and two questions one may leave open; somebody who had to sign in first comes back to it."""
    course, person = course_or_404(slug), signed_in().person
    already = db.session.scalar(Interest.open_of(person.id).where(Interest.course_id == course.id))
    form = form_for(already)
    if form.validate_on_submit():
        with writing():
            asked = actions.tell_me(course, person, now=clock.now())
            asked.area, asked.time_of_day = form.area.data or "", form.time_of_day.data or ""
        flash(f"We will write to {person.email} when {course.title} has a new date.", "success")
        return redirect(f"/courses/{slug}", code=303)
    page = render_template("booking/interest.html", course=course, form=form, already=already)
    return page, 422 if form.errors else 200


@pages.post("/courses/<slug>/interest/end")
def no_longer(slug: str) -> ResponseReturnValue:
    """The person no longer wants to hear of the course."""
    course, person = course_or_404(slug), signed_in().person
    with writing():
        actions.end_interests(course.id, person.id, clock.now())
    flash(f"We will not write to you about {course.title}.", "success")
    return redirect(url_for("learning.mine"), code=303)


@pages.route("/enough/<token>", methods=["GET", "POST"])
@public
def enough(token: str) -> ResponseReturnValue:
    """The same by the link in a letter, without signing in; opening the page changes nothing."""
    interest = opened(token)
    if interest is None:
        return problem(404, NO_LINK, heading="This link does not work", actions=())
    form, course = FlaskForm(), interest.course
    if form.validate_on_submit():
        with writing():
            actions.end_interests(interest.course_id, interest.person_id, clock.now())
        return redirect(url_for("booking.enough", token=token), code=303)
    return render_template(
        "booking/enough.html", course=course, form=form, ended=interest.ended_at is not None
    )
