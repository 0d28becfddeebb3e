"""Tallies summed: a course, a year, a sector is the sum of its events. Pure: documents in, counts out."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ..tallies.rules import LINKS, OUTCOMES, STAGES

Counts = dict[str, Any]
PAIRS = tuple(f"{a} to {b}" for a, b in LINKS)
UNKNOWN_SECTOR = "Not known"
GIVEN = ("preparation", "delivery", "travel")


@dataclass
class Ratings:
    """Ratings of one question: counts by stage (1 to 5), tables of pairs."""

    stages: dict[str, list[int]] = field(default_factory=lambda: {s: [0] * 5 for s in STAGES})
    pairs: dict[str, list[list[int]]] = field(
        default_factory=lambda: {p: [[0] * 5 for _ in range(5)] for p in PAIRS}
    )

    def add(self, row: Counts) -> None:
        """Add one row of a tally."""
        for stage, counts in self.stages.items():
            for rating, people in row.get(stage, ()):
                counts[rating - 1] += people
        for name, grid in self.pairs.items():
            for earlier, later, people in row.get(name, ()):
                grid[earlier - 1][later - 1] += people


@dataclass
class Sum:
    """Events added up. Sets are unions of keys; a *unit* is (agency id, setting id)."""

    events: int = 0
    headcount_events: int = 0
    places_offered: int = 0  # of events that took place, headcount-only ones apart
    headcount_came: int = 0
    minutes: int = 0
    late_lost: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    by_sector: dict[str, Counter[str]] = field(default_factory=dict)
    by_unit: dict[tuple[int | None, int | None], Counter[str]] = field(default_factory=dict)
    by_role_group: dict[str, Counter[str]] = field(default_factory=dict)
    questions: dict[str, Ratings] = field(default_factory=dict)
    headline: Ratings = field(default_factory=Ratings)
    answered: Counter[str] = field(default_factory=Counter)
    people: set[int] = field(default_factory=set)
    organisations_booked: set[str] = field(default_factory=set)
    organisations_attended: set[str] = field(default_factory=set)
    trainers: dict[str, set[int]] = field(default_factory=dict)
    trainer_agencies: set[int] = field(default_factory=set)
    # Minutes they gave, by part ("pool", "expert") and kind.
    given: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, counts: Counts) -> None:
        """Add the tally of one event that took place."""
        self.events += 1
        self.headcount_events += bool(counts["headcount_only"])
        self.places_offered += 0 if counts["headcount_only"] else counts["capacity"]
        self.headcount_came += counts["headcount_came"]
        self.minutes += counts["minutes"]
        self.late_lost += counts["late_lost"]
        self.answered.update(counts["answered"])
        self.people.update(counts["people"])
        self.organisations_booked.update(counts["organisations_booked"])
        self.organisations_attended.update(counts["organisations_attended"])
        self._add_units(counts["units"])
        self._add_ratings(counts["ratings"], counts["headline"])
        self._add_trainers(counts["trainers"])

    def _add_units(self, units: Iterable[Counts]) -> None:
        for row in units:
            mine = (
                self.outcomes,
                self.by_sector.setdefault(row["sector"] or UNKNOWN_SECTOR, Counter()),
                self.by_unit.setdefault((row["agency"], row["setting"]), Counter()),
                self.by_role_group.setdefault(row["role_group"], Counter()),
            )
            for name in OUTCOMES:
                if name in row:
                    for counter in mine:
                        counter[name] += row[name]

    def _add_ratings(self, ratings: Iterable[Counts], headline: str) -> None:
        for row in ratings:
            self.questions.setdefault(row["question"], Ratings()).add(row)
            if row["question"] == headline:
                self.headline.add(row)

    def _add_trainers(self, trainers: Iterable[Counts]) -> None:
        for row in trainers:
            self.trainers.setdefault(row["part"], set()).add(row["person"])
            given = self.given.setdefault(row["part"], Counter())
            given.update({kind: row[kind] for kind in GIVEN})
            if row["part"] == "pool" and row["agency"]:
                self.trainer_agencies.add(row["agency"])


@dataclass
class ModuleSum:
    """Modules added up."""

    begun: int = 0
    completed: int = 0
    people: set[int] = field(default_factory=set)
    by_sector: dict[str, Counter[str]] = field(default_factory=dict)
    by_unit: dict[tuple[int | None, int | None], Counter[str]] = field(default_factory=dict)

    def add(self, counts: Counts) -> None:
        """Add the tally of one module in one month."""
        self.people.update(counts["people"])
        for row in counts["units"]:
            self.begun += row["begun"]
            self.completed += row["completed"]
            for counter in (
                self.by_sector.setdefault(row["sector"] or UNKNOWN_SECTOR, Counter()),
                self.by_unit.setdefault((row["agency"], row["setting"]), Counter()),
            ):
                counter["begun"] += row["begun"]
                counter["completed"] += row["completed"]


@dataclass(frozen=True)
class CourseName:
    """A course as the figures need it."""

    id: int
    slug: str
    title: str
    kind: str


@dataclass(eq=False)
class Year:
    """A reporting year of one partnership, summed from its tallies.

    ``courses`` has a Sum per course with events that took place; ``modules`` a ModuleSum per e-learning course;
    ``months`` those who came, by (year, month).
    """

    start: int
    total: Sum = field(default_factory=Sum)
    courses: dict[CourseName, Sum] = field(default_factory=dict)
    modules_total: ModuleSum = field(default_factory=ModuleSum)
    modules: dict[CourseName, ModuleSum] = field(default_factory=dict)
    months: Counter[tuple[int, int]] = field(default_factory=Counter)
    cancelled_events: int = 0
    cancelled_places: int = 0

    def add_event(self, course: CourseName, ended: tuple[int, int], counts: Counts) -> None:
        """Add an event's tally; what was cancelled is told apart."""
        if not counts["took_place"]:
            self.cancelled_events += 1
            self.cancelled_places += counts["capacity"]
            return
        self.total.add(counts)
        self.courses.setdefault(course, Sum()).add(counts)
        self.months[ended] += sum(row.get("came", 0) for row in counts["units"])

    def add_module(self, course: CourseName, counts: Counts) -> None:
        """Add a month of a module."""
        self.modules_total.add(counts)
        self.modules.setdefault(course, ModuleSum()).add(counts)
