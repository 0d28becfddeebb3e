"""Which places nobody came for, written down where booking can read it (it lies below the register)."""

import sqlalchemy as sa

from ..attendance.models import RegisterClosing
from ..attendance.rules import MarkKind
from ..booking.models import Booking, MissedPlace
from ..catalogue.models import Event
from ..db import db
from ..tallies.rules import EventFacts


def missed(facts: EventFacts) -> dict[int, int]:
    """Who was expected, is marked as absent and neither came nor was excused: bookings with their people."""
    kinds: dict[int, set[str]] = {}
    for mark in facts.marks:
        kinds.setdefault(mark.booking, set()).add(mark.mark)
    only_absent = {booking for booking, marks in kinds.items() if marks == {MarkKind.ABSENT}}
    return {one.booking: one.person for one in facts.delegates if one.expected and one.booking in only_absent}


def settle_missed_places(event: Event, facts: EventFacts) -> None:
    """Bring them up to date with the register, once it is closed; a correction takes one away again."""
    if db.session.get(RegisterClosing, event.id) is None:
        return
    found = missed(facts) if facts.took_place else {}
    stored = set(
        db.session.scalars(
            sa.select(MissedPlace.booking_id)
            .join(Booking, Booking.id == MissedPlace.booking_id)
            .where(Booking.event_id == event.id)
        )
    )
    gone = stored - found.keys()
    if gone:
        db.session.execute(sa.delete(MissedPlace).where(MissedPlace.booking_id.in_(gone)))
    rows = [
        {"booking_id": booking, "person_id": person, "ended_at": event.times[1]}
        for booking, person in sorted(found.items())
        if booking not in stored
    ]
    if rows:
        db.session.execute(sa.insert(MissedPlace), rows)
