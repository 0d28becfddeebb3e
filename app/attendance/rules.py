"""Registers in rules: who came, who completed, when marks may be made (domain.md, "Registers"). Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

COMPLETED_SHARE = 0.8
OPENS_BEFORE = timedelta(minutes=60)


class MarkKind(StrEnum):
    """How a delegate was there in a session."""

    PRESENT = "present"
    ABSENT = "absent"
    EXCUSED = "excused"


class Wanted(NamedTuple):
    """A mark somebody asks for; ``kind`` None takes the mark away. Minutes late, minutes left before the end."""

    kind: MarkKind | None
    minutes_late: int = 0
    left_early: int = 0
    why: str = ""


def minutes_there(length: int, minutes_late: int, left_early: int) -> int:
    """Minutes of a session a delegate was there."""
    return max(0, length - minutes_late - left_early)


def completed(there: int, whole: int, *, share: float = COMPLETED_SHARE) -> bool:
    """Whether the minutes there are enough of all sessions' minutes; nothing is never enough."""
    return whole > 0 and there > 0 and there >= share * whole


def opens_at(starts_at: datetime) -> datetime:
    """From when a trainer may mark: an hour before the first session."""
    return starts_at - OPENS_BEFORE


def refusal(
    *, starts_at: datetime, now: datetime, closed: bool, why: str, by_administrator: bool, cancelled: bool
) -> str:
    """Why marks cannot be saved now, in a sentence; "" when they can."""
    if cancelled:
        return "This event was cancelled, so it has no register."
    if now < opens_at(starts_at) and not by_administrator:
        return "The register opens an hour before the start. Nothing was saved."
    if closed and not why.strip():
        return "This register is closed. Say why you correct it."
    return ""


def fault(wanted: Wanted, *, length: int) -> str:
    """What is wrong with a mark, in a sentence; "" when nothing is."""
    if wanted.minutes_late < 0 or wanted.left_early < 0:
        return "Minutes cannot be below 0."
    if wanted.minutes_late + wanted.left_early > length:
        return f"The session has only {length} minutes."
    return ""


def here(kinds: Iterable[str | None]) -> int:
    """How many marks say present."""
    return sum(kind == MarkKind.PRESENT for kind in kinds)


def first_letter(name: str) -> str:
    """The letter a name is found under: of the family name, the last word; "#" for none."""
    letter = name.split()[-1][:1].upper() if name.split() else ""
    return letter if letter.isalpha() else "#"
