"""An administrator takes a place back because part 1 is not done. Inside ``changing(event)``; never commits."""

from datetime import datetime

from ..accounts.models import Person
from ..completions.rules import BY_DEADLINE, TO_BOOK, missing
from ..completions.standing import requirements_of
from ..db import db
from ..errors import Refused
from . import actions
from .models import Booking
from .rules import State
from .waiving import waiver_of


def why_not(booking: Booking, now: datetime) -> str:
    """Why the place cannot be taken back; "" when it can, because something is missing."""
    if booking.state != State.BOOKED or booking.event.has_begun(now):
        return "Only a place on a course that has not begun can be taken back."
    course_id, person_id = booking.event.course_id, booking.person_id
    undone = missing(requirements_of(course_id, [person_id])[person_id], TO_BOOK, BY_DEADLINE)
    if not undone or db.session.scalar(waiver_of(person_id, booking.event_id)):
        return "Nothing is missing for this place, so it cannot be taken back."
    if any(requirement.evidence_waiting for requirement in undone):
        return "A certificate waits to be checked. Decide about it first: nobody loses a place meanwhile."
    return ""


def take_back(booking: Booking, *, by: Person, now: datetime, why: str) -> None:
    """Release the place for whoever waits; it counts as late for nobody. Raises Refused without a reason."""
    if not why.strip():
        raise Refused("Say why the place is taken back: the person reads it.")
    if refused := why_not(booking, now):
        raise Refused(refused)
    actions.release(booking, by=by, now=now, why=why.strip().rstrip("."))
