"""The facts that the checks of ``refusals`` ask for, read from the rows; and what the checks say of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..accounts.models import Person
from ..catalogue.invitations import is_invited
from ..catalogue.models import CourseRequirement, Event, EventSession
from ..catalogue.rules import way_of
from ..clock import london_day
from ..completions.rules import deadline
from ..completions.standing import requirements_of
from ..db import db
from ..partnerships.models import PartnershipSetting
from ..partnerships.rules import in_force
from . import refusals, rules
from .charging import price_for
from .missing_out import needs_approval
from .mix import Unit
from .models import Booking, ChargePolicy, MixRule, RequirementWaiver
from .prices import Price
from .rules import Asker, Claim, State, Wanted
from .workplaces import Workplace


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """An event with its sessions (and their venues), the settings that hold for it today, and what it asks for."""

    event: Event
    sessions: Sequence[EventSession]
    settings: dict[str, Any]
    wanted: Wanted
    waiting: int  # how many wait for a place
    has_mix: bool
    has_requirements: bool
    has_charges: bool


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
LOOK = sa.select(
    NUMBER_WAITING.scalar_subquery().label("waiting"),
    sa.exists().where(MixRule.event_id == sa.bindparam("event")).label("has_mix"),
    sa.exists().where(CourseRequirement.course_id == sa.bindparam("course")).label("has_requirements"),
    sa.exists()
    .where(
        ChargePolicy.partnership_id == sa.bindparam("partnership"),
        ChargePolicy.from_on <= sa.bindparam("day"),
        ChargePolicy.charging,
    )
    .label("has_charges"),
)


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
    look = db.session.execute(
        LOOK,
        {
            "event": event.id,
            "course": event.course_id,
            "partnership": event.host_id,
            "day": london_day(now),
        },
    ).one()
    wanted = wanted_of(event, sessions, settings)
    return Occasion(event=event, sessions=sessions, settings=settings, wanted=wanted, **look._mapping)


def wanted_of(event: Event, sessions: Sequence[EventSession], settings: Mapping[str, Any]) -> Wanted:
    """An event as the checks weigh it."""
    course, starts_at = event.course, event.starts_at
    return Wanted(
        event_id=event.id,
        course_id=event.course_id,
        state=event.state,
        by_invitation=event.by_invitation,
        headcount_only=event.headcount_only,
        closes_at=starts_at
        and rules.closing_time(
            delivery=way_of(course.delivery, [session.venue_id is not None for session in sessions]),
            starts_at=starts_at,
            working_days=settings["booking_closes_working_days"],
        ),
        sittings=tuple((session.starts_at, session.ends_at) for session in sessions),
        audience=frozenset(course.audience_groups),
        several_places=course.several_places,
        approval=course.approval,
        part_one_by=starts_at and deadline(starts_at, working_days=settings["part_one_working_days"]),
    )


def asker_of(
    occasion: Occasion, person: Person, workplace: Workplace, *, now: datetime, by_staff: bool, leads: bool
) -> Asker:
    """Somebody for whom a place is asked: what they have done, whether they are invited, what they would pay."""
    event, day = occasion.event, london_day(now)
    unit = Unit(workplace.agency_id, workplace.setting_id, workplace.sector)
    asker = Asker(
        unit=unit,
        role_group=workplace.role_group,
        by_staff=by_staff,
        leads=leads,
        missed_often=needs_approval(person.id, now, occasion.settings),
    )
    if event.by_invitation or occasion.wanted.audience:
        invited = is_invited(
            event.id, email=person.email or "", agency_id=unit.agency_id, setting_id=unit.setting_id
        )
        asker = replace(asker, invited=invited)
    if occasion.has_requirements:
        asker = replace(asker, requirements=requirements_of(event.course_id, [person.id])[person.id])
        if refusals.still_to_do(occasion.wanted, asker, now=now):
            asker = replace(asker, waived=person.id in waived_for(event.id, [person.id]))
    return with_price(asker, price_for(event, workplace, day=day)) if occasion.has_charges else asker


def with_price(asker: Asker, price: Price | None) -> Asker:
    """The asker with what a place costs them; None is nothing."""
    if price is None:
        return replace(asker, terms={})
    return replace(
        asker, pence=price.pence, price_words=price.words, price_text=price.text, terms=price.kept()
    )


def waived_for(event_id: int, person_ids: Sequence[int]) -> set[int]:
    """Of these people, those for whom what is required was waived on an event."""
    found = sa.select(RequirementWaiver.person_id).where(
        RequirementWaiver.event_id == event_id, RequirementWaiver.person_id.in_(person_ids)
    )
    return set(db.session.scalars(found))


def claims_of(person_ids: Sequence[int], now: datetime) -> dict[int, list[Claim]]:
    """The live bookings of each of these people, in one query."""
    sittings: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    rows: dict[str, Any] = {}
    for row in db.session.execute(SITTINGS, {"people": list(person_ids), "now": now}):
        if row.starts_at is not None:
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


def obstacles(
    occasion: Occasion,
    bookings: Sequence[Booking],
    *,
    now: datetime,
    approved: set[int],
    insisted: bool = False,
) -> dict[int, str]:
    """By booking: why each of those who wait could not take a place now ("" when they could), in a few queries.

    ``approved`` are the bookings somebody agreed to, where the course asks for that. ``insisted``: an administrator
    has a reason, against which neither a clash nor an earlier no stands.
    """
    people = [booking.person_id for booking in bookings]
    claims = claims_of(people, now)
    requirements = requirements_of(occasion.event.course_id, people) if occasion.has_requirements else {}
    waived = waived_for(occasion.event.id, people) if occasion.has_requirements else set()
    return {
        booking.id: refusals.obstacle(
            occasion.wanted,
            Asker(
                unit=unit_of(booking),
                requirements=requirements.get(booking.person_id, ()),
                waived=booking.person_id in waived,
            ),
            [claim for claim in claims[booking.person_id] if claim.booking != booking.public_id],
            now=now,
            clash_confirmed=insisted or bool(booking.policy.get("clash_confirmed")),
            approved=not booking.policy.get("to_approve") or booking.id in approved,
            declined=booking.declined_at is not None and not insisted,
            swap=booking.swap,
        )
        for booking in bookings
    }


def unit_of(booking: Booking) -> Unit:
    """From where somebody comes, as the booking has it."""
    return Unit(booking.agency_id, booking.setting_id, booking.sector)
