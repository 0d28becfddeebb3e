"""The two ways a booking's rows change: it is written down, or it goes from one state to another. Nothing commits."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Person
from ..catalogue.models import Event
from ..db import db
from ..partnerships import outcome_rules
from . import charging, rules
from .checks import Occasion
from .models import Booking, BookingChange, Interest
from .rules import Asked, State
from .workplaces import Workplace

END_INTERESTS = (
    sa.update(Interest)
    .where(
        Interest.course_id == sa.bindparam("course"),
        Interest.person_id == sa.bindparam("person"),
        Interest.ended_at.is_(None),
    )
    .values(ended_at=sa.bindparam("now"))
    .execution_options(synchronize_session=False)
)


def claim(
    occasion: Occasion,
    person: Person,
    workplace: Workplace,
    *,
    state: State,
    by: Person,
    now: datetime,
    asked: Asked,
    policy: dict[str, Any] | None = None,
    why: str = "",
) -> Booking:
    """Write down a new booking, with where the person works and the policy that holds on this day."""
    kept = {
        "late_cancellation_working_days": occasion.settings["late_cancellation_working_days"],
        "clash_confirmed": asked.clash_confirmed,
        "outcome_rule": outcome_rule_of(occasion.event, occasion.settings),
        **(policy or {}),
    }
    if occasion.has_requirements:
        kept["part_one_working_days"] = occasion.settings["part_one_working_days"]
        kept["part_one"] = occasion.event.course.part_one
    booking = Booking(
        event_id=occasion.event.id,
        person_id=person.id,
        state=state.value,
        agency_id=workplace.agency_id,
        setting_id=workplace.setting_id,
        team_id=workplace.team_id,
        sector=workplace.sector,
        role_group=workplace.role_group,
        made_at=now,
        made_by_id=by.id,
        joined_at=now,
        needs=asked.needs,
        mobile=asked.mobile,
        swap=asked.swap,
        party=asked.party,
        manager_name=asked.manager_name,
        manager_email=asked.manager_email,
        policy=kept,
    )
    db.session.add(booking)
    db.session.flush()
    db.session.add(BookingChange(booking_id=booking.id, at=now, by_id=by.id, to_state=state.value, why=why))
    if occasion.has_charges:
        charging.propose_for(booking, occasion.event, now=now)
    return booking


def outcome_rule_of(event: Event, settings: Mapping[str, Any]) -> dict[str, Any]:
    """When who comes has completed a date, for a booking made now: its own rule, its course's, or the partnership's."""
    return outcome_rules.chosen(event.outcome_rule, event.course.outcome_rule, settings["outcome_rule"])


def move(
    booking: Booking, becomes: State, *, by: Person | None, now: datetime, why: str = "", late: bool = False
) -> None:
    """Change a booking's state and write down who did it and why; ``by`` None is the clock."""
    was = State(booking.state)
    if not rules.may_become(was, becomes):
        raise ValueError(f"a booking that is {was} cannot become {becomes}")
    change = BookingChange(booking_id=booking.id, at=now, by_id=by.id if by else None, why=why, late=late)
    change.from_state, change.to_state = was.value, becomes.value
    booking.state = becomes.value
    booking.offer_ends_at = None
    db.session.add(change)
    charging.follow(booking, becomes, late=late, now=now)


def remark(booking: Booking, why: str, *, by: Person | None, now: datetime) -> None:
    """Write something into the history of a booking whose state stays, unless that is the last thing it says."""
    last = db.session.execute(BookingChange.of(booking.id).limit(1)).first()
    if last is None or (last.from_state, last.why) != (booking.state, why):
        change = BookingChange(booking_id=booking.id, at=now, by_id=by.id if by else None, why=why)
        change.from_state = change.to_state = booking.state
        db.session.add(change)


def end_interests(course_id: int, person_id: int, now: datetime) -> None:
    """Forget that the person wanted to hear of the course: they have a place, or no longer want one."""
    db.session.execute(END_INTERESTS, {"course": course_id, "person": person_id, "now": now})
