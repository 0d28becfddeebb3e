"""What the booking page tells: the event, where the person works, and whether they could have a place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import joinedload

from ...accounts.models import Person
from ...booking import refusals
from ...booking.checks import Occasion, asker_of, claims_of, occasion_of
from ...booking.models import BookingChange
from ...booking.prospects import prospect_of
from ...booking.rules import HOLDING, Asked, Asker, Claim, Reason, Refusal, State
from ...booking.workplaces import Workplace
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


# What the page asks by itself: a clash, the list, the charge, the manager's agreement.
SAYS_YES = Asked(
    clash_confirmed=True,
    or_wait=True,
    charge_accepted=True,
    purchase_order="asked",
    manager_confirmed=True,
    manager_email="asked",
)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """An event as somebody meets it who wants a place; ``refused`` is what the page cannot mend by itself."""

    occasion: Occasion
    asker: Asker
    claims: Sequence[Claim]
    becomes: State  # what a request would become now
    share: str  # what the mix of agencies says against a place, in words
    refused: Refusal | None

    @property
    def waiting(self) -> int:
        """How many wait."""
        return self.occasion.waiting

    @property
    def full(self) -> bool:
        """Whether a newcomer would have to wait."""
        return self.becomes == State.WAITING

    @property
    def clash(self) -> Claim | None:
        """The place that is held on another course at the same time."""
        return refusals.clash(self.occasion.wanted, self.claims)

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


def scene_of(
    event_id: int, person: Person, jobs: Sequence[Workplace], now: datetime, *, by_staff: bool = False
) -> Scene:
    """Everything the page tells, for the job with which the person may book (the first, if with none).

    404 for an event nobody may know of yet.
    """
    event = db.session.scalar(EVENT, {"event": event_id, "host": current_partnership().id})
    if event is None:
        abort(404)
    occasion = occasion_of(event, now)
    claims = claims_of([person.id], now)[person.id]
    scenes = [scene_for(occasion, claims, person, job, now=now, by_staff=by_staff) for job in jobs]
    allowed = (scene for scene in scenes if not is_for_others(scene.refused))
    return next(allowed, scenes[0])


def is_for_others(refused: Refusal | None) -> bool:
    """Whether the date is not for people of that job."""
    return refused is not None and refused.reason == Reason.AUDIENCE


def scene_for(
    occasion: Occasion,
    claims: Sequence[Claim],
    person: Person,
    job: Workplace,
    *,
    now: datetime,
    by_staff: bool,
) -> Scene:
    """The scene for one job of the person, who books, or for whom the desk does."""
    asker = asker_of(occasion, person, job, now=now, by_staff=by_staff, leads=False)
    to_approve = refusals.to_approve(occasion.wanted, asker, Asked())
    prospect = prospect_of(occasion, asker, now=now, to_approve=to_approve)
    refused = refusals.refusal(
        occasion.wanted,
        asker,
        claims,
        becomes=prospect.becomes,
        now=now,
        asked=SAYS_YES,
        share=prospect.share,
    )
    return Scene(
        occasion=occasion,
        asker=asker,
        claims=claims,
        becomes=prospect.becomes,
        share=prospect.share,
        refused=refused,
    )


def came_free(course_id: int, now: datetime) -> float | None:
    """How many places came free on average where people waited for the course before; None if nobody did."""
    freed, events = db.session.execute(BookingChange.places_that_came_free(course_id, now)).one()
    return round(freed / events, 1) if events else None
