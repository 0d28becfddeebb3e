"""Who could deliver an event: the training pool, the experts and whoever has the role of a trainer."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ..accounts.models import Person, RoleGrant
from ..accounts.rules import Role
from ..catalogue.models import Event
from ..clock import london_day
from ..db import db
from ..pool.models import PoolMember, TrainerCall
from .standing_in import busy_then, is_named, times_given


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Somebody who is not on the event: as what they are known, and what helps to choose."""

    id: int
    public_id: str
    name: str
    email: str
    standing: str  # pool | expert
    given: int  # how often they gave this course
    busy: str  # the course they deliver at that time
    answer: str | None  # of their last call for this event ("": it is open); None: never asked

    @property
    def can_be_asked(self) -> bool:
        """Whether a mail can ask them: not who is asked already."""
        return bool(self.email) and self.answer != ""


def candidates_of(event: Event, now: datetime) -> list[Candidate]:
    """Everybody who may be named, in the order in which one would ask: free, then who gave the course most often."""
    day = london_day(now)
    in_force = [
        sa.and_(table.from_on <= day, sa.or_(table.until_on.is_(None), table.until_on >= day))
        for table in (RoleGrant, PoolMember)
    ]
    trains = sa.exists().where(
        RoleGrant.person_id == Person.id,
        RoleGrant.partnership_id == event.host_id,
        RoleGrant.role == Role.TRAINER.value,
        in_force[0],
    )
    member = sa.and_(
        PoolMember.person_id == Person.id, PoolMember.partnership_id == event.host_id, in_force[1]
    )
    wanted = (
        sa.select(
            Person.id,
            Person.public_id,
            Person.name,
            Person.email,
            sa.func.max(PoolMember.standing).label("standing"),  # of two, that of the pool
            times_given(event).label("given"),
        )
        .outerjoin(PoolMember, member)
        .where(sa.or_(PoolMember.id.is_not(None), trains), Person.closed_at.is_(None), ~is_named(event))
        .group_by(Person.id, Person.public_id, Person.name, Person.email)
    )
    busy, answers = busy_then(event), last_answers(event.id)
    found = [
        Candidate(
            id=row.id,
            public_id=row.public_id,
            name=row.name,
            email=row.email or "",
            standing=row.standing or "pool",
            given=row.given,
            busy=busy.get(row.id, ""),
            answer=answers.get(row.id),
        )
        for row in db.session.execute(wanted)
    ]
    return sorted(found, key=lambda one: (bool(one.busy), -one.given, one.name))


def last_answers(event_id: int) -> dict[int, str]:
    """What everybody who was asked about an event said last, by person."""
    rows = sa.select(TrainerCall.person_id, TrainerCall.answer).where(TrainerCall.event_id == event_id)
    return {row.person_id: row.answer for row in db.session.execute(rows.order_by(TrainerCall.id))}
