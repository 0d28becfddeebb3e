"""When a trainer cannot come: who could stand in, and changing who delivers, told to those it concerns.

Inside ``changing(event)``; nothing commits.
"""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from ..accounts.models import Person
from ..catalogue.models import Event, EventSession
from ..db import db
from ..notifications.actions import withdraw
from ..notifications.heard import NOTHING, last_words
from ..pool.actions import name_trainer
from ..pool.models import EventTrainer, PoolMember
from .actions import history
from .filling import settle_calls
from .invites import stored_sittings, trainer_invite
from .known import Known, known_to
from .reach import about_trainer
from .taking_off import take_out
from .telling import News, about_cue_sheet, write_each


@dataclass(frozen=True, kw_only=True)
class Reserve:
    """Somebody of the pool who is not on the event: how often they gave the course, and what they deliver then."""

    public_id: str
    name: str
    email: str
    phone: str
    standing: str
    given: int
    busy: str


def times_given(event: Event) -> sa.ScalarSelect[int]:
    """How often the person of the outer select gave the event's course."""
    gave = (
        sa.select(sa.func.count(EventTrainer.id))
        .join(Event, Event.id == EventTrainer.event_id)
        .where(EventTrainer.person_id == Person.id, Event.course_id == event.course_id)
        .where(Event.id != event.id, Event.took_place, Event.starts_at.is_not(None))
    )
    return gave.correlate(Person).scalar_subquery()


def is_named(event: Event) -> sa.ColumnElement[bool]:
    """The condition that the person of the outer select is on the event."""
    return sa.exists().where(EventTrainer.event_id == event.id, EventTrainer.person_id == Person.id)


def reserves_of(event: Event, *, day: date) -> list[Reserve]:
    """The pool and the experts who could stand in: those who are free first, then who gave the course most often."""
    members = (
        sa.select(
            Person.id,
            Person.public_id,
            Person.name,
            Person.email,
            PoolMember.phone,
            PoolMember.standing,
            times_given(event).label("given"),
        )
        .join(PoolMember, PoolMember.person_id == Person.id)
        .where(
            PoolMember.partnership_id == event.host_id,
            PoolMember.from_on <= day,
            sa.or_(PoolMember.until_on.is_(None), PoolMember.until_on >= day),
            Person.closed_at.is_(None),
            ~is_named(event),
        )
    )
    busy = busy_then(event)
    found = [
        Reserve(
            public_id=row.public_id,
            name=row.name,
            email=row.email or "",
            phone=row.phone,
            standing=row.standing,
            given=row.given,
            busy=busy.get(row.id, ""),
        )
        for row in db.session.execute(members)
    ]
    return sorted(found, key=lambda one: (bool(one.busy), -one.given, one.name))


def busy_then(event: Event) -> dict[int, str]:
    """Who delivers another event at the same time, by person: its course."""
    other, mine = sa.orm.aliased(EventSession), sa.orm.aliased(EventSession)
    overlapping = sa.and_(other.starts_at < mine.ends_at, mine.starts_at < other.ends_at)
    rows = (
        sa.select(EventTrainer.person_id, Event)
        .join(Event, Event.id == EventTrainer.event_id)
        .join(other, other.event_id == Event.id)
        .join(mine, sa.and_(mine.event_id == event.id, overlapping))
        .where(Event.id != event.id, Event.state == "published")
        .options(sa.orm.joinedload(Event.course))
    )
    return {person_id: found.course.title for person_id, found in db.session.execute(rows)}


def stand_in(
    event: Event,
    person: Person,
    *,
    part: str,
    agency_id: int | None,
    by: Person,
    now: datetime,
    confirmed: bool = False,
) -> None:
    """Put somebody on the event; their mail brings the sessions into their calendar. ``confirmed``: they said yes."""
    trainer = name_trainer(event, person, part=part, agency_id=agency_id)
    trainer.person = person
    if confirmed:
        trainer.confirmed_at = now
    if not sa.inspect(trainer).pending:  # they may have had an invite for it before
        trainer.invite_sequence += 1
    tell_trainer(event, trainer, "named", by=by, now=now)
    settle_calls(event, person, by=by, now=now)


def cannot_come(event: Event, person: Person, *, by: Person, now: datetime) -> None:
    """Take somebody off the event; their mail takes the sessions out of their calendar."""
    trainer = db.session.scalar(
        sa.select(EventTrainer).where(EventTrainer.event_id == event.id, EventTrainer.person_id == person.id)
    )
    if trainer is not None:
        trainer.invite_sequence += 1
        withdraw(about=about_cue_sheet(trainer), now=now)
        tell_trainer(event, trainer, "released", by=by, now=now)
        take_out(event, person, now=now)


def tell_trainer(event: Event, trainer: EventTrainer, what: str, *, by: Person, now: datetime) -> int:
    """The letter to the one whom it concerns, and the row of the event's history; returns how many sessions it tells of."""
    db.session.flush()
    change = history(event, f"trainer {what}", None, trainer.person.public_id, by=by, now=now)
    sittings, about = stored_sittings(event), about_trainer(trainer)
    withdraw(about=about, now=now)
    if what == "named":
        told = Known().to_tell(sittings, now)
    else:
        told = known_to(last_words([about]).get(about, NOTHING), trainer.public_id, sittings).to_tell((), now)
    news = News(kind=f"trainer-{what}", change_id=change.id, due_at=now, was=(), sittings=sittings)
    calendar = [trainer_invite(event, trainer, message) for message in told]
    said = {"confirmed": trainer.confirmed_at is not None}
    write_each(news.kind, event, trainer.person, news, about, calendar, told, now=now, was=(), **said)
    return len(told)
