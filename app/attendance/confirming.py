"""An attendance report taken into the register. Inside ``changing(event)``; nothing commits."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from ..accounts.models import Affiliation, Person
from ..audit.actions import trace
from ..booking.models import Booking
from ..catalogue.models import Event
from ..db import adding_alone, db
from ..errors import Refused
from .actions import walk_in
from .marking import mark_delegates
from .models import Mark, RegisterClosing
from .report_facts import Cell, Gathered, is_by_hand
from .report_models import AttendanceReport, KnownAddress, ReportFile, ReportMark, ReportWalkIn
from .reports.matching import Match
from .reports.presence import minutes_of
from .reports.review import OfSession, in_session
from .reports.settling import Sitting
from .rules import MarkKind, Wanted, Way

SAVED, TAKEN_BACK, REMEMBERED = (
    "attendance report saved",
    "attendance report taken back",
    "address remembered",
)


class Confirmed(NamedTuple):
    """What somebody confirms: marks by booking and session, and by attendee who they are.

    ``decided`` holds a booking's public id, or "" for nobody; ``walk_ins`` where somebody works who had no place;
    ``remembered`` are those whose address is kept.
    """

    marks: Mapping[Cell, Wanted]
    decided: Mapping[str, str] = {}
    walk_ins: Mapping[str, Affiliation] = {}
    remembered: frozenset[str] = frozenset()


def of_report(found: OfSession) -> Wanted:
    """The mark that a presence is."""
    return Wanted(MarkKind.PRESENT, found.minutes.late, found.minutes.early)


def says_the_same(mark: Any, wanted: Wanted) -> bool:
    """Whether a mark says already what a report does."""
    said = (mark.mark, mark.minutes_late, mark.left_early) if mark is not None else None
    return said == (wanted.kind, wanted.minutes_late, wanted.left_early)


def proposed(gathered: Gathered) -> dict[Cell, Wanted]:
    """The marks that saving makes unless a person says otherwise: whoever was there, where nobody marked by hand."""
    return {
        cell: of_report(found)
        for cell, found in gathered.review.presences.items()
        if not is_by_hand(gathered.marks.get(cell))
    }


def confirm(
    event: Event,
    report: AttendanceReport,
    gathered: Gathered,
    wanted: Confirmed,
    *,
    by: Person | None,
    now: datetime,
    why: str = "",
) -> None:
    """Take a report into the register. Doing it twice changes nothing. ``by`` None is a command.

    Raises Refused where the register is closed and no reason is given, and where nothing in the files is of use.
    """
    db.session.refresh(report, with_for_update=True)
    if report.confirmed_at is not None:
        return
    if not gathered.is_of_use:
        raise Refused("Nothing in this report can be saved yet. Open it and look at what it says.")
    if db.session.get(RegisterClosing, event.id) is not None and not why:
        raise Refused("Say why you correct this register: it is closed.")
    marks, decided = dict(wanted.marks), dict(wanted.decided)
    for match in gathered.review.matches:
        works = wanted.walk_ins.get(match.attendee.key)
        if works is not None and by is not None:
            booking = let_in(event, report, works, by=by, now=now, why=why)
            decided[match.attendee.key] = booking.public_id
            marks |= {(booking.id, id): mark for id, mark in marks_of(match, gathered)}
    write(event, report, gathered, marks, by=by, now=now, why=why)
    for match in gathered.review.matches:
        if match.attendee.key in wanted.remembered and decided.get(match.attendee.key):
            remember(match, decided[match.attendee.key], report, by=by, now=now)
    report.decided = {**report.decided, **decided}
    report.confirmed_at, report.confirmed_by_id = now, by.id if by else None
    leave_a_trace(report, SAVED, by=by, now=now)


def leave_a_trace(report: AttendanceReport, act: str, *, by: Person | None, now: datetime) -> None:
    """Which file, which one it was, who and when."""
    for file in db.session.scalars(sa.select(ReportFile).where(ReportFile.report_id == report.id)):
        actor, why = by.public_id if by else "", f"{file.name}, sha256 {file.fingerprint}"
        trace(at=now, actor=actor, act=act, subject=report.public_id, why=why)


def let_in(
    event: Event, report: AttendanceReport, works: Affiliation, *, by: Person, now: datetime, why: str
) -> Booking:
    """Put somebody on the register who was in the meeting without a place."""
    wanted = sa.select(Booking.id, Booking.state).where(
        Booking.event_id == event.id, Booking.person_id == works.person_id
    )
    before = {row.id: row.state for row in db.session.execute(wanted)}
    booking = walk_in(event, works.person, works, by=by, now=now, why=why)
    was = before.get(booking.id, "")
    if was != booking.state:  # who is on the register already stays as they are
        db.session.add(ReportWalkIn(report_id=report.id, booking_id=booking.id, was=was))
    return booking


def marks_of(match: Match, gathered: Gathered) -> Iterable[tuple[int, Wanted]]:
    """The marks of somebody who is not on the register yet, by session."""
    files = gathered.sessions_of_files
    for session in gathered.sessions:
        sitting = Sitting(session.id, session.starts_at, session.ends_at)
        found = in_session([match.attendee], sitting, files)
        if found.seconds:
            minutes = minutes_of(found, session.starts_at, session.ends_at)
            yield session.id, Wanted(MarkKind.PRESENT, minutes.late, minutes.early)


def write(
    event: Event,
    report: AttendanceReport,
    gathered: Gathered,
    marks: Mapping[Cell, Wanted],
    *,
    by: Person | None,
    now: datetime,
    why: str,
) -> None:
    """Make the marks, session by session, and keep beside each what was there before."""
    for session in gathered.sessions:
        wanted = {booking: mark for (booking, id), mark in marks.items() if id == session.id}
        was = {row.booking_id: row for row in marks_in(session.id, wanted)}
        made = mark_delegates(
            event, session.id, wanted, by_id=by.id if by else None, now=now, why=why, how=Way.REPORT
        )
        rows = [
            kept(report.id, booking, session.id, mark, was.get(booking), gathered)
            for booking, mark in made.items()
        ]
        if rows:
            db.session.execute(sa.insert(ReportMark), rows)


def marks_in(session_id: int, bookings: Iterable[int]) -> Iterable[Any]:
    """The marks there are of these bookings in a session."""
    return db.session.execute(
        sa.select(Mark.booking_id, Mark.mark, Mark.minutes_late, Mark.left_early, Mark.why, Mark.how).where(
            Mark.session_id == session_id, Mark.booking_id.in_(list(bookings))
        )
    ).all()


def kept(
    report_id: int, booking_id: int, session_id: int, mark: Wanted, was: Any, gathered: Gathered
) -> dict[str, Any]:
    """A mark that was made, with the one there was."""
    found = gathered.review.there(booking_id, session_id)
    return {
        "report_id": report_id,
        "booking_id": booking_id,
        "session_id": session_id,
        "seconds": found.present.seconds if found else 0,
        "became": mark.kind.value if mark.kind else "",
        "became_late": mark.minutes_late,
        "became_early": mark.left_early,
        "was": was.mark if was else "",
        "was_late": was.minutes_late if was else 0,
        "was_early": was.left_early if was else 0,
        "was_why": was.why if was else "",
        "was_how": was.how if was else "",
    }


def remember(
    match: Match, booking: str, report: AttendanceReport, *, by: Person | None, now: datetime
) -> None:
    """Keep the addresses of an attendee as those of a delegate, unless they are somebody's already."""
    person = db.session.scalar(
        sa.select(Person).join(Booking, Booking.person_id == Person.id).where(Booking.public_id == booking)
    )
    if person is None:
        return
    adding_alone(KnownAddress)
    for address in match.attendee.addresses:
        held = sa.or_(
            sa.exists().where(Person.email == address), sa.exists().where(KnownAddress.address == address)
        )
        if db.session.scalar(sa.select(sa.true()).where(held)):
            continue
        row = KnownAddress(person_id=person.id, address=address, remembered_at=now, report_id=report.id)
        row.remembered_by_id = by.id if by else None
        db.session.add(row)
        trace(at=now, actor=by.public_id if by else "", act=REMEMBERED, subject=person.public_id, why=address)
