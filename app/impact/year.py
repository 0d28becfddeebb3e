"""Reading a reporting year from the tallies: three queries, whatever the number of rows behind them."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from ..accounts.models import Agency
from ..catalogue.models import Course
from ..db import db
from ..tallies.models import EventTally, ModuleTally
from .sums import CourseName, Year

NAME = (Course.id, Course.slug, Course.title, Course.kind)


@dataclass(frozen=True)
class AgencyName:
    """An agency as the figures need it."""

    id: int
    slug: str
    name: str
    sector: str


def read_year(partnership_id: int, start: int, *, today: date) -> Year:
    """The year's sums: events that are over by today, and modules."""
    year = Year(start)
    events = (
        sa.select(EventTally.ended_on, EventTally.counts, *NAME)
        .join(Course, Course.id == EventTally.course_id)
        .where(
            EventTally.partnership_id == partnership_id,
            EventTally.year == start,
            EventTally.ended_on <= today,
        )
        .order_by(Course.title, EventTally.ended_on)
    )
    for ended_on, counts, *name in db.session.execute(events):
        year.add_event(CourseName(*name), (ended_on.year, ended_on.month), counts)
    modules = (
        sa.select(ModuleTally.counts, *NAME)
        .join(Course, Course.id == ModuleTally.course_id)
        .where(ModuleTally.partnership_id == partnership_id, ModuleTally.year == start)
        .order_by(Course.title, ModuleTally.month_on)
    )
    for counts, *name in db.session.execute(modules):
        year.add_module(CourseName(*name), counts)
    return year


@dataclass(frozen=True)
class EventLine:
    """One event behind a figure, for those who may see rows."""

    id: int
    title: str
    ended_on: date
    places: int
    expected: int
    came: int


def event_lines(partnership_id: int, start: int, course: str, *, today: date) -> list[EventLine]:
    """The events of a year (of one course when its slug is given) with their counts, newest first."""
    rows = (
        sa.select(EventTally.event_id, Course.title, EventTally.ended_on, EventTally.counts)
        .join(Course, Course.id == EventTally.course_id)
        .where(
            EventTally.partnership_id == partnership_id,
            EventTally.year == start,
            EventTally.ended_on <= today,
        )
        .order_by(EventTally.ended_on.desc())
    )
    if course:
        rows = rows.where(Course.slug == course)
    return [
        EventLine(
            event_id,
            title,
            ended_on,
            counts["capacity"],
            sum(unit["expected"] for unit in counts["units"]) + counts["headcount_expected"],
            sum(unit["came"] for unit in counts["units"]) + counts["headcount_came"],
        )
        for event_id, title, ended_on, counts in db.session.execute(rows)
        if counts["took_place"]
    ]


def agency_names() -> dict[int, AgencyName]:
    """Every agency by id."""
    rows = db.session.execute(sa.select(Agency.id, Agency.slug, Agency.name, Agency.sector))
    return {row.id: AgencyName(*row) for row in rows}


def years_with_rows(partnership_id: int) -> list[int]:
    """The reporting years that have events or modules, newest first."""
    events = sa.select(EventTally.year).where(EventTally.partnership_id == partnership_id)
    modules = sa.select(ModuleTally.year).where(ModuleTally.partnership_id == partnership_id)
    return sorted(set(db.session.scalars(events.union(modules))), reverse=True)
