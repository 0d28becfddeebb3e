"""When a trainer cannot come: who could stand in, and changing who delivers, told to those it concerns.

Inside ``changing(event)``; nothing commits.
"""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from ..accounts.models import Person
from ..catalogue.models import Event, EventChange
from ..clock import london_day
from ..db import db
from ..errors import Refused
from ..notifications.actions import withdraw
from ..notifications.heard import NOTHING, last_words
from ..pool.actions import agency_of, name_trainer, note_change
from ..pool.calls import alive_calls
from ..pool.models import EventTrainer, PoolMember, in_force
from ..pool.rules import TRAINS, Answer
from .actions import history
from .clashes import taken_then
from .filling import settle_calls
from .invites import stored_sittings, trainer_invite
from .known import Known, known_to
from .reach import about_trainer
from .rules import GATHERED, told_at
from .taking_off import take_out
from .telling import News, about_cue_sheet, about_part, part_told, write, write_each


@dataclass(frozen=True, kw_only=True)
class Reserve:
    """Somebody of the pool who is not on the event: how often they gave the course, and what else they have then."""

    public_id: str
    name: str
    email: str
    phone: str
    standing: str
    given: int
    busy: str
    agreed: bool  # they said that they can be a reserve


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


def reserves_of(event: Event, *, day: date, now: datetime) -> list[Reserve]:
    """The pool and the experts who could stand in: reserves and those who are free first, then who gave it most often."""
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
    rows = db.session.execute(members).all()
    busy = taken_then(event, [row.id for row in rows], now)
    agreed = {call.person_id for call in alive_calls(event.id) if call.answer == Answer.RESERVE}
    found = [
        Reserve(
            public_id=row.public_id,
            name=row.name,
            email=row.email or "",
            phone=row.phone,
            standing=row.standing,
            given=row.given,
            busy=" ".join(clash.of_them for clash in busy.get(row.id, ())),
            agreed=row.id in agreed,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (bool(one.busy), not one.agreed, -one.given, one.name))


def stand_in(
    event: Event,
    person: Person,
    *,
    part: str,
    agency_id: int | None,
    by: Person,
    now: datetime,
    confirmed: bool = False,
    delivers_as: str = "",
) -> None:
    """Put somebody on the event; their mail brings the sessions into their calendar. ``confirmed``: they said yes."""
    trainer = name_trainer(event, person, part=part, agency_id=agency_id, delivers_as=delivers_as)
    trainer.person = person
    if confirmed:
        trainer.confirmed_at = now
    if not sa.inspect(trainer).pending:  # they may have had an invite for it before
        trainer.invite_sequence += 1
    tell_trainer(event, trainer, "named", by=by, now=now)
    settle_calls(event, person, by=by, now=now)


def cannot_come(
    event: Event,
    person: Person,
    *,
    by: Person,
    now: datetime,
    why: str = "",
    instead: Person | None = None,
) -> None:
    """Take somebody off the event; their mail takes the sessions out of their calendar.

    That they left is kept, with who stands in for them (``instead``), by whom it was done and why.
    """
    trainer = db.session.scalar(
        sa.select(EventTrainer).where(EventTrainer.event_id == event.id, EventTrainer.person_id == person.id)
    )
    if trainer is not None:
        trainer.invite_sequence += 1
        for about in (about_cue_sheet, about_part):
            withdraw(about=about(trainer), now=now)
        tell_trainer(event, trainer, "released", by=by, now=now)
        take_out(event, person, now=now)
        note_change(event, by=by, now=now, went=person, came=instead, why=why)


def substitute(event: Event, person: Person, instead: Person, *, by: Person, now: datetime, why: str) -> None:
    """One trainer for another, in the same part: both are told, and it is kept who stands in for whom, and why."""
    trainer = db.session.scalar(
        sa.select(EventTrainer).where(EventTrainer.event_id == event.id, EventTrainer.person_id == person.id)
    )
    if trainer is None:
        raise Refused(f"{person.name} is no longer on this date.")
    part = part_of(instead, event, now) if trainer.part in TRAINS else trainer.part
    delivers_as = trainer.delivers_as
    cannot_come(event, person, by=by, now=now, why=why, instead=instead)
    agency_id = agency_of(instead, now)
    stand_in(event, instead, part=part, agency_id=agency_id, by=by, now=now, delivers_as=delivers_as)


def part_of(person: Person, event: Event, now: datetime) -> str:
    """As what somebody delivers for the event's partnership today: of the pool, or as an expert."""
    standings = db.session.scalars(
        sa.select(PoolMember.standing).where(
            PoolMember.person_id == person.id,
            PoolMember.partnership_id == event.host_id,
            in_force(PoolMember, london_day(now)),
        )
    ).all()
    return "expert" if set(standings) == {"expert"} else "pool"


def change_part(event: Event, trainer: EventTrainer, delivers_as: str, *, by: Person, now: datetime) -> None:
    """Let a trainer lead, co-deliver or observe instead; they are told in ten minutes, unless it is as it was then."""
    was = trainer.delivers_as
    if was == delivers_as:
        return
    trainer.delivers_as = delivers_as
    change = history(event, part_change(trainer), was, delivers_as, by=by, now=now)
    if withdraw(about=about_part(trainer), now=now):
        was = first_part(event, trainer, now)
    ahead = event.state == "published" and event.starts_at is not None and event.starts_at > now
    if ahead and was != delivers_as:
        tell_part(event, trainer, change.id, due_at=told_at(now, event.starts_at), now=now)
    db.session.flush()
    settle_calls(event, trainer.person, by=by, now=now)


def part_change(trainer: EventTrainer) -> str:
    """What the event's history calls it."""
    return f"part of {trainer.public_id}"


def first_part(event: Event, trainer: EventTrainer, now: datetime) -> str:
    """The part that a trainer knows who has had none of the letters of the last minutes."""
    mine = EventChange.event_id == event.id, EventChange.what == part_change(trainer)
    changes = sa.select(EventChange.was).where(*mine, EventChange.at > now - GATHERED)
    return str(db.session.scalars(changes.order_by(EventChange.id)).first())


def tell_part(
    event: Event, trainer: EventTrainer, change_id: int, *, due_at: datetime, now: datetime
) -> None:
    """The letter about another part."""
    sittings, about = stored_sittings(event), about_part(trainer)
    news = News(kind="trainer-part", change_id=change_id, due_at=due_at, was=(), sittings=sittings)
    write(news.kind, event, trainer.person, news, about, now=now, was=(), delivers_as=trainer.delivers_as)


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
    said = {"confirmed": trainer.confirmed_at is not None, "delivers_as": part_told(trainer)}
    write_each(news.kind, event, trainer.person, news, about, calendar, told, now=now, was=(), **said)
    return len(told)
