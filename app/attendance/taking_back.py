"""An attendance report taken back: the register as it was before. Inside ``changing(event)``; nothing commits."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from ..accounts.models import Person
from ..booking.actions import move
from ..booking.models import Booking
from ..booking.rules import State
from ..catalogue.models import Event
from ..db import db
from ..errors import Refused
from .confirming import leave_a_trace, marks_in
from .marking import mark_delegates
from .models import Mark, RegisterClosing
from .report_models import AttendanceReport, KnownAddress, ReportMark, ReportWalkIn
from .rules import MarkKind, Wanted, Way

TAKEN_BACK = "attendance report taken back"


class Undone(NamedTuple):
    """How many marks were brought back, how many walk-ins taken off, and how many marks are another's by now."""

    marks: int
    walk_ins: int
    kept: int


def undo(
    event: Event, report: AttendanceReport, *, by: Person | None, now: datetime, why: str = ""
) -> Undone | None:
    """Bring back what was on the register before a report; None where it was not there (any more).

    A mark that somebody has changed since stays as it is. Addresses that were remembered with it are forgotten.
    """
    db.session.refresh(report, with_for_update=True)
    if not report.stands:
        return None
    same_moment = sa.and_(
        AttendanceReport.confirmed_at == report.confirmed_at, AttendanceReport.id > report.id
    )
    later = AttendanceReport.standing(event.id).where(
        sa.or_(AttendanceReport.confirmed_at > report.confirmed_at, same_moment)
    )
    if db.session.scalar(later.limit(1)) is not None:
        raise Refused("A later report was joined with this one. Take that one back first.")
    if db.session.get(RegisterClosing, event.id) is not None and not why:
        raise Refused("Say why you correct this register: it is closed.")
    made = db.session.scalars(sa.select(ReportMark).where(ReportMark.report_id == report.id)).all()
    back = bring_back(event, made, by=by, now=now, why=why)
    gone = take_off(report, by=by, now=now)
    db.session.execute(sa.delete(KnownAddress).where(KnownAddress.report_id == report.id))
    report.undone_at, report.undone_by_id = now, by.id if by else None
    leave_a_trace(report, TAKEN_BACK, by=by, now=now)
    return Undone(back, gone, len(made) - back)


def bring_back(
    event: Event, made: Sequence[ReportMark], *, by: Person | None, now: datetime, why: str
) -> int:
    """The marks there were, where the report's still stand; how each came about is as it was."""
    wanted: dict[tuple[int, str], dict[int, Wanted]] = defaultdict(dict)
    for session_id in {row.session_id for row in made}:
        mine = {row.booking_id: row for row in made if row.session_id == session_id}
        for mark in marks_in(session_id, mine):
            row = mine[mark.booking_id]
            if mark.how == Way.REPORT and as_made(row) == (mark.mark, mark.minutes_late, mark.left_early):
                wanted[session_id, row.was_how][row.booking_id] = as_it_was(row)
    by_id = by.id if by else None
    return sum(
        len(mark_delegates(event, id, marks, by_id=by_id, now=now, why=why, how=Way(how or Way.REPORT)))
        for (id, how), marks in wanted.items()
    )


def as_it_was(row: ReportMark) -> Wanted:
    """The mark that was there before a report; none where there was none."""
    kind = MarkKind(row.was) if row.was else None
    return Wanted(kind, row.was_late, row.was_early, row.was_why)


def as_made(row: ReportMark) -> tuple[str, int, int]:
    """What a report made of a mark."""
    return (row.became, row.became_late, row.became_early)


def take_off(report: AttendanceReport, *, by: Person | None, now: datetime) -> int:
    """Take whom the report put on the register off it again, unless another mark keeps them there."""
    marked = sa.exists().where(Mark.booking_id == Booking.id)
    mine = sa.select(ReportWalkIn.booking_id).where(ReportWalkIn.report_id == report.id)
    wanted = sa.select(Booking).where(Booking.id.in_(mine), Booking.state == State.WALK_IN, ~marked)
    found = db.session.scalars(wanted).all()
    for booking in found:
        move(booking, State.WITHDRAWN, by=by, now=now, why="the attendance report was taken back")
    return len(found)
