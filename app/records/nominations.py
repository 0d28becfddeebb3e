"""What the clock does with places that leads hold: remind them of names, and give back what has none."""

from datetime import datetime

import sqlalchemy as sa

from ..booking import nominating
from ..booking.checks import occasion_of
from ..booking.models import Nomination
from ..booking.nomination_letters import reminder_key, tell_name_people
from ..catalogue.models import Event
from ..clock import Clock
from ..db import db, writing
from ..notifications.models import Letter
from ..working_days import working_days_before
from .actions import changing

# How many working days before names are due a lead is reminded.
REMINDED_BEFORE = (5, 1)
OPEN = sa.and_(Nomination.ended_at.is_(None), Nomination.places > 0)


def due(clock: Clock) -> None:
    """Give back first, each event in a transaction of its own; then remind of what is left."""
    now, cancelled = clock(), Event.state == "cancelled"
    over = (
        sa.select(Nomination.event_id)
        .join(Event, Event.id == Nomination.event_id)
        .where(OPEN, sa.or_(cancelled, sa.and_(Nomination.name_by_at <= now, Event.starts_at.is_not(None))))
    )
    for event_id in db.session.scalars(over.distinct()).all():
        with changing(event_id, now=clock()):
            now = clock()
            mine = sa.select(Nomination).where(OPEN, Nomination.event_id == event_id)
            for nomination in db.session.scalars(mine.order_by(Nomination.id)).all():
                if nomination.name_by_at <= now or nomination.event.state == "cancelled":
                    nominating.run_out(nomination, now=now)
    remind(clock)


def remind(clock: Clock) -> None:
    """Write once for each step of ``REMINDED_BEFORE``; of steps already past when places were held, never."""
    now, wanted = clock(), {}
    for nomination in db.session.scalars(sa.select(Nomination).where(OPEN, Nomination.name_by_at > now)):
        days = nearest_step(made_at=nomination.made_at, name_by_at=nomination.name_by_at, now=now)
        if days:
            wanted[reminder_key(nomination, days)] = (nomination.id, days)
    told = set(db.session.scalars(sa.select(Letter.key).where(Letter.key.in_(wanted))))
    for key, (nomination_id, days) in wanted.items():
        if key not in told:
            with writing():
                tell_again(db.session.get_one(Nomination, nomination_id), days, clock())


def nearest_step(*, made_at: datetime, name_by_at: datetime, now: datetime) -> int:
    """The last step that has come since the places were held, in working days before names are due; 0 for none."""
    come = (d for d in REMINDED_BEFORE if made_at < working_days_before(name_by_at, d) <= now)
    return min(come, default=0)


def tell_again(nomination: Nomination, days: int, now: datetime) -> None:
    """The reminder itself, as long as the event stands."""
    event = nomination.event
    if event.state == "published" and not event.awaits_date:
        tell_name_people(nomination, occasion_of(event, now), days=days, now=now)
