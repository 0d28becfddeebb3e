"""When a letter is tried again, and which may be sent again. Pure."""

import re
from datetime import datetime, timedelta

from .message_table import ONCE_ONLY

# After each failed try, how long to wait for the next: eight tries over about a day.
WAITS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 420, 780))
TRIES = len(WAITS) + 1


def next_try(tries: int, *, now: datetime) -> datetime | None:
    """When to try again after that many failed tries; None when it is given up."""
    return now + WAITS[tries - 1] if 0 < tries < TRIES else None


def is_over(expires_at: datetime | None, *, now: datetime) -> bool:
    """Whether a letter would tell of what is over."""
    return expires_at is not None and expires_at <= now


def twice_is_worse(message: str, *, channel: str) -> bool:
    """Whether it is better that a letter never comes than that it comes twice.

    Other letters carry the same Message-ID, and invites the same UID and SEQUENCE, so that a second one is dropped
    or changes nothing.
    """
    return channel == "text" or message in ONCE_ONLY


def is_about_the_address(code: int, text: str) -> bool:
    """Whether a mail server's refusal says that the address takes no mail, and not that it does not like us.

    By the enhanced code of RFC 3463 where there is one: 5.1 is the address (but 5.1.7 and 5.1.8 are the sender's),
    5.2 the mailbox (but 5.2.2 is full, and 5.2.3 this mail too long). Without one, by the plain code.
    """
    enhanced = re.search(r"\b5\.(\d{1,3})\.(\d{1,3})\b", text[:80])
    if enhanced:
        subject, detail = int(enhanced[1]), int(enhanced[2])
        return (subject == 1 and detail not in (7, 8)) or (subject == 2 and detail not in (2, 3))
    return code in (550, 551, 553)


def is_about_the_sender(text: str) -> bool:
    """Whether a mail server's refusal says that we may not send under the address we send from.

    It is the same for every letter, and somebody has to set it right: no letter may be given up for it. These are
    Exchange's; it says them only once it has the whole mail.
    """
    return bool(re.search(r"\b5\.7\.60\b|\b5\.2\.252\b|\bSendAsDenied\b", text[:300]))


def why_not_again(
    *, state: str, secret: bool, overtaken: bool, expires_at: datetime | None, now: datetime
) -> str:
    """Why a letter is not sent again, as a sentence; "" when it may be.

    ``overtaken``: its calendar was told something newer since, by a letter that may have arrived.
    """
    if secret:
        return "This mail holds a link for its reader alone, so it is not sent again. A fresh one can be asked for."
    if state == "withdrawn":
        return "This mail was withdrawn, because what it says no longer holds."
    if state == "unsure":
        return "This mail may have left: say first whether it did."
    if state in ("queued", "sending"):
        return "This mail is still on its way."
    if is_over(expires_at, now=now):
        return "What this mail tells is over."
    if overtaken:
        return (
            "A newer mail told this calendar something else since. Send that one again, so that both agree."
        )
    return ""
