"""Dates of reports: written as the downloader's computer does, so the order of day and month has to be found. Pure.

Year first and dots are clear, and so are months by name. For others both orders are tried over all values of a file,
and the one holds that puts its start on a day of the event; where both do or neither does, a person is asked.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from ...clock import LONDON, london_day
from .labels import folded


class Order(StrEnum):
    """Which comes first in dates such as 04/05/26."""

    DAY = "day"
    MONTH = "month"


class Stamp(NamedTuple):
    """An instant as it is written. ``clear``: day and month cannot be taken for each other, and stand in that order."""

    year: int
    first: int
    second: int
    hour: int
    minute: int
    sec: int
    clear: bool
    utc: bool = False


MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})\.?")
DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})")
EITHER = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})")
MONTH_NAMED = re.compile(r"([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
DAY_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s-]([a-z]{3,9})\.?,?[\s-](\d{4})")
CLOCK = re.compile(
    r"(\d{1,2})[:.h](\d{2})(?:[:.m](\d{2}))?(?:[.,]\d+)?s?\s*(?:([ap])\.?\s?m\.?)?\s*(z|utc|gmt)?"
)
# What stands between day and time: "15/11/22, 09:30", "13/04/2021 à 09:01", "2022-11-15T09:30".
BETWEEN = re.compile(r"\s*(?:,|t(?=\d)|a(?=\s)|at|um|om|o godz\.?|alle)?\s*")


@lru_cache(maxsize=65536)
def stamp_of(text: str) -> Stamp | None:
    """What is written; None for what is no day with a time."""
    said = folded(text).strip()
    for pattern, read in READERS:
        found = pattern.match(said)
        if found is None:
            continue
        day = read(found)
        rest = BETWEEN.match(said, found.end())
        shown = CLOCK.fullmatch(said, rest.end() if rest else found.end())
        time = None if shown is None else time_of(shown)
        if day is not None and time is not None and shown is not None:
            stamp = Stamp(*day[:3], *time, clear=day[3], utc=shown[5] in ("z", "utc"))
            return stamp if any(instant_of(stamp, order) for order in Order) else None
    return None


Written = tuple[int, int, int, bool]  # year, two numbers, whether they are day and month for certain


def year_first(found: re.Match[str]) -> Written:
    """2026-11-15."""
    return int(found[1]), int(found[3]), int(found[2]), True


def dotted(found: re.Match[str]) -> Written:
    """15.11.2026."""
    return full_year(found[3]), int(found[1]), int(found[2]), True


def either(found: re.Match[str]) -> Written:
    """15/11/26 or 11/15/26."""
    return full_year(found[3]), int(found[1]), int(found[2]), False


def month_named(found: re.Match[str]) -> Written | None:
    """Nov 15, 2026."""
    month = MONTHS.get(found[1][:3])
    return (int(found[3]), int(found[2]), month, True) if month else None


def day_named(found: re.Match[str]) -> Written | None:
    """15 November 2026."""
    month = MONTHS.get(found[2][:3])
    return (int(found[3]), int(found[1]), month, True) if month else None


READERS = (
    (YEAR_FIRST, year_first),
    (DOTTED, dotted),
    (EITHER, either),
    (MONTH_NAMED, month_named),
    (DAY_NAMED, day_named),
)


def full_year(digits: str) -> int:
    """26 is 2026: nobody met online before 2000."""
    return int(digits) + (2000 if len(digits) == 2 else 0)


def time_of(found: re.Match[str]) -> tuple[int, int, int] | None:
    """Hour, minute, second; None for what no clock shows."""
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if found[4]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[4] == "p" else 0)
    return (hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


@lru_cache(maxsize=65536)
def instant_of(stamp: Stamp, order: Order, *, utc: bool = False) -> datetime | None:
    """The instant, in UTC, read in an order; None for a day that does not exist. Without a zone it is London's time."""
    day, month = (stamp.first, stamp.second)
    if not stamp.clear and order == Order.MONTH:
        day, month = month, day
    zone = UTC if utc or stamp.utc else LONDON
    try:
        local = datetime(stamp.year, month, day, stamp.hour, stamp.minute, stamp.sec, tzinfo=zone)
    except ValueError:
        return None
    return local.astimezone(UTC)


class Settled(NamedTuple):
    """In which order a file's dates are read (None: ask), and in which they could be read at all."""

    order: Order | None
    possible: tuple[Order, ...]
    days: tuple[date, ...]  # of the start, in each of the possible orders
    fits: bool  # whether the start is on a day of the event, in the order that holds


def settle(
    stamps: Collection[Stamp],
    start: Stamp | None,
    event_days: Sequence[date],
    *,
    utc: bool = False,
    chosen: Order | None = None,
) -> Settled:
    """Find the order that holds for all of a file's values; ``chosen`` is what a person answered.

    ``start`` is when the file says that the meeting began; without it, it is the earliest value.
    """
    open_ones = {stamp for stamp in stamps if not stamp.clear} | ({start} if start else set())
    possible = [
        order for order in Order if all(instant_of(stamp, order, utc=utc) is not None for stamp in open_ones)
    ]
    days = [day_of_start(stamps, start, order, utc=utc) for order in possible]
    same = len(possible) == 2 and all(
        instant_of(stamp, Order.DAY, utc=utc) == instant_of(stamp, Order.MONTH, utc=utc)
        for stamp in open_ones
    )
    if same:  # clear ones, or 11/11/26
        possible, days = possible[:1], days[:1]
    fitting = [order for order, day in zip(possible, days, strict=True) if day in event_days]
    holds = None
    if chosen in possible:
        holds = chosen
    elif len(fitting) == 1:
        holds = fitting[0]
    elif len(possible) == 1:
        holds = possible[0]
    return Settled(holds, tuple(possible), tuple(days), holds in fitting)


def day_of_start(stamps: Iterable[Stamp], start: Stamp | None, order: Order, *, utc: bool) -> date:
    """The day in London on which the meeting began, if dates are read in this order."""
    wanted = [start] if start else stamps
    return london_day(min(at for stamp in wanted if (at := instant_of(stamp, order, utc=utc)) is not None))
