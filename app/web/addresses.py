"""Numbers in addresses: only such as a row can have, so that any other is simply not found."""

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**31 - 1  # an integer column of PostgreSQL


def is_row_number(typed: str) -> bool:
    """Whether this is a number that a row can have."""
    return typed.isascii() and typed.isdigit() and len(typed) <= 10 and 0 < int(typed) <= LARGEST


def row_number(typed: str) -> int:
    """A number that a form or an address names a row or a page by. Raises ValueError for any other."""
    if not is_row_number(typed):
        raise ValueError(f"no row has the number {typed[:20]!r}")
    return int(typed)


class RowNumber(IntegerConverter):
    """``<int:event_id>``: a number that fits into the database."""

    def __init__(
        self,
        map: Map,
        fixed_digits: int = 0,
        min: int | None = None,
        max: int | None = LARGEST,
        signed: bool = False,
    ) -> None:
        super().__init__(map, fixed_digits, min, max, signed)


def install(app: Flask) -> None:
    """Use it for every address of the app."""
    app.url_map.converters["int"] = RowNumber
