"""Registers in rules: who completed, which marks count, when they may be made (domain.md, "Registers"). Pure."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from ..clock import from_london, london_day, start_of_day
from ..partnerships.outcome_rules import USUAL, enough
from ..working_days import add_working_days

COMPLETED_SHARE = USUAL.percent / 100
OPENS_BEFORE = timedelta(minutes=60)
# A phone without signal sends its ticks later, with their age; nothing older than this is believed.
OLDEST_TICK = timedelta(days=7)
TAKEN_AWAY = "none"
LATE = "late"  # on a form: was there, so many minutes late
# The link of the evening before is good for so many days after its own, if nobody closes the register sooner.
LINK_DAYS = 3
WAS_THERE = "was there"
# Why somebody did not come: as it is counted, and as they say it.
ABSENCE_REASONS = {
    "ill": "I was ill",
    "work came first": "Something at work came first",
    "caring for somebody": "I had to look after somebody",
    "on leave": "I was on leave",
    "forgot or did not know": "I forgot, or did not know that I was booked",
    "could not join or get there": "I could not join the meeting, or get there",
    "no longer needed": "I no longer needed the course",
    "other": "Something else",
    WAS_THERE: "I was there: the register is wrong",
}
LONGEST_WORDS = 500
MORNING = time(9)
# Later than that after a course, nobody is asked why they were not there; and until when they can answer.
MISSED_WITHIN = timedelta(days=14)
ANSWERED_WITHIN = timedelta(weeks=8)


class MarkKind(StrEnum):
    """How a delegate was there in a session."""

    PRESENT = "present"
    ABSENT = "absent"
    EXCUSED = "excused"


class Way(StrEnum):
    """How a mark came about."""

    REGISTER = "register"  # ticked by a trainer or an administrator
    LINK = "link"  # ticked on the page of a mailed link
    CHECK_IN = "check-in"  # the person said so by the code on the screen, and the trainer confirmed
    REPORT = "report"  # from the attendance report of a meeting
    IMPORT = "import"  # from a list of bookings of an earlier system


class Wanted(NamedTuple):
    """A mark somebody asks for; ``kind`` None takes the mark away. Minutes late, minutes left before the end."""

    kind: MarkKind | None
    minutes_late: int = 0
    left_early: int = 0
    why: str = ""
    at: datetime | None = None  # when it was made, where it arrives later


class Typed(NamedTuple):
    """What a form says of one delegate. ``mark`` "" leaves the mark as it is, "none" takes it away.

    "late" is present; without minutes those that had passed since the start.
    """

    mark: str = ""
    late: str = ""
    early: str = ""
    why: str = ""


def minutes_there(length: int, minutes_late: int, left_early: int) -> int:
    """Minutes of a session a delegate was there."""
    return max(0, length - minutes_late - left_early)


def completed(there: int, whole: int, *, share: float = COMPLETED_SHARE) -> bool:
    """Whether minutes are enough of a session's, or of all sessions', minutes; nothing is never enough."""
    return enough(there, whole, percent=round(100 * share))


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
    if typed.mark not in ("", TAKEN_AWAY, LATE, *MarkKind):
        return "Choose here, late, absent or excused"
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


def minutes_since(starts_at: datetime, at: datetime, *, length: int) -> int:
    """How late somebody is who comes at that moment, in whole minutes begun; 0 before the start and after the end."""
    minutes = -((starts_at - at) // timedelta(minutes=1))
    return minutes if 0 < minutes < length else 0


def wanted(typed: Typed, *, known: MarkKind | None, at: datetime | None = None, late_by: int = 0) -> Wanted:
    """The mark that was asked for, of a form without fault; ``known`` is the mark there is.

    Who was late or left early was there. Minutes belong to presence, a reason to absence. ``late_by`` is how late
    somebody is of whom "late" alone was said.
    """
    late, early = whole_number(typed.late) or 0, whole_number(typed.early) or 0
    kind = MarkKind(typed.mark) if typed.mark in tuple(MarkKind) else None
    if typed.mark == LATE:
        kind, late = MarkKind.PRESENT, late or late_by
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


def missed_at(ends_at: datetime, *, working_days: int) -> datetime:
    """When who was expected and did not come is asked why: on the morning so many working days after the course."""
    return from_london(add_working_days(london_day(ends_at), working_days), MORNING)


def missed_is_due(ends_at: datetime, now: datetime, *, working_days: int, on_since: datetime) -> bool:
    """Whether they are asked now, if the register is closed: an open one does not know yet who was missing."""
    at = missed_at(ends_at, working_days=working_days)
    return on_since <= at <= now < at + MISSED_WITHIN


def why_no_answer(
    *, ends_at: datetime | None, now: datetime, came: bool, excused: bool, expected: bool
) -> str:
    """Why somebody cannot say by the link why they did not come, in a sentence; "" when they can."""
    if not expected:
        return "You had no place on this course in the end, so there is nothing to tell us."
    if came:
        return "The register says that you were there. There is nothing to tell us."
    if excused:
        return "The register says that you were excused. There is nothing to tell us."
    if ends_at is None or now < ends_at:
        return "The course is not over yet."
    if now >= ends_at + ANSWERED_WITHIN:
        return "That is a while ago by now, so we no longer ask. Thank you for wanting to tell us."
    return ""


def kept_until(*, starts_at: datetime, ends_at: datetime, now: datetime) -> datetime | None:
    """Until when a phone may keep the list of a session, names and all: to the end of its day; None: not now.

    From the day before on: the evening before there is signal, in the hall there may be none.
    """
    until = start_of_day(london_day(ends_at) + timedelta(days=1))
    near = london_day(now) >= london_day(starts_at) - timedelta(days=1)
    return until if near and now < until else None


def link_is_over(*, day: date, today: date, on_that_day: bool, closed: bool, cancelled: bool) -> str:
    """Why the link of the evening before opens nothing any more, in a sentence; "" while it does."""
    if cancelled:
        return "This date was cancelled, so it has no register."
    if not on_that_day:
        return "The course is not on that day any more. The mail about the new date has the new link."
    if closed:
        return "The register is closed. To correct it, sign in: a change needs its reason."
    if today > day + timedelta(days=LINK_DAYS):
        return "The link was for the day of the course. To open the register now, sign in."
    return ""
