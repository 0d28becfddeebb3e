"""What follows from a register: completions, the questions after the course, certificates."""

from datetime import datetime

from ..attendance.rules import MarkKind
from ..catalogue.models import Event
from ..completions import actions as completions
from ..evaluation import actions as evaluation
from ..tallies.completing import who_completed
from ..tallies.rules import EventFacts
from . import certificates


def who_came(facts: EventFacts) -> set[int]:
    """The bookings of those who were present in one session or more."""
    return {mark.booking for mark in facts.marks if mark.mark == MarkKind.PRESENT}


def settle_outcomes(event: Event, facts: EventFacts, *, now: datetime) -> None:
    """Bring all three up to date with the register. Nobody has completed an event before its end."""
    over = facts.took_place and event.is_over(now)
    came = who_came(facts) if over else set()
    through = who_completed(facts) if over else set()
    completions.settle_event(
        event.id,
        course_id=event.course_id,
        person_ids={delegate.person for delegate in facts.delegates if delegate.booking in through},
        completed_at=event.times[1],
    )
    evaluation.request_after(event, came, now=now)
    certificates.settle(event, through, now=now)
