"""A button that is pressed twice makes one event."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from .models import Event, EventChange
from .plans import EventPlan

ONE_PRESS = timedelta(seconds=10)


def made_just_now(
    course_id: int, host_id: int, plan: EventPlan, *, by: str, now: datetime
) -> sa.Select[Event]:
    """The event that the same person made of the same course for the same start a moment ago."""
    return sa.select(Event).where(
        Event.course_id == course_id,
        Event.host_id == host_id,
        Event.starts_at.is_not_distinct_from(plan.starts_at),
        Event.created_at > now - ONE_PRESS,
        sa.exists().where(
            EventChange.event_id == Event.id, EventChange.what == "created", EventChange.by == by
        ),
    )
