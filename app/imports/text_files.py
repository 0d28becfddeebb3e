"""Reading CSV: which encoding, which separator, which rows. Pure."""

import codecs
import csv
from collections.abc import Iterator
from io import StringIO

from ..errors import Refused
from .tables import Table, table_of

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
SAVE_AGAIN = "Save it as \u201cCSV UTF-8\u201d, or as an Excel workbook (.xlsx)"
MIXED = f"The file mixes two encodings: line {{}} cannot be read like the lines around it. {SAVE_AGAIN}."
LONGEST_SAMPLE = 4096


def read_text(content: bytes) -> Table:
    """The table of a CSV file. Raises Refused, with what to do, for what cannot be read as one."""
    text, encoding = decoded(content)
    if text.lstrip()[:1] == "<":
        raise Refused(f"This is a web page or XML, not a table. {SAVE_AGAIN}.")
    separator, begins = separator_of(text)
    how = f"text in {encoding}, separated by {SEPARATORS[separator]}"
    return table_of(rows_of(text, separator, begins), word="Line", how=how)


def decoded(content: bytes) -> tuple[str, str]:
    """A file's text and the encoding it is in: by its mark, else UTF-16, UTF-8 or Windows-1252 by what fits."""
    for mark, codec, name in MARKS:
        if content.startswith(mark):
            return strict(content, codec, name), name
    if codec := unmarked_utf16(content[:LONGEST_SAMPLE]):
        return strict(content, codec, "UTF-16"), "UTF-16"
    if (place := content.find(b"\x00")) >= 0:
        line = content.count(b"\n", 0, place) + 1
        raise Refused(
            f"This is no text: line {line} holds signs (NUL) that no table has. "
            "It may be a picture or a document with another ending."
        )
    try:
        return content.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError as error:
        return older(content, error), "Windows-1252"


def strict(content: bytes, codec: str, name: str) -> str:
    """The text of a file that says its encoding. Raises Refused where it is not true."""
    try:
        text = content.decode(codec)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].decode(codec, "replace").count("\n") + 1
        raise Refused(f"The file says it is {name}, but line {line} is not. {SAVE_AGAIN}.") from None
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        raise Refused(f"Line {line} holds signs (NUL) that no table has. {SAVE_AGAIN}.")
    return text


def unmarked_utf16(sample: bytes) -> str:
    """The codec of a text in UTF-16 without a mark, by where its zeros are; "" for any other."""
    pairs = len(sample) // 2
    even, odd = sample[0 : 2 * pairs : 2].count(0), sample[1 : 2 * pairs : 2].count(0)
    if pairs and odd > 0.7 * pairs and even == 0:
        return "utf-16-le"
    return "utf-16-be" if pairs and even > 0.7 * pairs and odd == 0 else ""


def older(content: bytes, error: UnicodeDecodeError) -> str:
    """The text of a file that is not UTF-8: Windows-1252 has a letter for (nearly) every byte.

    Raises Refused where parts of it are UTF-8, and for bytes that have none.
    """
    line = content.count(b"\n", 0, error.start) + 1
    rest = content.decode("utf-8", "replace").replace("\ufffd", "")
    if not rest.isascii():
        raise Refused(MIXED.format(line))
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as wrong:
        line = content.count(b"\n", 0, wrong.start) + 1
        raise Refused(f"Line {line} is in an encoding that cannot be told. {SAVE_AGAIN}.") from None


def separator_of(text: str) -> tuple[str, int]:
    """What separates the cells, and the place where the table begins (Excel may write "sep=;" first)."""
    first, _, _ = text.partition("\n")
    if first.strip().lower().startswith("sep=") and first.strip()[4:] in SEPARATORS:
        return first.strip()[4:], len(first) + 1
    if first.rstrip("\r\n").lower() == "sep=\t":
        return "\t", len(first) + 1
    headings = next((line for line in text.splitlines() if line.strip()), "")
    outside = "".join(headings.split('"')[::2])  # a comma between quotation marks separates nothing
    return max(SEPARATORS, key=lambda sign: (outside.count(sign), sign == ",")), 0


def rows_of(text: str, separator: str, begins: int) -> Iterator[tuple[int, list[str]]]:
    """Every row with the line it begins on. Raises Refused where quotation marks do not match."""
    line = text.count("\n", 0, begins)
    reader, start = csv.reader(StringIO(text[begins:], newline=""), delimiter=separator, strict=True), line
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Refused(unclosed(line + 1, str(error))) from None
        yield line + 1, cells
        line = start + reader.line_num


def unclosed(line: int, error: str) -> str:
    """What is wrong with a row that the reader cannot take apart."""
    if "expected after" in error:
        return (
            f"Line {line}: a quotation mark stands inside text. Write it twice there, or leave it out, "
            "so that it is clear where the cell ends."
        )
    return f"Line {line}: a quotation mark is opened and never closed. Close it, or leave it out."
