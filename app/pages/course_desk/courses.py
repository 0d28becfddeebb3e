"""A coordinator makes and edits courses on the site, without touching a file."""

import re
from typing import Any

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from ... import clock
from ...accounts.rules import ROLE_GROUPS, Role
from ...catalogue import actions
from ...catalogue.models import Course, CourseRequirement
from ...catalogue.rules import DELIVERIES, KINDS, LEVELS, STRENGTHS, CourseContent, circle
from ...db import db, writing
from ...evaluation.loading import load_asked, read_questionnaires
from ...web.access import current_partnership, requires
from . import pages
from .fields import Lines, one_line, tidied

ROWS_OF_REQUIRED = 3
STRENGTH_WORDS = {
    "to book": "Needed before booking",
    "by a deadline": "Booked now, finished before the day",
    "advised": "Advised",
}


class RequiredForm(Form):
    """A course that comes before this one."""

    slug = SelectField("Course", default="")
    strength = SelectField(
        "How strictly",
        choices=[SelectChoice(strength, STRENGTH_WORDS[strength]) for strength in STRENGTHS],
        default="advised",
    )


class CourseForm(FlaskForm):
    """Everything a course says about itself."""

    title = StringField(
        "Title",
        [InputRequired("Enter the title"), Length(max=200, message="Use at most 200 characters")],
        [one_line],
    )
    other_names = Lines(
        "Other names people search for", description="Abbreviations and everyday words, one to a line"
    )
    summary = TextAreaField(
        "Summary",
        [Length(max=300, message="Use at most 300 characters")],
        [tidied],
        description="What it is about, in one or two sentences",
    )
    description = TextAreaField(
        "Description",
        [Length(max=8000, message="Use at most 8,000 characters")],
        [tidied],
        description="A blank line makes a new paragraph, “## ” at the beginning of a line a heading, “- ” a list",
    )
    outcomes = Lines("What you will learn", description="By the end you will ... One to a line")
    audience = TextAreaField(
        "Who it is for", [Length(max=1000, message="Use at most 1,000 characters")], [tidied]
    )
    audience_groups = SelectMultipleField(
        "Only for these role groups",
        choices=[SelectChoice(group, group) for group in ROLE_GROUPS],
        description="Tick none if it is for everybody",
    )
    kind = RadioField(
        "Kind of training",
        [InputRequired("Choose the kind of training")],
        choices=[SelectChoice(kind, label) for kind, label in KINDS.items()],
    )
    delivery = RadioField(
        "How it is taught",
        [InputRequired("Choose how it is taught")],
        choices=[SelectChoice(delivery, label) for delivery, label in DELIVERIES.items()],
    )
    level = SelectField(
        "Level",
        choices=[SelectChoice("", "None"), *(SelectChoice(str(n), f"Level {n}") for n in LEVELS)],
    )
    minutes = IntegerField(
        "Length in minutes", [Optional(), NumberRange(1, 14400, "Enter the length in minutes, 1 or more")]
    )
    do_first = TextAreaField(
        "What to do first", [Length(max=1000, message="Use at most 1,000 characters")], [tidied]
    )
    required = FieldList(FormField(RequiredForm, "Course"), "Courses that come first", max_entries=20)
    themes = Lines("Themes", description="The subjects of reviews and audits that it answers, one to a line")
    joining = StringField(
        "How people join",
        [Length(max=200, message="Use at most 200 characters")],
        [one_line],
        description="For example MS Teams",
    )
    provider = StringField("Provider", [Length(max=200, message="Use at most 200 characters")], [one_line])
    provider_url = StringField(
        "The provider’s page", [Length(max=500, message="Use at most 500 characters")], [one_line]
    )
    certificate_waits_for_after = BooleanField(
        "The certificate waits until the questions after the course are answered", default=True
    )
    published = BooleanField("Show it in the catalogue", default=True)

    def validate_description(self, field: TextAreaField) -> None:
        """The page has its own first heading."""
        if re.search(r"^# ", field.data or "", re.MULTILINE):
            raise ValidationError("Begin headings with “## ”")

    def validate_provider(self, field: StringField) -> None:
        """A course of somebody else says whose it is."""
        if self.delivery.data == "external" and not field.data:
            raise ValidationError("Enter whose course it is")

    def validate_provider_url(self, field: StringField) -> None:
        """An address that people can follow."""
        if field.data and not field.data.startswith(("https://", "http://")):
            raise ValidationError("Enter an address that begins with https://")

    def content(self) -> CourseContent:
        """What was typed, as a course's content."""
        values: dict[str, Any] = {name: field.data for name, field in self._fields.items()}
        values.pop("csrf_token", None)
        required = {row.slug.data: row.strength.data for row in self.required if row.slug.data}
        lists = {name: tuple(values[name] or ()) for name in actions.LISTS}
        level = int(self.level.data) if self.level.data else None
        return CourseContent(**{**values, **lists, "level": level, "required": required})


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


def as_typed(content: CourseContent) -> dict[str, Any]:
    """A course's content as the form shows it."""
    required = [{"slug": slug, "strength": strength} for slug, strength in content.required.items()]
    return {**vars(content), "level": str(content.level or ""), "required": required}


def prepare(form: CourseForm, course: Course | None) -> None:
    """Offer the other courses as what comes first; always a row to spare."""
    others = db.session.execute(
        Course.offered_by(current_partnership().id).with_only_columns(Course.slug, Course.title)
    )
    choices = [SelectChoice("", "None")]
    choices += [SelectChoice(slug, title) for slug, title in others if course is None or slug != course.slug]
    if request.method == "GET" or "more" in request.form:
        form.required.append_entry()
    while request.method == "GET" and len(form.required) < ROWS_OF_REQUIRED:
        form.required.append_entry()
    for row in form.required:
        row.slug.choices = choices


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
