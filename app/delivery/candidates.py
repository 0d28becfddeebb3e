"""Who could deliver an event: the training pool and the experts, ranked; and who is not eligible, and why.

Whoever has the role of a trainer is among them, in the pool or not. The order and the reasons are in ``pool.ranking``.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Affiliation, Agency, Person, RoleGrant
from ..accounts.rules import Role
from ..booking.checks import sessions_of
from ..catalogue.models import Event
from ..clock import london_day
from ..db import db
from ..pool import ranking
from ..pool.models import DeliveryApproval, EventTrainer, PoolMember, TrainerCall, in_force
from ..pool.ranking import Facts, Occasion
from .clashes import taken_then
from .given import Given, given_by
from .standing_in import is_named


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Somebody who is not on the event: as what they are known, and what helps to choose."""

    id: int
    public_id: str
    name: str
    email: str
    phone: str
    standing: str  # pool | expert
    facts: Facts
    obstacles: tuple[str, ...]  # why they are not eligible
    answer: str | None  # of their last call for this event ("": it is open); None: never asked
    maybe: bool = False  # they said maybe to it

    @property
    def may(self) -> str:
        """In which part they may deliver the course on that day: lead, co, observing; "" in none."""
        return self.facts.may

    @property
    def reasons(self) -> str:
        """Why they stand where they stand."""
        return ranking.reasons(self.facts)

    @property
    def can_be_asked(self) -> bool:
        """Whether a mail can ask them: not who is asked already."""
        return bool(self.email) and self.answer not in ("", "waits", "reserve")

    def needs_a_reason(self, part: str) -> bool:
        """Whether whoever asks them to deliver in that part has to say why."""
        if not ranking.covers(self.may, part):
            return True
        unapproved = ranking.not_approved(self.facts)
        return any(one != unapproved for one in self.obstacles)


def candidates_of(event: Event, now: datetime) -> list[Candidate]:
    """Everybody who may be named: those who are eligible first, in the order in which one would ask them.

    A dozen statements, however many there are.
    """
    rows = members_of(event, now)
    people = list(rows)
    occasion, agencies = occasion_of(event, now), agencies_of(people, now)
    there = set(
        db.session.scalars(sa.select(EventTrainer.agency_id).where(EventTrainer.event_id == event.id))
    )
    approvals, given = approvals_of(event, rows, occasion), given_by(event, people, now)
    clashes, answers = taken_then(event, people, now), last_answers(event.id)
    found = []
    for person_id, row in rows.items():
        agency_id, agency = agencies.get(person_id, (None, ""))
        facts = Facts(
            **facts_of_member(row),
            **approvals[person_id],
            **given_words(given[person_id]),
            clashes=tuple(clash.of_them for clash in clashes.get(person_id, ())),
            agency="" if row.standing == "expert" else agency,
            agency_there=row.standing != "expert" and agency_id is not None and agency_id in there,
        )
        answer, maybe = answers.get(person_id, (None, False))
        found.append(
            Candidate(
                id=person_id,
                public_id=row.public_id,
                name=row.name,
                email=row.email or "",
                phone=row.phone or "",
                standing=row.standing or "pool",
                facts=facts,
                obstacles=ranking.obstacles(facts, occasion),
                answer=answer,
                maybe=maybe,
            )
        )
    return sorted(found, key=lambda one: (bool(one.obstacles), *ranking.order(one.facts)))


def members_of(event: Event, now: datetime) -> dict[int, Any]:
    """The pool, the experts and those with the role of a trainer, by person; of two memberships that of the pool."""
    day = london_day(now)
    of_host = PoolMember.person_id == Person.id, PoolMember.partnership_id == event.host_id
    trains = sa.exists().where(
        RoleGrant.person_id == Person.id,
        RoleGrant.partnership_id == event.host_id,
        RoleGrant.role == Role.TRAINER.value,
        in_force(RoleGrant, day),
    )
    columns = (
        *(PoolMember.id.label("member_id"), PoolMember.standing, PoolMember.phone, PoolMember.until_on),
        *(PoolMember.released_until, PoolMember.days_offered, PoolMember.areas),
        *(PoolMember.in_the_room, PoolMember.virtual),
    )
    wanted = (
        sa.select(Person.id, Person.public_id, Person.name, Person.email, *columns)
        .outerjoin(PoolMember, sa.and_(*of_host, in_force(PoolMember, day)))
        .where(sa.or_(PoolMember.id.is_not(None), trains), Person.closed_at.is_(None), ~is_named(event))
        .order_by(PoolMember.standing, PoolMember.id)  # "expert" before "pool", which then stays
    )
    return {row.id: row for row in db.session.execute(wanted)}


def occasion_of(event: Event, now: datetime) -> Occasion:
    """The days of an event, whether people meet, and in which areas."""
    sessions = sessions_of(event.id)
    days = [london_day(session.starts_at) for session in sessions] or [london_day(now)]
    venues = [session.venue for session in sessions]
    return Occasion(
        first=min(days),
        last=max(days),
        in_the_room=any(venues),
        virtual=not all(venues) or not venues,
        areas=frozenset(venue.area for venue in venues if venue is not None and venue.area),
    )


def facts_of_member(row: Any) -> dict[str, Any]:
    """What their membership says."""
    if row.member_id is None:
        return {"name": row.name, "of_the_pool": False}
    return {
        "name": row.name,
        "leaves_on": row.until_on,
        "released_until": row.released_until,
        "days_offered": row.days_offered,
        "areas": tuple(row.areas or ()),
        "in_the_room": row.in_the_room,
        "virtual": row.virtual,
    }


def given_words(given: Given) -> dict[str, Any]:
    """What they have given, as the ranking takes it."""
    return {"minutes": given.minutes, "last": given.last, "given": given.times}


def approvals_of(event: Event, rows: Mapping[int, Any], occasion: Occasion) -> dict[int, dict[str, Any]]:
    """In which part each may deliver the course on all its days; where in none, what comes nearest."""
    members = {row.member_id: person_id for person_id, row in rows.items() if row.member_id is not None}
    wanted = sa.select(DeliveryApproval).where(
        DeliveryApproval.course_id == event.course_id, DeliveryApproval.member_id.in_(members)
    )
    found: dict[int, list[DeliveryApproval]] = defaultdict(list)
    for approval in db.session.scalars(wanted.order_by(DeliveryApproval.from_on)):
        found[members[approval.member_id]].append(approval)
    return {person_id: approved(found[person_id], occasion.first, occasion.last) for person_id in rows}


def approved(approvals: Collection[DeliveryApproval], first: date, last: date) -> dict[str, Any]:
    """The best part that holds on all days, and the end or beginning of one that does not."""
    covering = {
        one.delivers_as
        for one in approvals
        if one.from_on <= first and (one.until_on is None or one.until_on >= last)
    }
    ended = [one.until_on for one in approvals if one.until_on is not None and one.until_on < last]
    return {
        "may": next((part for part in ranking.DELIVERY_PARTS if part in covering), ""),
        "approved_until": max(ended, default=None),
        "approved_from": min((one.from_on for one in approvals if one.from_on > first), default=None),
    }


def agencies_of(people: Collection[int], now: datetime) -> dict[int, tuple[int, str]]:
    """Whom each works for today."""
    wanted = (
        sa.select(Affiliation.person_id, Agency.id, Agency.name)
        .join(Agency, Agency.id == Affiliation.agency_id)
        .where(Affiliation.person_id.in_(people), in_force(Affiliation, london_day(now)))
        .order_by(Affiliation.from_on.desc(), Affiliation.id.desc())  # the oldest stays, as in ``agency_of``
    )
    return {person_id: (agency_id, name) for person_id, agency_id, name in db.session.execute(wanted)}


def last_answers(event_id: int) -> dict[int, tuple[str, bool]]:
    """What everybody who was asked about an event said last, and whether that was maybe, by person."""
    wanted = sa.select(TrainerCall.person_id, TrainerCall.answer, TrainerCall.maybe_at).where(
        TrainerCall.event_id == event_id
    )
    rows = db.session.execute(wanted.order_by(TrainerCall.id))
    return {row.person_id: (row.answer, row.maybe_at is not None) for row in rows}
