"""Reading XLSX with openpyxl, a row at a time, after a look at what the archive would unfold to. Pure."""

import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

from ..errors import Refused
from .tables import FORMULA, MOST_COLUMNS, Fault, Table, letters, short, table_of

MOST_PARTS = 2000
MOST_UNFOLDED = 300 * 1024 * 1024  # bytes; 50,000 rows of text are about a tenth of that
A_CHUNK = 1 << 20
LAST_ROW = 1_048_576  # of any sheet; one said to stand below would be waited for, empty row by empty row
MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+\d+:[A-Z]+\d+)"')
DAMAGED = "This workbook cannot be read. Open it in Excel, save it as .xlsx again, and hand that in."
# Stands for a cell that cannot be taken as it is; the fault beside it says why.
MARK = "\x1a"


def read_workbook(content: bytes) -> Table:
    """The table on the first sheet that can be seen. Raises Refused, with what to do, for what cannot be read."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            look_over(archive)
    except Refused:
        raise
    except Exception:  # a broken archive fails in as many ways as it can be broken
        raise Refused(DAMAGED) from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about fonts and validations, which are nothing to us
        return table_on_first_sheet(content)


def look_over(archive: zipfile.ZipFile) -> None:
    """Refuse what is no workbook, holds macros or entities, is locked, or unfolds to more than a table can be."""
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise Refused("This is no Excel workbook. Hand in a CSV file or a workbook saved as .xlsx.")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refused("This workbook holds macros. Save it as .xlsx (without macros), and hand that in.")
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNFOLDED:
        raise Refused("This workbook unfolds to far more than a table. Copy the rows into a new one.")
    for part in parts:
        if part.flag_bits & 1:
            raise Refused("This workbook is locked with a password. Save it without one.")
        if part.filename.endswith((".xml", ".rels")):
            refuse_entities(archive, part)


def refuse_entities(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """No workbook declares types of documents; whoever does wants to unfold them without end."""
    with archive.open(part) as stream:
        before = b""
        while chunk := stream.read(A_CHUNK):
            if b"<!" in (seen := before + chunk) and re.search(rb"<!(DOCTYPE|ENTITY)", seen, re.IGNORECASE):
                raise Refused(DAMAGED)
            before = chunk[-16:]


def table_on_first_sheet(content: bytes) -> Table:
    """Open the workbook and read the sheet."""
    from openpyxl import load_workbook

    try:
        book = load_workbook(BytesIO(content), read_only=True, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        sheet: Any = sheets[0]
        sheet.reset_dimensions()  # what the file says of its own size need not be true
        found = list(cells_of(sheet))
        merged = merged_cells(content, sheet._worksheet_path)
    except Refused:
        raise
    except Exception:  # whatever is wrong inside an archive somebody hands in, it is wrong with the file
        raise Refused(DAMAGED) from None
    if merged:
        raise Refused(
            f"Cells are merged ({', '.join(merged[:3])}{' and more' if len(merged) > 3 else ''}). "
            "Take the merging off, and write the value into every row it is for."
        )
    how = f"sheet \u201c{short(sheet.title)}\u201d" + others(len(book.sheetnames) - 1)
    table = table_of(((line, texts) for line, texts, _ in found), word="Row", how=how)
    return with_faults(table, found)


def others(number: int) -> str:
    """What is said of sheets that are not read."""
    return "" if not number else f"; its {number} other sheet{'s are' if number > 1 else ' is'} not read"


Found = tuple[int, list[str], dict[int, str]]


def cells_of(sheet: Any) -> Iterator[Found]:
    """Every row: its number, its cells as text, and what is wrong with some of them."""
    for line, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1), 1):
        if line > LAST_ROW:
            raise Refused(DAMAGED)
        texts, wrong = [], dict[int, str]()
        for place, cell in enumerate(row):
            if cell.value is None:
                texts.append("")
            elif cell.data_type == "f":
                texts.append(MARK)
                wrong[place] = FORMULA
            elif cell.data_type == "e":
                texts.append(MARK)
                wrong[place] = f"holds an error ({cell.value}). Put right what it stands for"
            else:
                texts.append(as_text(cell.value))
        if texts and any(texts):
            yield line, texts, wrong


def with_faults(table: Table, found: list[Found]) -> Table:
    """The table with the faults of its cells, instead of those of the marks that stand for them."""
    own = [
        Fault(line, table.columns[place] if place < len(table.columns) else letters(place), sentence)
        for line, _, wrong in found
        for place, sentence in wrong.items()
    ]
    heading = [fault for fault in own if fault.line == table.heading_line]
    if heading:
        raise Refused(f"A heading {heading[0].message}.")
    marked = {(fault.line, fault.column) for fault in own}
    kept = [fault for fault in table.faults if (fault.line, fault.column) not in marked]
    return Table(
        table.columns,
        table.rows,
        table.word,
        table.how,
        table.heading_line,
        tuple(sorted([*own, *kept])),
    )


def as_text(value: Any) -> str:
    """A cell's value as somebody would type it: days as 2026-05-12, times as 09:30, whole numbers without a point."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.15g}" if not value.is_integer() or abs(value) > 1e15 else str(int(value))
    if isinstance(value, datetime):
        near = value + timedelta(microseconds=500_000)  # a time is a fraction of a day, a little off
        return f"{near:%Y-%m-%d}" if (near.hour, near.minute) == (0, 0) else f"{near:%Y-%m-%d %H:%M}"
    if isinstance(value, timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    if isinstance(value, time):
        near = datetime.combine(date(2000, 1, 1), value) + timedelta(microseconds=500_000)
        return f"{near:%H:%M}"
    return value.isoformat() if isinstance(value, date) else str(value)


def merged_cells(content: bytes, path: str) -> list[str]:
    """The merged ranges of a sheet, as they stand in its XML."""
    found: list[str] = []
    with zipfile.ZipFile(BytesIO(content)) as archive, archive.open(path) as stream:
        before = b""
        while chunk := stream.read(A_CHUNK):
            seen = before + chunk
            found += [ref.decode() for ref in MERGED.findall(seen)]
            before = seen[-60:] if b"mergeCell" in seen[-60:] and not MERGED.search(seen[-60:]) else b""
    return found
