"""The letters that ask: joining details with the questions before, and what it was like. Inside ``changing(event)``.

Nobody gets one twice (its key names the booking), and none that tells of what is over.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..booking.checks import sessions_of
from ..booking.letters import place_of
from ..booking.models import Booking
from ..catalogue.models import Event
from ..db import db
from ..notifications.actions import post
from . import rules
from .asking import joining_is_due, to_join, to_remind, to_tell


def tell_joining(event: Event, *, now: datetime) -> int:
    """Where to be and when, to everybody booked who has not been told; returns how many letters were posted."""
    if event.state != "published" or not joining_is_due(event, now):
        return 0
    sessions = sessions_of(event.id)
    shared = {"sessions": sessions, "place": place_of(sessions[0]), "expires_at": event.starts_at}
    told = db.session.execute(to_join().where(Booking.event_id == event.id)).all()
    for row in told:
        open_now = row.token and not row.done and row.closes_at > now
        tell("joining", event, row, now=now, token=row.token if open_now else "", **shared)
    return len(told)


def tell_evaluate(event: Event, news: Mapping[int, Any], *, now: datetime) -> int:
    """What was it like? To everybody who came; ``news`` of their certificates is handed in, by booking."""
    told = db.session.execute(to_tell(now).where(Booking.event_id == event.id)).all()
    for row in told:
        tell("evaluate", event, row, now=now, token=row.token, news=news.get(row.id))
    return len(told)


def tell_again(event: Event, news: Mapping[int, Any], *, now: datetime) -> int:
    """The same once more, to those who have not answered three working days on."""
    rows = db.session.execute(to_remind(now).where(Booking.event_id == event.id))
    told = [row for row in rows if rules.again_at(row.sent_at) <= now]
    for row in told:
        tell("evaluate-again", event, row, now=now, token=row.token, news=news.get(row.id))
    return len(told)


def tell(message: str, event: Event, row: Any, *, now: datetime, **more: Any) -> None:
    """One letter about a booking."""
    post(
        message,
        key=f"booking:{row.public_id}:{message}",
        to_email=row.email,
        to_name=row.name,
        partnership=event.host,
        now=now,
        about=f"booking:{row.public_id}",
        course=event.course,
        event=event,
        booking=row.public_id,
        **more,
    )
