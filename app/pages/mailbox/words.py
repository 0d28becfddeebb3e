"""Incoming mail in words. Pure: rows in, words out."""

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
# What may have come of the question whether to release a place.
SINCE = {"kept": "they keep the place", "accepted": "they accepted", "tentative": "they may come"}
SHOWN = {
    "": "To see to",
    "declined": "Declined",
    "all": "All",
    "machines": "Written by machines",
}


def what_happened(mail: Any) -> str:
    """What was done with a mail, and why: one sentence each."""
    return f"{DID[mail.did]}. {mail.why}"


def since_then(mail: Any, partstat: str) -> str:
    """What came of the question that a mail led to, ``partstat`` being what holds now; "" where it is open."""
    if mail.did != "asked" or not mail.booking:
        return ""
    if mail.booking.state != "booked":
        return "Since then: the place is gone."
    return f"Since then: {SINCE[partstat]}." if partstat in SINCE else ""


def answer_to(mail: Any) -> str:
    """Where a click begins an answer in the reader's own mail program; "" for a mail nobody wrote."""
    if not mail.from_email or mail.kind in ("bounce", "delayed", "auto-reply"):
        return ""
    subject = mail.subject if mail.subject.lower().startswith("re:") else f"Re: {mail.subject}"
    return f"mailto:{quote(mail.from_email, safe='@')}?subject={quote(subject)}"
