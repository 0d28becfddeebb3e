"""A venue has another name or address: a changed invite for everybody who is to come there."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from ..accounts.models import Person
from ..booking.checks import sessions_of
from ..booking.models import Booking
from ..booking.rules import LIVE, State
from ..catalogue.models import Event, EventSession, Venue
from ..db import db
from ..pool.models import EventTrainer, TrainerCall
from . import rules
from .actions import as_kept, history, known_before, tell_of_date
from .invites import sittings_of
from .rules import Counts
from .telling import CHANGED, News


def coming_there(venue: Venue, now: datetime) -> Sequence[int]:
    """The published events with a session at a venue that has not begun, in the order in which they are locked."""
    wanted = (
        sa.select(Event.id)
        .join(EventSession, EventSession.event_id == Event.id)
        .where(EventSession.venue_id == venue.id, EventSession.starts_at > now, Event.state == "published")
    )
    return db.session.scalars(wanted.distinct().order_by(Event.id)).all()


def reach_there(event_ids: Sequence[int]) -> Counts:
    """How many people a changed address of these events' venue reaches: with a place, waiting, and as trainers."""
    places = sa.case((Booking.state == State.BOOKED, 1))
    mine = Booking.event_id.in_(event_ids), Booking.state.in_(LIVE)
    booked, live = db.session.execute(sa.select(sa.func.count(places), sa.func.count()).where(*mine)).one()
    trainers = sa.select(sa.func.count()).where(EventTrainer.event_id.in_(event_ids))
    asked = sa.select(sa.func.count()).where(TrainerCall.event_id.in_(event_ids), TrainerCall.answer == "")
    return Counts(
        booked=booked,
        waiting=live - booked,
        trainers=db.session.scalar(trainers) or 0,
        asked=db.session.scalar(asked) or 0,
    )


def tell_of_venue(event: Event, venue: Venue, was_place: str, *, by: Person, now: datetime) -> int:
    """Tell whom it reaches that the venue, changed already, is not what they know; returns how many.

    Inside ``changing(event)``. Nothing that invites show has changed: nobody is told.
    """
    sessions = sessions_of(event.id)
    there = {s.public_id for s in sessions if s.venue_id == venue.id and s.starts_at > now}
    sittings = sittings_of(sessions)
    was = tuple(replace(s, place=was_place) if s.session in there else s for s in sittings)
    if was == sittings:
        return 0
    told_last = known_before(event, now)
    change = history(event, "times", as_kept(was), as_kept(sittings), by=by, now=now)
    news = News(
        kind=CHANGED,
        change_id=change.id,
        due_at=rules.told_at(now, *rules.ahead(sittings, now)),
        was=was,
        sittings=sittings,
        told_last=told_last,
    )
    return tell_of_date(event, news, now=now).told
