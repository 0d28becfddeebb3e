"""What was said of somebody in a session before the mark that stands."""

from collections import defaultdict
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Person
from ..booking.models import Booking
from ..db import db
from .models import MarkChange


def earlier_marks(event_id: int, session_id: int) -> dict[str, list[Any]]:
    """The marks that no longer stand, or never did, by the booking's public id; the newest first.

    Who had made a mark that was changed is not known of what was changed before it was written down.
    """
    rows = (
        sa.select(
            Booking.public_id,
            MarkChange.was.label("mark"),
            MarkChange.was_late.label("minutes_late"),
            MarkChange.was_early.label("left_early"),
            MarkChange.was_why.label("why"),
            MarkChange.was_at.label("marked_at"),
            MarkChange.was_how.label("how"),
            Person.name.label("marked_by"),
        )
        .join(Booking, Booking.id == MarkChange.booking_id)
        .outerjoin(Person, Person.id == MarkChange.was_by_id)
        .where(
            Booking.event_id == event_id,
            MarkChange.session_id == session_id,
            MarkChange.was != "",
        )
        .order_by(sa.func.coalesce(MarkChange.was_at, MarkChange.at).desc(), MarkChange.id.desc())
    )
    found: dict[str, list[Any]] = defaultdict(list)
    for row in db.session.execute(rows):
        found[row.public_id].append(row)
    return dict(found)
