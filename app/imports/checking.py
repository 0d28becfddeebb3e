"""The dry run: a table and its columns to what would be made, or to every row's fault. Reads, and writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from . import known
from .booking_checks import faults_between
from .booking_rows import BookingPlan, read_bookings
from .columns import KINDS, Columns, missing_faults
from .course_rows import CoursePlan, VenuePlan, read_courses, read_venues
from .event_rows import EventPlan, read_events
from .rows import Reader
from .tables import Fault, Table

Plan = CoursePlan | VenuePlan | EventPlan | BookingPlan


@dataclass(frozen=True)
class Checked:
    """What a dry run found. With a fault anywhere, nothing of the file is loaded."""

    rows: int
    good: int  # rows without a fault
    faults: tuple[Fault, ...] = ()
    plans: Sequence[Plan] = ()


def check(
    kind: str, table: Table, columns: Columns, *, partnership_id: int, now: datetime, locked: bool = False
) -> Checked:
    """Read every row; ``locked`` while loading, so that what was checked still holds when it is written."""
    wanted = KINDS[kind]
    absent = missing_faults(columns, wanted, table.heading_line)
    if absent:
        return Checked(len(table.rows), 0, tuple(absent))
    reader = Reader(table, columns, wanted)
    plans: Sequence[Plan]
    if kind == "courses":
        plans, faults = read_courses(reader, known.course_names())
    elif kind == "venues":
        plans, faults = read_venues(reader, known.venue_names())
    elif kind == "events":
        plans, faults = read_events(reader, known.programme_of(partnership_id, now=now))
    else:
        plans, faults = check_bookings(reader, partnership_id=partnership_id, now=now, locked=locked)
    rows, wrong = len(table.rows), {fault.line for fault in faults}
    return Checked(rows, rows - len(wrong), tuple(sorted(faults)), plans)


def check_bookings(
    reader: Reader, *, partnership_id: int, now: datetime, locked: bool
) -> tuple[list[BookingPlan], list[Fault]]:
    """Past bookings: each row, then the rows beside each other and beside what is there."""
    plans, faults = read_bookings(reader, known.known_of(partnership_id, now=now))
    standing = known.standing_of(plans, locked=locked)
    return plans, faults + faults_between(plans, reader, standing)
