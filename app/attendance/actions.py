"""Marking a register, adding who walked in, closing it. Inside ``changing(event)``; nothing commits."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Affiliation, Person
from ..booking.models import Booking, BookingChange, Headcount
from ..booking.rules import LIVE, ON_THE_REGISTER, State
from ..catalogue.models import Event, EventSession
from ..db import db
from ..errors import Refused
from .models import HeadcountMark, Mark, MarkChange, RegisterClosing
from .register import unmarked
from .rules import MarkKind, Wanted, fault


def mark_delegates(
    session: EventSession, wanted: Mapping[int, Wanted], *, by: Person, now: datetime, why: str = ""
) -> int:
    """Set the marks of some bookings in one session, whatever they were; returns how many changed.

    Saying the same twice changes nothing. Bookings that are not on this event's register are left out. Raises
    Refused for minutes that do not fit.
    """
    length = session.minutes
    for one in wanted.values():
        if fault(one, length=length):
            raise Refused(fault(one, length=length))
    listed = on_the_register(session.event_id, wanted)
    there = stored(session.id, listed)
    changes = {b: wanted[b] for b in listed if as_row(wanted[b]) != as_row_of(there.get(b))}
    if changes:
        write_history(session.id, changes, there, by=by, now=now, why=why)
        write_marks(session.id, changes, by=by, now=now)
    return len(changes)


def on_the_register(event_id: int, wanted: Mapping[int, Wanted]) -> list[int]:
    """Those of the bookings that this event's register lists."""
    states = [s.value for s in ON_THE_REGISTER]
    rows = sa.select(Booking.id).where(
        Booking.event_id == event_id, Booking.state.in_(states), Booking.id.in_(list(wanted))
    )
    return list(db.session.scalars(rows.order_by(Booking.id)))


def stored(session_id: int, booking_ids: list[int]) -> dict[int, Any]:
    """The marks there are, by booking."""
    columns = sa.select(Mark.booking_id, Mark.mark, Mark.minutes_late, Mark.left_early, Mark.why)
    rows = db.session.execute(columns.where(Mark.session_id == session_id, Mark.booking_id.in_(booking_ids)))
    return {row.booking_id: row for row in rows}


def as_row(one: Wanted) -> tuple[str, int, int, str]:
    """A wanted mark, to compare."""
    return (one.kind or "", one.minutes_late, one.left_early, one.why)


def as_row_of(row: Any) -> tuple[str, int, int, str]:
    """A stored mark, to compare; no row is no mark."""
    return (row.mark, row.minutes_late, row.left_early, row.why) if row else ("", 0, 0, "")


def write_history(
    session_id: int,
    changes: Mapping[int, Wanted],
    there: Mapping[int, Any],
    *,
    by: Person,
    now: datetime,
    why: str,
) -> None:
    """A row for every mark that was something else before."""
    rows = [
        {
            "booking_id": booking_id,
            "session_id": session_id,
            "at": now,
            "by_id": by.id,
            "was": there[booking_id].mark,
            "became": one.kind or "",
            "why": why,
        }
        for booking_id, one in changes.items()
        if booking_id in there
    ]
    if rows:
        db.session.execute(sa.insert(MarkChange), rows)


def write_marks(session_id: int, changes: Mapping[int, Wanted], *, by: Person, now: datetime) -> None:
    """Replace the marks in two statements."""
    db.session.execute(
        sa.delete(Mark).where(Mark.session_id == session_id, Mark.booking_id.in_(list(changes))),
        execution_options={"synchronize_session": False},
    )
    rows = [
        {
            "booking_id": booking_id,
            "session_id": session_id,
            "mark": one.kind.value,
            "minutes_late": one.minutes_late if one.kind == MarkKind.PRESENT else 0,
            "left_early": one.left_early if one.kind == MarkKind.PRESENT else 0,
            "why": one.why,
            "marked_at": now,
            "marked_by_id": by.id,
        }
        for booking_id, one in changes.items()
        if one.kind
    ]
    if rows:
        db.session.execute(sa.insert(Mark), rows)


def walk_in(event: Event, person: Person, affiliation: Affiliation, *, by: Person, now: datetime) -> Booking:
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
    booking = known or new_walk_in(event, person, affiliation, by=by, now=now)
    change = BookingChange(booking_id=booking.id, at=now, by_id=by.id, to_state=State.WALK_IN.value)
    if known:
        change.from_state, change.why = known.state, "Came to the room"
        known.state = State.WALK_IN.value
    db.session.add(change)
    db.session.flush()
    return booking


def new_walk_in(
    event: Event, person: Person, affiliation: Affiliation, *, by: Person, now: datetime
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
    return booking


def close(event: Event, *, by: Person, now: datetime) -> RegisterClosing:
    """Close the register; closing twice changes nothing.

    Raises Refused while the event is not over, and while somebody has no mark.
    """
    known = db.session.get(RegisterClosing, event.id)
    if known:
        return known
    if now < event.ends_at:
        raise Refused("The register can be closed when the last session is over.")
    missing = unmarked(event.id)
    if missing:
        names = ", ".join(row.name for row in missing[:5])
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        raise Refused(f"Nobody has marked {names}{more} yet. Mark everybody, then close the register.")
    found = RegisterClosing(event_id=event.id, closed_at=now, closed_by_id=by.id)
    db.session.add(found)
    return found


def count_organisations(event: Event, came: Mapping[int, int | None], *, by: Person, now: datetime) -> None:
    """How many of each organisation came to a headcount-only event; None takes the count away."""
    mine = set(db.session.scalars(sa.select(Headcount.id).where(Headcount.event_id == event.id)))
    for headcount_id in sorted(mine & came.keys()):
        number, known = came[headcount_id], db.session.get(HeadcountMark, headcount_id)
        if number is None:
            if known:
                db.session.delete(known)
            continue
        known = known or HeadcountMark(headcount_id=headcount_id)
        known.came, known.marked_at, known.marked_by_id = number, now, by.id
        db.session.add(known)
