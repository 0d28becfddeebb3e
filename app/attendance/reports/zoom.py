"""Reports of Zoom: with the meeting's block above the people or without, each time somebody came in or only sums. Pure."""

import re
from collections.abc import Iterator

from .durations import seconds_of_minutes
from .headings import YES
from .labels import plain
from .report import Entry, Meeting
from .scanning import Scan, Table
from .teams import addresses_in, meeting

ORIGINAL = re.compile(r"(.*?)\s*\(([^()]+)\)")


def zoom(found: Scan) -> Meeting | None:
    """A report of Zoom: its durations are whole minutes, which tells it from Teams."""
    table = found.table("name", "minutes", "join") or found.table("name", "minutes")
    sums = None if table else found.table("name", "total_minutes")
    if table is None and sums is None:
        return None
    wanted = table or sums
    assert wanted is not None
    entries = [*people(wanted)]
    remarks = []
    if waiting := waiting_rows(wanted):
        rows = "1 row tells" if waiting == 1 else f"{waiting} rows tell"
        remarks.append(f"{rows} of the waiting room. Waiting is not being there, so it does not count.")
    if "join" not in wanted.columns:
        remarks.append(
            "The file holds no times, only how long everybody was there: nobody can be seen to be late, and what "
            "lies outside a session cannot be left out. Download it without \u201cShow unique users\u201d for that."
        )
    kind = "Zoom" if table is not None else "Zoom, unique users"
    return meeting(kind, found, entries, remarks, (wanted,))


def waits(table: Table, cell: str) -> bool:
    """Whether a row is about the waiting room."""
    return plain(cell) in YES and "waiting_room" in table.columns


def waiting_rows(table: Table) -> int:
    """How many rows are."""
    return sum(waits(table, table.cell(row, "waiting_room")) for row in table.rows)


def people(table: Table) -> Iterator[Entry]:
    """Everybody who was let in."""
    minutes = "minutes" if "minutes" in table.columns else "total_minutes"
    for row in table.rows:
        if waits(table, table.cell(row, "waiting_room")):
            continue
        name, other = names_in(table.cell(row, "name"))
        yield Entry(
            line=row.line,
            name=name,
            other_names=other,
            addresses=addresses_in(table, row),
            joined=table.cell(row, "join"),
            left=table.cell(row, "leave"),
            seconds=seconds_of_minutes(table.cell(row, minutes)),
        )


def names_in(cell: str) -> tuple[str, tuple[str, ...]]:
    """ "Sam (Samuel Lee)": the name that was shown, and the one of the account."""
    found = ORIGINAL.fullmatch(cell)
    return (cell, (found[1], found[2])) if found and found[1] else (cell, ())
