"""What the clock does about places whose part 1 is not done: reminders, and what the course says at the deadline."""

from ..booking.chasing import chase, events_to_chase
from ..clock import Clock
from .turns import in_turn


def due(clock: Clock) -> None:
    """Do what has become due, each event in a transaction of its own."""
    in_turn(events_to_chase(clock()), clock, chase)
