"""Letting somebody take an event without the course that comes before it. Inside ``changing(event)``; never commits."""

from datetime import datetime

import sqlalchemy as sa

from ..accounts.models import Person
from ..catalogue.models import CourseRequirement, Event
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


def why_not(event: Event, person_id: int, now: datetime) -> str:
    """Why nothing can be waived for somebody on an event; "" when it can."""
    required = sa.select(CourseRequirement.required_id).where(
        CourseRequirement.course_id == event.course_id, CourseRequirement.strength != "advised"
    )
    if event.has_begun(now) or event.state not in ("published", "postponed"):
        return "Nobody can be let off anything on a date that is not open, or has begun."
    if db.session.scalar(required.limit(1)) is None:
        return "Nothing has to be done before this course."
    if db.session.scalar(waiver_of(person_id, event.id)):
        return "This was waived already."
    return ""


def let_off(event: Event, person: Person, *, by: Person, now: datetime, why: str) -> RequirementWaiver:
    """Let somebody off what comes first on an event, whether they have a booking there or are about to have one."""
    if not why.strip():
        raise Refused("Say why it is waived: the reason is kept.")
    if refused := why_not(event, person.id, now):
        raise Refused(refused)
    waiver = RequirementWaiver(person_id=person.id, event_id=event.id, at=now, by_id=by.id, why=why.strip())
    db.session.add(waiver)
    db.session.flush()
    return waiver


def waive(booking: Booking, *, by: Person, now: datetime, why: str) -> None:
    """The same for a booking: its history says so, the person is told, and who waits is looked at again."""
    if booking.state not in LIVE:
        raise Refused("Only somebody who has or waits for a place can be let off.")
    let_off(booking.event, booking.person, by=by, now=now, why=why)
    remark(booking, f"let off what comes before the course: {why.strip()}", by=by, now=now)
    withdraw_letters(about=letters.about(booking), now=now, messages=REMINDERS)
    occasion = occasion_of(booking.event, now)
    letters.tell(booking, booking.person, occasion, "part-one-waived", now=now, why=why.strip())
    if booking.state == State.WAITING:
        free_places_taken(booking.event, now, newly=False)
