"""What follows from a register: completions, the questions after the course, certificates."""

from collections import defaultdict
from datetime import datetime

from ..attendance.rules import MarkKind, completed
from ..catalogue.models import Event
from ..completions import actions as completions
from ..evaluation import actions as evaluation
from ..tallies.rules import EventFacts
from . import certificates


def minutes_there(facts: EventFacts) -> dict[int, int]:
    """How long each of those who came was there, by booking."""
    found: dict[int, int] = defaultdict(int)
    for mark in facts.marks:
        if mark.mark == MarkKind.PRESENT:
            found[mark.booking] += mark.minutes
    return found


def settle_outcomes(event: Event, facts: EventFacts, *, now: datetime) -> None:
    """Bring all three up to date with the register. Nobody has completed an event before its end."""
    over = facts.took_place and event.is_over(now)
    there = minutes_there(facts) if over else {}
    through = {booking for booking, minutes in there.items() if completed(minutes, facts.minutes)}
    completions.settle_event(
        event.id,
        course_id=event.course_id,
        person_ids={delegate.person for delegate in facts.delegates if delegate.booking in through},
        completed_at=event.times[1],
    )
    evaluation.request_after(event, there.keys(), now=now)
    certificates.settle(event, through, now=now)
