"""Sheets for the desk and for finance: CSV and XLSX of any length in constant memory.

The one place that writes them, so that no cell a person typed ever runs as a formula in somebody's spreadsheet.
"""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from typing import IO, Any

from flask import Response, abort, send_file, stream_with_context

from ..clock import in_london

Cell = str | int | float | Decimal | date | datetime | None
Rows = Iterable[Sequence[Cell]]

BOM = "\ufeff"  # tells Excel that the file is UTF-8
A_CHUNK = 16_000  # characters that are sent at once
# Spreadsheets take a cell that begins so for a formula; the full-width signs too, in some languages.
RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
LONGEST_CELL = 32_767  # characters; a cell of an XLSX file holds no more
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def defused(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would run: ``=1+1`` becomes ``'=1+1``."""
    return f"'{text}" if text.startswith(RUNS) or text.lstrip().startswith(RUNS) else text


def plain(cell: Cell) -> str | int | float | Decimal:
    """A cell as CSV holds it: days as 2027-01-12, instants as 2027-01-12 09:30 in London, nothing as ""."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{in_london(cell):%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return cell.isoformat()
    return defused(cell) if isinstance(cell, str) else cell


def csv_lines(columns: Sequence[str], rows: Rows) -> Iterator[bytes]:
    """A CSV file with a byte order mark, in pieces of some kilobytes as the rows come."""
    buffer = StringIO()
    writer = csv.writer(buffer)
    buffer.write(BOM)
    writer.writerow([defused(column) for column in columns])
    for row in rows:
        writer.writerow([plain(cell) for cell in row])
        if buffer.tell() > A_CHUNK:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def xlsx_file(columns: Sequence[str], rows: Rows, *, title: str = "Sheet") -> IO[bytes]:
    """An XLSX file with its heading kept in sight, open at its beginning; rows go to the disk as they come."""
    from xlsxwriter import Workbook

    file = tempfile.TemporaryFile()  # noqa: SIM115 (whoever asked for it closes it)
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(file, {"constant_memory": True, **safe})
    sheet = book.add_worksheet(title[:31])
    looks: dict[type, Any] = {
        datetime: book.add_format({"num_format": "d mmm yyyy hh:mm"}),
        date: book.add_format({"num_format": "d mmm yyyy"}),
    }
    heading = book.add_format({"bold": True, "bottom": 1})
    for place, column in enumerate(columns):
        sheet.set_column(place, place, max(14, len(column) + 2))
        sheet.write_string(0, place, defused(column), heading)
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows, 1):
        for place, cell in enumerate(row):
            put(sheet, number, place, cell, looks)
    book.close()
    file.seek(0)
    return file


def put(sheet: Any, row: int, column: int, cell: Cell, looks: dict[type, Any]) -> None:
    """Write one cell as what it is; text is never taken for a formula, a number or a link."""
    if isinstance(cell, str):
        if cell:
            sheet.write_string(row, column, defused(cell)[:LONGEST_CELL])
    elif isinstance(cell, datetime):
        sheet.write_datetime(row, column, in_london(cell).replace(tzinfo=None), looks[datetime])
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, looks[date])
    elif cell is not None:
        sheet.write_number(row, column, cell)


def sheet_answer(kind: str, name: str, columns: Sequence[str], rows: Rows) -> Response:
    """The answer that downloads the sheet as ``name.csv`` or ``name.xlsx``; 404 for another kind.

    A CSV file is sent while its rows are read, so they may be a server-side cursor of this request.
    """
    if kind == "csv":
        pieces = stream_with_context(csv_lines(columns, rows))
        answer = Response(pieces, content_type="text/csv; charset=utf-8")
        answer.headers.set("Content-Disposition", "attachment", filename=f"{name}.csv")
    elif kind == "xlsx":
        file = xlsx_file(columns, rows)
        answer = send_file(file, mimetype=XLSX_TYPE, as_attachment=True, download_name=f"{name}.xlsx")
    else:
        abort(404)
    answer.headers["Cache-Control"] = "no-store"
    return answer
