"""What people wait for: per course how many, where and when it would suit them, and whether there is a date."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ..catalogue.models import Course, CourseOffer, Event
from ..db import db
from .interests import TIMES, WAITED
from .models import Booking, BookingChange, Interest
from .rules import State

A_YEAR = timedelta(days=365)
NOT_PLANNED_HERE = ("e-learning", "external")


@dataclass
class Wanted:
    """A course and who waits for it."""

    slug: str
    title: str
    asked: int  # different people who want to hear of its next date
    waited: int  # of these, whose waiting list closed
    waiting: int  # on the waiting lists of coming dates
    lists_closed: int  # waiting lists that closed with people on them, in the last twelve months
    next_at: datetime | None
    undated: int  # dates that are still to be fixed
    areas: list[tuple[str, int]] = field(default_factory=list)  # where it would suit them, most wanted first
    times: list[tuple[str, int]] = field(default_factory=list)

    @property
    def people(self) -> int:
        """How many want it, whether they asked or wait."""
        return self.asked + self.waiting

    @property
    def has_date(self) -> bool:
        """Whether there is a coming date, or one to be fixed."""
        return self.next_at is not None or self.undated > 0


def demand(partnership_id: int, now: datetime) -> list[Wanted]:
    """The published courses that are planned here, most wanted first. Two statements."""
    rows = db.session.execute(courses(partnership_id, now)).all()
    places, hours = preferences([row.id for row in rows])
    found = [
        Wanted(
            slug=row.slug,
            title=row.title,
            asked=row.asked,
            waited=row.waited,
            waiting=row.waiting,
            lists_closed=row.lists_closed,
            next_at=row.next_at,
            undated=row.undated,
            areas=places[row.id].most_common(),
            times=[(TIMES[name], number) for name, number in hours[row.id].most_common() if name in TIMES],
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (-one.people, one.title))


def courses(partnership_id: int, now: datetime) -> sa.Select[*tuple[Any, ...]]:
    """The courses with their counts."""
    ours = sa.and_(Event.course_id == Course.id, Event.host_id == partnership_id)
    count = sa.func.count
    wants = sa.and_(Interest.course_id == Course.id, Interest.ended_at.is_(None))
    people = count(Interest.person_id.distinct())
    coming = sa.and_(ours, Event.state.in_(("published", "postponed")))
    ahead = sa.or_(Event.starts_at > now, Event.starts_at.is_(None))
    waiting = sa.select(count(Booking.person_id.distinct())).join(Event, Event.id == Booking.event_id)
    closed = (
        sa.select(count(Booking.event_id.distinct()))
        .join(BookingChange, BookingChange.booking_id == Booking.id)
        .join(Event, Event.id == Booking.event_id)
        .where(ours, BookingChange.to_state == State.CLOSED, BookingChange.at > now - A_YEAR)
    )
    return (
        sa.select(
            Course.id,
            Course.slug,
            Course.title,
            sa.select(people).where(wants).scalar_subquery().label("asked"),
            sa.select(people).where(wants, Interest.why.in_(WAITED)).scalar_subquery().label("waited"),
            waiting.where(coming, ahead, Booking.state == State.WAITING).scalar_subquery().label("waiting"),
            closed.scalar_subquery().label("lists_closed"),
            sa.select(sa.func.min(Event.starts_at))
            .where(coming, Event.starts_at > now)
            .scalar_subquery()
            .label("next_at"),
            sa.select(count(Event.id))
            .where(coming, Event.starts_at.is_(None))
            .scalar_subquery()
            .label("undated"),
        )
        .join(CourseOffer, CourseOffer.course_id == Course.id)
        .where(CourseOffer.partnership_id == partnership_id, Course.published)
        .where(Course.delivery.not_in(NOT_PLANNED_HERE))
    )


def preferences(course_ids: Sequence[int]) -> tuple[dict[int, Counter[str]], dict[int, Counter[str]]]:
    """By course: how many said where, and how many said when, it would suit them."""
    rows = (
        sa.select(
            Interest.course_id,
            Interest.area,
            Interest.time_of_day,
            sa.func.count(Interest.person_id.distinct()),
        )
        .where(Interest.course_id.in_(course_ids), Interest.ended_at.is_(None))
        .group_by(Interest.course_id, Interest.area, Interest.time_of_day)
        .order_by(Interest.area, Interest.time_of_day)
    )
    areas: dict[int, Counter[str]] = defaultdict(Counter)
    times: dict[int, Counter[str]] = defaultdict(Counter)
    for course_id, area, time_of_day, number in db.session.execute(rows):
        if area:
            areas[course_id][area] += number
        if time_of_day:
            times[course_id][time_of_day] += number
    return areas, times
