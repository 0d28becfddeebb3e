"""What charts are drawn from: one frozen row for each course, sector, month or step, and each in a sentence."""

from dataclasses import dataclass
from datetime import date

from .statistics import percent_half_up

NO_ANSWERS = "No answers"


def percent(k: int, n: int) -> str:
    """``k`` of ``n`` as it is printed everywhere: 37.8%."""
    return f"{percent_half_up(k, n)}%"


def of(k: int, n: int) -> str:
    """The counts behind a percentage: 42 of 111."""
    return f"{k:,} of {n:,}"


@dataclass(frozen=True)
class ChangeRow:
    """A course: good or very good of those who answered before, and of those who answered after.

    ``note`` says why a side without answers has none, such as "Fewer than 5 answers".
    """

    label: str
    good_before: int
    answered_before: int
    good_after: int
    answered_after: int
    note: str = NO_ANSWERS

    @property
    def share_before(self) -> float | None:
        """Good or very good before, from 0 to 1."""
        return self.good_before / self.answered_before if self.answered_before else None

    @property
    def share_after(self) -> float | None:
        """Good or very good after, from 0 to 1."""
        return self.good_after / self.answered_after if self.answered_after else None

    @property
    def direction(self) -> int | None:
        """1 for a rise, 0 for the same share, -1 for a fall; ``None`` unless both sides have answers."""
        if not (self.answered_before and self.answered_after):
            return None
        after, before = self.good_after * self.answered_before, self.good_before * self.answered_after
        return (after > before) - (after < before)

    @property
    def sentence(self) -> str:
        """The row in words."""
        before = self._side(self.good_before, self.answered_before)
        after = self._side(self.good_after, self.answered_after)
        return f"{self.label}: before {before}, after {after}."

    def _side(self, good: int, answered: int) -> str:
        return f"{percent(good, answered)} ({of(good, answered)})" if answered else self.note.lower()


@dataclass(frozen=True)
class BarRow:
    """One of several that are compared: a sector, an agency."""

    label: str
    count: int

    def share(self, whole: int) -> str:
        """The percentage of the whole; nothing of nothing."""
        return percent(self.count, whole) if whole else ""

    def sentence(self, whole: int) -> str:
        """The row in words."""
        return (
            f"{self.label}: {of(self.count, whole)} ({self.share(whole)})." if whole else f"{self.label}: 0."
        )


@dataclass(frozen=True)
class MonthRow:
    """How many came in the month of that day; ``None`` for a month that is not over."""

    month: date
    came: int | None

    @property
    def name(self) -> str:
        """The month and its year."""
        return f"{self.month:%B %Y}"

    @property
    def sentence(self) -> str:
        """The row in words."""
        return f"{self.name}: not over yet." if self.came is None else f"{self.name}: {self.came:,} came."


@dataclass(frozen=True)
class FunnelRow:
    """A step from places offered to answers; ``whole`` is what the count is a share of, ``base`` its name."""

    label: str
    count: int
    whole: int | None = None
    base: str = ""

    @property
    def share(self) -> str:
        """The percentage with what it is taken of: 91.2% of 1,623 expected."""
        return (
            f"{percent(self.count, self.whole)} of {self.whole:,} {self.base}".rstrip() if self.whole else ""
        )

    @property
    def sentence(self) -> str:
        """The row in words."""
        return f"{self.label}: {self.count:,}" + (f" ({self.share})." if self.share else ".")
