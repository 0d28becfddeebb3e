"""A coordinator makes and edits courses on the site, without touching a file."""

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectChoice

from ... import clock
from ...accounts.rules import Role
from ...catalogue import actions
from ...catalogue.models import Course, CourseEquivalent, CourseOffer, CourseRequirement
from ...catalogue.rules import circle
from ...db import db, writing
from ...evaluation.loading import load_asked, read_questionnaires
from ...web.access import current_partnership, requires
from . import pages
from .course_form import CourseForm, as_typed

ROWS_OF_REQUIRED = 3


@pages.route("/courses/new", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def new_course() -> ResponseReturnValue:
    """Make a course."""
    form = CourseForm()
    prepare(form, None)
    if "more" not in request.form and form.validate_on_submit() and agrees(form, None):
        with writing():
            course = actions.create_course(
                form.content(), partnership_id=current_partnership().id, now=clock.now()
            )
            load_asked(read_questionnaires()[0], [course.slug])
        flash(f"{course.title} is in the programme. Add its first date.", "success")
        return redirect(url_for("catalogue.course", slug=course.slug), code=303)
    return show(form, None)


@pages.route("/courses/<slug>/edit", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def edit_course(slug: str) -> ResponseReturnValue:
    """Change a course; from then on its file leaves it alone."""
    course = db.session.scalar(Course.offered_by(current_partnership().id).where(Course.slug == slug))
    if course is None:
        abort(404)
    form = CourseForm(data=as_typed(actions.content_of(course)))
    prepare(form, course)
    if "more" not in request.form and form.validate_on_submit() and agrees(form, course):
        with writing():
            actions.edit_course(course, form.content(), now=clock.now())
        flash("The course was changed.", "success")
        return redirect(url_for("catalogue.course", slug=slug), code=303)
    return show(form, course)


def prepare(form: CourseForm, course: Course | None) -> None:
    """Offer the other courses as what comes first, or counts as this one; always a row to spare."""
    choices = [SelectChoice(slug, title) for slug, title in db.session.execute(nameable(course))]
    form.equivalents.choices = choices
    if request.method != "POST" or "more" in request.form:
        form.required.append_entry()
    while request.method != "POST" and len(form.required) < ROWS_OF_REQUIRED:
        form.required.append_entry()
    for row in form.required:
        row.slug.choices = [SelectChoice("", "None"), *choices]


def nameable(course: Course | None) -> sa.Select[str, str]:
    """The courses that a course may name: those of the programme, and others that its file names already."""
    offered = sa.select(CourseOffer.course_id).where(CourseOffer.partnership_id == current_partnership().id)
    own_id = course.id if course else 0
    required = sa.select(CourseRequirement.required_id).where(CourseRequirement.course_id == own_id)
    equivalent = sa.select(CourseEquivalent.equivalent_id).where(CourseEquivalent.course_id == own_id)
    return (
        sa.select(Course.slug, Course.title)
        .where(Course.id.in_(sa.union(offered, required, equivalent)), Course.id != own_id)
        .order_by(Course.title)
    )


def agrees(form: CourseForm, course: Course | None) -> bool:
    """What only the other courses can tell: the title is free, and nothing requires itself in the end."""
    own_id = course.id if course else 0
    same = sa.func.lower(Course.title) == form.title.data.lower()
    if db.session.scalar(sa.select(Course.id).where(same, Course.id != own_id)):
        form.title.errors = ["Another course has this title"]
    if course and circle({**requirements(), course.slug: list(form.content().required)}, course.slug):
        form.required.errors = ["A course cannot come before itself: one of these requires this course"]
    return not form.errors


def requirements() -> dict[str, list[str]]:
    """What each course requires, by slug."""
    needing, needed = sa.orm.aliased(Course), sa.orm.aliased(Course)
    found: dict[str, list[str]] = {}
    for slug, required in db.session.execute(
        sa.select(needing.slug, needed.slug)
        .select_from(CourseRequirement)
        .join(needing, needing.id == CourseRequirement.course_id)
        .join(needed, needed.id == CourseRequirement.required_id)
    ):
        found.setdefault(slug, []).append(required)
    return found


def show(form: CourseForm, course: Course | None) -> ResponseReturnValue:
    """The page with its form."""
    page = render_template("course_desk/course.html", form=form, course=course)
    return page, 422 if form.errors else 200
