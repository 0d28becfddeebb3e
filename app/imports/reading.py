"""A file that somebody hands in, as a table: looks at what it is, whatever its name says. Pure."""

import hashlib

from ..errors import Refused
from .tables import MOST_BYTES, Table
from .text_files import read_text
from .workbooks import read_workbook

HAND_IN = "Hand in a CSV file or an Excel workbook (.xlsx)."
SIGNATURES = (
    (b"\x89PNG", f"This is a picture, whatever its name says. {HAND_IN}"),
    (b"\xff\xd8\xff", f"This is a picture, whatever its name says. {HAND_IN}"),
    (b"GIF8", f"This is a picture, whatever its name says. {HAND_IN}"),
    (b"%PDF", f"This is a PDF document, whatever its name says. {HAND_IN}"),
    (b"{\\rtf", f"This is a document, not a table. {HAND_IN}"),
    (
        b"\xd0\xcf\x11\xe0",
        "This is a workbook of the old kind (.xls), or one with a password. "
        "Save it as .xlsx without a password, and hand that in.",
    ),
)


def read_table(content: bytes) -> Table:
    """The table of a file. Raises Refused, with what to do, for anything that is none."""
    if len(content) > MOST_BYTES:
        size = MOST_BYTES // (1024 * 1024)
        raise Refused(f"The file is larger than {size} MB. Split it, and load one part at a time.")
    if not content.strip():
        raise Refused("The file is empty: it needs a row of headings and a row for each entry.")
    for signature, sentence in SIGNATURES:
        if content.startswith(signature):
            raise Refused(sentence)
    return read_workbook(content) if content.startswith(b"PK\x03\x04") else read_text(content)


def fingerprint(content: bytes) -> str:
    """64 characters that are the same for the same file only (SHA-256)."""
    return hashlib.sha256(content).hexdigest()
