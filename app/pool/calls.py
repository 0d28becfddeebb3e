"""Reading calls to deliver: by their link, and how many trainers an event has and needs."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..accounts.tokens import keyed_hash
from ..catalogue.models import Event
from ..db import db
from .models import EventTrainer, TrainerCall


def token_of(call: TrainerCall) -> str:
    """The link's secret part. Computed, so that a mail can go again; without this installation's key nobody can."""
    return keyed_hash("call to deliver", call.public_id)[:40]


def hash_of(token: str) -> str:
    """What is kept of a link."""
    return keyed_hash("link of a call to deliver", token)


def by_token(token: str) -> TrainerCall | None:
    """The call a mailed link belongs to, with its event."""
    event = joinedload(TrainerCall.event)
    wanted = sa.select(TrainerCall).where(TrainerCall.token_hash == hash_of(token))
    with_all = (event.joinedload(Event.course), event.joinedload(Event.host), joinedload(TrainerCall.person))
    return db.session.scalar(wanted.options(*with_all))


def open_calls(event_id: int) -> list[TrainerCall]:
    """Who was asked about an event and has not answered."""
    return list(db.session.scalars(TrainerCall.open_for(event_id)))


def number_named(event_id: int) -> int:
    """How many trainers an event has."""
    wanted = sa.select(sa.func.count()).where(EventTrainer.event_id == event_id, EventTrainer.trains())
    return db.session.scalar(wanted) or 0


def number_needed(event_id: int) -> int | None:
    """How many it needs in all, as it was said with the last call; None where nobody was asked."""
    wanted = sa.select(TrainerCall.needed).where(TrainerCall.event_id == event_id)
    return db.session.scalar(wanted.order_by(TrainerCall.id.desc()).limit(1))


def delivers(call: TrainerCall) -> bool:
    """Whether whoever was asked is on the event."""
    mine = (EventTrainer.event_id == call.event_id, EventTrainer.person_id == call.person_id)
    return bool(db.session.scalar(sa.select(sa.exists().where(*mine))))


def asked_of(person_id: int, now: datetime) -> list[TrainerCall]:
    """What somebody is asked and can still answer, the soonest event first."""
    wanted = sa.select(TrainerCall).join(Event, Event.id == TrainerCall.event_id)
    mine = wanted.where(
        TrainerCall.person_id == person_id,
        TrainerCall.answer == "",
        Event.state == "published",
        Event.starts_at > now,
    )
    with_event = joinedload(TrainerCall.event).joinedload(Event.course)
    return list(db.session.scalars(mine.options(with_event).order_by(Event.starts_at, TrainerCall.id)))
