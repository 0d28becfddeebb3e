"""Rows of events as what they will be: a row is a session, and rows of one reference are one event. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from ..catalogue.plans import SessionPlan, overlapping
from . import cells
from .cells import Wrong
from .naming import Names
from .rows import Cells, Reader
from .tables import Fault

LONGEST_SESSION = timedelta(hours=24)
MOST_PLACES = 5000
STATES: Mapping[str, str] = {
    "published": "published",
    "open": "published",
    "live": "published",
    "draft": "draft",
    "cancelled": "cancelled",
    "canceled": "cancelled",
}
NOT_TAUGHT_HERE = {
    "e-learning": "is e-learning, which has no dates",
    "external": "is booked with its provider, so it has no dates here",
}


class CourseKnown(NamedTuple):
    """A course of the programme."""

    id: int
    title: str
    delivery: str


class VenueKnown(NamedTuple):
    """A venue of the list."""

    id: int
    name: str


@dataclass(frozen=True)
class EventRow:
    """What one row says: a session, and what holds for the whole event."""

    line: int
    course: CourseKnown
    reference: str
    session: SessionPlan
    venue_id: int | None
    whole: Mapping[str, object]  # what was given of capacity, limit, notes, state ...


@dataclass(frozen=True)
class EventPlan:
    """An event to make."""

    line: int
    course_id: int
    state: str
    capacity: int
    booking_limit: int
    notes: str
    minimum: int | None
    minimum_by: date | None
    by_invitation: bool
    headcount_only: bool
    sessions: tuple[tuple[int, SessionPlan, int | None], ...]  # line, when and how, venue


@dataclass(frozen=True)
class Programme:
    """What there is: the courses and venues, and which courses start when (course id, instant)."""

    courses: Names[CourseKnown]
    venues: Names[VenueKnown]
    dates: Collection[tuple[int, datetime]]
    now: datetime


def read_events(reader: Reader, programme: Programme) -> tuple[list[EventPlan], list[Fault]]:
    """The events of a table."""
    groups: dict[tuple[object, ...], list[EventRow | None]] = {}
    faults: list[Fault] = []
    for row in reader.rows():
        found = event_row(row, programme)
        faults += row.faults
        key = (found.course.id, found.reference) if found and found.reference else ("row", row.line)
        groups.setdefault(key, []).append(found if row.good else None)
    plans = []
    dates = dict.fromkeys(programme.dates, "is in the programme already. Leave the row out")
    for rows in groups.values():
        sound = [row for row in rows if row is not None]
        if len(sound) == len(rows):
            wrong = faults_between(sound, reader, dates)
            faults += wrong
            if not wrong:
                plans.append(plan_of(sound))
    return plans, sorted(faults)


def event_row(row: Cells, programme: Programme) -> EventRow | None:
    """What a row says; None where anything is wrong with it."""
    course = row.value("course", programme.courses.find, needed=True)
    if course and course.delivery in NOT_TAUGHT_HERE:
        row.wrong("course", f"{course.title} {NOT_TAUGHT_HERE[course.delivery]}")
    starts_at, ends_at = times(row)
    venue = row.value("venue", programme.venues.find)
    url = row.value("joining_url", cells.link) or ""
    to_come = starts_at is not None and starts_at > programme.now
    if course and course.delivery == "classroom" and to_come and not venue and not row.raw("venue"):
        row.wrong("venue", "is empty: people who are to come have to know where")
    whole = of_whole_event(row)
    reference = row.text("reference", longest=80)
    if not row.good or not course or not starts_at or not ends_at:
        return None
    session = SessionPlan(starts_at=starts_at, ends_at=ends_at, joining_url=url)
    return EventRow(row.line, course, reference, session, venue.id if venue else None, whole)


def of_whole_event(row: Cells) -> dict[str, object]:
    """What a row gives of the whole event; what it leaves empty is not in it."""
    found: dict[str, object] = {
        "capacity": row.value("capacity", lambda text: cells.whole(text, least=1, most=MOST_PLACES)),
        "booking_limit": row.value("booking_limit", lambda text: cells.whole(text, most=MOST_PLACES)),
        "notes": row.text("notes", longest=2000, lines=True) or None,
        "state": row.value("state", lambda text: cells.one_of(text, STATES)),
        "minimum": row.value("minimum", lambda text: cells.whole(text, least=1, most=MOST_PLACES)),
        "minimum_by": row.value("minimum_by", cells.day),
        "by_invitation": row.value("by_invitation", cells.yes),
        "headcount_only": row.value("headcount_only", cells.yes),
    }
    return {key: value for key, value in found.items() if value is not None}


def times(row: Cells) -> tuple[datetime | None, datetime | None]:
    """When a session starts and ends: the end is a time, a day with a time, or so many minutes later."""
    begins = row.value("starts", cells.day_and_time, needed=True)
    if begins is None:
        return None, None
    on, said = begins
    separate = row.raw("start_time")
    if separate and not (said and said.startswith("00:00")):
        said = separate
    key = "start_time" if separate else "starts"
    if not said:
        row.wrong(key, "has no time. Write when it starts, like 9:30")
        return None, None
    starts_at = attempt(row, key, on, said)
    return starts_at, end(row, on, starts_at)


def end(row: Cells, on: date, starts_at: datetime | None) -> datetime | None:
    """When a session that starts then ends."""
    said = row.raw("ends")
    if not said:
        length = row.value("minutes", lambda text: cells.whole(text, least=5, most=24 * 60))
        if length is None and not row.raw("minutes"):
            row.wrong("ends", "is empty: write when it ends, or how many minutes it takes")
        return starts_at + timedelta(minutes=length) if starts_at and length else None
    try:
        on, said = cells.day_and_time(said)
    except Wrong:
        pass  # a time alone, of the same day
    else:
        if not said:
            row.wrong("ends", "has no time. Write when it ends, like 12:30")
            return None
    ends_at = attempt(row, "ends", on, said)
    if starts_at and ends_at and not starts_at < ends_at <= starts_at + LONGEST_SESSION:
        row.wrong("ends", "is not within the 24 hours after the start")
    return ends_at


def attempt(row: Cells, key: str, on: date, said: str) -> datetime | None:
    """The instant of a time on a day; None with a fault where there is none."""
    try:
        return cells.instant(on, said)
    except Wrong as wrong:
        row.wrong(key, str(wrong))
        return None


def faults_between(
    rows: Sequence[EventRow], reader: Reader, dates: dict[tuple[int, datetime], str]
) -> list[Fault]:
    """What is wrong with rows beside each other: of one event, and with what is in the programme."""
    faults = []
    word = reader.table.word.casefold()
    first = rows[0]
    for row in rows[1:]:
        for key, value in row.whole.items():
            if key in first.whole and first.whole[key] != value:
                said = f"differs from {word} {first.line}, which is the same date by its reference"
                faults.append(Fault(row.line, reader.heading(key), said))
    if "capacity" not in first.whole:
        faults.append(Fault(first.line, reader.heading("capacity"), "is empty: every row needs it"))
    late = overlapping([row.session for row in rows])
    if late is not None:
        said = "begins before another session of the same date has ended"
        faults.append(Fault(rows[late].line, reader.heading("starts"), said))
    begins = min(rows, key=lambda row: row.session.starts_at)
    key_of_date = (begins.course.id, begins.session.starts_at)
    if key_of_date in dates:
        faults.append(
            Fault(begins.line, reader.heading("starts"), f"{begins.course.title} {dates[key_of_date]}")
        )
    dates.setdefault(key_of_date, f"stands with the same start in {word} {begins.line} already")
    return faults


def plan_of(rows: Sequence[EventRow]) -> EventPlan:
    """The event of its rows."""
    whole: dict[str, object] = {}
    for row in reversed(rows):
        whole |= row.whole
    capacity, limit, minimum = whole["capacity"], whole.get("booking_limit"), whole.get("minimum")
    minimum_by = whole.get("minimum_by")
    assert isinstance(capacity, int)
    in_order = sorted(rows, key=lambda row: row.session.starts_at)
    return EventPlan(
        line=rows[0].line,
        course_id=rows[0].course.id,
        state=str(whole.get("state", "published")),
        capacity=capacity,
        booking_limit=limit if isinstance(limit, int) else capacity,
        notes=str(whole.get("notes", "")),
        minimum=minimum if isinstance(minimum, int) else None,
        minimum_by=minimum_by if isinstance(minimum_by, date) else None,
        by_invitation=bool(whole.get("by_invitation")),
        headcount_only=bool(whole.get("headcount_only")),
        sessions=tuple((row.line, row.session, row.venue_id) for row in in_order),
    )
