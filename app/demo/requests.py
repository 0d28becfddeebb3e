"""What waits for the desk's word in the demonstration: a request nobody else can answer; and what empty places cost."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..accounts.models import RoleGrant
from ..accounts.rules import Role
from ..booking.approval_rules import ENDS, ends_at
from ..booking.checks import occasion_of
from ..booking.models import Approval, Booking, BookingChange, ChargePolicy
from ..booking.rules import State
from ..catalogue.models import Course, Event
from ..clock import london_day
from .seed import public_id

COURSE = "managing-allegations"  # its leads agree to who comes
AGO = timedelta(hours=18)


def add_requests(session: Session, *, partnership_id: int, now: datetime) -> None:
    """The policy without charges, and one of those booked on a coming date becomes somebody who asked."""
    policy = ChargePolicy(
        partnership_id=partnership_id, from_on=london_day(now), charging=False, empty_place=2500
    )
    policy.exempt, policy.set_at = ["contributor", "partner", "reciprocal", "relevant"], now
    session.add(policy)
    booking = session.scalar(somebody_without_lead(partnership_id, now))
    if booking is not None:
        ask(session, booking, now)
    session.flush()


def somebody_without_lead(partnership_id: int, now: datetime) -> sa.Select[Booking]:
    """Somebody booked on the course whose agency has no lead on the site."""
    led = sa.exists().where(
        RoleGrant.agency_id == Booking.agency_id,
        RoleGrant.partnership_id == partnership_id,
        RoleGrant.role == Role.AGENCY_LEAD.value,
    )
    changes = sa.select(sa.func.count()).where(BookingChange.booking_id == Booking.id).scalar_subquery()
    return (
        sa.select(Booking)
        .join(Event, Event.id == Booking.event_id)
        .join(Course, Course.id == Event.course_id)
        .where(
            Course.slug == COURSE,
            Event.starts_at > now + timedelta(days=14),
            Booking.state == State.BOOKED,
            changes == 1,
            ~led,
        )
        .order_by(Event.starts_at, Booking.id.desc())
        .limit(1)
    )


def ask(session: Session, booking: Booking, now: datetime) -> None:
    """The booking is a request from the afternoon before, and there was nobody to write to."""
    booking.event.course.approval = "lead"
    asked_at, occasion = now - AGO, occasion_of(booking.event, now)
    booking.state, booking.made_at, booking.joined_at = State.REQUESTED.value, asked_at, asked_at
    booking.policy = {**booking.policy, "to_approve": True}
    first = session.scalars(sa.select(BookingChange).where(BookingChange.booking_id == booking.id)).one()
    first.at, first.to_state = asked_at, State.REQUESTED.value
    until = ends_at(
        asked_at, closes_at=occasion.wanted.closes_at, last_at=None, working_days=occasion.settings[ENDS]
    )
    name = public_id("approval", booking.public_id)
    session.add(
        Approval(
            public_id=name,
            booking_id=booking.id,
            mode="lead",
            approver_email="",
            # Nobody has the link, so what is kept of it is a name only; the real one depends on this machine's key.
            token_hash=f"no link {name}",
            asked_at=asked_at,
            expires_at=until,
        )
    )
