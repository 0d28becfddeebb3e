"""What a statement finds, as the database gave it, so that it can be told cheaply from what was found before.

Turning rows into values (instants above all) takes longer than finding them, and calendars ask again and again for what
has not changed. The stamp is made of the rows themselves: nothing has to be remembered by whoever changes something.
"""

import hashlib
import marshal
from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from .db import db


class Question:
    """A statement that is asked again and again with other values for its ``bindparam``s."""

    def __init__(self, select: Any) -> None:
        self.columns = tuple(select.selected_columns)
        self.statement = select.with_only_columns(*map(as_given, self.columns))

    def ask(self, **values: object) -> "Found":
        """What it finds with these values: one statement, past everything that makes rows of what the driver gives."""
        with db.session.connection().execute(self.statement, values) as answer:
            return Found(self.columns, answer.cursor.fetchall())

    def nothing(self) -> "Found":
        """What it would find where there is nothing to find."""
        return Found(self.columns, [])


class Found:
    """The rows that a question found in one instant."""

    def __init__(self, columns: Sequence[Any], given: Sequence[tuple[Any, ...]]) -> None:
        self.columns = columns
        self.given = given

    def rows(self) -> list[Any]:
        """The rows with values as the models have them, by the names of their columns."""
        dialect = db.session.connection().dialect
        readers = [
            column.type.dialect_impl(dialect).result_processor(dialect, None) for column in self.columns
        ]
        named = [
            (column.key, reader or unchanged) for column, reader in zip(self.columns, readers, strict=True)
        ]
        return [
            SimpleNamespace(**{name: read(value) for (name, read), value in zip(named, row, strict=True)})
            for row in self.given
        ]


def stamp_of(found: Iterable[Found]) -> bytes:
    """Another for every other content, order included."""
    return hashlib.blake2b(octets_of([one.given for one in found]), digest_size=32).digest()


def octets_of(rows: Any) -> bytes:
    """Rows as octets. Version 0 of marshal writes equal values alike, a third as long as ``repr`` takes; no instants."""
    try:
        return marshal.dumps(rows, 0)
    except ValueError:
        return repr(rows).encode("utf-8", "backslashreplace")


def as_given(column: Any) -> Any:
    """The same column, without what would turn its values into others."""
    bare = column.element if isinstance(column, sa.Label) else column
    return sa.type_coerce(bare, sa.types.NullType()).label(column.key)


def unchanged(value: Any) -> Any:
    """The value of a column whose type is that of the database."""
    return value
