""" "Tell me when this runs": somebody who wants to hear of a course's next date."""

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from ... import clock
from ...booking import actions
from ...booking.models import Interest
from ...catalogue.models import Course
from ...db import db, writing
from ...web.access import signed_in
from . import pages


def course_or_404(slug: str) -> Course:
    """The course of that name, if people may know of it."""
    found = db.session.scalar(sa.select(Course).where(Course.slug == slug, Course.published))
    return found or abort(404)


@pages.route("/courses/<slug>/interest", methods=["GET", "POST"])
def tell_me(slug: str) -> ResponseReturnValue:
    """One button; somebody who had to sign in first comes back to it."""
    course, form, person = course_or_404(slug), FlaskForm(), signed_in().person
    if form.validate_on_submit():
        with writing():
            actions.tell_me(course, person, now=clock.now())
        flash(f"We will write to {person.email} when {course.title} has a new date.", "success")
        return redirect(f"/courses/{slug}", code=303)
    already = db.session.scalar(Interest.open_of(person.id).where(Interest.course_id == course.id))
    return render_template("booking/interest.html", course=course, form=form, already=already)


@pages.post("/courses/<slug>/interest/end")
def no_longer(slug: str) -> ResponseReturnValue:
    """The person no longer wants to hear of the course."""
    course, person = course_or_404(slug), signed_in().person
    with writing():
        actions.end_interests(course.id, person.id, clock.now())
    flash(f"We will not write to you about {course.title}.", "success")
    return redirect(url_for("learning.mine"), code=303)
