"""Access needs and mobile numbers are for the day: wiped 30 days after the last session (domain.md).

Of people, and of the groups that organisations send; with them goes who was in which breakout group.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa

from ..attendance import breakouts
from ..attendance.breakout_models import Breakout
from ..booking.models import Booking, Headcount
from ..catalogue.models import Event
from ..clock import Clock
from ..db import db, writing
from ..notifications.models import Letter
from .actions import changing

KEPT_FOR = timedelta(days=30)
SAID = sa.or_(Booking.needs != "", Booking.mobile != "")


def due(clock: Clock) -> None:
    """Wipe them, each event in a transaction of its own; then the numbers that texts were sent to."""
    people = sa.exists().where(Booking.event_id == Event.id, SAID)
    groups = sa.exists().where(Headcount.event_id == Event.id, Headcount.needs != "")
    breakout = sa.exists().where(Breakout.event_id == Event.id)
    kept = sa.or_(people, groups, breakout)
    events = sa.select(Event.id).where(Event.ends_at < clock() - KEPT_FOR, kept)
    for event_id in db.session.scalars(events).all():
        with changing(event_id, now=clock()):
            mine = sa.update(Booking).where(Booking.event_id == event_id, SAID)
            db.session.execute(mine.values(needs="", mobile=""))
            theirs = sa.update(Headcount).where(Headcount.event_id == event_id, Headcount.needs != "")
            db.session.execute(theirs.values(needs=""))
            breakouts.wipe(event_id)
    with writing():
        forget_numbers(before=clock() - KEPT_FOR)


def forget_numbers(*, before: datetime) -> None:
    """Wipe the number of every text message whose event was over by then."""
    over = sa.func.coalesce(Letter.expires_at, Letter.queued_at) < before
    texts = sa.update(Letter).where(Letter.channel == "text", Letter.to_phone != "", over)
    db.session.execute(texts.values(to_phone="").execution_options(synchronize_session=False))
