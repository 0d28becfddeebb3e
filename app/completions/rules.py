"""What comes before a course, and whether somebody has done it. Pure: plain values."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time

from ..catalogue.rules import STRENGTHS
from ..clock import from_london, london_day
from ..working_days import add_working_days

TO_BOOK, BY_DEADLINE, ADVISED = STRENGTHS


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """A course that comes before another, as one person stands with it."""

    course_id: int
    title: str
    slug: str
    delivery: str
    strength: str  # TO_BOOK, BY_DEADLINE or ADVISED
    done: bool  # it, or an equivalent, is completed
    evidence_waiting: bool = False  # they handed in evidence that nobody has checked yet


def missing(requirements: Iterable[Requirement], *strengths: str) -> list[Requirement]:
    """What somebody has still to do, of the given strengths (all but ``advised`` when none is given)."""
    wanted = strengths or (TO_BOOK, BY_DEADLINE)
    return [
        requirement for requirement in requirements if not requirement.done and requirement.strength in wanted
    ]


def deadline(starts_at: datetime, *, working_days: int) -> datetime:
    """When what is required by a deadline has to be done: 10:00 in London, that many working days before the start."""
    return from_london(add_working_days(london_day(starts_at), -working_days), time(10))
