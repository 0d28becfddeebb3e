"""Rows on their way into the database: collected with ids of our own, written in bulk at the end."""

from collections import Counter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..db import Base

Row = dict[str, Any]


class Rows:
    """Rows by table. Every column gets a value here, so that nothing is left to a clock or to chance."""

    def __init__(self) -> None:
        self.by_table: dict[sa.Table, list[Row]] = {}
        self.last: Counter[sa.Table] = Counter()
        self.blank: dict[sa.Table, Row] = {}

    def add(self, model: type[Base], **values: Any) -> int:
        """Collect a row and return its id (0 where the table has none of its own)."""
        return int(self.row(model, **values).get("id") or 0)

    def row(self, model: type[Base], **values: Any) -> Row:
        """Collect a row and return it: what is still to be known may be put in until all is written."""
        table = model.__table__
        assert isinstance(table, sa.Table)
        if table not in self.blank:
            self.blank[table] = blank(table)
            self.by_table[table] = []
        row = {**self.blank[table], **values}
        if "id" in table.c and row["id"] is None:
            self.last[table] += 1
            row["id"] = self.last[table]
        self.by_table[table].append(row)
        return row

    def of(self, model: type[Base]) -> list[Row]:
        """What was collected for a table."""
        table = model.__table__
        assert isinstance(table, sa.Table)
        return self.by_table.get(table, [])

    def write(self, session: Session) -> int:
        """Insert everything, tables that others point at first; returns how many rows."""
        written = 0
        for table in Base.metadata.sorted_tables:
            if rows := self.by_table.get(table):
                session.execute(sa.insert(table), rows)
                written += len(rows)
        if session.connection().dialect.name == "postgresql":
            self.raise_sequences(session)
        return written

    def raise_sequences(self, session: Session) -> None:
        """Let PostgreSQL give out the ids after ours, also where a row was given one without us."""
        for table in Base.metadata.sorted_tables:
            if "id" in table.c:
                last = sa.select(sa.func.max(table.c.id)).scalar_subquery()  # NULL changes nothing
                sequence = sa.func.pg_get_serial_sequence(table.name, "id")
                session.execute(sa.select(sa.func.setval(sequence, last)))


def blank(table: sa.Table) -> Row:
    """A row of a table with its constant defaults; what needs chance has to be given, or the insert fails."""
    row: Row = {}
    for column in table.c:
        default: Any = column.default
        row[column.name] = default.arg if default is not None and default.is_scalar else None
        if default is not None and default.is_callable and isinstance(column.type, sa.JSON):
            row[column.name] = default.arg(None)
    return row
