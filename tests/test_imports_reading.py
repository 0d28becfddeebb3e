"""Files that people hand in: whatever the encoding and the separator, the table is the same, or a sentence says why not."""

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import Workbook

from app.errors import Refused
from app.imports import tables
from app.imports.reading import fingerprint, read_table
from app.imports.tables import FORMULA, Fault, letters
from app.web.sheets import csv_lines, xlsx_file

ROWS = [["Name", "Place"], ["Zoë Öberg", "Hill Top"], ["Ann", "St Mary\u2019s"]]
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C",)), max_size=20)


def csv_text(rows: Sequence[Sequence[str]], separator: str = ",") -> str:
    written = io.StringIO()
    csv.writer(written, delimiter=separator).writerows(rows)
    return written.getvalue()


def workbook(*rows: Sequence[object]) -> bytes:
    book, written = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(list(row))
    book.save(written)
    return written.getvalue()


def cells(content: bytes) -> list[list[str]]:
    table = read_table(content)
    assert not table.faults
    return [list(table.columns), *(list(row.cells) for row in table.rows)]


def refusal(content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        read_table(content)
    return refused.value.sentence


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_a_table_is_read_in_every_usual_encoding_with_every_usual_separator(codec: str, separator: str):
    assert cells(csv_text(ROWS, separator).encode(codec)) == ROWS


def test_a_workbook_is_read_as_the_same_table():
    assert cells(workbook(*ROWS)) == ROWS


@given(st.lists(st.lists(TEXT, min_size=3, max_size=3), min_size=1, max_size=8), st.sampled_from(",;\t"))
@example([['a "b"', "c,d", "e;f"]], ",")
def test_whatever_is_written_as_csv_is_read_again(rows: list[list[str]], separator: str):
    content = csv_text([["One", "Two", "Three"], *rows, ["end", "of", "it"]], separator).encode()
    wanted = [[tables.tidied(cell) for cell in row] for row in rows]
    read = read_table(content)
    assert [list(row.cells) for row in read.rows[:-1]] == [row for row in wanted if any(row)]


@given(st.binary(max_size=300))
@example(b"\xff\xfe\x00")
@example(b'a,b\n"')
@example(b"PK\x03\x04")
def test_any_bytes_at_all_are_a_table_or_refused_in_words(content: bytes):
    try:
        assert read_table(content).rows
    except Refused as refused:
        assert refused.sentence.endswith(".")


def test_a_sheet_of_our_own_is_read_as_it_was_meant():
    rows = [["=1+1", date(2026, 5, 12), datetime(2026, 5, 12, 8, 30, tzinfo=UTC), 7]]
    wanted = ["2026-05-12", "2026-05-12 09:30", "7"]
    columns = ["Name", "Day", "Starts", "Places"]
    with xlsx_file(columns, rows) as file:
        for content in (file.read(), b"".join(csv_lines(columns, rows))):
            table = read_table(content)
            assert list(table.rows[0].cells[1:]) == wanted
            assert table.rows[0].cells[0] == "=1+1"
            assert table.faults == (Fault(2, "Name", FORMULA),)


def test_an_apostrophe_that_a_sheet_of_ours_put_before_a_sign_is_taken_off():
    assert cells(b"Name,Phone\r\n'@ Hill Top,'+44 1632\r\nO'Neil,'quoted'\r\n")[1:] == [
        ["@ Hill Top", "+44 1632"],
        ["O'Neil", "'quoted'"],
    ]


def test_every_row_knows_the_line_it_begins_on():
    table = read_table(b'Name,Notes\r\nAnn,"one\r\ntwo"\r\n\r\nBea,\r\n')
    assert [(row.line, row.cells[0]) for row in table.rows] == [(2, "Ann"), (5, "Bea")]
    assert [row.line for row in read_table(b"sep=;\nName\nAnn\n").rows] == [3]
    assert [row.line for row in read_table(workbook(["Name"], [None], ["Ann"])).rows] == [3]


def test_days_and_times_of_a_workbook_become_text_to_the_minute():
    day = datetime(2026, 3, 29)  # noqa: DTZ001
    late = datetime(2026, 5, 12, 9, 29, 59, 999999)  # noqa: DTZ001
    found = cells(workbook(["a", "b", "c", "d", "e", "f"], [day, late, time(9, 30), 12.0, 1.5, True]))
    assert found[1] == ["2026-03-29", "2026-05-12 09:30", "09:30", "12", "1.5", "yes"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b" \r\n\r\n", "is empty"),
        (b"\xef\xbb\xbf,,\r\n,,\r\n", "is empty"),
        (b"Name,Email\r\n", "no rows below"),
        (workbook(["Name", "Email"]), "no rows below"),
        (workbook(), "is empty"),
        (b"Name,name\r\nAnn,Bea\r\n", "Two columns are called"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, "is a picture"),
        (b"BM\x00\x01\x02rest", "NUL"),
        (b"Name\r\nAn\x00n\r\n", "line 2 holds signs (NUL)"),
        ("Name\r\nAn\x00n\r\n".encode("utf-16"), "Line 2 holds signs (NUL)"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old kind"),
        (b"<html><table></table></html>", "web page"),
        (b"PK\x03\x04 not really", "cannot be read"),
        (b'Name\r\n"Ann\r\n', "Line 2: a quotation mark is opened and never closed"),
        (b'Name\r\n"An"n"\r\n', "Line 2: a quotation mark stands inside text"),
        ("Name\r\nZoë\r\n".encode() + b"\xe9\r\n", "mixes two encodings: line 3"),
        (b"Name\r\n\x81\x8d\r\n", "Line 2 is in an encoding that cannot be told"),
        (b"\xef\xbb\xbfName\r\n\xe9\r\n", "says it is UTF-8, but line 2 is not"),
        (b"a" + b",b" * 0 + b"\r\n" + b"x" * (20 * 1024 * 1024), "larger than 20 MB"),
        ((",".join(f"c{n}" for n in range(101)) + "\n1\n").encode(), "more than 100 columns"),
        (workbook([f"c{n}" for n in range(101)], [1]), "more than 100 columns"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_in_words(content: bytes, words: str):
    assert words in refusal(content)


def test_fifty_thousand_rows_are_read_and_one_more_is_refused():
    content = b"Name\n" + b"Ann\n" * 50_000
    assert len(read_table(content).rows) == 50_000
    assert "more than 50,000 rows" in refusal(content + b"Ann\n")


def test_a_text_that_was_saved_in_the_wrong_encoding_is_named_cell_by_cell():
    misread = "Zoë".encode().decode("cp1252")
    table = read_table(f"Name,Place\r\nAnn,Hill\r\n{misread},Lo\ufffdd\r\nBea\x07,x\r\n".encode())
    assert [(fault.line, fault.column) for fault in table.faults] == [(3, "Name"), (3, "Place"), (4, "Name")]
    assert "it probably says \u201cZoë\u201d" in table.faults[0].message
    assert "lost a letter" in table.faults[1].message
    assert "cannot be seen" in table.faults[2].message


def test_a_row_with_more_cells_than_headings_is_named_and_one_with_fewer_is_filled_up():
    table = read_table(b"Name,Place\r\nAnn\r\nBea,Hill, Top\r\n")
    assert table.rows[0].cells == ("Ann", "")
    assert table.faults[0].sentence(table.word).startswith("Line 3: has 3 cells, but there are 2 headings")


def test_formulas_and_errors_of_a_workbook_are_named_cell_by_cell():
    table = read_table(workbook(["Name", "Place"], ["=A1", "Hill"], ["Ann", "#N/A"]))
    assert table.faults[0] == Fault(2, "Name", FORMULA)
    assert table.faults[1].sentence() == "Row 3, Place: holds an error (#N/A). Put right what it stands for"
    assert "A heading holds a formula" in refusal(workbook(["=A1"], ["x"]))


def test_merged_cells_are_refused_with_their_place():
    book, written = Workbook(), io.BytesIO()
    for row in (["Name", "Place"], ["Ann", "Hill"], ["Bea", None]):
        book.active.append(row)
    book.active.merge_cells("B2:B3")
    book.save(written)
    assert "Cells are merged (B2:B3)" in refusal(written.getvalue())


def test_only_the_first_sheet_that_can_be_seen_is_read_and_the_others_are_named():
    book, written = Workbook(), io.BytesIO()
    book.active.append(["hidden"])
    book.active.sheet_state = "hidden"
    shown = book.create_sheet("People")
    shown.append(["Name"])
    shown.append(["Ann"])
    book.save(written)
    table = read_table(written.getvalue())
    assert table.how == "sheet \u201cPeople\u201d; its 1 other sheet is not read"


def archive(**parts: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as found:
        for name, content in {
            "[Content_Types].xml": b"<Types/>",
            "xl/workbook.xml": b"<a/>",
            **parts,
        }.items():
            found.writestr(name, content)
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (archive(**{"xl/sheet.bin": b"\x00" * 320_000_000}), "unfolds to far more"),
        (archive(**{"xl/vbaProject.bin": b"x"}), "holds macros"),
        (archive(**{"xl/s.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), "cannot be read"),
        (archive(), "cannot be read"),
    ],
    ids=["bomb", "macros", "entities", "hollow"],
)
def test_an_archive_that_is_no_honest_workbook_is_refused(content: bytes, words: str):
    assert words in refusal(content)


def with_part(content: bytes, name: str, was: bytes, becomes: bytes) -> bytes:
    """A workbook in which something of a part stands otherwise."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        for part in old.namelist():
            text = old.read(part)
            assert part != name or was in text
            new.writestr(part, text.replace(was, becomes) if part == name else text)
    return made.getvalue()


def test_a_row_that_says_it_is_below_every_sheet_is_refused_at_once():
    content = with_part(workbook(*ROWS), "xl/worksheets/sheet1.xml", b'<row r="3"', b'<row r="99999999999"')
    assert "cannot be read" in refusal(content)


def test_an_archive_whose_contents_begin_before_the_file_is_refused():
    content = workbook(*ROWS)
    begins = int.from_bytes(content[-6:-2], "little") + 59  # where it says that its list of contents begins
    assert "cannot be read" in refusal(content[:-6] + begins.to_bytes(4, "little") + content[-2:])


def test_a_zip_of_something_else_is_no_workbook():
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as found:
        found.writestr("word/document.xml", "<a/>")
    assert "no Excel workbook" in refusal(written.getvalue())


def test_a_sheet_that_lies_about_its_size_costs_nothing():
    found = cells(workbook(["Name"], ["Ann"]))
    assert found == [["Name"], ["Ann"]]
    content = workbook(["Name"], ["Ann"])
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].replace(b'ref="A1:A2"', b'ref="A1:XFD1048576"')
    assert b"XFD1048576" in sheet
    assert cells(archive(**{**parts, "xl/worksheets/sheet1.xml": sheet})) == [["Name"], ["Ann"]]


def test_the_same_file_has_the_same_fingerprint_and_another_has_not():
    assert fingerprint(b"a") == fingerprint(b"a") != fingerprint(b"b")


@pytest.mark.parametrize(("place", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_without_a_heading_are_called_by_their_letters(place: int, name: str):
    assert letters(place) == name
