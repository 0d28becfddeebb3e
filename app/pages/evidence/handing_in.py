"""``/courses/<slug>/evidence``: a person hands in a certificate from elsewhere, and sees what became of it."""

from datetime import date

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import StringField
from wtforms.validators import InputRequired, Length, ValidationError

from ... import clock
from ...accounts.rules import Role
from ...booking.needing import freed_by
from ...catalogue.models import Course
from ...completions import evidence as actions
from ...completions.evidence_files import LARGEST, fault_of
from ...completions.models import Evidence
from ...db import db, writing
from ...web.access import current_partnership, signed_in
from ...web.downloads import as_download
from ...web.trail import record_view
from ...web.typed import takes_files
from ..course_desk.fields import Day, one_line
from . import pages


class HandInForm(FlaskForm):
    """A certificate from elsewhere."""

    content: bytes = b""
    provider = StringField(
        "Who ran the course",
        [
            InputRequired("Enter who ran the course"),
            Length(max=200, message="Use at most 200 characters"),
        ],
        [one_line],
        description="For example Derbyshire Safeguarding Children Partnership",
    )
    completed_on = Day(
        "When you finished it",
        [InputRequired("Enter the day on the certificate")],
        description="For example 12 1 2026",
    )
    file = FileField("Your certificate", description="A PDF, or a photo as JPEG or PNG, up to 5 MB")

    def validate_completed_on(self, field: Day) -> None:
        """Nobody has a certificate of tomorrow."""
        if field.data and field.data > clock.london_day(clock.now()):
            raise ValidationError("Enter a day that is not in the future")

    def validate_file(self, field: FileField) -> None:
        """What counts is what is in the file; browsers do not keep it when the page comes back."""
        if not field.data:
            raise ValidationError("Choose the file of your certificate")
        self.content = field.data.stream.read(LARGEST + 1)
        if fault := fault_of(self.content):
            raise ValidationError(fault)
        if self.provider.errors or self.completed_on.errors:
            raise ValidationError("Choose the file once more: your browser does not keep it")

    @property
    def day(self) -> date:
        """The day, once the form is in order."""
        found = self.completed_on.data
        assert found
        return found


def course_or_404(slug: str) -> Course:
    """A published course of the programme."""
    ours = Course.offered_by(current_partnership().id)
    return db.session.scalar(ours.where(Course.slug == slug, Course.published)) or abort(404)


@pages.route("/courses/<slug>/evidence", methods=["GET", "POST"])
@takes_files(megabytes=12)
def hand_in(slug: str) -> ResponseReturnValue:
    """Hand in a certificate for a course done elsewhere."""
    course, person, form = course_or_404(slug), signed_in().person, HandInForm()
    waiting = db.session.scalar(Evidence.waiting_of(person.id, course.id))
    if waiting:
        return redirect(url_for("evidence.show", public_id=waiting), code=303)
    if form.validate_on_submit():
        public_id = keep(course, form)
        flash("We have your certificate. We write to you once it is checked.", "success")
        return redirect(url_for("evidence.show", public_id=public_id), code=303)
    rows = db.session.execute(freed_by(person.id, course.id, clock.now())).all()
    page = render_template("evidence/hand_in.html", form=form, course=course, rows=rows)
    return page, 422 if form.errors else 200


def keep(course: Course, form: HandInForm) -> str:
    """The change itself."""
    with writing():
        evidence = actions.hand_in(
            signed_in().person,
            course,
            current_partnership(),
            provider=form.provider.data,
            completed_on=form.day,
            file_name=form.file.data.filename or "",
            content=form.content,
            now=clock.now(),
        )
        return evidence.public_id


def evidence_or_404(public_id: str) -> Evidence:
    """The certificate, for whose it is and for the administrators who check it; for anybody else there is none."""
    who, found = signed_in(), db.session.scalar(Evidence.by_public_id(public_id))
    if found is None:
        abort(404)
    ours = found.partnership_id == current_partnership().id and who.may(Role.ADMINISTRATOR)
    return found if ours or found.person_id == who.person.id else abort(404)


@pages.get("/evidence/<public_id>")
def show(public_id: str) -> ResponseReturnValue:
    """What became of a certificate; administrators are led to where they check it."""
    evidence = evidence_or_404(public_id)
    if evidence.person_id != signed_in().person.id:
        return redirect(url_for("evidence.decide", public_id=public_id), code=303)
    rows = db.session.execute(freed_by(evidence.person_id, evidence.course_id, clock.now())).all()
    return render_template("evidence/show.html", evidence=evidence, course=evidence.course, rows=rows)


@pages.get("/evidence/<public_id>/file")
def file(public_id: str) -> ResponseReturnValue:
    """The file, to be kept and not opened on our site: whatever it holds can do nothing here."""
    evidence = evidence_or_404(public_id)
    record_view(evidence.person, what="certificate from elsewhere")
    content = db.session.scalar(sa.select(Evidence.file).where(Evidence.id == evidence.id))
    return as_download(content, evidence.file_type, evidence.file_name)
