"""Reading the ledger's rows: three queries, whatever the number of events."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Agency, Person
from ..catalogue.models import Course, Event, EventSession
from ..clock import london_day, start_of_day
from ..db import db
from ..partnerships.rules import reporting_year, year_bounds
from .ledger_rules import Given
from .models import EventTrainer, TimeEntry

ENTERED = sa.exists().where(
    TimeEntry.event_id == EventTrainer.event_id, TimeEntry.person_id == EventTrainer.person_id
)


def took_place(partnership_id: int, first: date, last: date) -> tuple[sa.ColumnElement[bool], ...]:
    """The conditions of events that took place and whose last session was on these days."""
    return (
        Event.host_id == partnership_id,
        Event.state == "published",
        Event.took_place.is_(True),
        Event.ends_at >= start_of_day(first),
        Event.ends_at < start_of_day(last + timedelta(days=1)),
    )


def rows_of(partnership_id: int, year: int, *, today: date, person_id: int | None = None) -> list[Given]:
    """What was given in a reporting year until today, of one person or of all, the newest event first."""
    first, last = year_bounds(year)
    of_year = took_place(partnership_id, first, min(last, today))
    minutes = minutes_of_events(of_year)
    wanted = given_select().where(*of_year, EventTrainer.trains())
    if person_id is not None:
        wanted = wanted.where(EventTrainer.person_id == person_id)
    ordered = wanted.order_by(Event.ends_at.desc(), Event.id, Person.name, EventTrainer.id)
    return [given(row, minutes) for row in db.session.execute(ordered)]


def given_select() -> sa.Select[*tuple[Any, ...]]:
    """Trainers with their events, as they stand."""
    return (
        sa.select(
            EventTrainer.event_id,
            Event.ends_at,
            Course.title,
            EventTrainer.person_id,
            Person.name,
            EventTrainer.agency_id,
            Agency.name.label("agency_name"),
            EventTrainer.part,
            EventTrainer.delivers_as,
            EventTrainer.preparation_minutes,
            EventTrainer.delivery_minutes,
            EventTrainer.travel_minutes,
            ENTERED.label("entered"),
        )
        .join(Event, Event.id == EventTrainer.event_id)
        .join(Course, Course.id == Event.course_id)
        .join(Person, Person.id == EventTrainer.person_id)
        .outerjoin(Agency, Agency.id == EventTrainer.agency_id)
    )


def given(row: Any, minutes: dict[int, int]) -> Given:
    """A row with the length of its sessions where nobody said how long it was."""
    there = minutes.get(row.event_id, 0) if row.delivery_minutes is None else row.delivery_minutes
    return Given(
        event=row.event_id,
        ended_on=london_day(row.ends_at),
        course=row.title,
        person=row.person_id,
        name=row.name,
        agency=row.agency_id,
        agency_name=row.agency_name or "",
        part=row.part,
        delivers_as=row.delivers_as,
        preparation=row.preparation_minutes,
        delivery=there,
        travel=row.travel_minutes,
        entered=bool(row.entered),
    )


def minutes_of_events(conditions: tuple[sa.ColumnElement[bool], ...]) -> dict[int, int]:
    """How long the sessions of these events are together."""
    wanted = sa.select(EventSession.event_id, EventSession.starts_at, EventSession.ends_at)
    found: dict[int, int] = defaultdict(int)
    for row in db.session.execute(wanted.join(Event, Event.id == EventSession.event_id).where(*conditions)):
        found[row.event_id] += int((row.ends_at - row.starts_at).total_seconds()) // 60
    return found


def years_of(person_id: int, partnership_id: int, *, today: date) -> list[int]:
    """The reporting years in which somebody delivered here until today, newest first."""
    wanted = sa.select(Event.ends_at).join(EventTrainer, EventTrainer.event_id == Event.id)
    here = took_place(partnership_id, date(1900, 1, 1), today)
    ends = db.session.scalars(wanted.where(EventTrainer.person_id == person_id, EventTrainer.trains(), *here))
    return sorted({reporting_year(london_day(ends_at)) for ends_at in ends if ends_at}, reverse=True)
