"""What people of the pool delivered and deliver: minutes of a year, the next date, what a day holds for them."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..catalogue.models import Course, Event, EventSession
from ..clock import start_of_day
from ..db import db
from .models import EventTrainer


def minutes_given(
    partnership_id: int, year: int, now: datetime, person_ids: Collection[int]
) -> dict[int, int]:
    """Minutes that these people delivered in a reporting year until now, by person.

    An event belongs to the year of its last session; who did not say otherwise was there as long as the sessions are.
    """
    found: dict[int, int] = {}
    trained = db.session.execute(
        sa.select(EventTrainer.person_id, EventTrainer.event_id, EventTrainer.delivery_minutes)
        .join(Event, Event.id == EventTrainer.event_id)
        .where(
            EventTrainer.person_id.in_(person_ids),
            EventTrainer.trains(),
            *given_in(partnership_id, year, now),
        )
    ).all()
    long = lengths([row.event_id for row in trained if row.delivery_minutes is None])
    for row in trained:
        minutes = long.get(row.event_id, 0) if row.delivery_minutes is None else row.delivery_minutes
        found[row.person_id] = found.get(row.person_id, 0) + minutes
    return found


def given_in(partnership_id: int, year: int, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """The conditions that an event took place in a reporting year and is over."""
    first, last = start_of_day(date(year, 4, 1)), start_of_day(date(year + 1, 4, 1))
    return (
        Event.host_id == partnership_id,
        Event.state == "published",
        Event.took_place.is_(True),
        Event.ends_at >= first,
        Event.ends_at < last,
        Event.ends_at <= now,
    )


def lengths(event_ids: Collection[int]) -> dict[int, int]:
    """Minutes of the sessions of these events, by event."""
    found: dict[int, int] = {}
    for session in db.session.scalars(sa.select(EventSession).where(EventSession.event_id.in_(event_ids))):
        found[session.event_id] = found.get(session.event_id, 0) + session.minutes
    return found


def next_dates(
    partnership_id: int, now: datetime, person_ids: Collection[int]
) -> dict[int, tuple[int, str, datetime]]:
    """The next event each of these people is on: its number, title and start."""
    rows = db.session.execute(
        sa.select(EventTrainer.person_id, Event.id, Course.title, Event.starts_at)
        .join(Event, Event.id == EventTrainer.event_id)
        .join(Course, Course.id == Event.course_id)
        .where(
            EventTrainer.person_id.in_(person_ids),
            Event.host_id == partnership_id,
            Event.state == "published",
            Event.ends_at > now,
        )
        .order_by(Event.starts_at.desc(), Event.id.desc())
    )
    return {row.person_id: (row.id, row.title, row.starts_at) for row in rows}


def taken_on(partnership_id: int, day: date) -> set[int]:
    """Who is on an event with a session on a day, by person."""
    wanted = (
        sa.select(EventTrainer.person_id)
        .join(Event, Event.id == EventTrainer.event_id)
        .join(EventSession, EventSession.event_id == Event.id)
        .where(
            Event.host_id == partnership_id,
            Event.state == "published",
            EventSession.ends_at > start_of_day(day),
            EventSession.starts_at < start_of_day(day + timedelta(days=1)),
        )
    )
    return set(db.session.scalars(wanted.distinct()))


def still_on(person_id: int, partnership_id: int, now: datetime) -> list[Event]:
    """What somebody is on that is neither over nor called off, the soonest first; what has no date yet last."""
    wanted = (
        sa.select(Event)
        .join(EventTrainer, EventTrainer.event_id == Event.id)
        .where(
            EventTrainer.person_id == person_id,
            Event.host_id == partnership_id,
            Event.state != "cancelled",
            sa.or_(Event.ends_at.is_(None), Event.ends_at > now),
        )
        .options(joinedload(Event.course))
        .order_by(Event.starts_at.is_(None), Event.starts_at, Event.id)
    )
    return list(db.session.scalars(wanted))


def delivered(person_id: int, partnership_id: int, now: datetime) -> list[tuple[EventTrainer, Event]]:
    """What somebody was on that is over, the newest first."""
    wanted = (
        sa.select(EventTrainer, Event)
        .join(Event, Event.id == EventTrainer.event_id)
        .where(
            EventTrainer.person_id == person_id,
            Event.host_id == partnership_id,
            Event.state == "published",
            Event.ends_at <= now,
        )
        .options(joinedload(Event.course))
        .order_by(Event.starts_at.desc(), Event.id.desc())
    )
    return [(row.EventTrainer, row.Event) for row in db.session.execute(wanted)]
