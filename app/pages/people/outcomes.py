"""What became of bookings, for every list that says so: the columns a select needs, and the word for its rows."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ...attendance.models import Mark, RegisterClosing
from ...booking.models import Booking
from ...catalogue.models import Event
from .words import Outcome, outcome

MARKS = sa.exists().where(Mark.booking_id == Booking.id)
# Beside these a select has the booking's state and the event's end.
CAME = (
    MARKS.where(Mark.mark == "present").label("came"),
    MARKS.where(Mark.mark == "excused").label("excused"),
    sa.exists().where(RegisterClosing.event_id == Event.id).label("register_closed"),
)


def outcome_of(row: Any, now: datetime) -> Outcome:
    """Has a place, waiting, came, did not come ..."""
    return outcome(
        state=row.state,
        ends_at=row.ends_at,
        now=now,
        came=row.came,
        excused=row.excused,
        register_closed=row.register_closed,
    )
