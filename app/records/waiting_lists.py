"""What the clock does with waiting lists: free places find the next in line, and lists close when courses begin."""

from ..booking.models import Booking
from ..booking.promoting import settle_waiting_list
from ..clock import Clock
from ..db import db
from .turns import in_turn


def due(clock: Clock) -> None:
    """Settle each waiting list on which there is something to do, in a transaction of its own."""
    in_turn(db.session.scalars(Booking.lists_to_settle(clock())).all(), clock, settle_waiting_list)
