"""Presentation: small filters for templates. Instants become London time in words."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from markupsafe import Markup

from ..clock import in_london, london_day

TO_BE_ANNOUNCED = "Date to be announced"


def clock_time(instant: datetime) -> str:
    """9:30am, 1pm, midday."""
    return on_the_wall(in_london(instant))


def on_the_wall(local: datetime) -> str:
    """The same of a time that is London's already."""
    hour, half = local.hour % 12 or 12, "am" if local.hour < 12 else "pm"
    if (local.hour, local.minute) == (12, 0):
        return "midday"
    return f"{hour}:{local.minute:02d}{half}" if local.minute else f"{hour}{half}"


def day(value: date | datetime | None, *, year: bool = True) -> str:
    """Tue 12 January 2027; of what awaits its date: "date to be announced"."""
    if value is None:
        return TO_BE_ANNOUNCED.lower()
    found = london_day(value) if isinstance(value, datetime) else value
    return f"{found:%a {found.day} %B}" + (f" {found.year}" if year else "")


def long_date(value: date | datetime) -> str:
    """12 January 2027."""
    found = london_day(value) if isinstance(value, datetime) else value
    return f"{found.day} {found:%B %Y}"


def month(value: date | datetime) -> str:
    """January 2027."""
    found = london_day(value) if isinstance(value, datetime) else value
    return f"{found:%B %Y}"


def when(starts_at: datetime | None, ends_at: datetime | None = None) -> str:
    """Tue 12 January 2027, 9:30am to 12:30pm; a range of days when it ends on another day.

    Of what awaits its date: "Date to be announced".
    """
    if starts_at is None:
        return TO_BE_ANNOUNCED
    start = in_london(starts_at)
    if ends_at is None:
        return f"{day(start.date())}, {on_the_wall(start)}"
    end = in_london(ends_at)
    if start.date() == end.date():
        return f"{day(start.date())}, {on_the_wall(start)} to {on_the_wall(end)}"
    return f"{day(start.date())} to {day(end.date())}"


def duration(minutes: int | None) -> str:
    """2 hours 30 minutes."""
    if not minutes:
        return ""
    hours, rest = divmod(minutes, 60)
    parts = [plural(hours, "hour")] if hours else []
    if rest:
        parts.append(plural(rest, "minute"))
    return " ".join(parts)


def number(value: int | float | None) -> str:
    """10,364."""
    return "" if value is None else f"{value:,}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """1 place, 3 places."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def percent(value: Any) -> str:
    """37.8% from 37.8; "–" where there is none."""
    return "–" if value is None else f"{value}%"


def listed(words: Sequence[str], last: str = "and") -> str:
    """Red, green and blue."""
    parts = [str(word) for word in words]
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}" if parts else ""


def map_link(address: str) -> str:
    """Where a map shows that address (or postcode)."""
    return "https://www.openstreetmap.org/search?" + urlencode({"query": address})


@lru_cache(maxsize=512)
def markdown(text: str) -> Markup:
    """CommonMark without HTML, cleaned, with headings below the page's own."""
    import nh3
    from markdown_it import MarkdownIt

    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    return Markup(nh3.clean(html, tags=nh3.ALLOWED_TAGS - {"img", "h1"}, link_rel="noopener noreferrer"))


def install(app: Flask) -> None:
    """Give templates the filters under their names here."""
    for function in (
        clock_time,
        day,
        long_date,
        month,
        when,
        duration,
        number,
        plural,
        percent,
        listed,
        map_link,
        markdown,
    ):
        app.jinja_env.filters[function.__name__] = function
