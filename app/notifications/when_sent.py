"""When each message goes, as a sentence, by the timings that a partnership has set. Pure.

``Message.when`` holds the sentence with gaps; each gap is named after a setting, and after what stands in it.
"""

from collections.abc import Callable, Mapping
from datetime import time
from typing import Any

from .message_table import Message


def days(count: int) -> str:
    """1 working day, 5 working days."""
    return f"{count} working day{'' if count == 1 else 's'}"


def before(count: int) -> str:
    """5 working days before."""
    return f"{days(count)} before" if count else "on the day"


def after(count: int) -> str:
    """3 working days on."""
    return f"{days(count)} on" if count else "on the same day"


def later(count: int) -> str:
    """After 3 working days."""
    return f"after {days(count)}" if count else "on the same day"


def next_one(count: int) -> str:
    """The next working day, or so many on."""
    return "the next working day" if count == 1 else after(count)


def weeks(count: int) -> str:
    """8 weeks on."""
    return f"{count} week{'' if count == 1 else 's'} on" if count else "at the end"


def each_before(counts: list[int]) -> str:
    """15, 10 and 6 working days before."""
    *some, last = counts
    said = f"{', '.join(map(str, some))} and {days(last)}" if some else days(last)
    return f"{said} before"


def hour(number: int) -> str:
    """5pm."""
    at = time(number)
    return "midday" if at.hour == 12 else f"{at.hour % 12 or 12}{'am' if at.hour < 12 else 'pm'}"


GAPS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "approval_again": ("approval_again_working_days", later),
    "release_again": ("release_again_working_days", later),
    "joining": ("joining_working_days", before),
    "reminder": ("reminder_working_days", before),
    "part_one_reminders": ("part_one_reminders_working_days", each_before),
    "evaluate_again": ("evaluate_again_working_days", after),
    "missed": ("missed_working_days", next_one),
    "follow_up": ("follow_up_weeks", weeks),
    "follow_up_again": ("follow_up_again_working_days", after),
    "cue_sheet_hour": ("cue_sheet_hour", hour),
    "register_open": ("register_open_working_days", lambda counts: next_one(counts[0])),
    "register_open_desk": ("register_open_working_days", lambda counts: after(counts[1])),
    "register_open_hour": ("register_open_hour", hour),
}


def when_sent(message: Message, settings: Mapping[str, Any]) -> str:
    """When a message goes where these settings hold: "5 working days before, or at booking if later"."""
    return message.when.format_map({gap: said(settings[key]) for gap, (key, said) in GAPS.items()})
