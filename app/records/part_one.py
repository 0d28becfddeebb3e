"""What the clock does about places whose part 1 is not done: reminders, and what the course says at the deadline."""

from datetime import datetime

from ..booking.chasing import chase, events_to_chase
from .actions import changing


def due(now: datetime) -> None:
    """Do what has become due, each event in a transaction of its own."""
    for event_id in events_to_chase(now):
        with changing(event_id, now=now) as event:
            chase(event, now)
