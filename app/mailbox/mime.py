"""A mail taken apart, whatever it is made of. Pure: bytes in, values out.

Our own reader, because the standard library's falls over what strangers may send (it follows nested parts as deep
as they go, and compares each line with every boundary above it). This one looks at every byte a bounded number of
times: at most 1 MB, 20 parts, 10 deep. What is inside a mail that was attached (message/rfc822) is never looked at.
"""

import binascii
import email.errors
import email.header
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

MOST_BYTES = 1024 * 1024
MOST_PARTS = 20
DEEPEST = 10
HEADER_BYTES = 64 * 1024  # of a part; what follows is not read as headers
HEADER_LENGTH = 4_000
TEXT_LENGTH = 10_000
CHARSETS = re.compile(
    r"utf-?8|us-ascii|ascii|utf-?16(le|be)?|iso-?8859-?\d{1,2}|latin-?1|windows-?125\d|cp125\d"
)
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
HEADER = re.compile(r"([!-9;-~]{1,100})[ \t]*:(.*)", re.DOTALL)
END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")
LINE_ENDS = re.compile(r"\r\n|\r|\n")
PARAMETER = re.compile(
    r';\s*([a-z0-9*_-]{1,40})\s*=\s*("(?:[^"\\]|\\.){0,400}"|[^;\s"]{0,400})', re.IGNORECASE
)


class TooMuch(Exception):
    """A mail that is larger, wider or deeper than anything a calendar or a mail server sends."""


@dataclass(frozen=True)
class Part:
    """A part of a mail: its headers by lower-case name (the first of each), and its body as it was sent."""

    headers: dict[str, str]
    body: bytes
    kind: str = "text/plain"
    parameters: dict[str, str] = field(default_factory=dict)

    def content(self) -> bytes:
        """The body, its transfer encoding undone; what is broken is left out."""
        encoding = self.headers.get("content-transfer-encoding", "").strip().lower()
        if encoding == "base64":
            return from_base64(self.body)
        return quopri.decodestring(self.body) if encoding == "quoted-printable" else self.body

    def text(self) -> str:
        """The body as text; bytes that are none in its alphabet become a mark."""
        return decoded(self.content(), self.parameters.get("charset", ""))


def from_base64(body: bytes) -> bytes:
    """What base64 stands for, as far as it can be read."""
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def decoded(content: bytes, charset: str) -> str:
    """Bytes as text in the alphabets that mail is written in; anything else is read as UTF-8."""
    known = charset.strip().lower()
    try:
        return content.decode(known if CHARSETS.fullmatch(known) else "utf-8", "replace")
    except (LookupError, UnicodeError):
        return content.decode("utf-8", "replace")


def clean(text: str, length: int = TEXT_LENGTH) -> str:
    """Text that may be stored and shown: without control signs and what turns the direction of writing."""
    return CONTROLS.sub("", LINE_ENDS.sub("\n", text[: length * 4])).strip()[:length]


def one_line(text: str, length: int) -> str:
    """The same in one line."""
    return " ".join(clean(text, length * 2).split())[:length]


def part_of(raw: bytes, usual: str = "text/plain") -> Part:
    """Headers and body of one part."""
    if raw[:1] == b"\n" or raw[:2] == b"\r\n":  # a part without headers
        return Part({}, raw.lstrip(b"\r\n"), usual)
    end = END_OF_HEADERS.search(raw, 0, HEADER_BYTES)
    headers = headers_of(raw[: end.start() if end else HEADER_BYTES])
    said = headers.get("content-type", "")
    kind, _, _ = said.partition(";")
    parameters = {name.lower().rstrip("*"): unquoted(value) for name, value in PARAMETER.findall(said)}
    return Part(headers, raw[end.end() :] if end else b"", kind.strip().lower() or usual, parameters)


def headers_of(block: bytes) -> dict[str, str]:
    """The first header of each name, unfolded; lines that are none are passed over."""
    text = re.sub(r"(\r\n|\r|\n)[ \t]+", " ", decoded(block, "utf-8"))
    found: dict[str, str] = {}
    for line in LINE_ENDS.split(text):
        header = HEADER.fullmatch(line)
        if header:
            found.setdefault(header[1].lower(), header[2].strip()[:HEADER_LENGTH])
    return found


def unquoted(value: str) -> str:
    """A parameter's value without its quotation marks."""
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value


def leaves(mail: Part) -> Iterator[Part]:
    """Every part that holds something itself, in the order it is read. Raises TooMuch beyond the caps."""
    seen, waiting = 0, [(mail, 1)]
    while waiting:
        part, depth = waiting.pop()
        seen += 1
        if seen > MOST_PARTS:
            raise TooMuch(f"It has more than {MOST_PARTS} parts.")
        if not part.kind.startswith("multipart/"):
            yield part
            continue
        if depth >= DEEPEST:
            raise TooMuch(f"Its parts are nested more than {DEEPEST} deep.")
        waiting += [(inner, depth + 1) for inner in reversed(inner_parts(part))]


def inner_parts(part: Part) -> list[Part]:
    """What stands between the boundaries of a multipart; the last may lack its end."""
    boundary = part.parameters.get("boundary", "")
    if not boundary:
        return []
    usual = "message/rfc822" if part.kind == "multipart/digest" else "text/plain"
    line = rb"(?:^|(?<=\n))--" + re.escape(boundary.encode()) + rb"(--)?[ \t]*(?:\r?\n|$)"
    found: list[Part] = []
    start = None
    for mark in re.finditer(line, part.body):
        if start is not None:
            found.append(part_of(part.body[start : mark.start()], usual))
        start = mark.end()
        if len(found) > MOST_PARTS:
            raise TooMuch(f"It has more than {MOST_PARTS} parts.")
        if mark[1]:
            return found
    if start is not None:
        found.append(part_of(part.body[start:], usual))
    return found


def in_words(header: str) -> str:
    """A header with its encoded words decoded: =?utf-8?q?Zo=C3=AB?= is Zoë."""
    try:
        pieces = email.header.decode_header(header[:HEADER_LENGTH])
    except (ValueError, LookupError, binascii.Error, email.errors.MessageError):
        return header
    return "".join(
        decoded(said, charset or "utf-8") if isinstance(said, bytes) else said for said, charset in pieces
    )


def sender_of(mail: Part) -> tuple[str, str]:
    """Name and address (lower case) of who wrote a mail; empty where it does not say.

    An address inside a quoted name is part of the name: "priya@home.example" <somebody@else.example> is somebody else.
    """
    header = mail.headers.get("from", "")[:1000]
    bare = re.sub(r'"(?:[^"\\]|\\.)*"|\([^()]*\)', " ", header)
    angled = re.findall(r"<([^<>]*)>", bare)
    address = angled[-1] if angled else bare
    name = re.sub(r"<[^<>]*>\s*$", "", header) if angled else ""
    return one_line(in_words(name).strip(' "'), 200), tidy_address(address)


def tidy_address(typed: str) -> str:
    """An address to compare by: without ``mailto:``, in lower case; "" for what is none."""
    address = re.sub(r"^mailto:", "", typed.strip().strip("<>\"'"), flags=re.IGNORECASE)
    address = one_line(address.partition("?")[0], 255).lower()
    return address if re.fullmatch(r"[^@\s<>]{1,64}@[^@\s<>]{1,189}", address) else ""


def ids_in(text: str) -> list[str]:
    """Every Message-ID that stands in a text, each once; one with a control sign in it is none."""
    found = re.findall(r"<[^<>\s@]{1,100}@[^<>\s@]{1,100}>", text)
    return [name for name in dict.fromkeys(found) if not CONTROLS.search(name)]
