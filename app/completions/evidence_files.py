"""The file of a certificate from elsewhere: what it is by its bytes, and what is wrong with it. Pure: bytes in, words out.

The name a file came with is only ever shown; what it is called when it leaves us follows from its bytes.
"""

import re
from dataclasses import dataclass

LARGEST = 5 * 1024 * 1024  # bytes
LONGEST_NAME = 100
TAIL = 4096  # bytes in which the end of a PDF stands


@dataclass(frozen=True)
class Kind:
    """A kind of file that can be handed in: how it begins, and what stands at its end."""

    name: str
    media_type: str
    suffix: str
    begins: bytes
    ends: bytes

    def is_whole(self, content: bytes) -> bool:
        """Whether the file's end is there; phones write more after the end of a photo."""
        return self.ends in (content[-TAIL:] if self.name == "PDF" else content)


KINDS = (
    Kind("PDF", "application/pdf", ".pdf", b"%PDF-", b"%%EOF"),
    Kind("JPEG", "image/jpeg", ".jpg", b"\xff\xd8\xff", b"\xff\xd9"),
    Kind("PNG", "image/png", ".png", b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"),
)


def kind_of(content: bytes) -> Kind | None:
    """What a file is, by its first bytes; None for anything that cannot be handed in."""
    return next((kind for kind in KINDS if content.startswith(kind.begins)), None)


def fault_of(content: bytes) -> str:
    """What is wrong with a file, and what to do about it; "" when nothing is."""
    kind = kind_of(content)
    if not content:
        return "The file is empty. Choose another"
    if len(content) > LARGEST:
        return "The file is larger than 5 MB. Choose a smaller one, or take a photo of the certificate"
    if kind is None:
        return "This is not a PDF, JPEG or PNG file, whatever its name. Save it as PDF, or take a photo of it"
    if not kind.is_whole(content):
        return f"The end of this {kind.name} file is missing. Open it to see whether it is whole, then choose it again"
    return ""


def shown_name(name: str, kind: Kind) -> str:
    """The name a file came with, without its folder and its ending, then the ending of what it is."""
    last = re.split(r"[/\\]", name)[-1]
    stem = last.rpartition(".")[0] or last
    return safe_name(stem, otherwise="certificate") + kind.suffix


def safe_name(words: str, *, otherwise: str) -> str:
    """Words as the name of a file, without any sign that would lead elsewhere; ``otherwise`` where none are left."""
    return " ".join(re.sub(r"[^\w .()&,'-]", " ", words).split()).strip(".")[:LONGEST_NAME] or otherwise
