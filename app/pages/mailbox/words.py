"""Incoming mail in words. Pure: rows in, words out."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

Tag = tuple[str, str]

KINDS: dict[str, Tag] = {
    "reply": ("Answer to an invite", "brand"),
    "counter": ("Proposes another time", "warn"),
    "bounce": ("Came back", "bad"),
    "delayed": ("Delayed", "plain"),
    "auto-reply": ("Automatic answer", "plain"),
    "unknown": ("Letter", "brand"),
    "refused": ("Could not be read", "bad"),
}
DID = {
    "noted": "Noted beside the booking",
    "asked": "The person was asked whether to release the place",
    "flagged": "Flagged",
    "marked": "The address is marked as one that takes no mail",
    "parked": "Nothing was changed",
    "ignored": "Nothing was changed",
}
SAID: dict[str, Tag] = {
    "declined": ("Declined in their calendar", "bad"),
    "tentative": ("May come, says their calendar", "warn"),
    "accepted": ("Accepted", "good"),
    "kept": ("Keeps the place", "good"),
}
SHOWN = {
    "": "To see to",
    "declined": "Declined",
    "all": "All",
    "machines": "Written by machines",
}


def what_happened(mail: Any) -> str:
    """What was done with a mail, and why: one sentence each."""
    return f"{DID[mail.did]}. {mail.why}"


def answer_to(mail: Any) -> str:
    """Where a click begins an answer in the reader's own mail program; "" for a mail nobody wrote."""
    if not mail.from_email or mail.kind in ("bounce", "delayed", "auto-reply"):
        return ""
    subject = mail.subject if mail.subject.lower().startswith("re:") else f"Re: {mail.subject}"
    return f"mailto:{quote(mail.from_email, safe='@')}?subject={quote(subject)}"


def strongest(partstats: Iterable[str]) -> str:
    """Of the answers to a booking's invites the one to know of; "" without any."""
    given = set(partstats)
    return next((partstat for partstat in SAID if partstat in given), "")
