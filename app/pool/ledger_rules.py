"""The ledger: what people, agencies and experts gave in a reporting year. Pure: rows in, sums that agree out.

By person = by agency + experts = all. Hours are added up exactly; days are rounded after adding up, so that those of
lines need not add up to those of the whole.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from .hours import days, hours
from .rules import trains

NO_AGENCY = "Agency not known"


class Given(NamedTuple):
    """What one event took of one trainer's time, in minutes."""

    event: int
    ended_on: date
    course: str
    person: int
    name: str
    agency: int | None
    agency_name: str
    part: str
    delivers_as: str
    preparation: int
    delivery: int
    travel: int
    entered: bool  # somebody said so; else as the sessions are


@dataclass
class Line:
    """Some of it added up."""

    label: str = ""
    person: int | None = None
    agency: int | None = None
    preparation: int = 0
    delivery: int = 0
    travel: int = 0
    events: set[int] = field(default_factory=set)
    people: set[int] = field(default_factory=set)
    not_entered: int = 0

    def add(self, row: Given) -> None:
        """Add one event's."""
        self.preparation += row.preparation
        self.delivery += row.delivery
        self.travel += row.travel
        self.events.add(row.event)
        self.people.add(row.person)
        self.not_entered += not row.entered

    @property
    def given(self) -> int:
        """Minutes of preparation and delivery; travel is apart."""
        return self.preparation + self.delivery

    @property
    def days(self) -> Decimal:
        """Days given: preparation and delivery."""
        return days(self.given)

    @property
    def days_delivered(self) -> Decimal:
        """Days of training: delivery alone."""
        return days(self.delivery)

    @property
    def hours(self) -> tuple[Decimal, Decimal, Decimal]:
        """Preparation, delivery, travel."""
        return hours(self.preparation), hours(self.delivery), hours(self.travel)

    def value(self, pence_a_day: int) -> int:
        """What the days given come to, in pence, of the days as they are shown."""
        return int(self.days * pence_a_day)


@dataclass
class Ledger:
    """A year: people and agencies of the pool, experts, and all of it. Most given first."""

    people: list[Line]
    agencies: list[Line]
    experts: list[Line]
    pool: Line
    outside: Line
    total: Line


def add_up(rows: Iterable[Given]) -> Ledger:
    """The ledger of some rows; who observes, speaks as a guest or hosts is left out."""
    kept = [row for row in rows if trains(row.part, row.delivers_as)]
    pool = [row for row in kept if row.part == "pool"]
    outside = [row for row in kept if row.part != "pool"]
    return Ledger(
        people=lines(pool, lambda row: row.person, person_line),
        agencies=lines(pool, lambda row: row.agency, agency_line),
        experts=lines(outside, lambda row: row.person, person_line),
        pool=summed(pool, Line("Training pool")),
        outside=summed(outside, Line("External experts")),
        total=summed(kept, Line("All")),
    )


def person_line(row: Given) -> Line:
    """An empty line of whoever gave it; ``agency`` is that of their last event."""
    return Line(row.name, person=row.person)


def agency_line(row: Given) -> Line:
    """An empty line of the agency they came from that day."""
    return Line(row.agency_name or NO_AGENCY, agency=row.agency)


def lines(
    rows: Iterable[Given], key: Callable[[Given], Hashable], begin: Callable[[Given], Line]
) -> list[Line]:
    """A line for each key, most given first."""
    found: dict[Hashable, Line] = {}
    for row in rows:
        found.setdefault(key(row), begin(row)).add(row)
    return sorted(found.values(), key=lambda line: (-line.given, line.label, line.person or 0))


def summed(rows: Iterable[Given], line: Line) -> Line:
    """All of them in one line."""
    for row in rows:
        line.add(row)
    return line


@dataclass(frozen=True)
class Exchange:
    """An agency's line: days given beside places taken; ``earned`` by the policy, None where there is none."""

    label: str
    agency: int | None
    line: Line
    taken: int
    earned: int | None

    @property
    def over(self) -> int | None:
        """Places earned beyond those taken; below zero where more were taken."""
        return None if self.earned is None else self.earned - self.taken

    @property
    def taken_row(self) -> list[str]:
        """What a table says of who gave nothing."""
        return [self.label, f"{self.taken:,}"]


def exchanges(
    ledger: Ledger, taken: dict[int | None, int], names: dict[int | None, str], *, places_a_day: int
) -> list[Exchange]:
    """Every agency that gave days or took places; the policy is information and stops nobody.

    ``places_a_day``: how many places a day of training earns; 0 where the partnership has no such policy.
    """
    given = {line.agency: line for line in ledger.agencies}
    found = [
        Exchange(
            label=(line := given.get(agency) or Line(names.get(agency) or NO_AGENCY, agency=agency)).label,
            agency=agency,
            line=line,
            taken=taken.get(agency, 0),
            earned=int(line.days_delivered * places_a_day) if places_a_day else None,
        )
        for agency in given.keys() | {key for key, number in taken.items() if number}
    ]
    return sorted(found, key=lambda one: (-one.line.given, -one.taken, one.label))


def rate_for(history: Iterable[tuple[date, int]], last_day: date) -> int:
    """The rate that held on a year's last day, else the first that was entered later; 0 where there is none."""
    ordered = sorted(history)
    held = [value for from_on, value in ordered if from_on <= last_day]
    return held[-1] if held else (ordered[0][1] if ordered else 0)
