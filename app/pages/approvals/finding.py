"""The selects behind approvals: an open question with what it is about, and what whoever decides can see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ...accounts.models import Agency
from ...booking import approving
from ...booking.approval_rules import TO_ANSWER
from ...booking.models import Approval, Booking
from ...booking.rules import HOLDING, ON_THE_REGISTER
from ...catalogue.models import Course, Event
from ...db import db
from ...notifications.models import Letter
from ..people.outcomes import CAME, outcome_of
from ..people.words import Outcome

Columns = sa.Select[*tuple[Any, ...]]
A_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Facts:
    """What helps to decide; the person sees the same on their booking."""

    agencies: list[tuple[str, int]]  # who holds places on the event so far
    courses: list[
        tuple[Any, Outcome]
    ]  # what the person was booked on in the last twelve months, newest first
    missed: int  # of these, how often they did not come and were not excused

    @property
    def held(self) -> int:
        """How many places are held."""
        return sum(number for _, number in self.agencies)


def facts_about(booking: Booking, now: datetime) -> Facts:
    """The event's agencies, and the person's year."""
    read = db.session.execute
    year = [(row, outcome_of(row, now)) for row in read(year_of(booking, now))]
    missed = sum(1 for _, (word, _) in year if word == "Did not come")
    agencies = [(name, number) for name, number in read(agencies_on(booking.event_id))]
    return Facts(agencies, year, missed)


def agencies_on(event_id: int) -> sa.Select[str, int]:
    """From where those come who hold a place on an event, the most first."""
    number = sa.func.count()
    return (
        sa.select(Agency.name, number)
        .select_from(Booking)
        .join(Agency, Agency.id == Booking.agency_id)
        .where(Booking.event_id == event_id, Booking.state.in_(HOLDING))
        .group_by(Agency.name)
        .order_by(number.desc(), Agency.name)
    )


def year_of(booking: Booking, now: datetime) -> Columns:
    """The places the person had on other events of the last twelve months, with what became of them."""
    return (
        sa.select(
            Course.title,
            Event.starts_at,
            Event.ends_at,
            Booking.state,
            *CAME,
        )
        .select_from(Booking)
        .join(Event, Event.id == Booking.event_id)
        .join(Course, Course.id == Event.course_id)
        .where(
            Booking.person_id == booking.person_id,
            Booking.id != booking.id,
            Booking.state.in_(ON_THE_REGISTER),
            Event.ends_at > now - A_YEAR,
            Event.host_id == booking.event.host_id,
        )
        .order_by(Event.starts_at.desc(), Booking.id.desc())
        .limit(25)
    )


WITH_ALL = (
    joinedload(Approval.booking).options(
        joinedload(Booking.event).options(joinedload(Event.course), joinedload(Event.host)),
        joinedload(Booking.person),
        joinedload(Booking.agency),
        joinedload(Booking.setting),
    ),
    joinedload(Approval.decided_by),
)


def by_token(token: str) -> Approval | None:
    """The question a mailed link belongs to."""
    wanted = sa.select(Approval).where(Approval.token_hash == approving.hash_of(token))
    return db.session.scalar(wanted.options(*WITH_ALL))


def at_the_desk(public_id: str, partnership_id: int) -> Approval | None:
    """A question about one of the partnership's events."""
    wanted = sa.select(Approval).join(Booking).join(Event)
    ours = wanted.where(Approval.public_id == public_id, Event.host_id == partnership_id)
    return db.session.scalar(ours.options(*WITH_ALL))


def still_open(partnership_id: int, now: datetime) -> sa.Select[Approval]:
    """The partnership's questions that can still be answered, those that run out first first."""
    return (
        sa.select(Approval)
        .join(Booking, Booking.id == Approval.booking_id)
        .join(Event, Event.id == Booking.event_id)
        .where(
            Event.host_id == partnership_id,
            Approval.decision == "",
            Approval.expires_at > now,
            Booking.state.in_(TO_ANSWER),
        )
        .options(*WITH_ALL)
        .order_by(Approval.expires_at, Approval.booking_id, Approval.id)
    )


def asked_of(email: str | None, partnership_id: int, now: datetime) -> list[tuple[Approval, str]]:
    """What somebody with that address is asked, each with the path of its page."""
    found = db.session.scalars(
        still_open(partnership_id, now).where(Approval.approver_email == (email or "-"))
    )
    return [(approval, f"/approvals/{approving.token_of(approval)}") for approval in found]


def undelivered(approvals: Sequence[Approval]) -> set[int]:
    """Of these questions, those whose mail could not be sent."""
    keys = {f"approval:{one.public_id}:{which}": one.id for one in approvals for which in ("asked", "again")}
    failed = sa.select(Letter.key).where(Letter.key.in_(keys), Letter.state == "failed")
    return {keys[key] for key in db.session.scalars(failed)}


def everybody_asked(booking_id: int) -> list[Approval]:
    """Whoever was asked about a booking, the first first."""
    return list(db.session.scalars(Approval.of(booking_id).options(joinedload(Approval.decided_by))))
