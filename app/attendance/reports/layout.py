"""A report's file as rows of cells: which encoding, which separator, whether it was cut off. Pure."""

import codecs
import csv
import hashlib
from collections import Counter
from io import StringIO
from typing import NamedTuple

from ...errors import Refused

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 20_000
LONGEST_CELL = 1000
SAMPLE = 4096
AGAIN = "Download the report again, and hand in the file as it is, without opening it first."
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SEPARATORS = "\t,;"
NO_REPORT = "It is no attendance report. Hand in the CSV file that Teams or Zoom gives you."
SIGNATURES = (
    (
        b"PK\x03\x04",
        "This is an Excel workbook or another archive. Save it as \u201cCSV UTF-8\u201d in Excel, "
        "or download the report again as CSV, and hand that in.",
    ),
    (
        b"\xd0\xcf\x11\xe0",
        "This is a workbook of the old kind (.xls). Download the report again as CSV, and hand that in.",
    ),
    (b"%PDF", f"This is a PDF document. {NO_REPORT}"),
    (b"\x89PNG", f"This is a picture. {NO_REPORT}"),
    (b"\xff\xd8\xff", f"This is a picture. {NO_REPORT}"),
    (b"GIF8", f"This is a picture. {NO_REPORT}"),
)


class Row(NamedTuple):
    """A row with the line it begins on."""

    line: int
    cells: tuple[str, ...]

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in it (Zoom and Excel write ``,,,,``)."""
        return not any(self.cells)


class Sheet(NamedTuple):
    """The rows of a file, and whether its last line stops in the middle."""

    rows: tuple[Row, ...]
    cut_off: bool


def fingerprint(content: bytes) -> str:
    """64 characters that are the same for the same file only (SHA-256)."""
    return hashlib.sha256(content).hexdigest()


def read_sheet(content: bytes) -> Sheet:
    """The rows of a file. Raises Refused, with what to do, for what can be no report."""
    if len(content) > MOST_BYTES:
        raise Refused(f"The file is larger than {MOST_BYTES // 1024**2} MB, which no attendance report is.")
    for signature, sentence in SIGNATURES:
        if content.startswith(signature):
            raise Refused(sentence)
    text = decoded(content).replace("\x00", "")
    if not text.strip(" \t\r\n,;\ufeff"):
        raise Refused(f"The file is empty. {AGAIN}")
    if text.lstrip()[:1] == "<":
        raise Refused(f"This is a web page, not a report: perhaps the sign-in page of Teams or Zoom. {AGAIN}")
    rows, open_quote = rows_of(text, separator_of(text))
    return Sheet(rows, cut_off=open_quote)


def decoded(content: bytes) -> str:
    """The text of a file: by its mark, then by its zeros (UTF-16 without one), then UTF-8, then Windows-1252.

    Raises Refused for what is no text in any of them.
    """
    for mark, codec in MARKS:
        if content.startswith(mark):
            return strict(content, codec)
    if codec := unmarked_utf16(content[:SAMPLE]):
        return strict(content, codec)
    if b"\x00" in content:
        raise Refused(f"This is no text: it may be a picture, a recording or a document. {NO_REPORT}")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        raise Refused(f"The letters of this file cannot be read: it was saved wrongly. {AGAIN}") from None


def strict(content: bytes, codec: str) -> str:
    """The text of a file that says its encoding. Raises Refused where it was cut in the middle of a letter."""
    try:
        return content.decode(codec)
    except UnicodeDecodeError as error:
        if error.end >= len(content) - 1:
            raise Refused(f"The file was cut off: it ends in the middle of a letter. {AGAIN}") from None
        raise Refused(f"The letters of this file cannot be read: it is damaged. {AGAIN}") from None


def unmarked_utf16(sample: bytes) -> str:
    """The codec of a text in UTF-16 without a mark, by where its zeros are; "" for any other."""
    pairs = len(sample) // 2
    even, odd = sample[0 : 2 * pairs : 2].count(0), sample[1 : 2 * pairs : 2].count(0)
    if pairs and odd > 0.5 * pairs and even < 0.05 * pairs:
        return "utf-16-le"
    return "utf-16-be" if pairs and even > 0.5 * pairs and odd < 0.05 * pairs else ""


def separator_of(text: str) -> str:
    """What separates the cells: what divides most lines, outside quotation marks, into two and more.

    A report begins with lines of two cells, and a comma may stand in a title or a date, so lines are counted, each
    by the separator that Teams, Zoom and Excel prefer in this order: tab, then what occurs in most lines.
    """
    lines = [line for line in text.splitlines() if line.strip()][:200]
    if sum("\t" in line for line in lines) * 2 > len(lines):
        return "\t"
    outside = ["".join(line.split('"')[::2]) for line in lines]
    counts = Counter({sign: sum(line.count(sign) for line in outside) for sign in SEPARATORS})
    if counts["\t"] and counts["\t"] >= counts[";"]:
        return "\t"
    # A semicolon that stands in most lines separates; the commas beside it belong to dates ("15/11/22, 09:30").
    return ";" if sum(";" in line for line in outside) * 2 > len(lines) else ","


def rows_of(text: str, separator: str) -> tuple[tuple[Row, ...], bool]:
    """The rows, tidied, and whether a quotation mark is open at the end. Raises Refused for far too many."""
    found: list[Row] = []
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator)
    line = 0
    try:
        for cells in reader:
            found.append(Row(line + 1, tuple(tidy(cell) for cell in cells)))
            line = reader.line_num
            if len(found) > MOST_ROWS:
                raise Refused(f"The file has more than {MOST_ROWS:,} rows, which no attendance report has.")
    except csv.Error:
        raise Refused(f"Line {line + 1} cannot be read as a row of a table. {AGAIN}") from None
    return tuple(found), text.count('"') % 2 == 1


def tidy(cell: str) -> str:
    """A cell without the blanks nobody sees: around it, and the narrow and fixed ones within."""
    plain = cell.replace("\u202f", " ").replace("\u00a0", " ").replace("\u200e", "").replace("\u200f", "")
    return " ".join(plain.replace("\ufeff", "").split())[:LONGEST_CELL]
