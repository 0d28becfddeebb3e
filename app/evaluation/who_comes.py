"""Who comes to an event, in numbers only: from where, what is still to do, who needs something, how they rated themselves."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Agency, Person
from ..booking.checks import settings_of
from ..booking.models import Booking, Headcount
from ..booking.needing import missing_by_deadline
from ..booking.rules import State
from ..catalogue.models import Event
from ..db import db
from . import rules
from .models import Answer, EvaluationResponse, Question
from .rules import RATINGS, Stage


@dataclass(frozen=True, kw_only=True)
class Sector:
    """How many come from a sector, and from which of its agencies how many; the most first."""

    name: str
    number: int
    agencies: list[tuple[str, int]]


@dataclass(frozen=True, kw_only=True)
class Before:
    """How the group rated itself before: the question, and how often each answer was given, from the best down."""

    question: str
    answered: int
    ratings: list[tuple[str, int]]


@dataclass(frozen=True, kw_only=True)
class WhoComes:
    """The numbers. ``organisations`` where organisations are booked instead of people."""

    booked: int
    sectors: list[Sector] = field(default_factory=list)
    part_one: int = 0
    needs: int = 0
    before: Before | None = None
    organisations: int = 0


def who_comes(event: Event, *, first_day: bool, now: datetime) -> WhoComes:
    """Who has a place on an event now.

    The ratings stand in the sheet of the first day alone: the second has nothing new to say of what was before.
    """
    if event.headcount_only:
        return organisations(event)
    sectors = from_where(event.id)
    return WhoComes(
        booked=sum(sector.number for sector in sectors),
        sectors=sectors,
        part_one=part_one_missing(event.id),
        needs=with_needs(event.id),
        before=rated_before(event, now) if first_day else None,
    )


def organisations(event: Event) -> WhoComes:
    """Of a headcount-only event: how many people of how many organisations are expected."""
    wanted = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(Headcount.expected), 0)).where(
        Headcount.event_id == event.id, Headcount.cancelled_at.is_(None)
    )
    number, expected = db.session.execute(wanted).one()
    return WhoComes(booked=expected, organisations=number)


def has_place(event_id: int) -> sa.ColumnElement[bool]:
    """The condition that a booking is a place on the event."""
    return sa.and_(Booking.event_id == event_id, Booking.state == State.BOOKED)


def from_where(event_id: int) -> list[Sector]:
    """From which sectors and agencies people come."""
    number = sa.func.count()
    rows = (
        sa.select(Booking.sector, Agency.name, number)
        .join(Agency, Agency.id == Booking.agency_id)
        .where(has_place(event_id))
        .group_by(Booking.sector, Agency.name)
        .order_by(number.desc(), Agency.name)
    )
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for sector, agency, count in db.session.execute(rows):
        found[sector or "Other"].append((agency, count))
    sectors = [
        Sector(name=name, number=sum(count for _, count in agencies), agencies=agencies)
        for name, agencies in found.items()
    ]
    return sorted(sectors, key=lambda sector: (-sector.number, sector.name))


def part_one_missing(event_id: int) -> int:
    """How many with a place have something to do first that is not done."""
    rows = missing_by_deadline().where(Booking.event_id == event_id).with_only_columns(Booking.id)
    return len(set(db.session.scalars(rows.order_by(None))))


def with_needs(event_id: int) -> int:
    """How many with a place wrote down access or dietary needs."""
    wanted = sa.select(sa.func.count()).where(has_place(event_id), sa.func.trim(Booking.needs) != "")
    return db.session.scalar(wanted) or 0


def rated_before(event: Event, now: datetime) -> Before | None:
    """How people rated themselves beforehand; None while fewer have answered than may be shown.

    Answers come in whole handfuls, in the order they were given, and stay in when somebody gives up their place: who
    looks on two days sees the same, or at least a handful of answers more, and never what one person answered.
    """
    handful = settings_of(event.host_id, now)["smallest_group"]
    found = db.session.execute(answered_before(event.id)).all()
    shown = found[: rules.whole_handfuls(len(found), handful)]
    if not shown:
        return None
    counts = Counter(row.rating for row in shown)
    ratings = [(RATINGS[rating], counts[rating]) for rating in sorted(RATINGS, reverse=True)]
    return Before(question=found[-1].text, answered=len(shown), ratings=ratings)


def answered_before(event_id: int) -> sa.Select[str, int | None]:
    """The headline question and what was answered to it before an event, in the order of the answers."""
    return (
        sa.select(Question.text, Answer.rating)
        .join(Question, Question.id == Answer.question_id)
        .join(EvaluationResponse, EvaluationResponse.id == Answer.response_id)
        .where(
            EvaluationResponse.event_id == event_id,
            EvaluationResponse.stage == Stage.BEFORE,
            Question.headline,
            Answer.rating.is_not(None),
        )
        .order_by(EvaluationResponse.id)
    )


def named_needs(event_id: int) -> Sequence[Any]:
    """Who needs what, by name: for those who deliver, until it is wiped 30 days after the day."""
    wanted = (
        sa.select(Person.name, Booking.needs)
        .join(Person, Person.id == Booking.person_id)
        .where(has_place(event_id), sa.func.trim(Booking.needs) != "")
        .order_by(sa.func.lower(Person.name), Booking.id)
    )
    return db.session.execute(wanted).all()


def named_part_one(event_id: int) -> Sequence[Any]:
    """Who has something to do first that is not done, and what; whether a certificate for it waits to be checked."""
    rows = missing_by_deadline().where(Booking.event_id == event_id).order_by(None)
    return db.session.execute(rows.order_by(sa.func.lower(Person.name), Booking.id)).all()
