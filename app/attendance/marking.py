"""Setting marks, and keeping what they were. Inside ``changing(event)``; nothing commits."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ..booking.models import Booking
from ..catalogue.models import Event
from ..db import db
from ..notifications.actions import withdraw
from .models import Mark, MarkChange
from .register import LISTED
from .rules import MarkKind, Wanted, Way

# A phone that never had its answer sends a tick again, and says its age in whole seconds.
SAME_MOMENT = timedelta(minutes=1)


def mark_delegates(
    event: Event,
    session_id: int,
    wanted: Mapping[int, Wanted],
    *,
    by_id: int | None,
    now: datetime,
    why: str = "",
    how: Way = Way.REGISTER,
) -> dict[int, Wanted]:
    """Set the marks of some bookings in one session, whatever they were; returns those that changed.

    Saying the same twice changes nothing, and the latest word on a person wins: what was made before the mark that
    is there is only written down beside it. Left out are bookings that are not on this event's register. ``why`` is
    the reason of a correction after closing, which is written down even where there was no mark.
    """
    there = {row.id: row for row in listed_with_marks(event.id, session_id, wanted)}
    other = {id: wanted[id] for id, row in there.items() if as_row(wanted[id]) != as_row_of(row)}
    changes = {id: one for id, one in other.items() if is_latest(one, there[id])}
    shared: dict[str, Any] = {"session_id": session_id, "at": now, "by_id": by_id, "how": how.value}
    rows = [
        shared | what_it_was(there[id]) | {"at": moment(one, now), "became": one.kind or "", "why": why}
        for id, one in changes.items()
        if there[id].mark or why
    ]
    late = {id: one for id, one in other.items() if id not in changes and one.kind}
    rows += [shared | row for row in overtaken(late, there, session_id, by_id=by_id, how=how)]
    if rows:
        db.session.execute(sa.insert(MarkChange), rows)
    if changes:
        replaced = [id for id in changes if there[id].mark]
        write_marks(session_id, changes, replaced, by_id=by_id, now=now, how=how)
    if why:
        take_back_what_asks(changes, now)
    return changes


def take_back_what_asks(corrected: Mapping[int, Wanted], now: datetime) -> None:
    """Nobody is asked why they did not come of whom the register says by now that they did, or were excused."""
    ids = [booking_id for booking_id, one in corrected.items() if one.kind != MarkKind.ABSENT]
    there = sa.select(Booking.public_id).where(Booking.id.in_(ids))
    for public_id in db.session.scalars(there).all() if ids else ():
        withdraw(about=f"booking:{public_id}", now=now, messages=("missed", "missed-manager"))


def listed_with_marks(event_id: int, session_id: int, wanted: Mapping[int, Wanted]) -> Sequence[Any]:
    """Those of the bookings that this event's register lists, each with the mark there is in the session."""
    mark = (Mark.mark, Mark.minutes_late, Mark.left_early, Mark.why)
    of_it = MarkChange.booking_id == Booking.id, MarkChange.session_id == session_id
    said_at = sa.select(sa.func.max(MarkChange.at)).where(*of_it, MarkChange.stood).scalar_subquery()
    return db.session.execute(
        sa.select(Booking.id, *mark, Mark.marked_at, Mark.marked_by_id, Mark.how, said_at.label("said_at"))
        .outerjoin(Mark, sa.and_(Mark.booking_id == Booking.id, Mark.session_id == session_id))
        .where(
            Booking.event_id == event_id,
            Booking.state.in_(LISTED),
            Booking.id.in_(list(wanted)),
        )
        .order_by(Booking.id)
    ).all()


def is_latest(one: Wanted, row: Any) -> bool:
    """Whether nobody has said anything later about this person, be it that a mark was taken back."""
    last = row.marked_at or row.said_at
    return one.at is None or last is None or one.at >= last


def moment(one: Wanted, now: datetime) -> datetime:
    """When a mark was made."""
    return min(one.at or now, now)


def as_row(one: Wanted) -> tuple[str, int, int, str]:
    """A wanted mark, to compare."""
    return (one.kind or "", one.minutes_late, one.left_early, one.why)


def as_row_of(row: Any) -> tuple[str, int, int, str]:
    """A stored mark, to compare; no row is no mark."""
    return (row.mark, row.minutes_late, row.left_early, row.why) if row.mark else ("", 0, 0, "")


def what_it_was(row: Any) -> dict[str, Any]:
    """The mark there is, as it is kept once it is another."""
    return {
        "booking_id": row.id,
        "was": row.mark or "",
        "was_by_id": row.marked_by_id,
        "was_at": row.marked_at,
        "was_how": row.how or Way.REGISTER.value,
        "was_late": row.minutes_late or 0,
        "was_early": row.left_early or 0,
        "was_why": row.why or "",
        "stood": True,
    }


def overtaken(
    late: Mapping[int, Wanted], there: Mapping[int, Any], session_id: int, *, by_id: int | None, how: Way
) -> list[dict[str, Any]]:
    """What arrives when somebody has said something later, to be kept: each once, however often it is sent."""
    known = said_before(late, session_id, by_id) if late else []
    return [
        {
            "booking_id": id,
            "was": one.kind.value,
            "was_by_id": by_id,
            "was_at": one.at,
            "was_how": how.value,
            "was_late": one.minutes_late,
            "was_early": one.left_early,
            "was_why": one.why,
            "stood": False,
            "became": there[id].mark or "",
            "why": "",
        }
        for id, one in late.items()
        if one.kind and one.at and not is_known(id, one.kind, one.at, known)
    ]


def said_before(booking_ids: Iterable[int], session_id: int, by_id: int | None) -> Sequence[Any]:
    """What somebody said of these people that no longer stands."""
    mine = sa.select(MarkChange.booking_id, MarkChange.was, MarkChange.was_at).where(
        MarkChange.booking_id.in_(list(booking_ids)),
        MarkChange.session_id == session_id,
        MarkChange.was_by_id == by_id,
        MarkChange.was_at.is_not(None),
    )
    return db.session.execute(mine).all()


def is_known(booking_id: int, kind: str, at: datetime, known: Sequence[Any]) -> bool:
    """Whether the same was said of the same person at that moment."""
    return any(
        row.booking_id == booking_id and row.was == kind and abs(row.was_at - at) < SAME_MOMENT
        for row in known
    )


def write_marks(
    session_id: int,
    changes: Mapping[int, Wanted],
    replaced: Sequence[int],
    *,
    by_id: int | None,
    now: datetime,
    how: Way,
) -> None:
    """Replace the marks in two statements."""
    if replaced:
        db.session.execute(
            sa.delete(Mark).where(Mark.session_id == session_id, Mark.booking_id.in_(replaced)),
            execution_options={"synchronize_session": False},
        )
    rows = [
        {
            "booking_id": booking_id,
            "session_id": session_id,
            "mark": one.kind.value,
            "minutes_late": one.minutes_late,
            "left_early": one.left_early,
            "why": one.why,
            "marked_at": moment(one, now),
            "marked_by_id": by_id,
            "how": how.value,
        }
        for booking_id, one in changes.items()
        if one.kind
    ]
    if rows:
        db.session.execute(sa.insert(Mark), rows)
