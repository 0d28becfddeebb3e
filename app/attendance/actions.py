"""Marking a register, adding who walked in, closing it. Inside ``changing(event)``; nothing commits."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Affiliation, Person
from ..booking.actions import move
from ..booking.letters import about
from ..booking.models import Booking, BookingChange, Headcount
from ..booking.rules import LIVE, ON_THE_REGISTER, State
from ..catalogue.models import Event
from ..db import db
from ..errors import Refused
from ..notifications.actions import withdraw
from .chase_letters import about_register, about_registers
from .models import HeadcountMark, Mark, MarkChange, RegisterClosing
from .register import LISTED, unmarked
from .rules import MarkKind, Wanted, Way


def mark_delegates(
    event: Event,
    session_id: int,
    wanted: Mapping[int, Wanted],
    *,
    by_id: int,
    now: datetime,
    why: str = "",
    how: Way = Way.REGISTER,
) -> dict[int, Wanted]:
    """Set the marks of some bookings in one session, whatever they were; returns those that changed.

    Saying the same twice changes nothing, and the latest word on a person wins: what was made before the mark that
    is there is left out. So are bookings that are not on this event's register. ``why`` is the reason of a
    correction after closing, which is written down even where there was no mark.
    """
    there = listed_with_marks(event.id, session_id, wanted)
    changes = {
        row.id: wanted[row.id]
        for row in there
        if as_row(wanted[row.id]) != as_row_of(row) and is_latest(wanted[row.id], row)
    }
    if changes:
        was = {row.id: row.mark for row in there if row.id in changes and (row.mark or why)}
        write_history(session_id, changes, was, by_id=by_id, now=now, why=why, how=how)
        write_marks(session_id, changes, was, by_id=by_id, now=now, how=how)
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
    return db.session.execute(
        sa.select(Booking.id, Mark.mark, Mark.minutes_late, Mark.left_early, Mark.why, Mark.marked_at)
        .outerjoin(Mark, sa.and_(Mark.booking_id == Booking.id, Mark.session_id == session_id))
        .where(
            Booking.event_id == event_id,
            Booking.state.in_(LISTED),
            Booking.id.in_(list(wanted)),
        )
        .order_by(Booking.id)
    ).all()


def is_latest(one: Wanted, row: Any) -> bool:
    """Whether nobody has said anything later about this person."""
    return one.at is None or row.marked_at is None or one.at >= row.marked_at


def as_row(one: Wanted) -> tuple[str, int, int, str]:
    """A wanted mark, to compare."""
    return (one.kind or "", one.minutes_late, one.left_early, one.why)


def as_row_of(row: Any) -> tuple[str, int, int, str]:
    """A stored mark, to compare; no row is no mark."""
    return (row.mark, row.minutes_late, row.left_early, row.why) if row.mark else ("", 0, 0, "")


def write_history(
    session_id: int,
    changes: Mapping[int, Wanted],
    was: Mapping[int, str | None],
    *,
    by_id: int,
    now: datetime,
    why: str,
    how: Way,
) -> None:
    """A row for every mark that was something else before."""
    rows = [
        {
            "booking_id": booking_id,
            "session_id": session_id,
            "at": now,
            "by_id": by_id,
            "was": mark or "",
            "became": changes[booking_id].kind or "",
            "why": why,
            "how": how.value,
        }
        for booking_id, mark in was.items()
    ]
    if rows:
        db.session.execute(sa.insert(MarkChange), rows)


def write_marks(
    session_id: int,
    changes: Mapping[int, Wanted],
    was: Mapping[int, str | None],
    *,
    by_id: int,
    now: datetime,
    how: Way,
) -> None:
    """Replace the marks in two statements."""
    gone = [booking_id for booking_id, mark in was.items() if mark]
    if gone:
        db.session.execute(
            sa.delete(Mark).where(Mark.session_id == session_id, Mark.booking_id.in_(gone)),
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
            "marked_at": min(one.at or now, now),
            "marked_by_id": by_id,
            "how": how.value,
        }
        for booking_id, one in changes.items()
        if one.kind
    ]
    if rows:
        db.session.execute(sa.insert(Mark), rows)


def walk_in(
    event: Event, person: Person, affiliation: Affiliation, *, by: Person, now: datetime, why: str = ""
) -> Booking:
    """Put somebody on the register who has no place: they hold none, and stand in the list at once.

    Who waits, asks or has an offer becomes a walk-in, with the change written down. Who is on the register
    already stays as they are.
    """
    known = db.session.scalar(
        sa.select(Booking).where(
            Booking.event_id == event.id,
            Booking.person_id == person.id,
            Booking.state.in_([s.value for s in LIVE | {State.WALK_IN}]),
        )
    )
    if known and known.state in ON_THE_REGISTER:
        return known
    if known:
        move(known, State.WALK_IN, by=by, now=now, why=why)
        withdraw(about=about(known), now=now)
        db.session.flush()
        return known
    return new_walk_in(event, person, affiliation, by=by, now=now, why=why)


def new_walk_in(
    event: Event, person: Person, affiliation: Affiliation, *, by: Person, now: datetime, why: str
) -> Booking:
    """A booking made in the room, with where the person works today."""
    booking = Booking(
        event_id=event.id,
        person_id=person.id,
        state=State.WALK_IN.value,
        agency_id=affiliation.agency_id,
        setting_id=affiliation.setting_id,
        team_id=affiliation.team_id,
        sector=affiliation.agency.sector,
        role_group=affiliation.role_group,
        made_at=now,
        made_by_id=by.id,
        joined_at=now,
    )
    db.session.add(booking)
    db.session.flush()
    change = BookingChange(booking_id=booking.id, at=now, by_id=by.id, why=why)
    change.to_state = State.WALK_IN.value
    db.session.add(change)
    db.session.flush()
    return booking


def close(event: Event, *, by: Person, now: datetime) -> RegisterClosing:
    """Close the register; closing twice changes nothing.

    Raises Refused while the event is not over, and while somebody has no mark.
    """
    known = db.session.get(RegisterClosing, event.id)
    if known:
        return known
    if not event.is_over(now):
        raise Refused("The register can be closed when the last session is over.")
    if unmarked(event.id):
        raise Refused("Somebody has no mark yet. Mark everybody, then close the register.")
    found = RegisterClosing(event_id=event.id, closed_at=now, closed_by_id=by.id)
    db.session.add(found)
    for about_it in (about_register(event.id), about_registers(event.host_id)):
        withdraw(about=about_it, now=now, why="the register was closed")
    return found


def count_organisations(event: Event, came: Mapping[int, int | None], *, by: Person, now: datetime) -> None:
    """How many of each organisation came to a headcount-only event; None takes the count away."""
    coming = (Headcount.event_id == event.id, Headcount.cancelled_at.is_(None))
    mine = set(db.session.scalars(sa.select(Headcount.id).where(*coming)))
    for headcount_id in sorted(mine & came.keys()):
        number, known = came[headcount_id], db.session.get(HeadcountMark, headcount_id)
        if number is None:
            if known:
                db.session.delete(known)
            continue
        known = known or HeadcountMark(headcount_id=headcount_id)
        known.came, known.marked_at, known.marked_by_id = number, now, by.id
        db.session.add(known)
