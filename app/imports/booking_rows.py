"""Rows of past bookings as what they will be. Pure: who and what there is already is handed in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from ..accounts.rules import ROLE_GROUPS, folded
from ..attendance.rules import MarkKind
from ..booking.rules import State
from . import cells
from .cells import Wrong
from .event_dates import Dates, EventKnown
from .event_rows import CourseKnown
from .naming import Names
from .rows import Cells, Reader
from .tables import Fault, short
from .workplaces import Workplaces, WorksAt, WrongPlace

BOOKED, WALK_IN = State.BOOKED, State.WALK_IN
STATES: Mapping[str, State] = {
    "has a place": BOOKED,
    "booked": BOOKED,
    "confirmed": BOOKED,
    "place": BOOKED,
    "came without a booking": WALK_IN,
    "walk-in": WALK_IN,
    "walk in": WALK_IN,
}
CAME: Mapping[str, str] = {
    **dict.fromkeys(("came", "present", "attended", "completed", "here", "yes", "y", "1", "x"), "came"),
    **dict.fromkeys(
        ("absent", "did not attend", "did not come", "dna", "no show", "no-show", "no", "n", "0"), "absent"
    ),
    **dict.fromkeys(("excused", "apologies", "sent apologies"), "excused"),
    **dict.fromkeys(("walk-in", "walk in", "came without a booking"), "walk-in"),
}
MARKS = {
    "came": MarkKind.PRESENT,
    "walk-in": MarkKind.PRESENT,
    "absent": MarkKind.ABSENT,
    "excused": MarkKind.EXCUSED,
}
PART = frozenset({"part", "in part", "partly", "partial", "partially attended"})
# The same address is the same person; without one, the same name at the same place of work within one file.
PersonKey = tuple[str, str] | tuple[str, str, WorksAt]


@dataclass(frozen=True)
class BookingPlan:
    """A booking to make, with the mark it gets in every session."""

    line: int
    event: EventKnown
    name: str
    email: str
    works: WorksAt
    job_role: str
    role_group: str
    state: State
    mark: MarkKind
    why: str
    made_at: datetime

    @property
    def person(self) -> PersonKey:
        """Who it is."""
        return ("email", self.email) if self.email else ("name", folded(self.name), self.works)


class Known(NamedTuple):
    """What there is: courses, their dates, and where people work."""

    courses: Names[CourseKnown]
    dates: Dates
    workplaces: Workplaces


def read_bookings(reader: Reader, known: Known) -> tuple[list[BookingPlan], list[Fault]]:
    """The bookings of a table, and what is wrong with rows by themselves."""
    plans: list[BookingPlan] = []
    faults: list[Fault] = []
    for row in reader.rows():
        plan = booking(row, known)
        faults += row.faults
        if plan is not None:
            plans.append(plan)
    return plans, faults


def booking(row: Cells, known: Known) -> BookingPlan | None:
    """What a row says; None where anything is wrong with it."""
    event = event_of(row, known)
    name = name_of(row)
    email = row.value("email", cells.email) or ""
    works = works_of(row, known.workplaces)
    state, mark = outcome(row)
    made_at = row.value("made_at", cells.moment)
    groups = {group.casefold(): group for group in ROLE_GROUPS}
    role_group = row.value("role_group", lambda text: cells.one_of(text, groups)) or ""
    job_role, why = row.text("job_role", longest=120), row.text("why")
    if event and made_at and made_at > event.starts_at:
        row.wrong("made_at", "is after the start of the course")
    if not row.good or event is None or works is None or mark is None:
        return None
    return BookingPlan(
        line=row.line,
        event=event,
        name=name,
        email=email,
        works=works,
        job_role=job_role,
        role_group=role_group,
        state=state,
        mark=mark,
        why=why if mark is not MarkKind.PRESENT else "",
        made_at=made_at or event.starts_at,
    )


def event_of(row: Cells, known: Known) -> EventKnown | None:
    """The date a row is about: by its number, else by course and day; None with a fault where there is none."""
    if row.raw("event"):
        return row.value("event", known.dates.numbered)
    course = row.value("course", known.courses.find, needed=True)
    begins = row.value("starts", cells.day_and_time, needed=True)
    if course is None or begins is None:
        return None
    on, said = begins
    said = "" if said.startswith("00:00") else said
    key = "start_time" if row.raw("start_time") else "starts"
    try:
        return known.dates.of(course, on, row.raw("start_time") or said)
    except Wrong as wrong:
        row.wrong(key, str(wrong))
        return None


def name_of(row: Cells) -> str:
    """Somebody's name, in one column or two."""
    if row.raw("name") or "name" in row.reader.columns:
        return row.text("name", needed=True)
    first, last = (
        row.text("first_name", longest=100, needed=True),
        row.text("last_name", longest=100, needed=True),
    )
    return f"{first} {last}".strip()


def works_of(row: Cells, workplaces: Workplaces) -> WorksAt | None:
    """Where somebody worked; None with a fault where that cannot be told."""
    faults = len(row.faults)
    agency, setting, team = row.text("agency"), row.text("setting"), row.text("team", longest=120)
    new = row.value("new_setting", cells.yes) or False
    if not agency and not setting:
        if len(row.faults) == faults:
            row.wrong("agency", "is empty: every row needs it")
        return None
    try:
        return workplaces.find(agency, setting, team, new=new)
    except WrongPlace as wrong:
        row.wrong(wrong.key, str(wrong))
        return None


def outcome(row: Cells) -> tuple[State, MarkKind | None]:
    """Whether it was a booking or a walk-in, and the mark."""
    said = row.value("state", state_of)
    state = said or BOOKED
    asked = said is BOOKED or not row.raw("state")  # a walk-in came; of any other state it is not asked
    came = row.value("came", came_of, needed=asked)
    if came is None:
        return state, MarkKind.PRESENT if state is WALK_IN and row.good else None
    if came == "walk-in":
        state = WALK_IN
    if state is WALK_IN and MARKS[came] is not MarkKind.PRESENT:
        row.wrong("came", "does not fit: who came without a booking was there")
    return state, MARKS[came]


def state_of(text: str) -> State:
    """The state of a booking that can be loaded."""
    found = STATES.get(" ".join(text.casefold().split()))
    if found is None:
        raise Wrong(
            f"\u201c{short(text)}\u201d: only people who had a place or came without a booking are loaded. "
            "Leave the row out"
        )
    return found


def came_of(text: str) -> str:
    """came, absent, excused or walk-in."""
    if " ".join(text.casefold().split()) in PART:
        raise Wrong(
            "A register by session is needed to say who came in part. Write came, then correct the register"
        )
    return cells.one_of(text, CAME)
