"""Registers in rules: who completed, which marks count, when they may be made (domain.md, "Registers"). Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

COMPLETED_SHARE = 0.8
OPENS_BEFORE = timedelta(minutes=60)
# A phone without signal sends its ticks later, with their age; nothing older than this is believed.
OLDEST_TICK = timedelta(days=7)
TAKEN_AWAY = "none"


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
    at: datetime | None = None  # when it was made, where it arrives later


class Typed(NamedTuple):
    """What a form says of one delegate. ``mark`` "" leaves the mark as it is, "none" takes it away."""

    mark: str = ""
    late: str = ""
    early: str = ""
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


def refusal(*, starts_at: datetime, now: datetime, by_administrator: bool, cancelled: bool) -> str:
    """Why nothing can be marked now, in a sentence; "" when it can."""
    if cancelled:
        return "This event was cancelled, so it has no register."
    if now < opens_at(starts_at) and not by_administrator:
        return "The register opens an hour before the start. Nothing was saved."
    return ""


def fault(typed: Typed, *, length: int) -> str:
    """What is wrong with what somebody typed, in a sentence that says what to do; "" when nothing is."""
    if typed.mark not in ("", TAKEN_AWAY, *MarkKind):
        return "Choose here, absent or excused"
    late, early = whole_number(typed.late), whole_number(typed.early)
    if late is None or early is None:
        return "Enter minutes as a whole number, such as 15"
    if late + early > length:
        return f"Enter fewer minutes: the session has {length}"
    return ""


def whole_number(typed: str) -> int | None:
    """A count or minutes; nothing is 0; None for what is no number."""
    digits = typed.strip()
    if not digits:
        return 0
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 5 else None


def wanted(typed: Typed, *, known: MarkKind | None, at: datetime | None = None) -> Wanted:
    """The mark that was asked for, of a form without fault; ``known`` is the mark there is.

    Who was late or left early was there. Minutes belong to presence, a reason to absence.
    """
    late, early = whole_number(typed.late) or 0, whole_number(typed.early) or 0
    kind = MarkKind(typed.mark) if typed.mark in tuple(MarkKind) else None
    if not typed.mark:
        kind = known or (MarkKind.PRESENT if late or early else None)
    if kind is None:
        return Wanted(None, at=at)
    if kind == MarkKind.PRESENT:
        return Wanted(kind, late, early, at=at)
    return Wanted(kind, why=typed.why.strip(), at=at)


def made_at(age: str, now: datetime) -> datetime:
    """When a tick was made that says how many seconds old it is; now for one that says nothing to be believed."""
    seconds = int(age) if age.isascii() and age.isdigit() and len(age) < 9 else 0
    return now - timedelta(seconds=seconds) if seconds <= OLDEST_TICK.total_seconds() else now


def here(kinds: Iterable[str | None]) -> int:
    """How many marks say present."""
    return sum(kind == MarkKind.PRESENT for kind in kinds)


def first_letter(name: str) -> str:
    """The letter a name is found under: of the family name, the last word; "#" for none."""
    letter = name.split()[-1][:1].upper() if name.split() else ""
    return letter if letter.isalpha() else "#"
