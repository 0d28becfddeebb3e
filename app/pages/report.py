"""The training section of the annual report: as a page, as DOCX; its passages and comments."""

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import Length

from .. import clock
from ..accounts.rules import Role
from ..catalogue.models import Course
from ..db import db, writing
from ..impact import actions, report
from ..impact.sums import Year
from ..impact.year import agency_names, read_year, years_with_rows
from ..partnerships.rules import reporting_year, year_bounds, year_from_slug, year_label, year_slug
from ..web.access import current_partnership, requires, signed_in
from ..web.addresses import row_number

pages = Blueprint("report", __name__)

GROUP = (Role.LWD_MEMBER, Role.COORDINATOR)
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PARTS = {
    "introduction": "Introduction",
    "priorities": "Priorities for the coming year",
    "course": "Why this course ran",
}


class PassageForm(FlaskForm):
    """A passage in the coordinator's words."""

    text = TextAreaField(
        "Your words",
        [Length(max=6000, message="Use at most 6,000 characters")],
        description="Plain paragraphs; begin a line with “- ” for a bullet. No information about a child or a family.",
    )


def composed(slug: str) -> tuple[Year, report.Report]:
    """The report of a year; 404 for what is no year, or one without rows."""
    start = year_from_slug(slug)
    today = clock.london_day(clock.now())
    if start is None:
        abort(404)
    partnership = current_partnership()
    year = read_year(partnership.id, start, today=today)
    if not year.courses and not year.modules and start != reporting_year(today):
        abort(404)
    found = report.compose(
        year, agency_names(), partnership_id=partnership.id, partnership=partnership.name, today=today
    )
    return year, found


@pages.get("/report")
@requires(*GROUP)
def years() -> ResponseReturnValue:
    """Every year there is something to report on."""
    today = clock.london_day(clock.now())
    found = years_with_rows(current_partnership().id)
    rows = [(year_slug(y), year_label(y), y < reporting_year(today)) for y in found]
    return render_template("report/years.html", rows=rows)


@pages.get("/report/<slug>")
@requires(*GROUP)
def section(slug: str) -> ResponseReturnValue:
    """The section as a page."""
    year, found = composed(slug)
    return render_template(
        "report/section.html",
        slug=slug,
        report=found,
        columns=report.COURSE_COLUMNS,
        may_edit=signed_in().may(Role.COORDINATOR),
        over=year.start < reporting_year(clock.london_day(clock.now())),
    )


@pages.get("/report/<slug>.docx")
@requires(*GROUP)
def document(slug: str) -> ResponseReturnValue:
    """The section as a Word document."""
    from ..impact.document import as_docx

    _, found = composed(slug)
    answer = Response(as_docx(found), mimetype=WORD)
    answer.headers["Content-Disposition"] = f'attachment; filename="training-section-{slug}.docx"'
    return answer


@pages.route("/report/<slug>/passages/<part>", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def passage(slug: str, part: str) -> ResponseReturnValue:
    """Write a passage: the introduction, the priorities, or why a course ran."""
    start, course = year_from_slug(slug), course_of(part, request.args.get("course", ""))
    if start is None or part not in PARTS:
        abort(404)
    partnership, who, course_id = current_partnership(), signed_in().person, course.id if course else None
    form = PassageForm(text=report.passages(partnership.id, start).get((part, course_id), ""))
    if form.validate_on_submit():
        with writing():
            actions.write_passage(
                partnership_id=partnership.id,
                year=start,
                part=part,
                course_id=course_id,
                text=form.text.data or "",
                now=clock.now(),
                by=who.public_id,
            )
        flash(f"“{PARTS[part]}” is saved.", "success")
        return redirect(url_for("report.section", slug=slug), code=303)
    page = render_template("report/passage.html", form=form, slug=slug, heading=PARTS[part], course=course)
    return page, 422 if form.errors else 200


def course_of(part: str, slug: str) -> Course | None:
    """The course a passage is about; 404 where a course's passage names none."""
    if part != "course":
        return None
    course: Course = db.first_or_404(db.select(Course).where(Course.slug == slug))
    return course


@pages.route("/report/<slug>/comments", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def comments(slug: str) -> ResponseReturnValue:
    """Choose comments for the report. Ticking one releases it for publication."""
    start = year_from_slug(slug)
    if start is None:
        abort(404)
    partnership, who = current_partnership(), signed_in().person
    offered = report.comments_to_choose(partnership.id, *year_bounds(start), start)
    form = FlaskForm()
    if form.validate_on_submit():
        with writing():
            actions.choose_comments(
                partnership_id=partnership.id,
                year=start,
                offered=[comment.answer_id for comment in offered],
                chosen=request.form.getlist("chosen", type=row_number),
                now=clock.now(),
                by=who.public_id,
                by_id=who.id,
            )
        flash("Your choice of comments is saved.", "success")
        return redirect(url_for("report.section", slug=slug), code=303)
    return render_template(
        "report/comments.html", form=form, slug=slug, label=year_label(start), comments=offered
    )
