"""What the clock does with waiting lists: free places find the next in line, and lists close when courses begin."""

from datetime import datetime

from ..booking.models import Booking
from ..booking.promoting import settle_waiting_list
from ..db import db
from .actions import changing


def due(now: datetime) -> None:
    """Settle each waiting list on which there is something to do, in a transaction of its own."""
    for event_id in db.session.scalars(Booking.lists_to_settle(now)).all():
        with changing(event_id, now=now) as event:
            settle_waiting_list(event, now)
