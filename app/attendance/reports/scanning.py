"""A report's rows taken apart: what is said of the meeting, and its tables, whoever wrote it. Pure.

Sections are known by their number ("2. Participants", in any language), columns by their headings. What we do not
know is passed over: Teams adds columns for webinars, and sections about engagement.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .labels import FACT, columns_of, plain, says_utc
from .layout import Row

SECTION = re.compile(r"(\d{1,2})\s*[.)]\s*\S")
LONGEST_HEADING = 40  # cells


@dataclass(frozen=True)
class Table:
    """A table of a report: the number of its section (0: there are none), its columns, its rows."""

    section: int
    columns: Mapping[str, int]
    width: int
    utc: bool
    rows: list[Row] = field(default_factory=list)

    def cell(self, row: Row, column: str) -> str:
        """What stands in a column; "" where the row ends before it."""
        place = self.columns.get(column, len(row.cells))
        return row.cells[place] if place < len(row.cells) else ""


@dataclass
class Scan:
    """What was found in a file."""

    facts: dict[str, str] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)  # of tables that nobody could read
    sections: set[int] = field(default_factory=set)
    utc: bool = False  # the times of the facts

    def table(self, *columns: str, section: int = 0) -> Table | None:
        """The first table that has these columns (of a section, where its number is given)."""
        for table in self.tables:
            if (not section or table.section == section) and all(c in table.columns for c in columns):
                return table
        return None


def scan(rows: Sequence[Row]) -> Scan:
    """Read a file from its first row to its last."""
    found, section, table, after_blank = Scan(), 0, None, True
    waiting: dict[str, int] | None = None  # Zoom's facts: a row of headings, their values in the next
    for row in rows:
        if row.is_blank:
            after_blank = True
            continue
        if waiting is not None:
            take_values(found, row, waiting)
            waiting = None
        elif number := section_of(row):
            section, table = number, None
            found.sections.add(number)
        elif is_heading(columns := columns_of(row.cells), row):
            utc = any(says_utc(cell) for cell in row.cells)
            table = Table(section, columns, len([c for c in row.cells if c]), utc)
            found.tables.append(table)
        elif "topic" in columns and "meeting_id" in columns:
            waiting, table = columns, None
            found.utc |= any(says_utc(cell) for cell in row.cells)
        elif (table is None or after_blank) and take_fact(found, row):
            table = None
        elif table is not None:
            table.rows.append(row)
        elif len(row.cells) > 2 and len([c for c in row.cells if c]) > 2:
            found.headings.append(", ".join(cell for cell in row.cells if cell))
            found.headings = found.headings[:1]
        after_blank = False
    return found


def section_of(row: Row) -> int:
    """The number of the section that a row begins; 0 for any other row."""
    filled = [cell for cell in row.cells if cell]
    begins = SECTION.match(row.cells[0]) if row.cells and len(filled) == 1 else None
    return int(begins[1]) if begins else 0


def is_heading(columns: Mapping[str, int], row: Row) -> bool:
    """Whether a row heads a table of people: it names them, and something about them."""
    names = "name" in columns or {"first_name", "last_name"} <= columns.keys()
    return names and len(columns) > 1 and len(row.cells) <= LONGEST_HEADING and "topic" not in columns


def take_fact(found: Scan, row: Row) -> bool:
    """Keep what a line of two cells says of the meeting."""
    filled = [cell for cell in row.cells if cell]
    fact = FACT.get(plain(row.cells[0])) if 1 <= len(filled) <= 2 else None
    if fact is None:
        return False
    found.facts.setdefault(fact, filled[1] if len(filled) == 2 else "")
    found.utc |= says_utc(row.cells[0])
    return True


def take_values(found: Scan, row: Row, columns: Mapping[str, int]) -> None:
    """Keep what Zoom says of the meeting in a row below its headings."""
    for meaning, place in columns.items():
        if place < len(row.cells):
            found.facts.setdefault(meaning, row.cells[place])


def short_rows(table: Table) -> Iterator[Row]:
    """The last row, if it ends before the columns do: the file was cut off in it."""
    last = table.rows[-1] if table.rows else None
    if last is not None and len(last.cells) < table.width and len(last.cells) <= max(table.columns.values()):
        yield last
