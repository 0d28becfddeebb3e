"""The facts that the checks of ``rules`` ask for, read from the rows; and what the checks say of them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..catalogue.models import Event, EventSession
from ..clock import london_day
from ..db import db
from ..partnerships.models import PartnershipSetting
from ..partnerships.rules import in_force
from . import rules
from .models import Booking
from .rules import Claim, State, Wanted


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """An event with its sessions (and their venues) and the settings that hold for it today."""

    event: Event
    sessions: Sequence[EventSession]
    settings: dict[str, Any]
    wanted: Wanted


# Every booking asks these: they are put together once, because that takes longer than running them.
SETTINGS = (
    sa.select(PartnershipSetting.key, PartnershipSetting.value)
    .where(PartnershipSetting.partnership_id == sa.bindparam("partnership"))
    .where(PartnershipSetting.from_on <= sa.bindparam("day"))
    .order_by(PartnershipSetting.from_on)
)
SESSIONS = (
    sa.select(EventSession)
    .where(EventSession.event_id == sa.bindparam("event"))
    .options(joinedload(EventSession.venue))
    .order_by(EventSession.starts_at)
)
SITTINGS = Booking.live_sittings(sa.bindparam("people", expanding=True), sa.bindparam("now"))
NUMBER_WAITING = Booking.number_waiting(sa.bindparam("event"))


def settings_of(partnership_id: int, now: datetime) -> dict[str, Any]:
    """The settings of a partnership that are in force."""
    rows = db.session.execute(SETTINGS, {"partnership": partnership_id, "day": london_day(now)})
    return in_force((row.key, row.value) for row in rows)


def sessions_of(event_id: int) -> Sequence[EventSession]:
    """The sessions of an event with their venues, first one first."""
    return db.session.scalars(SESSIONS, {"event": event_id}).all()


def number_waiting(event_id: int) -> int:
    """How many wait for a place on an event."""
    return db.session.scalars(NUMBER_WAITING, {"event": event_id}).one()


def occasion_of(event: Event, now: datetime) -> Occasion:
    """What the checks and the letters need to know of an event."""
    sessions = sessions_of(event.id)
    settings = settings_of(event.host_id, now)
    closes_at = event.starts_at and rules.closing_time(
        delivery=event.course.delivery,
        starts_at=event.starts_at,
        working_days=settings["booking_closes_working_days"],
    )
    wanted = Wanted(
        event_id=event.id,
        course_id=event.course_id,
        state=event.state,
        by_invitation=event.by_invitation,
        headcount_only=event.headcount_only,
        closes_at=closes_at,
        sittings=tuple((session.starts_at, session.ends_at) for session in sessions),
    )
    return Occasion(event=event, sessions=sessions, settings=settings, wanted=wanted)


def claims_of(person_ids: Sequence[int], now: datetime) -> dict[int, list[Claim]]:
    """The live bookings of each of these people, in one query."""
    sittings: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    rows: dict[str, Any] = {}
    for row in db.session.execute(SITTINGS, {"people": list(person_ids), "now": now}):
        sittings[row.public_id].append((row.starts_at, row.ends_at))
        rows[row.public_id] = row
    claims: dict[int, list[Claim]] = {person_id: [] for person_id in person_ids}
    for public_id, row in rows.items():
        claim = Claim(
            booking=public_id,
            event_id=row.event_id,
            course_id=row.course_id,
            title=row.title,
            state=State(row.state),
            sittings=tuple(sittings[public_id]),
        )
        claims[row.person_id].append(claim)
    return claims


def obstacle(occasion: Occasion, booking: Booking, claims: Sequence[Claim]) -> str:
    """Why somebody who waits could not take a place now; "" when they could."""
    others = [claim for claim in claims if claim.booking != booking.public_id]
    confirmed = bool(booking.policy.get("clash_confirmed"))
    found = rules.second_booking(occasion.wanted, others, becomes=State.BOOKED) or rules.unconfirmed_clash(
        occasion.wanted, others, confirmed=confirmed
    )
    return rules.OBSTACLES[found.reason] if found else ""
