"""Reading calls to deliver: by their link, by whom they ask, and who has not finished with one."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..accounts.tokens import keyed_hash
from ..catalogue.models import Event
from ..db import db
from .models import EventTrainer, TrainerCall
from .rules import ALIVE, Answer


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


def alive_calls(event_id: int) -> list[TrainerCall]:
    """Who was asked about an event and has not answered, whose yes waits, and who is a reserve."""
    return list(db.session.scalars(TrainerCall.alive_for(event_id)))


def delivers(call: TrainerCall) -> bool:
    """Whether whoever was asked is on the event."""
    mine = (EventTrainer.event_id == call.event_id, EventTrainer.person_id == call.person_id)
    return bool(db.session.scalar(sa.select(sa.exists().where(*mine))))


def asked_of(person_id: int, now: datetime) -> list[TrainerCall]:
    """What somebody is asked and can still answer, the soonest event first."""
    still = sa.or_(TrainerCall.closes_at.is_(None), TrainerCall.closes_at > now)
    mine = coming_calls(person_id, now).where(TrainerCall.answer == "", still)
    return list(db.session.scalars(mine))


def mine_of(person_id: int, now: datetime) -> list[TrainerCall]:
    """The newest call of somebody about each coming date, with what became of it, the soonest date first."""
    found = {call.event_id: call for call in db.session.scalars(coming_calls(person_id, now))}
    hidden = (Answer.TAKEN_BACK, Answer.CALLED_OFF)
    return [call for call in found.values() if call.answer not in hidden]


def coming_calls(person_id: int, now: datetime) -> sa.Select[TrainerCall]:
    """Every call of somebody about a date that is still to come."""
    wanted = sa.select(TrainerCall).join(Event, Event.id == TrainerCall.event_id)
    mine = TrainerCall.person_id == person_id, Event.state == "published", Event.starts_at > now
    with_event = joinedload(TrainerCall.event).joinedload(Event.course)
    return wanted.where(*mine).options(with_event).order_by(Event.starts_at, TrainerCall.id)


def has_another(call: TrainerCall) -> bool:
    """Whether somebody was asked about the same date again, and has not finished with that."""
    other = sa.exists().where(
        TrainerCall.event_id == call.event_id,
        TrainerCall.person_id == call.person_id,
        TrainerCall.id != call.id,
        TrainerCall.answer.in_(ALIVE),
    )
    return bool(db.session.scalar(sa.select(other)))
