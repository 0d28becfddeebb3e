"""What the booking page tells: the event, where the person works, and whether they could have a place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import joinedload

from ...booking import rules
from ...booking.checks import Occasion, claims_of, number_waiting, occasion_of
from ...booking.models import BookingChange
from ...booking.rules import HOLDING, Asked, Claim, Refusal, State
from ...catalogue.models import Course, Event
from ...db import db
from ...web.access import current_partnership
from ...working_days import working_days_before

# What nobody may know of yet, or any more, cannot be booked by its address either.
EVENT = (
    sa.select(Event)
    .join(Course, Course.id == Event.course_id)
    .where(
        Event.id == sa.bindparam("event"),
        Event.host_id == sa.bindparam("host"),
        Event.state != "draft",
        Course.published,
    )
    .options(joinedload(Event.course), joinedload(Event.host))
)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """An event as somebody meets it who wants a place; ``refused`` is what the page cannot mend by itself."""

    occasion: Occasion
    claims: Sequence[Claim]
    waiting: int
    refused: Refusal | None

    @property
    def full(self) -> bool:
        """Whether a newcomer would have to wait."""
        left = self.occasion.event.places_left
        return rules.outcome(places_left=left, waiting=self.waiting) == State.WAITING

    @property
    def clash(self) -> Claim | None:
        """The place that is held on another course at the same time."""
        return rules.clash(self.occasion.wanted, self.claims)

    @property
    def other_date(self) -> Claim | None:
        """The place that is held on another date of the course."""
        return place_on(self.occasion.wanted.course_id, self.claims)

    @property
    def free_until(self) -> datetime | None:
        """Until when a place can be given up without it counting as late; None while it awaits its date."""
        days, starts_at = (
            self.occasion.settings["late_cancellation_working_days"],
            self.occasion.event.starts_at,
        )
        return working_days_before(starts_at, days) if starts_at else None


def place_on(course_id: int, claims: Sequence[Claim]) -> Claim | None:
    """The place that is held on any date of a course."""
    return next((c for c in claims if c.course_id == course_id and c.state in HOLDING), None)


def scene_of(event_id: int, person_id: int, now: datetime) -> Scene:
    """Everything the page tells; 404 for an event nobody may know of yet."""
    event = db.session.scalar(EVENT, {"event": event_id, "host": current_partnership().id})
    if event is None:
        abort(404)
    occasion = occasion_of(event, now)
    claims = claims_of([person_id], now)[person_id]
    waiting = number_waiting(event_id)
    becomes = rules.outcome(places_left=event.places_left, waiting=waiting)
    # The page asks about a clash and offers the list by itself.
    asked = Asked(clash_confirmed=True, or_wait=True)
    refused = rules.refusal(occasion.wanted, claims, becomes=becomes, now=now, asked=asked)
    return Scene(occasion=occasion, claims=claims, waiting=waiting, refused=refused)


def came_free(course_id: int, now: datetime) -> float | None:
    """How many places came free on average where people waited for the course before; None if nobody did."""
    freed, events = db.session.execute(BookingChange.places_that_came_free(course_id, now)).one()
    return round(freed / events, 1) if events else None
