"""Counting SQL statements: their number is bounded in tests, time is not."""

import contextlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import event

from app.db import db


@contextlib.contextmanager
def count_statements() -> Iterator[list[str]]:
    """The statements sent inside the block (BEGIN, PRAGMA and the like apart)."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN", "SET ")):
            found.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
