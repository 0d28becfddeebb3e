"""A file as the report that it is, whoever made it. Pure."""

from typing import NamedTuple

from ...errors import Refused
from .layout import AGAIN, read_sheet
from .report import Meeting
from .scanning import Scan, scan, short_rows
from .teams import blocks, lists, sections
from .zoom import zoom

# The first that finds its columns: a list of joins and leaves, then what has sections, Zoom by its minutes.
READERS = (lists, zoom, sections, blocks)
CUT_OFF = "The file was cut off{}. " + AGAIN


class File(NamedTuple):
    """A file that somebody hands in: what it is called, what it says, which one it is."""

    name: str
    fingerprint: str
    meeting: Meeting


def read_report(content: bytes) -> Meeting:
    """The report in a file. Raises Refused, with what to do, for what is none that we know."""
    sheet = read_sheet(content)
    found = scan(sheet.rows)
    meeting = next((said for read in READERS if (said := read(found)) is not None), None)
    if meeting is None:
        raise Refused(why_none(found))
    broken = sorted(row.line for table in found.tables for row in short_rows(table))
    remarks = list(meeting.remarks)
    if sheet.cut_off:
        remarks.insert(0, CUT_OFF.format(": a quotation mark is opened and never closed"))
    elif broken and broken[-1] == last_line(found):
        remarks.insert(0, CUT_OFF.format(f" in line {broken[-1]}: cells are missing there"))
    if not meeting.entries:
        raise Refused(f"Nobody is in this report: it ends before the first person. {AGAIN}")
    return meeting._replace(remarks=tuple(remarks))


def last_line(found: Scan) -> int:
    """The last line of the last table."""
    return max((row.line for table in found.tables for row in table.rows[-1:]), default=0)


def why_none(found: Scan) -> str:
    """Why a file is no report, in a sentence that says what to do."""
    if found.sections or found.facts:
        if found.headings:
            return (
                f"The headings of this report are in a language we do not know: \u201c{found.headings[0][:120]}\u201d. "
                "Set Teams or Zoom to English, download the report again, and hand that in."
            )
        return f"The report ends before the list of people: it was cut off. {AGAIN}"
    if found.headings:
        return (
            f"This is a table, but no attendance report that we know: its first row says "
            f"\u201c{found.headings[0][:120]}\u201d. If Teams or Zoom made it in another language, set it to English "
            "and download the report again."
        )
    return f"This is no attendance report of Teams or Zoom. {AGAIN}"
