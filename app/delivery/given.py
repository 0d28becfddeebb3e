"""What people of the pool have given: minutes in the reporting year of an event, when they delivered last, how often."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from ..catalogue.models import Event, EventSession
from ..clock import london_day, start_of_day
from ..db import db
from ..partnerships.rules import reporting_year, year_bounds
from ..pool.models import EventTrainer

HELD = (Event.state == "published", Event.took_place.is_(True))


@dataclass(frozen=True, kw_only=True)
class Given:
    """What somebody has given."""

    minutes: int = 0
    last: date | None = None
    times: int = 0  # how often they gave the event's course


def given_by(event: Event, people: Collection[int], now: datetime) -> dict[int, Given]:
    """What each of these people has given; two statements, however many they are."""
    minutes, found = minutes_in_year(event, people, now), {}
    wanted = (
        sa.select(
            EventTrainer.person_id,
            sa.func.max(Event.ends_at).label("last"),
            sa.func.count(sa.case((Event.course_id == event.course_id, 1))).label("times"),
        )
        .join(Event, Event.id == EventTrainer.event_id)
        .where(EventTrainer.person_id.in_(people), EventTrainer.trains(), *HELD, Event.ends_at <= now)
        .group_by(EventTrainer.person_id)
    )
    for row in db.session.execute(wanted):
        found[row.person_id] = (london_day(row.last), row.times)
    return {
        one: Given(
            minutes=minutes.get(one, 0), last=found.get(one, (None, 0))[0], times=found.get(one, (None, 0))[1]
        )
        for one in people
    }


def minutes_in_year(event: Event, people: Collection[int], now: datetime) -> dict[int, int]:
    """Minutes of sessions in the reporting year of an event, delivered and to come; an event lies in its last day's."""
    first, last = year_bounds(reporting_year(london_day(event.ends_at or now)))
    wanted = (
        sa.select(
            EventTrainer.person_id,
            EventTrainer.event_id,
            EventTrainer.delivery_minutes,
            EventSession.starts_at,
            EventSession.ends_at,
        )
        .join(Event, Event.id == EventTrainer.event_id)
        .join(EventSession, EventSession.event_id == Event.id)
        .where(EventTrainer.person_id.in_(people), EventTrainer.trains(), *HELD)
        .where(Event.ends_at >= start_of_day(first), Event.ends_at < start_of_day(date(last.year, 4, 1)))
    )
    sat: dict[tuple[int, int], int] = defaultdict(int)
    said: dict[tuple[int, int], int] = {}
    for row in db.session.execute(wanted):
        key = row.person_id, row.event_id
        sat[key] += int((row.ends_at - row.starts_at).total_seconds() // 60)
        if row.delivery_minutes is not None:
            said[key] = row.delivery_minutes
    found: dict[int, int] = defaultdict(int)
    for (person_id, event_id), minutes in sat.items():
        found[person_id] += said.get((person_id, event_id), minutes)
    return found
