"""Reading the training pool: who belongs to it, with everything a list or a page says of each."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..accounts.agencies import standing_on
from ..accounts.models import Affiliation, Agency, Person
from ..catalogue.models import Course
from ..clock import london_day
from ..db import db
from ..partnerships.rules import reporting_year
from .giving import minutes_given, next_dates
from .member_rules import Approved, Warning, days_of, warnings_of
from .models import DeliveryApproval, PoolMember, Unavailability, in_force


@dataclass(frozen=True, kw_only=True)
class Member:
    """A member with where they work, what they may deliver, what they gave and what needs looking at."""

    row: PoolMember
    person: Person
    agency: str
    agency_slug: str
    agency_standing: str
    approvals: Sequence[DeliveryApproval]  # those in force, by course
    given: Decimal  # days, this reporting year
    next: tuple[int, str, datetime] | None  # event, title, start
    warnings: Sequence[Warning]
    unavailable: Sequence[Unavailability] = field(default=())  # today's and those to come


def members_of(partnership_id: int, now: datetime, *, left: bool = False) -> list[Member]:
    """Everybody who belongs to the pool or is a commissioned expert today, by name; or whoever left."""
    today = london_day(now)
    there = in_force(PoolMember, today)
    wanted = of_partnership(partnership_id).where(sa.not_(there) if left else there)
    rows = list(db.session.scalars(wanted.order_by(sa.func.lower(Person.name), PoolMember.id)))
    if left:
        rows = [row for row in rows if row.until_on is not None and row.until_on < today]
    return described(rows, partnership_id, now)


def of_partnership(partnership_id: int) -> sa.Select[PoolMember]:
    """Everybody who ever was a member, with who they are."""
    return (
        sa.select(PoolMember)
        .join(Person, Person.id == PoolMember.person_id)
        .where(PoolMember.partnership_id == partnership_id)
        .options(joinedload(PoolMember.person))
    )


def memberships(partnership_id: int, public_id: str) -> list[PoolMember]:
    """Somebody's memberships in this partnership, the one that holds (or held last) first."""
    wanted = of_partnership(partnership_id).where(Person.public_id == public_id)
    return list(db.session.scalars(wanted.order_by(PoolMember.from_on.desc(), PoolMember.id.desc())))


def member_today(person_id: int, partnership_id: int, today: date) -> PoolMember | None:
    """The membership somebody has today."""
    wanted = sa.select(PoolMember).where(
        PoolMember.person_id == person_id, PoolMember.partnership_id == partnership_id
    )
    return db.session.scalar(
        wanted.where(in_force(PoolMember, today)).order_by(PoolMember.id.desc()).limit(1)
    )


def described(rows: Sequence[PoolMember], partnership_id: int, now: datetime) -> list[Member]:
    """These members with all that is said of them, in a fixed number of questions to the database."""
    today, people = london_day(now), [row.person_id for row in rows]
    works, given = (
        employers(people, partnership_id, today),
        minutes_given(partnership_id, reporting_year(today), now, people),
    )
    ahead, approved = next_dates(partnership_id, now, people), approvals_of([row.id for row in rows])
    away = unavailable([row.id for row in rows], today)
    return [
        member_from(
            row,
            works.get(row.person_id),
            approved.get(row.id, []),
            given=given.get(row.person_id, 0),
            ahead=ahead.get(row.person_id),
            away=away.get(row.id, []),
            today=today,
        )
        for row in rows
    ]


def member_from(
    row: PoolMember,
    works: Any,
    approvals: list[DeliveryApproval],
    *,
    given: int,
    ahead: tuple[int, str, datetime] | None,
    away: list[Unavailability],
    today: date,
) -> Member:
    """One member, put together."""
    agency = works.name if works and row.standing == "pool" else ""
    stands = (works.standing or "") if works else ""
    return Member(
        row=row,
        person=row.person,
        agency=agency,
        agency_slug=works.slug if works and row.standing == "pool" else "",
        agency_standing=stands,
        approvals=[one for one in approvals if plain(one).holds(today)],
        given=days_of(given),
        next=ahead,
        warnings=warnings_of(
            standing=row.standing,
            agency=agency,
            agency_standing=stands,
            approvals=[plain(one) for one in approvals],
            released_until=row.released_until,
            train_the_trainer_on=row.train_the_trainer_on,
            today=today,
        ),
        unavailable=away,
    )


def plain(row: DeliveryApproval) -> Approved:
    """An approval as the rules read it."""
    return Approved(
        title=row.course.title, delivers_as=row.delivers_as, from_on=row.from_on, until_on=row.until_on
    )


def employers(person_ids: Collection[int], partnership_id: int, today: date) -> dict[int, Any]:
    """Where these people work today, by person: name, slug and standing of the agency; the oldest of several."""
    stands = standing_on(partnership_id, today).label("standing")
    wanted = (
        sa.select(Affiliation.person_id, Agency.name, Agency.slug, stands)
        .join(Agency, Agency.id == Affiliation.agency_id)
        .where(Affiliation.person_id.in_(person_ids), Affiliation.holds_on(today))
        .order_by(Affiliation.from_on.desc(), Affiliation.id.desc())
    )
    return {row.person_id: row for row in db.session.execute(wanted)}


def approvals_of(member_ids: Collection[int]) -> dict[int, list[DeliveryApproval]]:
    """What these members may and might deliver, by member, by course."""
    wanted = (
        sa.select(DeliveryApproval)
        .join(Course, Course.id == DeliveryApproval.course_id)
        .where(DeliveryApproval.member_id.in_(member_ids))
        .options(joinedload(DeliveryApproval.course), joinedload(DeliveryApproval.approved_by))
        .order_by(Course.title, DeliveryApproval.from_on, DeliveryApproval.id)
    )
    found: dict[int, list[DeliveryApproval]] = {}
    for row in db.session.scalars(wanted):
        found.setdefault(row.member_id, []).append(row)
    return found


def unavailable(member_ids: Collection[int], today: date) -> dict[int, list[Unavailability]]:
    """When these members cannot deliver, today or later, by member, the soonest first."""
    wanted = sa.select(Unavailability).where(
        Unavailability.member_id.in_(member_ids), Unavailability.until_on >= today
    )
    found: dict[int, list[Unavailability]] = {}
    for row in db.session.scalars(wanted.order_by(Unavailability.from_on, Unavailability.id)):
        found.setdefault(row.member_id, []).append(row)
    return found
