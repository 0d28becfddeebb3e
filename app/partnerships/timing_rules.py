"""When messages go: settings in working days, from a day on. Which there are, and what may be entered. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from .rules import DEFAULTS

MOST = 60
WHOLE = f"Enter a whole number from 0 to {MOST}"
FALLING = f"Enter whole numbers from 1 to {MOST} with commas between them, the largest first"
PAIR = f"Enter two whole numbers from 1 to {MOST} with a comma between them, the smaller first"


@dataclass(frozen=True)
class Timing:
    """A setting: its key, what it is, and its unit."""

    key: str
    label: str
    unit: str = "working days"
    pair: bool = False  # two numbers, one after the other

    @property
    def is_list(self) -> bool:
        """Whether it is several numbers."""
        return isinstance(DEFAULTS[self.key], list)


TIMINGS = (
    Timing("joining_working_days", "Joining details, before the start"),
    Timing("reminder_working_days", "Reminder, before the start"),
    Timing("part_one_reminders_working_days", "Part 1 to finish: reminders, before the start"),
    Timing("evaluate_again_working_days", "Evaluate once again, after the first mail"),
    Timing("missed_working_days", "We missed you, after the end"),
    Timing("check_in_opens_minutes", "Self check-in opens, before the start of a session", "minutes"),
    Timing("check_in_closes_minutes", "Self check-in closes, after the start of a session", "minutes"),
    Timing("follow_up_weeks", "Follow-up, after the end", "weeks"),
    Timing("follow_up_again_working_days", "Follow-up once again, after the first mail"),
    Timing("approval_again_working_days", "“Do you agree?” again, after the first mail"),
    Timing("release_again_working_days", "“Do you release them?” again, after the first mail"),
    Timing("approval_escalates_working_days", "“Do you agree?” goes to the next lead, after the first mail"),
    Timing(
        "register_open_working_days",
        "Register open: to the trainer, then to administrators, after the end",
        pair=True,
    ),
    Timing("refresher_months", "A refresher is due, before the day", "months"),
)
BY_KEY = {timing.key: timing for timing in TIMINGS}


def parsed(timing: Timing, typed: str) -> Any:
    """The value that was typed. Raises ValueError with what to enter instead."""
    parts = [part.strip() for part in typed.split(",")] if timing.is_list else [typed.strip()]
    numbers = [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 4]
    if timing.is_list:
        fits = len(numbers) == len(parts) and all(1 <= one <= MOST for one in numbers)
        if not fits or not in_order(timing, numbers):
            raise ValueError(PAIR if timing.pair else FALLING)
        return numbers
    if len(numbers) != 1 or numbers[0] > MOST:
        raise ValueError(WHOLE)
    return numbers[0]


def in_order(timing: Timing, numbers: Sequence[int]) -> bool:
    """Whether several numbers stand as they have to: a pair rises, a list of any length falls."""
    if timing.pair:
        return len(numbers) == 2 and numbers[0] < numbers[1]
    return all(one > other for one, other in pairwise(numbers))


def shown(value: Any) -> str:
    """A value as it is typed."""
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)


def in_words(timing: Timing, value: Any) -> str:
    """A value as a sentence has it: "5 working days", "15, 10 and 6 working days"."""
    if isinstance(value, list):
        numbers = [str(one) for one in value]
        said = f"{', '.join(numbers[:-1])} and {numbers[-1]}" if len(numbers) > 1 else "".join(numbers)
        return f"{said} {timing.unit}"
    return f"{value} {timing.unit if value != 1 else timing.unit.removesuffix('s')}"
