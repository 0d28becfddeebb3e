"""Who belongs to the training pool: coming in, what is known of them, leaving. Inside ``writing()``.

The role of a trainer comes and goes with it, in the same transaction: it opens the registers of their events.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from ..accounts.actions import give_role
from ..accounts.models import Person, RoleGrant
from ..accounts.rules import Role
from ..audit.actions import trace
from ..clock import london_day
from ..db import adding_alone, db
from ..errors import Refused
from ..notifications.actions import withdraw
from ..partnerships.models import Partnership
from .giving import still_on
from .letters import about_release
from .member_rules import OF_THE_POOL, POOL, long
from .members import employers, member_today
from .models import DeliveryApproval, PoolMember, ReleaseRequest, Unavailability
from .trail import CHANGED, JOINED, LEFT


@dataclass(frozen=True, kw_only=True)
class Details:
    """What is known of a member, as they or the desk write it."""

    days_offered: int | None = None
    areas: tuple[str, ...] = ()
    in_the_room: bool = True
    virtual: bool = True
    phone: str = ""
    about: str = ""

    def put_on(self, member: PoolMember) -> bool:
        """Write it down; whether anything changed."""
        changed = False
        for name, value in vars(self).items():
            kept = list(value) if isinstance(value, tuple) else value
            changed = changed or getattr(member, name) != kept
            setattr(member, name, kept)
        return changed


def join(
    person: Person, *, standing: str, partnership: Partnership, details: Details, by: Person, now: datetime
) -> PoolMember:
    """Make somebody a member from today on, who may open their registers.

    Raises Refused for somebody who is one, and for who works for no partner or relevant agency: they are experts.
    """
    today = london_day(now)
    adding_alone(PoolMember)
    if member_today(person.id, partnership.id, today):
        raise Refused(f"{person.name} belongs to the training pool already.")
    works = employers([person.id], partnership.id, today).get(person.id)
    if standing == POOL and (works is None or works.standing not in OF_THE_POOL):
        raise Refused(
            f"{person.name} works for no partner or relevant agency. Add them as a commissioned expert.",
            reason="agency",
        )
    member = PoolMember(
        person_id=person.id, person=person, partnership_id=partnership.id, standing=standing, from_on=today
    )
    details.put_on(member)
    db.session.add(member)
    give_role(person, Role.TRAINER, partnership=partnership, by=by.public_id, now=now)
    trace(at=now, actor=by.public_id, act=JOINED, subject=person.public_id, why=standing)
    db.session.flush()
    return member


def change(
    member: PoolMember,
    details: Details,
    *,
    train_the_trainer_on: date | None,
    released_by: str,
    released_until: date | None,
    by: Person,
    now: datetime,
) -> bool:
    """Write down what the desk knows; whether anything changed."""
    before = (member.train_the_trainer_on, member.released_by, member.released_until)
    after = (train_the_trainer_on, released_by, released_until)
    member.train_the_trainer_on, member.released_by, member.released_until = after
    changed = details.put_on(member) or before != after
    if changed:
        trace(at=now, actor=by.public_id, act=CHANGED, subject=member.person.public_id)
    return changed


def describe_oneself(member: PoolMember, details: Details, *, now: datetime) -> bool:
    """Write down what a member says of themselves; whether anything changed."""
    changed = details.put_on(member)
    if changed:
        me = member.person.public_id
        trace(at=now, actor=me, act=CHANGED, subject=me)
    return changed


def last_day_of_role(member: PoolMember, last: date, now: datetime) -> date:
    """Until when somebody who leaves can open registers: what they still deliver keeps them that long."""
    ends = [
        london_day(event.ends_at)
        for event in still_on(member.person_id, member.partnership_id, now)
        if event.ends_at
    ]
    return max([last, *ends])


def leave(member: PoolMember, *, last: date, by: Person, now: datetime) -> None:
    """End a membership: approvals end with it, nobody is asked to release them any more.

    Raises Refused for a day before they came.
    """
    if last < member.from_on:
        raise Refused(f"They joined on {long(member.from_on)}. Enter a later day.", reason="last")
    member.until_on = last
    for approval in db.session.scalars(
        sa.select(DeliveryApproval).where(DeliveryApproval.member_id == member.id)
    ):
        if approval.until_on is None or approval.until_on > last:
            approval.until_on = last
    for request in db.session.scalars(
        sa.select(ReleaseRequest).where(ReleaseRequest.member_id == member.id, ReleaseRequest.answer == "")
    ):
        request.answer, request.answered_at = "taken back", now
        withdraw(about=about_release(request), now=now)
    end_role(member, last_day_of_role(member, last, now), now=now)
    trace(at=now, actor=by.public_id, act=LEFT, subject=member.person.public_id, why=long(last))


def end_role(member: PoolMember, last: date, *, now: datetime) -> None:
    """End the role of a trainer in that partnership with a day, unless it ends sooner."""
    held = RoleGrant.held_by(member.person_id, member.partnership_id, london_day(now))
    for grant in db.session.scalars(held.where(RoleGrant.role == Role.TRAINER.value)):
        if grant.until_on is None or grant.until_on > last:
            grant.until_on = last


def be_away(member: PoolMember, *, first: date, last: date, now: datetime) -> Unavailability:
    """Days on which a member cannot deliver. Raises Refused for what is over, and for what is no span of days."""
    today = london_day(now)
    if last < first:
        raise Refused("The last day is before the first.", reason="until_on")
    if last < today:
        raise Refused("These days are over. Enter days to come.", reason="until_on")
    if last > first + timedelta(days=366):
        raise Refused("Enter a year at most; leave the pool if it is longer.", reason="until_on")
    row = Unavailability(member_id=member.id, from_on=first, until_on=last)
    db.session.add(row)
    return row


def be_back(member: PoolMember, number: int) -> bool:
    """They can, after all; whether there were such days."""
    row = db.session.get(Unavailability, number)
    if row is None or row.member_id != member.id:
        return False
    db.session.delete(row)
    return True
