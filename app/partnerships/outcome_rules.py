"""When who came has completed a course: a share of all minutes, or of each of so many sessions. Pure.

The partnership sets it from a day on; a course or a date may have its own. A booking keeps the one it was made under.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

LEAST, WHOLE = 1, 100


def enough(there: int, whole: int, *, percent: int) -> bool:
    """Whether minutes are that share of the whole; nothing is never enough."""
    return whole > 0 and there > 0 and 100 * there >= percent * whole


@dataclass(frozen=True)
class OutcomeRule:
    """The rule: how many per cent, of all minutes together or in each session, and in how many sessions (0: all)."""

    percent: int = 80
    by_session: bool = False
    sessions: int = 0

    def is_met(self, sittings: Iterable[tuple[int, int]]) -> bool:
        """Whether the minutes somebody was there are enough; each session as (minutes there, its length).

        A date that has fewer sessions by now than the rule asks for takes all of them.
        """
        all_of_it = [(there, length) for there, length in sittings if length > 0]
        if not self.by_session:
            there = sum(there for there, _ in all_of_it)
            return enough(there, sum(length for _, length in all_of_it), percent=self.percent)
        needed = min(self.sessions, len(all_of_it)) if self.sessions else len(all_of_it)
        good = sum(enough(*sitting, percent=self.percent) for sitting in all_of_it)
        return needed > 0 and good >= needed

    @property
    def in_words(self) -> str:
        """As a sentence about who came has it: "80% of the time, all sessions taken together"."""
        share = "the whole time" if self.percent >= WHOLE else f"{self.percent}% of the time"
        if not self.by_session:
            return share if self.percent >= WHOLE else f"{share}, all sessions taken together"
        if not self.sessions:
            return f"{share} in every session"
        return f"{share} in at least {self.sessions} {'session' if self.sessions == 1 else 'sessions'}"

    def as_stored(self) -> dict[str, Any]:
        """As a setting, a course, a date and a booking keep it."""
        if not self.by_session:
            return {"percent": self.percent}
        return {"percent": self.percent, "sessions": self.sessions}


USUAL = OutcomeRule()


def rule_from(stored: Mapping[str, Any] | None) -> OutcomeRule:
    """The rule that is stored; the usual one where none is (a booking of before there was a choice)."""
    if not stored:
        return USUAL
    return OutcomeRule(int(stored["percent"]), "sessions" in stored, int(stored.get("sessions", 0)))


def chosen(*stored: Mapping[str, Any] | None) -> dict[str, Any]:
    """The first of these that says anything: of the date, of its course, of the partnership."""
    return dict(next((rule for rule in stored if rule), USUAL.as_stored()))
