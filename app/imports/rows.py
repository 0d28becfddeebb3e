"""Reading the rows of a table field by field, with a fault for each cell that is wrong. Pure."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from .cells import Wrong
from .columns import Columns, Kind
from .tables import Fault, Row, Table

Value = TypeVar("Value")


class Cells:
    """One row by its fields. What is wrong is collected; ``good`` says whether anything was."""

    def __init__(self, row: Row, reader: "Reader") -> None:
        self.line, self.row, self.reader = row.line, row, reader
        self.faults: list[Fault] = list(reader.broken.get((row.line, ""), ()))

    @property
    def good(self) -> bool:
        """Whether nothing is wrong so far."""
        return not self.faults

    def wrong(self, key: str, message: str) -> None:
        """Note what is wrong with a field ("": with the whole row)."""
        self.faults.append(Fault(self.line, self.reader.heading(key), message))

    def raw(self, key: str) -> str:
        """What the cell says; "" where no column is chosen. A cell that could not be read is noted, and says ""."""
        place = self.reader.columns.get(key)
        if place is None:
            return ""
        broken = self.reader.broken.get((self.line, self.reader.headings[place]))
        if broken:
            self.faults += [fault for fault in broken if fault not in self.faults]
            return ""
        return self.row.cells[place]

    def text(self, key: str, *, needed: bool = False, longest: int = 200, lines: bool = False) -> str:
        """Words, on one line unless ``lines``, up to so many characters."""
        faults = len(self.faults)
        said = self.raw(key)
        said = said if lines else " ".join(said.split())
        if needed and not said and len(self.faults) == faults:
            self.wrong(key, "is empty: every row needs it")
        if len(said) > longest:
            self.wrong(key, f"has {len(said):,} characters; {longest:,} are the most")
            return ""
        return said

    def value(self, key: str, parse: Callable[[str], Value], *, needed: bool = False) -> Value | None:
        """What the cell means; None where it is empty or wrong."""
        faults = len(self.faults)
        said = self.raw(key)
        if not said:
            if needed and len(self.faults) == faults:
                self.wrong(key, "is empty: every row needs it")
            return None
        try:
            return parse(said)
        except Wrong as wrong:
            self.wrong(key, str(wrong))
            return None


class Reader:
    """The rows of a table, with the columns that were chosen."""

    def __init__(self, table: Table, columns: Columns, kind: Kind) -> None:
        self.table, self.columns, self.kind = table, columns, kind
        self.headings: Sequence[str] = table.columns
        self.broken: dict[tuple[int, str], list[Fault]] = {}
        for fault in table.faults:
            self.broken.setdefault((fault.line, fault.column), []).append(fault)

    def heading(self, key: str) -> str:
        """What the file calls a field; our own heading where it has no column for it."""
        if not key:
            return ""
        place = self.columns.get(key)
        return self.headings[place] if place is not None else self.kind.field(key).heading

    def rows(self) -> Iterator[Cells]:
        """Every row."""
        return (Cells(row, self) for row in self.table.rows)
