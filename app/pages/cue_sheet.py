"""``/events/<id>/cue-sheet``: everything those who deliver a date need to know of its group, on one page to print."""

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms.validators import ValidationError

from .. import clock
from ..accounts.rules import Role
from ..attendance import register
from ..audit.actions import trace
from ..catalogue.models import Course, CourseOffer
from ..db import db, writing
from ..evaluation.who_comes import named_needs, named_part_one, who_comes
from ..materials.models import RecordingNotice
from ..pool.listing import who_run
from ..web.access import current_partnership, requires, signed_in
from .course_desk.fields import Lines
from .register.scene import event_to_mark

pages = Blueprint("cue_sheet", __name__)

MOST_POINTS, LONGEST_POINT = 12, 300


class PointsForm(FlaskForm):
    """What trainers are to weave in."""

    points = Lines(
        "Learning points, one to a line",
        description="What reviews and audits ask practitioners to know. Write nothing by which a child or a "
        "family could be recognised.",
    )

    def validate_points(self, field: Lines) -> None:
        """Few enough to be woven in, and short enough to be read on the morning."""
        if len(field.data or ()) > MOST_POINTS:
            raise ValidationError(f"Enter at most {MOST_POINTS} learning points")
        if any(len(point) > LONGEST_POINT for point in field.data or ()):
            raise ValidationError(f"Shorten each learning point to {LONGEST_POINT} characters")


@pages.get("/events/<int:event_id>/cue-sheet")
def show(event_id: int) -> ResponseReturnValue:
    """Who comes from where, how they rated themselves, who needs what, part 1, and what to weave in."""
    event, now = event_to_mark(event_id), clock.now()
    people = not event.headcount_only
    return render_template(
        "cue_sheet/show.html",
        event=event,
        sessions=register.sessions(event_id),
        who=who_comes(event, first_day=True, now=now),
        needs=named_needs(event_id) if people else (),
        part_one=named_part_one(event_id) if people else (),
        trainers=[(row[1].name, row[0].part) for row in db.session.execute(who_run([event_id]))],
        recording=db.session.scalar(RecordingNotice.newest(event_id)),
        may_write=signed_in().may(Role.COORDINATOR),
    )


@pages.route("/courses/<slug>/learning-points", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def learning_points(slug: str) -> ResponseReturnValue:
    """What the trainers of a course are to weave in."""
    course = course_or_404(slug)
    form = PointsForm(data={"points": course.learning_points})
    if form.validate_on_submit():
        with writing():
            course = course_or_404(slug)
            course.learning_points = list(form.points.data or ())
            by = signed_in().person.public_id
            trace(at=clock.now(), actor=by, act="learning points", subject=f"course:{slug}")
        flash("Saved. They stand on the cue sheet of every date of this course.", "success")
        return redirect(url_for("cue_sheet.learning_points", slug=slug), code=303)
    page = render_template("cue_sheet/learning_points.html", course=course, form=form)
    return page, 422 if form.errors else 200


def course_or_404(slug: str) -> Course:
    """A course of the partnership's programme."""
    mine = CourseOffer.course_id == Course.id, CourseOffer.partnership_id == current_partnership().id
    found = db.session.scalar(sa.select(Course).where(Course.slug == slug, sa.exists().where(*mine)))
    return found or abort(404)
