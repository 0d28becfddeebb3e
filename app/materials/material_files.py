"""The files that people on an event are given: what they are by their bytes, and what is wrong with one. Pure.

Slides and documents are known by what is inside them, and one that holds a program (a macro) is not taken. What a
file is called when it leaves us follows from its bytes; the name it came with must not say something else.
"""

import io
import re
import zipfile
from dataclasses import dataclass

from ..completions.evidence_files import kind_of as kind_of_paper
from ..completions.evidence_files import safe_name

LARGEST = 20 * 1024 * 1024  # bytes
MOST_PARTS = 5_000  # of a document, which is a folder of parts
UNPACKED = 500 * 1024 * 1024  # bytes that a document may say it holds
TYPES = "PDF, Word, PowerPoint, Excel, OpenDocument, JPEG or PNG"
NOT_TAKEN = f"This is not a {TYPES} file, whatever its name. Save it as PDF, or add a link to where it is"


@dataclass(frozen=True)
class FileKind:
    """A kind of file: how it is called, what it is called on the way out, and the endings a name of it may have."""

    name: str
    media_type: str
    endings: tuple[str, ...]

    @property
    def suffix(self) -> str:
        """The ending it leaves us with."""
        return self.endings[0]


OFFICE = "application/vnd.openxmlformats-officedocument."
OPEN = "application/vnd.oasis.opendocument."
# By the part that makes a package of parts the document it is.
OF_PART = {
    "word/document.xml": FileKind("Word", OFFICE + "wordprocessingml.document", (".docx",)),
    "ppt/presentation.xml": FileKind("PowerPoint", OFFICE + "presentationml.presentation", (".pptx",)),
    "xl/workbook.xml": FileKind("Excel", OFFICE + "spreadsheetml.sheet", (".xlsx",)),
}
# By what its first part says it is.
SAID = {
    OPEN + "text": FileKind("OpenDocument", OPEN + "text", (".odt",)),
    OPEN + "presentation": FileKind("OpenDocument", OPEN + "presentation", (".odp",)),
    OPEN + "spreadsheet": FileKind("OpenDocument", OPEN + "spreadsheet", (".ods",)),
}
PAPER_ENDINGS = {"PDF": (".pdf",), "JPEG": (".jpg", ".jpeg"), "PNG": (".png",)}
MACRO = re.compile(r"(^|/)vbaproject|^basic/|^scripts/", re.IGNORECASE)
ACCEPT = ".pdf,.docx,.pptx,.xlsx,.odt,.odp,.ods,.jpg,.jpeg,.png"


class Faulty(Exception):
    """What is wrong with a file, and what to do about it."""


def checked(content: bytes, name: str) -> FileKind:
    """What a file is. Raises Faulty for one that cannot be given to people."""
    if not content:
        raise Faulty("The file is empty. Choose another")
    if len(content) > LARGEST:
        raise Faulty("The file is larger than 20 MB. Make it smaller, or add a link to where it is")
    kind = document(content) if content.startswith(b"PK") else paper(content)
    ending = ending_of(name)
    if ending and ending not in kind.endings:
        raise Faulty(
            f"The file is called “{ending}”, but what is in it is {kind.name}. Give it its right name ({kind.suffix})"
        )
    return kind


def paper(content: bytes) -> FileKind:
    """A PDF or a picture, whole to its end. Raises Faulty."""
    found = kind_of_paper(content)
    if found is None:
        raise Faulty(NOT_TAKEN)
    if not found.is_whole(content):
        raise Faulty(f"The end of this {found.name} file is missing. Open it to see whether it is whole")
    return FileKind(found.name, found.media_type, PAPER_ENDINGS[found.name])


def document(content: bytes) -> FileKind:
    """Slides, a text or a sheet: a package of parts. Raises Faulty."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
            kind = kind_of(package, parts)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError) as broken:
        raise Faulty(
            "This document is not whole. Open it to see whether it is, then choose it again"
        ) from broken
    if kind is None:
        raise Faulty(NOT_TAKEN)
    if any(MACRO.search(part.filename) for part in parts):
        raise Faulty("This document holds a macro, a small program. Save it without, or as PDF")
    return kind


def kind_of(package: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> FileKind | None:
    """What a package of parts is. Nothing of it is unpacked but one line that says so."""
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > UNPACKED:
        return None
    names = {part.filename for part in parts}
    if "[Content_Types].xml" in names:
        return next((kind for part, kind in OF_PART.items() if part in names), None)
    first = next((part for part in parts if part.filename == "mimetype"), None)
    if first is None or first.file_size > 200:
        return None
    return SAID.get(package.read(first).decode("ascii", "replace"))


def ending_of(name: str) -> str:
    """The ending of a name, in small letters; "" where it has none that looks like one."""
    found = re.search(r"\.[A-Za-z0-9]{1,5}$", name.strip())
    return found[0].lower() if found else ""


def name_for(title: str, kind: FileKind) -> str:
    """What a file is called on the way out: its title, and the ending of what it is."""
    return safe_name(title, otherwise="material") + kind.suffix


def size_words(size: int) -> str:
    """How large a file is: 1.4 MB, 320 KB."""
    if size >= 1024 * 1024:
        return f"{size / 1024 / 1024:.1f} MB"
    return f"{max(1, round(size / 1024))} KB"
