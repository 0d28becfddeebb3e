"""What a mail is: an answer to an invite, a mail that came back, an automatic answer, or a letter. Pure.

Whatever the bytes, there is an answer; what is too large, too wide or too deep is refused, and said.
"""

import hashlib
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from .bounces import Bounce, looks_returned, read_report, read_words
from .mime import (
    HEADER_BYTES,
    MOST_BYTES,
    Part,
    TooMuch,
    clean,
    ids_in,
    in_words,
    leaves,
    one_line,
    sender_of,
)
from .mime import part_of as outermost
from .replies import Answer, read_answer

Kind = Literal["calendar", "bounce", "auto-reply", "letter", "refused"]
HTML_LENGTH = 200_000
UNSEEN = ("style", "script", "head", "title")
BREAKS = ("br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "table", "ul", "ol")
ENTITY = re.compile(r"&(#[0-9]{1,7}|#x[0-9a-f]{1,6}|[a-z0-9]{2,31});", re.IGNORECASE)
# Signs of a machine that answers, besides Auto-Submitted (RFC 3834).
MACHINES = ("x-autoreply", "x-autorespond", "x-auto-response", "list-id", "list-unsubscribe")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A mail, read. ``why`` is why it is refused."""

    kind: Kind
    message_id: str
    sender: str = ""
    sender_name: str = ""
    subject: str = ""
    text: str = ""
    answer: Answer | None = None
    bounce: Bounce | None = None
    why: str = ""


def read(raw: bytes, *, size: int | None = None) -> Reading:
    """Read a mail. ``size`` is how large it is, where only its beginning was fetched."""
    large = max(size or 0, len(raw)) > MOST_BYTES
    mail = outermost(raw[:HEADER_BYTES] if large else raw)
    name, address = sender_of(mail)
    told = Reading(
        kind="letter",
        message_id=message_id_of(mail, raw[:MOST_BYTES]),
        sender=address,
        sender_name=name,
        subject=one_line(in_words(mail.headers.get("subject", "")), 300),
    )
    if large:
        return replace(told, kind="refused", why="It is larger than 1 MB.")
    try:
        parts = list(leaves(mail))
    except TooMuch as error:
        return replace(told, kind="refused", why=str(error))
    return sorted_out(mail, parts, replace(told, text=text_of(parts)))


def sorted_out(mail: Part, parts: Sequence[Part], told: Reading) -> Reading:
    """What it is, by its parts first and its headers then."""
    report = read_report(parts) if mail.kind == "multipart/report" else None
    if report is not None:
        return replace(told, kind="bounce", bounce=report)
    calendar = next((part for part in parts if part.kind == "text/calendar"), None)
    if calendar is not None:
        return replace(told, kind="calendar", answer=read_answer(calendar.text()))
    if looks_returned(mail, told.sender, told.subject):
        return replace(told, kind="bounce", bounce=read_words(mail, parts, told.text))
    return replace(told, kind="auto-reply" if by_machine(mail) else "letter")


def by_machine(mail: Part) -> bool:
    """Whether a machine wrote it: out of office, a list, a receipt. It is never answered."""
    said = mail.headers.get("auto-submitted", "no").strip().lower()
    precedence = mail.headers.get("precedence", "").strip().lower()
    return (
        not said.startswith("no")
        or precedence in ("bulk", "junk", "list", "auto_reply")
        or mail.kind == "multipart/report"
        or any(name in mail.headers for name in MACHINES)
    )


def message_id_of(mail: Part, raw: bytes) -> str:
    """What names the mail in the world; without a usable name, a fingerprint of what it says."""
    named = ids_in(mail.headers.get("message-id", ""))
    return named[0] if named else f"sha256:{hashlib.sha256(raw).hexdigest()}"


def text_of(parts: Sequence[Part]) -> str:
    """What it says: its first plain text, else its first HTML without the marks."""
    plain = next((part for part in parts if part.kind == "text/plain"), None)
    if plain is not None:
        return clean(plain.text())
    rich = next((part for part in parts if part.kind == "text/html"), None)
    return clean(without_marks(rich.text()[:HTML_LENGTH])) if rich else ""


def without_marks(markup: str) -> str:
    """The words of an HTML text, as plain text; each sign is looked at a bounded number of times."""
    words: list[str] = []
    low, at = markup.lower(), 0
    while at < len(markup):
        begins = markup.find("<", at)
        words.append(markup[at : begins if begins >= 0 else None])
        if begins < 0:
            break
        ends = markup.find(">", begins)
        if ends < 0:
            break
        name = re.match(r"</?([a-z0-9]{0,10})", low[begins : begins + 12])
        mark = name[1] if name else ""
        if mark in UNSEEN and low[begins + 1] != "/":
            closing = low.find(f"</{mark}", ends)
            ends = low.find(">", closing) if closing >= 0 else -1
            if ends < 0:
                break
        words.append("\n" if mark in BREAKS else " ")
        at = ends + 1
    said = ENTITY.sub(lambda found: html.unescape(found[0]), "".join(words))
    lines = (" ".join(line.split()) for line in said.splitlines())
    return "\n".join(line for line in lines if line)
