"""What the clock does with waiting lists: free places find the next in line, and lists close when courses begin."""

from ..booking.models import Booking
from ..booking.promoting import settle_waiting_list
from ..clock import Clock
from ..db import db
from .actions import changing


def due(clock: Clock) -> None:
    """Settle each waiting list on which there is something to do, in a transaction of its own."""
    for event_id in db.session.scalars(Booking.lists_to_settle(clock())).all():
        with changing(event_id, now=clock()) as event:
            settle_waiting_list(event, clock())
