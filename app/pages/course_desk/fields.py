"""Fields that the forms of courses and dates share."""

import re
from collections.abc import Sequence
from datetime import date, time
from typing import Any

from wtforms import DateField, StringField, TextAreaField

from ...catalogue.rules import parse_time

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def tidied(text: str | None) -> str:
    """What was typed, without blanks around it, with plain line ends and without characters nobody types."""
    return CONTROL.sub("", (text or "").replace("\r\n", "\n")).strip()


def one_line(text: str | None) -> str:
    """The same for a box of one line, whatever was sent: a title goes into headings, mails and calendars."""
    return " ".join(tidied(text).split())


class Lines(TextAreaField):
    """A list, a line for each entry."""

    data: Sequence[str]

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Lines to a list, without empty ones and without the same twice."""
        if valuelist:
            lines = [" ".join(line.split()) for line in tidied(valuelist[0]).split("\n")]
            self.data = list(dict.fromkeys(line for line in lines if line))

    def _value(self) -> str:
        return "\n".join(self.data or ())


class Day(DateField):
    """A day in three boxes, with words for what is no day."""

    data: date | None

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, format="%d %m %Y", **keywords)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Day, month and year to a date."""
        typed = [part.strip() for part in valuelist]
        if not any(typed):
            return
        try:
            day, month, year = (int(part) for part in typed)
            if not 2000 <= year <= 2999:
                raise ValueError
            self.data = date(year, month, day)
        except (ValueError, OverflowError):
            self.data = None
            raise ValueError("Enter a real day, for example 12 1 2027") from None


class ClockTime(StringField):
    """A time as people write it; ``at`` is the time, None while it is not one."""

    at: time | None = None

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Keep what was typed, and the time that it means."""
        self.data = tidied(valuelist[0] if valuelist else "")
        self.at = parse_time(self.data)
        if self.data and self.at is None:
            raise ValueError("Enter a time, for example 9:30am or 13:00")

    def process_data(self, value: Any) -> None:
        """Show a stored time as 9:30am."""
        self.data = as_typed(value) if isinstance(value, time) else value or ""


def as_typed(value: time) -> str:
    """9:30am, as the field reads it again."""
    return f"{value.hour % 12 or 12}:{value.minute:02d}{'am' if value.hour < 12 else 'pm'}"
