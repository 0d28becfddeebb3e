"""The plan of a programme: what is to be true of each event and course before there are any rows. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from ..clock import from_london

Sitting = tuple[datetime, datetime]


@dataclass(frozen=True, kw_only=True)
class Good:
    """Of so many who answered, so many said good or very good."""

    good: int = 0
    answered: int = 0


@dataclass(frozen=True, kw_only=True)
class EventPlan:
    """One event. Of a past one it says who came, of a coming one how many are booked and wait."""

    course: str
    sittings: tuple[Sitting, ...]
    capacity: int
    came: int = 0
    walk_ins: int = 0
    part: int = 0
    excused: int = 0
    absent: int = 0
    cancelled: int = 0
    late: int = 0
    waited: int = 0
    booked: int = 0  # of an event that lies ahead, or that was cancelled
    cancelled_because: str = ""
    pool: tuple[int, ...] = ()
    expert: int | None = None
    organisations: int = 0
    attended: int = 0
    umbrella: str = ""
    venue: str = ""
    scene: str = ""  # a part in the story of somebody to sign in as

    def __post_init__(self) -> None:
        """Refuse a plan that no register could show."""
        if self.expected > self.capacity or self.part > self.came or self.late > self.cancelled:
            raise ValueError(f"{self.course} on {self.starts_at:%Y-%m-%d} cannot be")

    @property
    def starts_at(self) -> datetime:
        """When the first session starts."""
        return self.sittings[0][0]

    @property
    def ends_at(self) -> datetime:
        """When the last session ends."""
        return self.sittings[-1][1]

    @property
    def expected(self) -> int:
        """Booked when the first session starts."""
        return self.booked + self.came - self.walk_ins + self.excused + self.absent

    @property
    def took_place(self) -> bool:
        """Whether it was, or will be, held."""
        return not self.cancelled_because

    @property
    def headcount_only(self) -> bool:
        """Whether organisations are booked instead of people."""
        return self.organisations > 0


@dataclass(frozen=True, kw_only=True)
class CoursePlan:
    """The events of a course in one year, and what those who answered are to have said."""

    course: str
    events: tuple[EventPlan, ...]
    before: Good = field(default_factory=Good)
    after: Good = field(default_factory=Good)
    follow_up: Good = field(default_factory=Good)
    overall: Good | None = None
    pairs: int = 0
    outside_health: int | None = None

    @property
    def held(self) -> tuple[EventPlan, ...]:
        """The events that took place."""
        return tuple(event for event in self.events if event.took_place)

    @property
    def came(self) -> int:
        """Delegates who came to any of them."""
        return sum(event.came for event in self.held)


@dataclass(frozen=True, kw_only=True)
class Taken:
    """How many took up a module and completed it."""

    begun: int
    completed: int


@dataclass(frozen=True, kw_only=True)
class YearPlan:
    """A reporting year, by the calendar year in which it began, or a part of it."""

    start: int
    courses: tuple[CoursePlan, ...]
    modules: Mapping[str, Taken] = field(default_factory=dict)

    @property
    def training_opportunities(self) -> int:
        """Those who came and the modules begun; headcount-only events count organisations and are not in it."""
        return sum(c.came for c in self.courses) + sum(m.begun for m in self.modules.values())

    @property
    def pool(self) -> set[int]:
        """Who of the training pool delivers, by number."""
        return {number for c in self.courses for event in c.held for number in event.pool}

    @property
    def experts(self) -> set[int]:
        """Which commissioned experts deliver, by number."""
        return {event.expert for c in self.courses for event in c.held if event.expert}


COUNTS = (
    "capacity",
    "came",
    "walk_ins",
    "part",
    "excused",
    "absent",
    "cancelled",
    "late",
    "waited",
    "booked",
)
ORGANISATIONS = ("organisations", "attended")
WORDS = ("cancelled_because", "umbrella", "venue")


def sittings(on: date, at: str, minutes: int, again: int = 0) -> tuple[Sitting, ...]:
    """The sessions of an event: one, or a second one so many days later."""
    clock = time.fromisoformat(at)
    days = [on, on + timedelta(days=again)] if again else [on]
    starts = [from_london(day, clock) for day in days]
    return tuple((start, start + timedelta(minutes=minutes)) for start in starts)


def trainers(team: list[int], number: int) -> tuple[int, ...]:
    """The two of a team whose turn it is at the event of that number."""
    return tuple(dict.fromkeys(team[(2 * number + i) % len(team)] for i in (0, 1)))


def read_event(course: Mapping[str, Any], number: int) -> EventPlan:
    """An event as the facts of its course have it."""
    given = course["events"][number]
    return EventPlan(
        course=course["slug"],
        sittings=sittings(given["on"], given["at"], course["minutes"], given.get("again", 0)),
        pool=trainers(course["team"], number),
        expert=course.get("expert"),
        **{name: given[name] for name in (*COUNTS, *ORGANISATIONS, *WORDS) if name in given},
    )


def read_course(given: Mapping[str, Any]) -> CoursePlan:
    """A course of a year as the facts have it."""
    return CoursePlan(
        course=given["slug"],
        events=tuple(read_event(given, number) for number in range(len(given["events"]))),
        before=Good(**given.get("before", {})),
        after=Good(**given.get("after", {})),
        overall=Good(**given["overall"]) if "overall" in given else None,
        pairs=given.get("pairs", 0),
        outside_health=given.get("outside_health"),
    )


def read_year(start: int, given: Mapping[str, Any]) -> YearPlan:
    """A year as a file of facts has it."""
    courses: Iterable[Mapping[str, Any]] = given["course"]
    modules = {slug: Taken(**counts) for slug, counts in given.get("modules", {}).items()}
    return YearPlan(start=start, courses=tuple(read_course(c) for c in courses), modules=modules)
