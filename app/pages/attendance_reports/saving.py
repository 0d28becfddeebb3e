"""Saving a report in the register as somebody decided, and taking it back."""

from collections.abc import Mapping

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.actions import introduce, person_at
from ...accounts.addresses import fault_of
from ...accounts.models import Affiliation, Person
from ...accounts.rules import Role
from ...attendance import register, taking_back
from ...attendance.confirming import Confirmed, confirm, of_report, proposed
from ...attendance.report_facts import Cell, Gathered, gather_with
from ...attendance.report_models import AttendanceReport
from ...attendance.reports.attendees import Attendee
from ...attendance.reports.names import shown
from ...attendance.rules import MarkKind, Wanted
from ...catalogue.models import Event
from ...db import db
from ...records.actions import changing
from ...web.access import signed_in
from ...web.addresses import is_row_number, row_number
from ...web.filters import plural
from ..register.walk_ins import guest, work_of
from . import pages
from .lines import stamp
from .looking import agencies, event_and_report, review_page

NO_REASON = "Say why you correct this register: it is closed"


def correction() -> str:
    """The reason typed for changing a closed register."""
    return request.form.get("correction", "").strip()[:500]


@pages.post("/events/<int:event_id>/attendance-reports/<public_id>/confirm")
def save(event_id: int, public_id: str) -> ResponseReturnValue:
    """Save it; shown again where the register has changed since it was looked at, or a reason is missing."""
    event, found = event_and_report(event_id, public_id)
    if register.closing(event.id) is not None and not correction():
        return review_page(event, found, reason_missing=NO_REASON)
    with changing(event_id, now=clock.now()) as locked:
        report = db.session.get_one(AttendanceReport, found.id, populate_existing=True)
        is_same = report.confirmed_at is not None or take(locked, report)
    if not is_same:
        return review_page(*event_and_report(event_id, public_id), changed=True)
    flash("The register holds what the report says.", "success")
    return redirect(url_for("attendance_reports.report", event_id=event_id, public_id=public_id), code=303)


def take(event: Event, report: AttendanceReport) -> bool:
    """Save it as was decided, unless the register is not the one that was looked at."""
    by, now = signed_in().person, clock.now()
    before = gather_with(event, report, now=now)
    if stamp(before) != request.form.get("stamp", ""):
        return False
    people = {match.attendee.key: match.attendee for match in before.review.matches}
    decided = chosen("booking", people)
    found = gather_with(event, report, now=now, decided=decided) if decided else before
    wanted = Confirmed(
        marks=marks(found, request.form),
        decided=decided,
        walk_ins=walk_ins(people),
        remembered=remembered(decided),
    )
    confirm(event, report, found, wanted, by=by, now=now, why=correction())
    return True


def chosen(kind: str, people: Mapping[str, Attendee]) -> dict[str, str]:
    """What was chosen of a kind, by attendee: "booking:x" of "booking" is x."""
    typed = {key: request.form.get(f"who-{key}", "").partition(":") for key in people}
    return {key: value for key, (said, _, value) in typed.items() if said == kind and value}


def remembered(decided: Mapping[str, str]) -> frozenset[str]:
    """Whose addresses an administrator wants to be kept."""
    if not signed_in().may(Role.ADMINISTRATOR):
        return frozenset()
    return frozenset(key for key in decided if f"remember-{key}" in request.form)


def marks(found: Gathered, form: Mapping[str, str]) -> dict[Cell, Wanted]:
    """The marks to make: what the files say, but for whom somebody chose otherwise."""
    wanted, everybody = proposed(found), form.get("missing") == "absent"
    for session in found.sessions:
        missing = set(found.missing(session.id))
        for booking_id, row in found.people.items():
            cell = (booking_id, session.id)
            typed = form.get(f"mark-{session.public_id}-{row.public_id}", "")
            there = found.review.presences.get(cell)
            absent = typed == "absent" or (
                everybody and booking_id in missing and cell not in found.marks and not typed
            )
            if absent and (booking_id in missing or there is not None):
                wanted[cell] = Wanted(MarkKind.ABSENT)
            elif typed == "report" and there is not None:
                wanted[cell] = of_report(there)
            elif typed == "leave":
                wanted.pop(cell, None)
    return wanted


def walk_ins(people: Mapping[str, Attendee]) -> dict[str, Affiliation]:
    """Who is added to the register: people we know, and new ones with the agency that was chosen."""
    found: dict[str, Affiliation] = {}
    for key, value in chosen("known", people).items():
        public_id, _, affiliation = value.partition(".")
        if is_row_number(affiliation):
            found[key] = work_of(public_id, row_number(affiliation))
    for key, slug in chosen("new", people).items():
        found |= newcomer(people[key], slug)
    return found


def newcomer(who: Attendee, slug: str) -> dict[str, Affiliation]:
    """Somebody new with where they work, written down now; a guest where the file has no address of theirs."""
    now, agency = clock.now(), next((a for a in agencies() if a.slug == slug), None)
    if agency is None:
        return {}
    email = next((a for a in who.addresses if "#" not in a and not fault_of(a) and len(a) <= 254), "")
    person: Person = person_at(email, name="", now=now) if email else guest(now)
    works = introduce(person, name=person.name or shown(who.name)[:200], agency=agency, now=now)
    db.session.flush()
    return {who.key: works}


@pages.post("/events/<int:event_id>/attendance-reports/<public_id>/undo")
def undo(event_id: int, public_id: str) -> ResponseReturnValue:
    """Bring the register back to what it was before."""
    _, found = event_and_report(event_id, public_id)
    by = signed_in().person
    with changing(event_id, now=clock.now()) as locked:
        now = clock.now()
        report = db.session.get_one(AttendanceReport, found.id)
        done = taking_back.undo(locked, report, by=by, now=now, why=correction())
    if done:
        flash(told(done), "success")
    return redirect(url_for("attendance_reports.report", event_id=event_id, public_id=public_id), code=303)


def told(done: taking_back.Undone) -> str:
    """What was taken back, in sentences."""
    said = f"The register is as it was: {plural(done.marks, 'mark')} brought back."
    if done.walk_ins:
        said += f" {plural(done.walk_ins, 'person is', 'people are')} off the register again."
    if done.kept:
        said += f" {plural(done.kept, 'mark was', 'marks were')} changed since, and stayed."
    return said
