"""What the pages of the ledger share: the year that is asked for, its sums, the policies that hold for it."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from flask import abort

from ... import clock
from ...clock import london_day
from ...impact.sums import Year
from ...impact.year import AgencyName, agency_names, read_year, years_with_rows
from ...partnerships.rules import reporting_year, year_bounds, year_from_slug, year_label, year_slug
from ...partnerships.setting import history_of
from ...pool.ledger import rows_of
from ...pool.ledger_rules import Exchange, Ledger, add_up, exchanges, rate_for
from ...web.access import current_partnership

POLICIES = ("trainer_day_pence", "places_a_trainer_day")


def today() -> date:
    """The day in London."""
    return london_day(clock.now())


def start_of(slug: str) -> int:
    """The year of an address, the current one where it names none; 404 for what is no year."""
    start = year_from_slug(slug) if slug else reporting_year(today())
    return abort(404) if start is None else start


def years() -> list[tuple[str, str]]:
    """The reporting years there is something of, the current one always, as addresses and words."""
    known = {*years_with_rows(current_partnership().id), reporting_year(today())}
    return [(year_slug(year), year_label(year)) for year in sorted(known, reverse=True)]


def policies(year: int) -> dict[str, int]:
    """The day rate and the places a day earns, for a year; 0 where there is none."""
    last = min(year_bounds(year)[1], today())
    history = history_of(current_partnership().id, POLICIES)
    return {
        key: rate_for([(row.from_on, int(row.value)) for row in rows], last) for key, rows in history.items()
    }


@dataclass(frozen=True)
class Shown:
    """A year of the ledger with all that stands beside it."""

    start: int
    ledger: Ledger
    exchanges: list[Exchange]
    day_pence: int
    places_a_day: int

    @property
    def slug(self) -> str:
        """The year in addresses."""
        return year_slug(self.start)

    @property
    def label(self) -> str:
        """The year in words."""
        return year_label(self.start)


def shown(slug: str) -> Shown:
    """The ledger of a year."""
    start, partnership = start_of(slug), current_partnership()
    ledger, rates = add_up(rows_of(partnership.id, start, today=today())), policies(start)
    year = read_year(partnership.id, start, today=today())
    found = exchanges(ledger, taken(year), named(agency_names()), places_a_day=rates["places_a_trainer_day"])
    return Shown(start, ledger, found, rates["trainer_day_pence"], rates["places_a_trainer_day"])


def taken(year: Year) -> dict[int | None, int]:
    """Places taken at events, by agency: whoever came, each time."""
    found: Counter[int | None] = Counter()
    for (agency, _), counts in year.total.by_unit.items():
        found[agency] += counts["came"]
    return found


def named(agencies: dict[int, AgencyName]) -> dict[int | None, str]:
    """Agencies by name."""
    return {id: agency.name for id, agency in agencies.items()}
