"""What the clock does with open questions: asks again, asks others, lets requests run out. An event at a time."""

from datetime import datetime

import sqlalchemy as sa

from ..booking.approval_rules import TO_ANSWER, next_step, still_ends_at
from ..booking.checks import settings_of
from ..booking.deciding import settle_questions
from ..booking.models import Approval, Booking
from ..catalogue.models import Event
from ..clock import Clock
from ..db import db
from .turns import in_turn

# Every question that still needs an answer: there are as many as requests of the last week.
OPEN = (
    sa.select(
        Event.id,
        Event.host_id,
        Event.starts_at,
        Approval.asked_at,
        Approval.expires_at,
        Approval.asked_again_at,
        Approval.escalated_at,
    )
    .select_from(Approval)
    .join(Booking, Booking.id == Approval.booking_id)
    .join(Event, Event.id == Booking.event_id)
    .where(Approval.decision == "", Booking.state.in_(TO_ANSWER))
    .order_by(Event.id)
)


def due(clock: Clock) -> None:
    """Settle the questions of each event on which there is something to do, in a transaction of its own."""
    in_turn(events_with_something_due(clock()), clock, settle_questions)


def events_with_something_due(now: datetime) -> list[int]:
    """The events with a question that is to be asked again, to be asked of others, or has run out."""
    rows = db.session.execute(OPEN).all()
    settings = {host: settings_of(host, now) for host in {row.host_id for row in rows}}
    found = [
        row.id
        for row in rows
        if next_step(
            now=now,
            asked_at=row.asked_at,
            expires_at=still_ends_at(row.expires_at, asked_at=row.asked_at, starts_at=row.starts_at),
            asked_again_at=row.asked_again_at,
            escalated_at=row.escalated_at,
            settings=settings[row.host_id],
        )
    ]
    return list(dict.fromkeys(found))
