"""What a closed register does to charges: who did not come is charged, where the policy they booked under says so."""

from datetime import datetime

from ..attendance.models import RegisterClosing
from ..attendance.rules import MarkKind
from ..booking import charging
from ..catalogue.models import Event
from ..db import db
from ..tallies.rules import EventFacts


def settle_charges(event: Event, facts: EventFacts, *, now: datetime) -> None:
    """Bring the charges for not coming up to date with the register, once it is closed."""
    if db.session.get(RegisterClosing, event.id) is None:
        return
    here = {mark.booking for mark in facts.marks if mark.mark in (MarkKind.PRESENT, MarkKind.EXCUSED)}
    missed = {one.booking for one in facts.delegates if one.expected and one.booking not in here}
    charging.settle_missed(event, missed, now=now)
