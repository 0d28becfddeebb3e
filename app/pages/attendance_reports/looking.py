"""One report: what it says beside the register, before anything is saved; or what it made, once it was."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.agencies import choosable
from ...accounts.models import Agency, Person
from ...accounts.rules import Role
from ...attendance import register
from ...attendance.report_facts import Gathered, gather_with, report_of
from ...attendance.report_models import AttendanceReport, ReportFile, ReportMark, ReportWalkIn
from ...attendance.reporting import drop
from ...attendance.reports.dates import Order
from ...attendance.reports.matching import Found
from ...attendance.reports.names import shown
from ...booking.models import Booking
from ...catalogue.models import Event
from ...db import db, writing
from ...web.access import current_partnership, signed_in
from ..register.scene import event_with_people, refuse_unless_open
from . import pages
from .lines import MOST_SHOWN, parts, stamp, undecided


def event_and_report(event_id: int, public_id: str) -> tuple[Event, AttendanceReport]:
    """A report of an event, for those who mark its register."""
    event = event_with_people(event_id)
    refuse_unless_open(event)
    return event, report_of(event.id, public_id) or abort(404)


@pages.get("/events/<int:event_id>/attendance-reports/<public_id>")
def report(event_id: int, public_id: str) -> ResponseReturnValue:
    """A report."""
    event, found = event_and_report(event_id, public_id)
    return saved_page(event, found) if found.confirmed_at else review_page(event, found)


def review_page(
    event: Event, found: AttendanceReport, *, reason_missing: str = "", changed: bool = False
) -> ResponseReturnValue:
    """The review; with what was chosen already where it is shown again."""
    gathered, mine = gather_with(event, found, now=clock.now()), files_of(found)
    own = {file.fingerprint for file in mine}
    page = render_template(
        "attendance_reports/review.html",
        event=event,
        report=found,
        found=gathered,
        files=mine,
        joined=[one.file.name for one in gathered.placed if one.file.fingerprint not in own],
        parts=parts(gathered),
        rows=undecided(gathered, known_people(event, gathered)),
        more=max(0, len(gathered.review.of(Found.AMBIGUOUS, Found.UNKNOWN)) - MOST_SHOWN),
        staff=gathered.review.of(Found.STAFF),
        orders=Order,
        agencies=agencies(),
        remembers=signed_in().may(Role.ADMINISTRATOR),
        stamp=stamp(gathered),
        closing=register.closing(event.id),
        reason_missing=reason_missing,
        changed=changed,
        typed=request.form,
    )
    return page, 422 if reason_missing else 409 if changed else 200


def files_of(found: AttendanceReport) -> list[ReportFile]:
    """Its files."""
    wanted = sa.select(ReportFile).where(ReportFile.report_id == found.id).order_by(ReportFile.id)
    return list(db.session.scalars(wanted).all())


def agencies() -> list[Agency]:
    """The agencies somebody may work for today."""
    today = clock.london_day(clock.now())
    return [agency for agency, _ in db.session.execute(choosable(current_partnership().id, today))]


def known_people(event: Event, found: Gathered) -> dict[str, list[tuple[str, str]]]:
    """Whom the site knows of an unknown attendee's very address or very name: to be added as a walk-in, by attendee."""
    unknown = [match.attendee for match in found.review.of(Found.UNKNOWN)[:MOST_SHOWN]]
    addresses = {address for who in unknown for address in who.addresses}
    names = {shown(who.name).lower() for who in unknown}
    at_work = register.people_at_work(
        event_id=event.id, partnership_id=current_partnership().id, now=clock.now()
    )
    on_it = sa.select(Booking.person_id).where(
        Booking.event_id == event.id, Booking.state.in_(register.LISTED)
    )
    wanted = at_work.add_columns(Person.email).where(
        sa.or_(Person.email.in_(addresses), sa.func.lower(Person.name).in_(names)), Person.id.not_in(on_it)
    )
    rows = db.session.execute(wanted).all() if unknown else []
    return {
        who.key: [
            (f"{row.public_id}.{row.affiliation}", f"{row.name}, {row.setting or row.agency}")
            for row in rows
            if row.email in who.addresses or row.name.lower() == shown(who.name).lower()
        ]
        for who in unknown
    }


@pages.post("/events/<int:event_id>/attendance-reports/<public_id>/answers")
def answer(event_id: int, public_id: str) -> ResponseReturnValue:
    """Keep what was answered of the files: the order of their dates, the session of one without times."""
    event, found = event_and_report(event_id, public_id)
    sessions = {session.public_id for session in register.sessions(event.id)}
    answers = {file.fingerprint: answered(file.id, request.form, sessions) for file in files_of(found)}
    with writing() as session:
        kept = session.get_one(AttendanceReport, found.id, populate_existing=True)
        if kept.confirmed_at is None:
            kept.answers = {mark: kept.answers.get(mark, {}) | said for mark, said in answers.items()}
    return redirect(url_for("attendance_reports.report", event_id=event_id, public_id=public_id), code=303)


def answered(file_id: int, form: Mapping[str, str], sessions: set[str]) -> dict[str, str]:
    """What a form says of a file."""
    order, session = form.get(f"order-{file_id}", ""), form.get(f"session-{file_id}", "")
    said = {"order": order} if order in tuple(Order) else {}
    return said | ({"session": session} if session in sessions else {})


@pages.post("/events/<int:event_id>/attendance-reports/<public_id>/drop")
def give_up(event_id: int, public_id: str) -> ResponseReturnValue:
    """Forget a report that was not saved."""
    _, found = event_and_report(event_id, public_id)
    with writing() as session:
        drop(session.get_one(AttendanceReport, found.id, populate_existing=True))
    flash("The report is gone. Nothing of it was saved.", "success")
    return redirect(url_for("attendance_reports.listing", event_id=event_id), code=303)


def saved_page(event: Event, found: AttendanceReport) -> ResponseReturnValue:
    """What a report made of the register, and how to take it back."""
    return render_template(
        "attendance_reports/saved.html",
        event=event,
        report=found,
        files=files_of(found),
        made=made(found),
        closing=register.closing(event.id),
    )


def made(found: AttendanceReport) -> dict[str, Any]:
    """How many marks it made, how many of them anew, and how many walk-ins."""
    marks = sa.select(
        sa.func.count(),
        sa.func.count(sa.case((ReportMark.was != "", 1))),
        sa.func.count(ReportMark.booking_id.distinct()),
    ).where(ReportMark.report_id == found.id)
    total, replaced, people = db.session.execute(marks).one()
    walk_ins = sa.select(sa.func.count()).where(ReportWalkIn.report_id == found.id)
    return {
        "marks": total,
        "replaced": replaced,
        "people": people,
        "walk_ins": db.session.scalar(walk_ins) or 0,
    }
