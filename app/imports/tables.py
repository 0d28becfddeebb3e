"""A file as a table: headings and rows of text, whatever kind of file it was; what is wrong with a cell, in words.

Pure, like everything here that reads: bytes and text in, plain values out. What no row can help is ``Refused``.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ..errors import Refused

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 50_000
MOST_COLUMNS = 100
# What people paste without seeing it, and signs that nobody can have meant.
BLANKS = re.compile("[\u00a0\u2007\u202f]")
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
UNTYPABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
# A sheet of ours has an apostrophe before what a spreadsheet would run (web.sheets.defused).
DEFUSED = re.compile("'(?=\\s*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20])")
LOST = "\ufffd"


@dataclass(frozen=True, order=True)
class Fault:
    """What is wrong, and where: a line of the file (0: all of it) and a column ("": the whole row)."""

    line: int
    column: str
    message: str

    def sentence(self, word: str = "Row") -> str:
        """Row 7, Date: 31 February 2026 is not a date."""
        place = f"{word} {self.line}" if self.line else ""
        where = ", ".join(part for part in (place, self.column) if part)
        return f"{where}: {self.message}" if where else self.message


@dataclass(frozen=True)
class Row:
    """One row: where it stands in the file, and a cell for each heading."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A file that was read. ``word`` is what its lines are called, ``how`` says how it was read."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    word: str = "Row"
    how: str = ""
    heading_line: int = 1
    faults: tuple[Fault, ...] = field(default=())  # of cells that could not be read


def table_of(found: Iterable[tuple[int, Sequence[str]]], *, word: str, how: str) -> Table:
    """The table in numbered rows of cells, empty rows left out: the first with anything in it holds the headings.

    Raises Refused for a table without rows, with too many, and with headings that cannot be told apart.
    """
    headings: tuple[int, tuple[str, ...]] | None = None
    rows: list[Row] = []
    faults: list[Fault] = []
    for line, raw in found:
        cells = [tidied(cell) for cell in raw]
        if not any(cells):
            continue
        if headings is None:
            headings = line, headings_of(cells)
            continue
        if len(rows) >= MOST_ROWS:
            raise Refused(
                f"The file has more than {MOST_ROWS:,} rows. Split it, and load one part at a time."
            )
        rows.append(row_of(line, cells, headings[1], faults))
    if headings is None:
        raise Refused("The file is empty: it needs a row of headings and a row for each entry.")
    if not rows:
        raise Refused("The file has headings and no rows below them, so there is nothing to load.")
    return Table(headings[1], tuple(rows), word, how, headings[0], tuple(faults))


def headings_of(cells: Sequence[str]) -> tuple[str, ...]:
    """The headings, each with a name. Raises Refused for two of one name, and for too many."""
    last = max(place for place, cell in enumerate(cells) if cell)
    if last >= MOST_COLUMNS:
        raise Refused(f"The file has more than {MOST_COLUMNS} columns. Take out those that are not needed.")
    names = [" ".join(cell.split()) for cell in cells[: last + 1]]
    for place, name in enumerate(names):
        if name and name.casefold() in [earlier.casefold() for earlier in names[:place]]:
            raise Refused(f"Two columns are called \u201c{name}\u201d. Give each a heading of its own.")
    return tuple(name or f"Column {letters(place)}" for place, name in enumerate(names))


def row_of(line: int, cells: Sequence[str], columns: Sequence[str], faults: list[Fault]) -> Row:
    """A row with a cell for each heading; what cannot be read in it is added to the faults."""
    if any(cells[len(columns) :]):
        faults.append(
            Fault(
                line,
                "",
                f"has {len(cells)} cells, but there are {len(columns)} headings. "
                "Text that holds the separator has to stand in quotation marks",
            )
        )
    kept = [*cells[: len(columns)], *[""] * (len(columns) - len(cells))]
    for place, cell in enumerate(kept):
        if cell and not (cell.isascii() and cell.isprintable()) and (wrong := unreadable(cell)):
            faults.append(Fault(line, columns[place], wrong))
        elif cell.startswith("="):
            faults.append(Fault(line, columns[place], FORMULA))
    return Row(line, tuple(kept))


FORMULA = "holds a formula. Copy the column, paste it as values only, then save the file again"


def tidied(text: str) -> str:
    """A cell's text without blanks around it, without what cannot be seen, and without our own apostrophe."""
    if not text.isascii():
        text = INVISIBLE.sub("", BLANKS.sub(" ", text))
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    return DEFUSED.sub("", text, count=1) if text.startswith("'") else text


def unreadable(cell: str) -> str:
    """Why a cell cannot be what somebody wrote; "" when it can."""
    if LOST in cell:
        return f"\u201c{short(cell)}\u201d has lost a letter: it was saved in the wrong encoding before. Type it again"
    if UNTYPABLE.search(cell):
        return "holds a sign that cannot be seen and that nobody types. Type the cell again"
    meant = misread(cell)
    if meant:
        return (
            f"\u201c{short(cell)}\u201d was saved in the wrong encoding: it probably says \u201c{short(meant)}\u201d. "
            "Save the file as \u201cCSV UTF-8\u201d where the letters are still right"
        )
    return ""


def misread(cell: str) -> str:
    """What a text says whose UTF-8 was taken for Windows-1252 ("ZoÃ«" is "Zoë"); "" for any other."""
    try:
        meant = cell.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return ""
    return "" if meant == cell else meant


def short(text: str, longest: int = 60) -> str:
    """A cell as a sentence quotes it."""
    one = " ".join(text.split())
    return one if len(one) <= longest else one[: longest - 1].rstrip() + "\u2026"


def letters(place: int) -> str:
    """The letters of a column: 0 is A, 26 is AA."""
    found, number = "", place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        found = chr(65 + rest) + found
    return found
