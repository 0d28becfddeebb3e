"""When a material is shown, and whether an address can be given to people. Pure."""

from collections.abc import Callable
from datetime import date, datetime
from urllib.parse import urlsplit

from ..clock import london_day, start_of_day
from ..working_days import add_working_days

SHOWN = {
    "booking": "As soon as somebody has a place",
    "before": "So many working days before the start",
    "after": "When it is over",
}
KIND_WORDS = {"file": "File", "link": "Link", "recording": "Recording"}


def shown_from(
    *, shown: str, working_days: int, starts_at: datetime | None, ends_at: datetime | None
) -> datetime | None:
    """From when those on an event see a material; None while it awaits the date that decides."""
    if shown == "booking":
        return datetime.min.replace(tzinfo=start_of_day(date(2000, 1, 1)).tzinfo)
    if shown == "after":
        return ends_at
    return starts_at and start_of_day(add_working_days(london_day(starts_at), -working_days))


def is_shown(
    *,
    opens_at: datetime | None,
    until_on: date | None,
    now: datetime,
    only_who_came: bool,
    came: Callable[[], bool],
) -> bool:
    """Whether somebody on the event sees it now; whether they came is asked only where it decides."""
    begun = opens_at is not None and opens_at <= now
    ended = until_on is not None and until_on < london_day(now)
    return begun and not ended and (not only_who_came or came())


def fault_of_link(url: str) -> str:
    """What is wrong with an address, and what to do about it; "" when nothing is."""
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and "." in (parts.hostname or "") and parts.port != 0
    except ValueError:
        named = False
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not named or any(sign.isspace() for sign in url):
        return "Enter the whole address, beginning with https://"
    if parts.username or parts.password:
        return "Enter an address without a name and password in it"
    return ""
