"""The ledger as sheets: the rows behind it, and its lines by agency."""

from collections.abc import Iterator

from flask import abort
from flask.typing import ResponseReturnValue

from ...accounts.rules import Role
from ...pool.hours import exact_hours
from ...pool.ledger import rows_of
from ...pool.ledger_rules import Line
from ...pool.rules import trains
from ...web.access import current_partnership, requires
from ...web.sheets import Cell, sheet_answer
from . import pages
from .scene import shown, start_of, today

ROWS = (
    *("Last day", "Course", "Name", "Agency", "Counts as", "Part"),
    *("Preparation hours", "Delivery hours", "Travel hours", "Entered"),
)
AGENCIES = (
    *("Agency", "People", "Events", "Preparation hours", "Delivery hours", "Travel hours"),
    *("Days given", "Days of training", "Value in pounds", "Places taken", "Places earned"),
)


@pages.get("/pool/ledger/<slug>/rows.<kind>")
@requires(Role.COORDINATOR)
def rows(slug: str, kind: str) -> ResponseReturnValue:
    """A line for each trainer of each event."""
    known_kind(kind)
    given = rows_of(current_partnership().id, start_of(slug), today=today())

    def cells() -> Iterator[list[Cell]]:
        for row in given:
            if trains(row.part, row.delivers_as):
                hours = (exact_hours(minutes) for minutes in (row.preparation, row.delivery, row.travel))
                counts_as = "Training pool" if row.part == "pool" else "External expert"
                who: list[Cell] = [row.ended_on, row.course, row.name, row.agency_name]
                who += [counts_as, row.delivers_as]
                yield [*who, *hours, "yes" if row.entered else "no"]

    return sheet_answer(kind, f"ledger-{slug}", ROWS, cells())


@pages.get("/pool/ledger/<slug>/agencies.<kind>")
@requires(Role.COORDINATOR)
def agencies(slug: str, kind: str) -> ResponseReturnValue:
    """A line for each agency, and one for the experts."""
    known_kind(kind)
    found = shown(slug)

    def cells() -> Iterator[list[Cell]]:
        for one in found.exchanges:
            yield [*line_of(one.line, one.label, found.day_pence), one.taken, one.earned]
        outside = found.ledger.outside
        if outside.given:
            yield [*line_of(outside, outside.label, 0), None, None]

    return sheet_answer(kind, f"ledger-agencies-{slug}", AGENCIES, cells())


def line_of(line: Line, label: str, day_pence: int) -> list[Cell]:
    """What a line says, whatever stands beside it."""
    hours = [exact_hours(minutes) for minutes in (line.preparation, line.delivery, line.travel)]
    value = line.value(day_pence) / 100 if day_pence else None
    return [label, len(line.people), len(line.events), *hours, line.days, line.days_delivered, value]


def known_kind(kind: str) -> None:
    """404 before anything is read."""
    if kind not in ("csv", "xlsx"):
        abort(404)
