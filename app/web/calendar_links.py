"""Links that put a date, or a calendar that keeps itself up to date, into the calendars most people use."""

from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from flask import Flask

GOOGLE = "https://calendar.google.com/calendar"
OUTLOOK = "https://outlook.office.com/calendar/0"
# Some calendars refuse an address that is longer.
LONGEST_DETAILS = 1000


class Way(NamedTuple):
    """A calendar, and the link that leads there."""

    calendar: str
    href: str


def subscriptions(address: str, name: str) -> tuple[Way, Way, Way]:
    """How three calendars are told to follow a feed: the whole address of it, and what to call it."""
    webcal = "webcal:" + address.partition(":")[2]
    return (
        Way("Google", f"{GOOGLE}/r?{urlencode({'cid': webcal})}"),
        Way("Outlook", f"{OUTLOOK}/addfromweb?{urlencode({'url': address, 'name': name}, quote_via=quote)}"),
        Way("Apple", webcal),
    )


def additions(
    title: str, starts_at: datetime, ends_at: datetime, *, place: str, details: str
) -> tuple[Way, Way]:
    """Links that open a calendar's own form with one session filled in, its times in UTC."""
    details = details[:LONGEST_DETAILS]
    google = {
        "action": "TEMPLATE",
        "text": title,
        "dates": f"{in_utc(starts_at, '%Y%m%dT%H%M%SZ')}/{in_utc(ends_at, '%Y%m%dT%H%M%SZ')}",
        "details": details,
        "location": place,
    }
    outlook = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": title,
        "startdt": in_utc(starts_at, "%Y-%m-%dT%H:%M:%SZ"),
        "enddt": in_utc(ends_at, "%Y-%m-%dT%H:%M:%SZ"),
        "body": details,
        "location": place,
    }
    return (
        Way("Google", f"{GOOGLE}/render?{urlencode(google, quote_via=quote)}"),
        Way("Outlook", f"{OUTLOOK}/deeplink/compose?{urlencode(outlook, quote_via=quote)}"),
    )


def in_utc(instant: datetime, form: str) -> str:
    """An instant in UTC, written as one of them wants it."""
    return instant.astimezone(UTC).strftime(form)


def install(app: Flask) -> None:
    """Give templates both."""
    given: dict[str, Any] = {"subscriptions": subscriptions, "additions": additions}
    app.jinja_env.globals.update(given)
