"""Reading a reporting year from the tallies: a few queries, whatever the number of rows behind them."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

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


# Years summed before, by what they were summed from; the same digests are the same counts.
KEPT: OrderedDict[tuple[object, ...], Year] = OrderedDict()
KEEP = 8


def read_year(partnership_id: int, start: int, *, today: date) -> Year:
    """The year's sums: events that are over by today, and modules. Treat it as frozen: it is kept.

    Two short queries tell whether the sums of before still hold; two more read the counts when they do not.
    """
    of_events = (
        EventTally.partnership_id == partnership_id,
        EventTally.year == start,
        EventTally.ended_on <= today,
    )
    of_modules = (ModuleTally.partnership_id == partnership_id, ModuleTally.year == start)
    state = (partnership_id, start, digests(EventTally, *of_events), digests(ModuleTally, *of_modules))
    if state not in KEPT:
        KEPT[state] = sum_year(start, of_events, of_modules)
    KEPT.move_to_end(state)
    while len(KEPT) > KEEP:
        KEPT.popitem(last=False)
    return KEPT[state]


def digests(table: type[EventTally] | type[ModuleTally], *conditions: sa.ColumnElement[bool]) -> str:
    """One digest of all tallies that meet the conditions, and of what else a sum takes from their rows."""
    dated = table.ended_on if issubclass(table, EventTally) else table.month_on
    rows = sa.select(table.course_id, dated, table.digest, Course.title, Course.slug, Course.kind)
    found = db.session.execute(rows.join(Course, Course.id == table.course_id).where(*conditions))
    return sha256(repr(sorted(map(tuple, found))).encode()).hexdigest()


def sum_year(
    start: int, of_events: tuple[sa.ColumnElement[bool], ...], of_modules: tuple[sa.ColumnElement[bool], ...]
) -> Year:
    """Read the counts and add them up."""
    year = Year(start)
    events = sa.select(EventTally.ended_on, EventTally.counts, *NAME).join(
        Course, Course.id == EventTally.course_id
    )
    for ended_on, counts, *name in db.session.execute(
        events.where(*of_events).order_by(Course.title, EventTally.ended_on)
    ):
        year.add_event(CourseName(*name), (ended_on.year, ended_on.month), counts)
    modules = sa.select(ModuleTally.counts, *NAME).join(Course, Course.id == ModuleTally.course_id)
    for counts, *name in db.session.execute(
        modules.where(*of_modules).order_by(Course.title, ModuleTally.month_on)
    ):
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
            sum(unit.get("expected", 0) for unit in counts["units"]) + counts["headcount_expected"],
            sum(unit.get("came", 0) for unit in counts["units"]) + counts["headcount_came"],
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
