"""Minutes as people say them: hours, and days of six hours. Pure (domain.md, "days delivered")."""

import re
from decimal import ROUND_HALF_UP, Decimal

A_DAY = 360  # minutes
MOST_HOURS = 60  # that one event may take of somebody, each of preparation, delivery and travel
CLOCK = re.compile(r"([0-9]{1,3}):([0-5][0-9])")
WORDS = re.compile(
    r"(?:([0-9]{1,3}(?:\.[0-9]{1,2})?)\s*h(?:ours?|rs?)?)?\s*(?:([0-9]{1,4})\s*m(?:inutes?|ins?)?)?"
)


def days(minutes: int) -> Decimal:
    """Days of six hours, rounded half up to quarter days: add up first."""
    quarters = (minutes * 4 * 2 + A_DAY) // (A_DAY * 2)
    return Decimal(quarters) / 4


def hours(minutes: int) -> Decimal:
    """Hours to one decimal, half up."""
    return (Decimal(minutes) / 60).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def exact_hours(minutes: int) -> Decimal:
    """Hours to two decimals, for spreadsheets that add up."""
    return (Decimal(minutes) / 60).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def minutes_of(typed: str) -> int | None:
    """What somebody typed, in minutes: 1.5 and 1:30 are hours, "90 min" is minutes, nothing is none; None if unclear."""
    text = typed.strip().lower().replace(",", ".")
    if not text:
        return 0
    if found := CLOCK.fullmatch(text):
        return int(found[1]) * 60 + int(found[2])
    if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,2})?", text):
        return round_half_up(Decimal(text) * 60)
    found = WORDS.fullmatch(text)
    if found is None or not (found[1] or found[2]):
        return None
    return round_half_up(Decimal(found[1] or 0) * 60) + int(found[2] or 0)


def round_half_up(value: Decimal) -> int:
    """The nearest whole number."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def typed(minutes: int | None) -> str:
    """Minutes as the form shows them: 1:30; nothing for none."""
    return f"{minutes // 60}:{minutes % 60:02d}" if minutes else ""
