"""One person's part in a reporting year: their rows, added up."""

from dataclasses import dataclass

from ...accounts.models import Person
from ...partnerships.rules import reporting_year, year_label, year_slug
from ...pool.ledger import rows_of, years_of
from ...pool.ledger_rules import Given, Line, summed
from ...web.access import current_partnership
from .scene import start_of, today


@dataclass(frozen=True)
class Part:
    """What somebody gave in a year."""

    person: Person
    start: int
    years: list[int]
    rows: list[Given]
    line: Line

    @property
    def slug(self) -> str:
        """The year in addresses."""
        return year_slug(self.start)

    @property
    def label(self) -> str:
        """The year in words."""
        return year_label(self.start)

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Every year they delivered in, as addresses and words."""
        return [(year_slug(year), year_label(year)) for year in self.years]

    @property
    def to_enter(self) -> int:
        """How many dates nobody has entered the time of."""
        return self.line.not_entered


def part_of(person: Person, slug: str) -> Part:
    """Somebody's part in the year that is asked for, else in the latest one that has begun."""
    partnership, day = current_partnership(), today()
    years = years_of(person.id, partnership.id, today=day)
    start = start_of(slug) if slug else (years[0] if years else reporting_year(day))
    rows = rows_of(partnership.id, start, today=day, person_id=person.id)
    return Part(person, start, years, rows, summed(rows, Line(person.name, person=person.id)))
