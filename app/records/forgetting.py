"""Access needs and mobile numbers are for the day: wiped 30 days after the last session (domain.md)."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from ..booking.models import Booking
from ..catalogue.models import Event
from ..db import db
from .actions import changing

KEPT_FOR = timedelta(days=30)
SAID = sa.or_(Booking.needs != "", Booking.mobile != "")


def due(now: datetime) -> None:
    """Wipe them, each event in a transaction of its own."""
    events = (
        sa.select(Event.id)
        .join(Booking, Booking.event_id == Event.id)
        .where(Event.ends_at < now - KEPT_FOR, SAID)
    )
    for event_id in db.session.scalars(events.distinct()).all():
        with changing(event_id, now=now):
            mine = sa.update(Booking).where(Booking.event_id == event_id, SAID)
            db.session.execute(mine.values(needs="", mobile=""))
