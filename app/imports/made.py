"""Rows on their way into the database: ids taken beforehand, written in bulk, and each remembered with its line."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..db import Base
from .as_made import IN_PLACE, fingerprints
from .models import ImportedRow

AT_ONCE = 1000  # ids that are taken from a sequence together

# Tables without an id of their own are known by the row they belong to.
KEYS = {"course_offer": "course_id", "register_closing": "event_id"}


class Made:
    """What a file makes. Nothing else writes meanwhile (SQLite), or ids come from the sequences (PostgreSQL)."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.rows: dict[sa.Table, list[dict[str, Any]]] = {}
        self.lines: list[tuple[int, str, int]] = []
        self.free: dict[str, list[int]] = {}

    def add(self, model: type[Base], line: int, **values: Any) -> int:
        """Collect a row of a line; returns its id (or that of the row it belongs to)."""
        table = model.__table__
        assert isinstance(table, sa.Table)
        key = KEYS.get(table.name, "id")
        if key == "id":
            values["id"] = self.next_id(table.name)
        self.rows.setdefault(table, []).append(values)
        self.lines.append((line, table.name, values[key]))
        return int(values[key])

    def next_id(self, table: str) -> int:
        """An id that no row of the table has."""
        free = self.free.setdefault(table, [])
        if not free:
            free.extend(reversed(self.take(table)))
        return free.pop()

    def take(self, table: str) -> list[int]:
        """So many ids that nobody else will have."""
        if self.session.connection().dialect.name == "postgresql":
            sequence = sa.func.nextval(sa.func.pg_get_serial_sequence(table, "id"))
            series = sa.func.generate_series(1, AT_ONCE).table_valued("n")
            return list(self.session.scalars(sa.select(sequence).select_from(series)))
        last = max((row["id"] for t, rows in self.rows.items() if t.name == table for row in rows), default=0)
        if not last:
            last = (
                self.session.scalar(sa.select(sa.func.max(sa.column("id"))).select_from(sa.table(table))) or 0
            )
        return list(range(last + 1, last + 1 + AT_ONCE))

    def write(self, batch_id: int) -> int:
        """Insert everything, tables that others point at first; returns how many rows."""
        for table in Base.metadata.sorted_tables:
            if rows := self.rows.get(table):
                self.session.execute(sa.insert(table), rows)
        said = {
            (table, row_id): text
            for table in IN_PLACE
            for row_id, text in fingerprints(table, {i for _, t, i in self.lines if t == table}).items()
        }
        found = [
            {
                "batch_id": batch_id,
                "line": line,
                "table": table,
                "row_id": row_id,
                "as_made": said.get((table, row_id), ""),
            }
            for line, table, row_id in self.lines
        ]
        if found:
            self.session.execute(sa.insert(ImportedRow), found)
        self.session.expire_all()
        return len(found)
