"""The link of the evening before: the register of one day for one of those who deliver it, without signing in.

Nothing is stored of it. It names the day and the row that makes somebody the event's trainer, so that it ends with
that row; the rest is computed with this installation's key, and nobody can make another.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..accounts.models import Person
from ..accounts.tokens import keyed_hash, same
from ..catalogue.models import Event, EventSession
from ..clock import london_day
from ..db import db
from ..pool.listing import RUN_THE_DAY
from ..pool.models import EventTrainer
from .register import closing
from .rules import link_is_over

SEALED = 32  # hexadecimal digits
DAY = "%Y%m%d"


class DayLink(NamedTuple):
    """What a link that is no forgery names; ``trainer`` None: they no longer deliver it."""

    day: date
    trainer: EventTrainer | None


def token_of(trainer: EventTrainer, day: date) -> str:
    """The link's secret part for a trainer and a day."""
    named = f"{day:{DAY}}{trainer.public_id}"
    return named + seal(named)


def seal(named: str) -> str:
    """What only this installation can compute."""
    return keyed_hash("register of a day", named)[:SEALED]


def by_token(token: str) -> DayLink | None:
    """The day and the trainer of a link; None for one that we did not make."""
    named = token[:-SEALED]
    if len(token) > 100 or not token.isascii() or not same(seal(named), token[-SEALED:]):
        return None
    wanted = (
        sa.select(EventTrainer)
        .join(Person, Person.id == EventTrainer.person_id)
        .where(
            EventTrainer.public_id == named[8:],
            EventTrainer.part.in_(RUN_THE_DAY),
            Person.closed_at.is_(None),
        )
        .options(joinedload(EventTrainer.person), joinedload(EventTrainer.event).joinedload(Event.course))
    )
    return DayLink(date.fromisoformat(named[:8]), db.session.scalar(wanted))


def of_day(sessions: Iterable[EventSession], day: date) -> list[EventSession]:
    """The sessions of that day."""
    return [session for session in sessions if london_day(session.starts_at) == day]


def why_over(link: DayLink, sessions: Iterable[EventSession], now: datetime) -> str:
    """Why a link opens nothing any more, in a sentence; "" while it does."""
    if link.trainer is None:
        return "You no longer deliver this date, so its register is no longer yours."
    event = link.trainer.event
    return link_is_over(
        day=link.day,
        today=london_day(now),
        on_that_day=bool(of_day(sessions, link.day)) and event.state != "draft",
        closed=closing(event.id) is not None,
        cancelled=event.state == "cancelled",
    )
