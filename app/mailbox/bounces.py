"""What a mail server says about a mail of ours that it could not deliver. Pure: parts in, values out.

Either in the form made for it (RFC 3464: multipart/report with a delivery-status), or as old servers write it, in
words. What it means is decided by whoever knows our letters: a report about a mail that we did not send to that
address means nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .mime import Part, decoded, headers_of, ids_in, one_line, tidy_address

MOST_RECIPIENTS = 50
READ_LENGTH = 100_000
REPORTS = ("message/delivery-status", "message/global-delivery-status")
RETURNED = ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global")
DAEMONS = re.compile(r"(mailer-daemon|mail-daemon|postmaster|mail-delivery-subsystem|mailerdaemon)@")
SUBJECTS = re.compile(
    r"undeliver|delivery (status|failure|has failed|incomplete|delayed|problem)|returned mail|failure notice|"
    r"mail delivery|non.?remis|unzustellbar",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,189}")
FOR_NOW = re.compile(
    r"\bdelayed\b|not yet been delivered|keep trying|will be retried|continue(s)? to try|try again later|"
    r"temporar(y|ily)|\b4\.\d{1,3}\.\d{1,3}\b|\b4[0-5]\d[ -]",
    re.IGNORECASE,
)
FOR_GOOD = re.compile(
    r"\b5\.\d{1,3}\.\d{1,3}\b|\b5[0-5]\d[ -]|permanent|no such (user|person|address|mailbox)|unknown user|"
    r"user unknown|does not exist|giving up|could not be delivered|undeliverable|delivery failed",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Status:
    """What became of the mail for one recipient: ``for_good``, for now, or neither (it arrived after all)."""

    addresses: frozenset[str]
    for_good: bool = False
    for_now: bool = False
    said: str = ""


@dataclass(frozen=True, kw_only=True)
class Bounce:
    """A report: what became of it, by recipient, and the Message-IDs that it names as the mail's."""

    statuses: tuple[Status, ...]
    message_ids: tuple[str, ...]

    def about(self, address: str) -> Status | None:
        """What it says about a recipient."""
        return next((status for status in self.statuses if address.lower() in status.addresses), None)


def read_report(parts: Sequence[Part]) -> Bounce | None:
    """A report in the form made for it; None when there is none among the parts."""
    report = next((part for part in parts if part.kind in REPORTS), None)
    if report is None:
        return None
    blocks = re.split(r"(?:\r?\n){2,}", report.text()[:READ_LENGTH])
    fields = [headers_of(block.strip().encode()) for block in blocks[: MOST_RECIPIENTS + 1]]
    statuses = [
        status_of(block) for block in fields if "final-recipient" in block or "original-recipient" in block
    ]
    return Bounce(statuses=tuple(statuses), message_ids=tuple(returned_ids(parts)))


def status_of(block: dict[str, str]) -> Status:
    """One recipient's block: "Final-Recipient: rfc822; priya@northshire.example", "Action: failed" ..."""
    named = [block.get(name, "").rpartition(";")[2] for name in ("final-recipient", "original-recipient")]
    action = block.get("action", "").strip().lower()
    said = block.get("diagnostic-code", "").partition(";")[2] or block.get("status", "")
    return Status(
        addresses=frozenset(filter(None, map(tidy_address, named))),
        for_good=action == "failed",
        for_now=action == "delayed" or (not action and block.get("status", "").startswith("4")),
        said=one_line(said, 300),
    )


def returned_ids(parts: Sequence[Part]) -> list[str]:
    """The Message-ID of the mail that is returned, from its headers; it is not read any further."""
    for part in parts:
        if part.kind in RETURNED:
            content = part.content()
            head = re.split(rb"\r?\n\r?\n", content[:READ_LENGTH].lstrip(), maxsplit=1)[0]
            return ids_in(headers_of(head).get("message-id", ""))
    return []


def looks_returned(mail: Part, sender: str, subject: str) -> bool:
    """Whether a mail without a report comes from a server that returns mail."""
    if DAEMONS.match(sender) or "x-failed-recipients" in mail.headers:
        return True
    return mail.headers.get("return-path", "").strip() == "<>" and bool(SUBJECTS.search(subject))


def read_words(mail: Part, parts: Sequence[Part], text: str) -> Bounce:
    """What an old server says in words: every address and every Message-ID in it, and what it sounds like."""
    failed = mail.headers.get("x-failed-recipients", "")
    quoted = "\n".join(decoded(part.body[:READ_LENGTH], "utf-8") for part in parts if part.kind in RETURNED)
    everything = f"{failed}\n{text[:READ_LENGTH]}"
    found = {tidy_address(address) for address in ADDRESS.findall(everything)}
    for_now = bool(FOR_NOW.search(everything)) and not failed
    status = Status(
        addresses=frozenset(found - {""}),
        for_now=for_now,
        for_good=not for_now and bool(failed or FOR_GOOD.search(everything)),
        said=sentence_with(everything, FOR_NOW if for_now else FOR_GOOD),
    )
    return Bounce(statuses=(status,), message_ids=tuple(quoted_ids(f"{everything}\n{quoted}")))


def quoted_ids(text: str) -> list[str]:
    """The Message-IDs of the mail that a text quotes with its headers."""
    lines = re.findall(r"(?im)^[ \t>]{0,20}message-id:[ \t]{0,9}(?:\r?\n[ \t]{1,9})?(<[^<>\s]{1,200}>)", text)
    return [name for line in lines[:20] for name in ids_in(line)]


def sentence_with(text: str, sign: re.Pattern[str]) -> str:
    """The line in which it says so."""
    return next((one_line(line, 300) for line in text.splitlines()[:500] if sign.search(line)), "")
