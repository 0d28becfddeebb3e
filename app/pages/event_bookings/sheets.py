"""The same list as a sheet, and the bookings of a year: read from the database while they are sent."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask import render_template, request
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.rules import Role
from ...booking.delegates import Narrowed, bookings_between, counts_of, delegates_of
from ...db import db
from ...partnerships.rules import reporting_year, year_bounds
from ...web.access import current_partnership, requires
from ...web.problems import problem
from ...web.sheets import Cell, sheet_answer
from . import pages, words
from .columns import COLUMNS, OF_EVENT, ON_PAPER, USUAL, Column, cells, chosen, headings
from .scene import event_or_404, narrowed

AT_ONCE = 500  # rows that are in memory


def read(wanted: sa.Select[*tuple[Any, ...]], columns: Sequence[Column]) -> Iterator[list[Cell]]:
    """The rows of a select as the columns say them, a few at a time."""
    for row in db.session.execute(wanted, execution_options={"yield_per": AT_ONCE}):
        yield cells(row, columns)


@pages.get("/events/<int:event_id>/bookings.<kind>")
@requires(Role.ADMINISTRATOR)
def sheet(event_id: int, kind: str) -> ResponseReturnValue:
    """The list as it is narrowed, with the chosen columns."""
    event = event_or_404(event_id)
    columns = chosen(request.args.getlist("column"), COLUMNS, USUAL)
    day = f"-{clock.london_day(event.starts_at)}" if event.starts_at else ""
    rows = read(delegates_of(event_id, narrowed()), columns)
    return sheet_answer(kind, f"{event.course.slug}{day}", headings(columns), rows)


@pages.get("/desk/bookings.<kind>")
@requires(Role.ADMINISTRATOR)
def sheet_of_year(kind: str) -> ResponseReturnValue:
    """Every booking on the dates from one day to another, both included; of this reporting year unless told."""
    first, last = year_bounds(reporting_year(clock.london_day(clock.now())))
    try:
        first, last = day_asked("from") or first, day_asked("to") or last
        begins, ends = clock.start_of_day(first), clock.start_of_day(last + timedelta(days=1))
    except (ValueError, OverflowError):
        return problem(400, "Give both days as year, month and day, for example 2026-04-01.")
    names = request.args.getlist("column")
    columns = [*OF_EVENT.values(), *chosen(names, COLUMNS, USUAL)]
    rows = read(bookings_between(current_partnership().id, begins, ends), columns)
    return sheet_answer(kind, f"bookings-{first}-to-{last}", headings(columns), rows)


def day_asked(name: str) -> date | None:
    """A day of the address. Raises ValueError for anything that is none."""
    typed = request.args.get(name, "").strip()
    return date.fromisoformat(typed) if typed else None


@pages.get("/events/<int:event_id>/bookings/print")
@requires(Role.ADMINISTRATOR)
def paper(event_id: int) -> ResponseReturnValue:
    """The list for paper: names large enough to tick with a pen, needs and numbers beside them."""
    event, asked = event_or_404(event_id), narrowed()
    counts = dict(db.session.execute(counts_of(event_id)).all())
    return render_template(
        "event_bookings/paper.html",
        event=event,
        rows=db.session.execute(delegates_of(event_id, asked)).all(),
        narrowed=asked != Narrowed(),
        in_words=words.in_words(counts),
        columns=ON_PAPER,
        now=clock.now(),
    )
