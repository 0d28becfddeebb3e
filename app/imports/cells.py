"""What a cell says: days, times, addresses, numbers. A ``Wrong`` says in words why it is none. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TypeVar

from ..accounts.rules import tidy_email
from ..catalogue.rules import parse_time
from ..clock import LONDON, from_london
from .tables import short

Value = TypeVar("Value")


class Wrong(ValueError):
    """A cell cannot be what its column holds; the text says why, and what to write instead."""


EARLIEST, LATEST = 1990, 2100  # years
MONTH_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
ISO_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", re.ASCII)
UK_DAY = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4})", re.ASCII)
SHORT_DAY = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2}", re.ASCII)
NAMED_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s-]+([a-z]{3,9})\.?,?[\s-]+(\d{4})", re.ASCII)
NAMED_FIRST = re.compile(r"([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})", re.ASCII)
WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+", re.ASCII)
SERIAL = re.compile(r"[1-9]\d{4}(?:\.\d+)?", re.ASCII)
FRACTION = re.compile(r"0?\.\d+", re.ASCII)
SECONDS = re.compile(r"(\d{1,2}[:.]\d{2})[:.]00(?:\.0+)?", re.ASCII)
ZONE = re.compile(r"\s*(bst|gmt)$")
PLAIN_EMAIL = re.compile(
    r"[a-z0-9_'+-]+(?:\.[a-z0-9_'+-]+)*@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,24}"
)
EXCEL_EPOCH = date(1899, 12, 30)
WRITE_DAY = "Write a day like 12/05/2026 or 2026-05-12"
WRITE_TIME = "Write a time like 9:30 or 13:00"


@lru_cache(maxsize=4096)
def day(text: str) -> date:
    """A day as people in the UK write it, or as ISO 8601 does. A month never stands before its day in figures."""
    plain = WEEKDAY.sub("", text.strip().casefold(), count=1)
    if found := ISO_DAY.fullmatch(plain):
        return real_day(text, int(found[1]), int(found[2]), int(found[3]))
    if found := UK_DAY.fullmatch(plain):
        return real_day(text, int(found[3]), int(found[2]), int(found[1]))
    if found := NAMED_DAY.fullmatch(plain):
        return real_day(text, int(found[3]), month_of(text, found[2]), int(found[1]))
    if found := NAMED_FIRST.fullmatch(plain):
        return real_day(text, int(found[3]), month_of(text, found[1]), int(found[2]))
    raise Wrong(no_day(text, plain))


def real_day(text: str, year: int, month: int, number: int) -> date:
    """The day, if there is one: not 31 February, nor a month 13."""
    if not 1 <= month <= 12:
        raise Wrong(
            f"\u201c{short(text)}\u201d has no month: there is no month {month}. The day comes before the month"
        )
    if not EARLIEST <= year <= LATEST:
        raise Wrong(f"{year} is not a year between {EARLIEST} and {LATEST}")
    try:
        return date(year, month, number)
    except ValueError:
        raise Wrong(f"{number} {MONTH_NAMES[month - 1]} {year} is not a date") from None


def month_of(text: str, name: str) -> int:
    """The number of a month by its name, or the three letters it begins with."""
    for number, full in enumerate(MONTH_NAMES, 1):
        if full.casefold().startswith(name) or name == "sept" == full.casefold()[:4]:
            return number
    raise Wrong(f"\u201c{short(text)}\u201d is not a date. {WRITE_DAY}")


def no_day(text: str, plain: str) -> str:
    """Why a text is no day."""
    if SHORT_DAY.fullmatch(plain):
        return f"\u201c{short(text)}\u201d could be several days. Write the year with four figures"
    if SERIAL.fullmatch(plain) and 20_000 < float(plain) < 80_000:
        meant = EXCEL_EPOCH + timedelta(days=int(float(plain)))
        return (
            f"\u201c{short(text)}\u201d is how Excel counts days"
            f" ({meant.day} {MONTH_NAMES[meant.month - 1]} {meant.year}, unless the workbook counts from 1904). "
            "Give the column the format of a date, then save the file again"
        )
    return f"\u201c{short(text)}\u201d is not a date. {WRITE_DAY}"


def clock_time(text: str) -> time:
    """A time as people write it, to the minute: 9:30, 09.30, 9:30am, 13:00:00, midday."""
    plain = text.strip()
    whole = SECONDS.fullmatch(plain)
    found = parse_time(whole[1] if whole else plain)
    if found is not None:
        return found
    if FRACTION.fullmatch(plain):
        raise Wrong(
            f"\u201c{short(text)}\u201d is how Excel counts the hours of a day. "
            "Give the column the format of a time, then save the file again"
        )
    raise Wrong(f"\u201c{short(text)}\u201d is not a time. {WRITE_TIME}")


def day_and_time(text: str) -> tuple[date, str]:
    """A cell that may hold both: the day, and what is written after it ("" for a day alone)."""
    plain = text.strip()
    parts = re.split(r"[\sT](?=\d{1,2}[:.]\d{2}|\d{1,2}\s*[ap]m)", plain, maxsplit=1, flags=re.IGNORECASE)
    return day(parts[0].rstrip(", ")), parts[1] if len(parts) > 1 else ""


def instant(on: date, text: str) -> datetime:
    """The instant of a time in London on a day, in UTC.

    Of the hour that comes twice in autumn, "1:30 BST" is the first and "1:30 GMT" the second; without either, and
    for the hour that is left out in spring, it is Wrong.
    """
    said = ZONE.search(text.casefold())
    at = clock_time(text[: said.start()] if said else text)
    try:
        first = from_london(on, at)
    except ValueError:
        raise Wrong(f"{at:%H:%M} does not exist on {in_words(on)}: the clocks go forward") from None
    second = first + timedelta(hours=1)
    twice = second.astimezone(LONDON).replace(tzinfo=None) == first.astimezone(LONDON).replace(tzinfo=None)
    if not said:
        if twice:
            raise Wrong(
                f"{at:%H:%M} comes twice on {in_words(on)}: the clocks go back. "
                f"Write {at:%H:%M} BST for the first, {at:%H:%M} GMT for the second"
            )
        return first
    for found in (first, second) if twice else (first,):
        if found.astimezone(LONDON).tzname() == said[1].upper():
            return found
    raise Wrong(f"On {in_words(on)} the clocks do not show {said[1].upper()} at {at:%H:%M}")


def moment(text: str) -> datetime:
    """A day with a time, or with an offset from UTC as computers write it; a day alone is its midnight."""
    if re.search(r"(?:Z|[+-]\d{2}:?\d{2})$", text.strip()) and "T" in text:
        try:
            return datetime.fromisoformat(text.strip()).astimezone(UTC)
        except ValueError:
            raise Wrong(f"\u201c{short(text)}\u201d is not a day with a time. {WRITE_DAY}") from None
    on, rest = day_and_time(text)
    return instant(on, rest or "0:00")


def in_words(on: date) -> str:
    """29 March 2026."""
    return f"{on.day} {MONTH_NAMES[on.month - 1]} {on.year}"


@lru_cache(maxsize=4096)
def email(text: str) -> str:
    """An address as it is stored."""
    plain = tidy_email(text.removeprefix("mailto:"))
    if PLAIN_EMAIL.fullmatch(plain) and len(plain) <= 254 and len(plain.partition("@")[0]) <= 64:
        return plain
    from ..accounts.addresses import NOT_PLAIN, fault_of

    fault = fault_of(plain)
    if fault == NOT_PLAIN:
        raise Wrong(
            f"\u201c{short(text)}\u201d has accents or other special letters, which many mail servers refuse"
        )
    if fault or len(plain) > 254:
        raise Wrong(f"\u201c{short(text)}\u201d is not an email address")
    return plain


def whole(text: str, *, least: int = 0, most: int = 5000) -> int:
    """A whole number between two others."""
    plain = text.replace(",", "").replace(" ", "")
    if not re.fullmatch(r"[+-]?\d{1,9}(?:\.0+)?", plain, re.ASCII):
        raise Wrong(f"\u201c{short(text)}\u201d is not a whole number")
    number = int(plain.partition(".")[0])
    if not least <= number <= most:
        raise Wrong(f"{number:,} is not between {least:,} and {most:,}")
    return number


YES = frozenset({"yes", "y", "true", "1", "x", "\u2713", "\u2714"})
NO = frozenset({"no", "n", "false", "0", "-"})


def yes(text: str) -> bool:
    """Yes or no."""
    plain = text.strip().casefold()
    if plain not in YES | NO:
        raise Wrong(f"\u201c{short(text)}\u201d is neither yes nor no")
    return plain in YES


def one_of(text: str, meant: Mapping[str, Value]) -> Value:
    """What one of a few words means, written in any case."""
    found = meant.get(" ".join(text.casefold().split()))
    if found is None:
        raise Wrong(f"\u201c{short(text)}\u201d is not one of: {', '.join(meant_words(meant))}")
    return found


def meant_words(meant: Mapping[str, Value]) -> list[str]:
    """The first word for each meaning, to name them in a sentence."""
    first: dict[Value, str] = {}
    for word, value in meant.items():
        first.setdefault(value, word)
    return list(first.values())


def entries(text: str) -> tuple[str, ...]:
    """A list in one cell: separated by semicolons or on lines of its own, each once."""
    found = (" ".join(part.split()) for part in re.split(r"[;\n]", text))
    return tuple(dict.fromkeys(part for part in found if part))


def link(text: str) -> str:
    """A link that people can follow."""
    plain = text.strip()
    if not re.fullmatch(r"https?://[^\s]+", plain):
        raise Wrong(f"\u201c{short(text)}\u201d is not a link that begins with https://")
    return plain
