"""What comes before a course, and whether somebody has done it. Pure: plain values."""

from collections.abc import Iterable
from dataclasses import dataclass

from ..catalogue.rules import STRENGTHS

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
