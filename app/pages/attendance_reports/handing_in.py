"""The reports of an event, and handing one in."""

from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.file import FileRequired, MultipleFileField
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import FileStorage

from ... import clock
from ...accounts.rules import Role
from ...attendance.report_models import AttendanceReport, ReportFile
from ...attendance.reporting import hand_in, read_files
from ...attendance.reports.layout import MOST_BYTES
from ...catalogue.models import Event
from ...db import db, writing
from ...errors import Refused
from ...web.access import signed_in, viewer
from ...web.filters import listed
from ...web.problems import problem
from ..register.scene import event_with_people, refuse_unless_open
from . import pages

# A little more than the largest file, so that one that is too large is told so in the form.
MOST_SENT = 2 * MOST_BYTES


class FilesForm(FlaskForm):
    """Files to hand in."""

    files = MultipleFileField(
        "Attendance reports",
        [FileRequired("Choose a file")],
        description="The CSV file that Teams or Zoom gives the organiser. Several if the meeting was restarted",
    )


@pages.url_value_preprocessor
def take_large_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Let those who mark registers send more than other forms may, before anything of it is read."""
    who = viewer() if endpoint == "attendance_reports.listing" and request.method == "POST" else None
    if who is not None and who.may(Role.ADMINISTRATOR, Role.TRAINER):
        request.max_content_length = MOST_SENT


@pages.errorhandler(413)
def too_large(_error: Exception) -> ResponseReturnValue:
    """A file far larger than any report."""
    sentence = f"The file is larger than {MOST_BYTES // 1024**2} MB, which no attendance report is. Nothing was kept."
    back = ({"label": "Back to the reports", "href": request.path},)
    return problem(413, sentence, heading="That file is too large", actions=back)


@pages.route("/events/<int:event_id>/attendance-reports", methods=["GET", "POST"])
def listing(event_id: int) -> ResponseReturnValue:
    """What was handed in for an event, and a form to hand in more: nothing is saved in the register yet."""
    event, form = event_with_people(event_id), FilesForm()
    refuse_unless_open(event)
    if form.validate_on_submit():
        given = [read(file) for file in form.files.data or ()]
        try:
            return keep(event, given)
        except Refused as refused:
            form.files.errors = [refused.sentence.rstrip(".")]
    reports = db.session.scalars(AttendanceReport.of(event.id).options(*with_names())).unique().all()
    page = render_template(
        "attendance_reports/list.html",
        event=event,
        form=form,
        reports=reports,
        names=names_of(reports),
        shut="",
    )
    return page, 422 if form.errors else 200


def read(file: FileStorage) -> tuple[str, bytes]:
    """A file's name and bytes; what a large one was put aside in is closed."""
    with file.stream as stream:
        return file.filename or "", stream.read()


def keep(event: Event, given: list[tuple[str, bytes]]) -> ResponseReturnValue:
    """Keep the files as a draft and show what they say; what the register holds already is only said."""
    handed = read_files(event.id, given)
    event_id = event.id
    if handed.before:
        flash(f"{listed(handed.before)}: in the register already, so it changes nothing.", "success")
    if not handed.files:
        return redirect(url_for("attendance_reports.listing", event_id=event_id), code=303)
    with writing():
        report = hand_in(event_id, handed, by=signed_in().person, now=clock.now())
        address = url_for("attendance_reports.report", event_id=event_id, public_id=report.public_id)
    return redirect(address, code=303)


def with_names() -> tuple[Any, ...]:
    """Who did what, loaded with the reports."""
    return tuple(
        joinedload(part)
        for part in (AttendanceReport.handed_in_by, AttendanceReport.confirmed_by, AttendanceReport.undone_by)
    )


def names_of(reports: Any) -> dict[int, list[str]]:
    """The names of the files of each report."""
    found: dict[int, list[str]] = {}
    wanted = sa.select(ReportFile.report_id, ReportFile.name).where(
        ReportFile.report_id.in_([report.id for report in reports])
    )
    for report_id, name in db.session.execute(wanted.order_by(ReportFile.id)):
        found.setdefault(report_id, []).append(name)
    return found
