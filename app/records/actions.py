"""``changing(event)``: the one way to change what belongs to an event.

It locks the event's row and, before it commits, settles what follows: the tally, links to questions, completions,
certificates.
"""

import contextlib
from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload
from werkzeug.exceptions import NotFound

from ..booking.models import Booking
from ..booking.moving import swapped_for
from ..catalogue.models import Event
from ..db import db, writing
from ..evaluation import actions as evaluation
from ..evaluation.moving import date_changed
from ..tallies import actions as tallies
from .charges import settle_charges
from .missed_places import settle_missed_places
from .outcomes import settle_outcomes
from .standing import standing_of

# The event's row under its lock, with its course and host (which whatever happens to it needs) as they are now.
LOCKED = (
    sa.select(Event)
    .where(Event.id == sa.bindparam("event"))
    .options(joinedload(Event.course, innerjoin=True), joinedload(Event.host, innerjoin=True))
    .with_for_update(of=Event)
    .execution_options(populate_existing=True)
)


@contextlib.contextmanager
def changing(event: Event | int, *, now: datetime) -> Iterator[Event]:
    """Change an event's rows as one unit of work; yields the event as it is under the lock.

    Raises NotFound when it is gone. Joins an outer ``writing()`` block. A page reads the clock again inside it:
    what waited for the lock happens later, and an event's history is in the order of time.
    """
    event_id = event if isinstance(event, int) else event.id
    with writing() as session:
        locked = session.scalar(LOCKED, {"event": event_id})
        if locked is None:
            raise NotFound
        outer = session.info.get("changing")
        session.info["changing"] = event_id
        starts_at = locked.starts_at
        try:
            yield locked
            if locked.starts_at != starts_at:
                date_changed(locked, now=now)
            settle(event_id, now=now)
        finally:
            session.info["changing"] = outer


@contextlib.contextmanager
def changing_both(one: int, other: int, *, now: datetime) -> Iterator[tuple[Event, Event]]:
    """Change two events as one unit of work; yields them in the order they were asked for.

    They are locked lower id first, so that two people who go opposite ways do not wait for each other for ever.
    """
    first, second = sorted((one, other))
    with changing(first, now=now) as lower, changing(second, now=now) as higher:
        yield (lower, higher) if one == first else (higher, lower)


@contextlib.contextmanager
def changing_for(booking: Booking, *, now: datetime) -> Iterator[Event]:
    """Change what a booking is on, and with it the other date that is given up for it ("swap if offered").

    Yields the booking's event, and the booking is as it is under the lock.
    """
    old = swapped_for(booking)
    both = changing_both(booking.event_id, old.event_id, now=now) if old else None
    with both or changing(booking.event_id, now=now) as locked:
        db.session.refresh(booking)
        yield locked[0] if isinstance(locked, tuple) else locked


def settle(event_id: int, *, now: datetime) -> None:
    """Bring what follows from an event's rows up to date with them.

    Every booking and every tick of a register pays for this: until the event is over it is the tally and one look.
    """
    facts = tallies.rewrite(event_id, now=now)
    if facts is None:  # a draft, or it awaits its date: nothing follows yet
        return
    event = db.session.get_one(Event, event_id)
    standing = standing_of(event, now=now)
    if standing.to_ask_before:
        evaluation.request_before(event, now=now)
    if (facts.marks and event.is_over(now)) or standing.has_outcomes:
        settle_outcomes(event, facts, now=now)
    if facts.marks and event.is_over(now):
        settle_charges(event, facts, now=now)
        settle_missed_places(event, facts)
