"""Letting somebody take an event without the course that comes before it. Inside ``changing(event)``; never commits."""

from datetime import datetime

import sqlalchemy as sa

from ..accounts.models import Person
from ..catalogue.models import CourseRequirement
from ..db import db
from ..errors import Refused
from ..notifications.actions import withdraw as withdraw_letters
from . import letters
from .checks import occasion_of
from .models import Booking, RequirementWaiver
from .promoting import free_places_taken
from .rules import LIVE, State
from .steps import remark

REMINDERS = ("part-one", "part-one-manager")


def waiver_of(person_id: int, event_id: int) -> sa.Select[RequirementWaiver]:
    """The waiver of a person on an event, if there is one."""
    return sa.select(RequirementWaiver).where(
        RequirementWaiver.person_id == person_id, RequirementWaiver.event_id == event_id
    )


def why_not(booking: Booking, now: datetime) -> str:
    """Why nothing can be waived for a booking; "" when it can."""
    required = sa.select(CourseRequirement.required_id).where(
        CourseRequirement.course_id == booking.event.course_id, CourseRequirement.strength != "advised"
    )
    if booking.state not in LIVE or booking.event.has_begun(now):
        return "Only somebody who has or waits for a place on a course that has not begun can be let off."
    if db.session.scalar(required.limit(1)) is None:
        return "Nothing has to be done before this course."
    if db.session.scalar(waiver_of(booking.person_id, booking.event_id)):
        return "This was waived already."
    return ""


def waive(booking: Booking, *, by: Person, now: datetime, why: str) -> RequirementWaiver:
    """Let the booking's person off what comes first, on this event; whoever waits for a place is looked at again."""
    if not why.strip():
        raise Refused("Say why it is waived: the reason is kept.")
    if refused := why_not(booking, now):
        raise Refused(refused)
    waiver = RequirementWaiver(
        person_id=booking.person_id, event_id=booking.event_id, at=now, by_id=by.id, why=why.strip()
    )
    db.session.add(waiver)
    db.session.flush()
    remark(booking, f"let off what comes before the course: {why.strip()}", by=by, now=now)
    withdraw_letters(about=letters.about(booking), now=now, messages=REMINDERS)
    occasion = occasion_of(booking.event, now)
    letters.tell(booking, booking.person, occasion, "part-one-waived", now=now, why=why.strip())
    if booking.state == State.WAITING:
        free_places_taken(booking.event, now, newly=False)
    return waiver
