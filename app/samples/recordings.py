"""Mails about recordings: said to those booked, and removed in the end."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from ..booking.models import Booking
from ..catalogue.models import Event
from ..clock import london_day
from ..materials.models import RecordingNotice
from ..materials.recording_letters import tell, tell_removed
from .bookings import booked
from .kinds import BOOKING, EVENT, Condition
from .table import sample

KEPT = timedelta(days=90)


def was(now: datetime) -> list[Condition]:
    """Dates that are over."""
    return [Event.state == "published", sa.not_(Event.headcount_only), Event.ends_at < now]


@sample("recording-said", kind=BOOKING, where=booked)
def is_recorded(booking: Booking, now: datetime) -> None:
    """Their date will be recorded."""
    notice = RecordingNotice(
        id=0,
        recorded=True,
        what_for="for people who could not come",
        seen_by="those who had a place on this date",
        until_on=london_day(now + KEPT),
    )
    tell(booking, notice, now=now)


@sample("recording-removed", kind=EVENT, where=was, anybody=True)
def was_removed(event: Event, now: datetime) -> None:
    """Its last day is over."""
    tell_removed(event, "Recording", key=f"sample:{event.id}", now=now)
