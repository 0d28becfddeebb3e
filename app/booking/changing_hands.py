"""Out of one booking and into another, inside one transaction: what moving, substituting and naming share."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Person
from ..db import db
from ..errors import Refused
from ..notifications.actions import withdraw as withdraw_letters
from . import actions, approving, charging, letters, refusals
from .checks import Occasion
from .models import Booking
from .rules import Asked, State
from .workplaces import Workplace


def leave(
    booking: Booking, becomes: State, *, by: Person | None, now: datetime, why: str, late: bool = False
) -> None:
    """The old booking's part: its state, its calendars, and no more letters about it."""
    actions.move(booking, becomes, by=by, now=now, why=why, late=late)
    booking.invite_sequence += 1
    withdraw_letters(about=letters.about(booking), now=now)
    db.session.flush()


def take(
    occasion: Occasion,
    person: Person,
    workplace: Workplace,
    waits: Booking | None,
    *,
    by: Person,
    now: datetime,
    asked: Asked,
    why: str,
    one_for_one: bool = False,
    keeps: Mapping[str, Any] | None = None,
) -> Booking:
    """The new booking's part; ``keeps`` are terms of an earlier booking that hold for it too.

    Nobody is asked to agree once more, of somebody who waited no more than of somebody new.
    ``one_for_one``: a place of this date has just been given up for it. Where more places are held than the limit
    (it was lowered), the database would not let anybody in, so the limit gives way while the two change over.
    """
    event = occasion.event
    db.session.refresh(event, ["places_held", "booking_limit"])
    limit = event.booking_limit
    if one_for_one and not event.places_left:
        event.booking_limit = event.places_held + 1
        db.session.flush()
    if waits is None:
        new = actions.claim(
            occasion,
            person,
            workplace,
            state=State.BOOKED,
            by=by,
            now=now,
            asked=asked,
            policy=actions.policy_of(asked, to_approve=False) | dict(keeps or {}),
            why=why,
        )
    else:
        new = waits
        withdraw_letters(about=letters.about(new), now=now)
        new.policy = new.policy | {"to_approve": False}
        approving.take_back(new, now=now)
        actions.move(new, State.BOOKED, by=by, now=now, why=why)
    actions.end_interests(event.course_id, person.id, now)
    db.session.flush()
    event.booking_limit = limit
    db.session.flush()
    db.session.refresh(event, ["places_held", "booking_limit"])
    return new


def hand_on(old: Booking, new: Booking, *, now: datetime) -> None:
    """Link the two, and let the group, the manager of somebody who moves, and the charge go along."""
    old.successor_id = new.id
    new.party = new.party or old.party
    if old.person_id == new.person_id:
        new.manager_name, new.manager_email = old.manager_name, old.manager_email
    charging.hand_on(old, new, now=now)


def waiting_booking(event_id: int, person_id: int) -> Booking | None:
    """The booking with which somebody waits for a place on an event."""
    return db.session.scalar(
        sa.select(Booking).where(
            Booking.event_id == event_id, Booking.person_id == person_id, Booking.state == State.WAITING
        )
    )


def ids(booking: Booking | None) -> frozenset[str]:
    """The public id of a booking, if there is one."""
    return frozenset({booking.public_id}) if booking else frozenset()


def refuse_unless_open(occasion: Occasion, now: datetime, *, by_staff: bool = True) -> None:
    """Check 1: a substitute may come until the end of the first session; another date as long as it can be booked."""
    refused = refusals.not_open(occasion.wanted, now=now, by_staff=by_staff)
    if refused:
        raise Refused(refused.sentence, reason=refused.reason)


def place_of_work(booking: Booking) -> Workplace:
    """Where the person works, as the booking has it: moving does not change for whom somebody comes."""
    return Workplace(
        affiliation_id=0,
        agency_id=booking.agency_id,
        setting_id=booking.setting_id,
        team_id=booking.team_id,
        sector=booking.sector,
        role_group=booking.role_group,
        agency=booking.agency.name,
        setting=booking.setting.name if booking.setting else None,
        job_role="",
    )
