"""Sheets: nothing in them runs, days are days, and their length costs no memory."""

import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from werkzeug.exceptions import NotFound

from app.web.sheets import Cell, csv_lines, defused, sheet_answer, xlsx_file


def csv_text(*rows: list[Cell], columns: tuple[str, ...] = ("Name",)) -> str:
    """The whole file, without its mark."""
    return b"".join(csv_lines(columns, rows)).decode("utf-8-sig")


def xlsx_cells(*rows: list[Cell], columns: tuple[str, ...] = ("Name",)) -> list[tuple[Any, ...]]:
    """The values of the file, its heading first."""
    with xlsx_file(columns, rows) as file:
        return [tuple(row) for row in load_workbook(file).worksheets[0].iter_rows(values_only=True)]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "  =", "\uff1d"])
def test_a_cell_that_a_spreadsheet_would_run_begins_with_an_apostrophe(sign: str):
    typed = f"{sign}HYPERLINK(1)"
    assert defused(typed) == f"'{typed}"
    assert csv_text([typed]).splitlines()[1].lstrip('"').startswith("'")
    with xlsx_file(["Name"], [[typed]]) as file:
        cell = load_workbook(file).worksheets[0]["A2"]
    assert cell.data_type == "s" and str(cell.value).startswith("'")


@pytest.mark.parametrize("text", ["O'Neil", "a=b", "1-2", "ada@x.example", "", " Hill Top", "\u2013"])
def test_other_text_stays_as_it_is(text: str):
    assert defused(text) == text


def test_a_heading_is_defused_as_well():
    assert csv_text(columns=("=Name",)) == "'=Name\r\n"
    assert xlsx_cells(columns=("=Name",)) == [("'=Name",)]


def test_csv_is_utf_8_with_its_mark_and_quotes_what_it_must():
    written = b"".join(csv_lines(["Name", "Needs"], [["Zoë", 'a, "b"\nc']]))
    assert written == '\ufeffName,Needs\r\nZoë,"a, ""b""\nc"\r\n'.encode()


def test_csv_writes_days_and_instants_as_the_wall_in_london_shows_them():
    summer = datetime(2027, 7, 12, 8, 30, tzinfo=UTC)
    assert csv_text([date(2027, 1, 12), summer, None, 3, Decimal("-2.50")], columns=("a",) * 5) == (
        "a,a,a,a,a\r\n2027-01-12,2027-07-12 09:30,,3,-2.50\r\n"
    )


def test_xlsx_holds_real_days_and_numbers_and_text_that_looks_like_a_number():
    summer = datetime(2027, 7, 12, 8, 30, tzinfo=UTC)
    cells = xlsx_cells([date(2027, 1, 12), summer, None, 3, -2.5, "007"], columns=("a",) * 6)
    assert cells[1] == (datetime(2027, 1, 12), datetime(2027, 7, 12, 9, 30), None, 3, -2.5, "007")  # noqa: DTZ001


def test_a_text_longer_than_a_cell_is_cut():
    assert [len(str(row[0])) for row in xlsx_cells(["x" * 40_000])[1:]] == [32_767]


def test_a_sheet_without_rows_has_its_heading():
    assert csv_text() == "Name\r\n"
    assert xlsx_cells() == [("Name",)]


def many(number: int) -> Iterator[list[Cell]]:
    """Rows as long as those of a list of bookings."""
    for n in range(number):
        yield [f"Person {n}", "Northshire County Council", "booked", n] * 3


def peak_of(number: int, kind: str) -> int:
    """Bytes that writing so many rows takes at most."""
    tracemalloc.start()
    if kind == "csv":
        for _ in csv_lines(["x"] * 12, many(number)):
            pass
    else:
        xlsx_file(["x"] * 12, many(number)).close()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_ten_times_the_rows_take_no_more_memory(kind: str):
    peak_of(50, kind)  # what is imported once
    few, more = peak_of(300, kind), peak_of(3_000, kind)
    assert more < few + 100_000, (few, more)


def test_a_csv_answer_is_sent_while_its_rows_are_read(app: Flask):
    read: list[int] = []

    def rows() -> Iterator[list[Cell]]:
        for n in range(5_000):
            read.append(n)
            yield ["Person", n]

    with app.test_request_context():
        answer = sheet_answer("csv", "bookings", ["Name", "Number"], rows())
        assert next(iter(answer.response)).startswith(b"\xef\xbb\xbfName,Number")  # type: ignore[arg-type]
        assert len(read) < 5_000
    assert answer.headers["Content-Disposition"] == "attachment; filename=bookings.csv"


def test_an_xlsx_answer_downloads_the_file(app: Flask):
    with app.test_request_context():
        answer = sheet_answer("xlsx", "bookings", ["Name"], [["Priya"]])
        answer.direct_passthrough = False
        assert answer.get_data().startswith(b"PK")
        answer.close()
    assert answer.headers["Content-Disposition"] == "attachment; filename=bookings.xlsx"


def test_another_kind_of_sheet_is_not_found(app: Flask):
    with app.test_request_context(), pytest.raises(NotFound):
        sheet_answer("ods", "bookings", ["Name"], [])
