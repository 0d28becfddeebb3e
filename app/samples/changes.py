"""Mails about a changed date: the desk changes, postpones, cancels or sets it, in earnest but for the end."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from ..booking.checks import sessions_of
from ..booking.models import Booking, Nomination
from ..catalogue.models import Event, EventSession
from ..catalogue.plans import DRAFT, SessionPlan
from ..clock import from_london, in_london
from ..delivery.actions import cancel_event, give_date, postpone, reschedule
from ..delivery.publishing import tell_of_state
from ..delivery.standing_in import tell_trainer
from ..pool.models import EventTrainer
from .bookings import booked
from .kinds import BOOKING, NOMINATION, TRAINER, Condition
from .table import sample

MOVED_BY = timedelta(days=7)
WHY = "The room is closed that week."
Delivers = EventTrainer | Booking


def to_come(now: datetime) -> list[Condition]:
    """Trainers on a date that is still to come."""
    return [Event.state == "published", Event.starts_at > now]


def held(now: datetime) -> list[Condition]:
    """Held places on a date that is still to come."""
    return [*to_come(now), Nomination.ended_at.is_(None)]


def later(instant: datetime, by: timedelta) -> datetime:
    """The same time of day some days later, whatever the clocks did in between."""
    local = in_london(instant)
    return from_london(local.date() + by, local.time())


def plans(sessions: Sequence[EventSession], by: timedelta = MOVED_BY) -> list[SessionPlan]:
    """The same sessions some days later."""
    return [
        SessionPlan(
            starts_at=later(session.starts_at, by),
            ends_at=later(session.ends_at, by),
            venue=session.venue.name if session.venue else "",
            joining_url=session.joining_url,
            session=session.public_id,
        )
        for session in sessions
    ]


@sample("event-changed", kind=BOOKING, where=booked)
@sample("trainer-event-changed", kind=TRAINER, where=to_come)
def is_moved(row: Delivers, now: datetime) -> None:
    """The date is moved by a week."""
    reschedule(row.event, plans(sessions_of(row.event_id)), by=None, now=now, why=WHY)


@sample("organisation-news", kind=NOMINATION, where=held)
def is_moved_for_a_lead(row: Nomination, now: datetime) -> None:
    """The same for a lead who holds places."""
    reschedule(row.event, plans(sessions_of(row.event_id)), by=None, now=now, why=WHY)


@sample("event-postponed", kind=BOOKING, where=booked)
@sample("trainer-event-postponed", kind=TRAINER, where=to_come)
def is_postponed(row: Delivers, now: datetime) -> None:
    """The date is taken off."""
    postpone(row.event, by=None, now=now, why=WHY)


@sample("event-cancelled", kind=BOOKING, where=booked)
@sample("trainer-event-cancelled", kind=TRAINER, where=to_come)
def is_cancelled(row: Delivers, now: datetime) -> None:
    """The date is called off."""
    cancel_event(row.event, by=None, now=now, why="Too few people have booked.")


@sample("event-dated", kind=BOOKING, where=booked)
@sample("trainer-event-dated", kind=TRAINER, where=to_come)
def gets_a_date(row: Delivers, now: datetime) -> None:
    """The date was taken off, and there is another one."""
    wanted = plans(sessions_of(row.event_id))
    postpone(row.event, by=None, now=now - timedelta(days=3), why=WHY)
    give_date(row.event, wanted, by=None, now=now)


@sample("trainer-named", kind=TRAINER, where=to_come)
def is_to_deliver(row: EventTrainer, now: datetime) -> None:
    """Somebody said yes, and is put on a date."""
    row.confirmed_at = now
    tell_trainer(row.event, row, "named", by=row.person, now=now)


@sample("trainer-released", kind=TRAINER, where=to_come)
def need_not_deliver(row: EventTrainer, now: datetime) -> None:
    """Somebody is taken off a date."""
    row.invite_sequence += 1
    tell_trainer(row.event, row, "released", by=row.person, now=now)


@sample("trainer-unpublished", kind=TRAINER, where=to_come)
def is_planned_anew(row: EventTrainer, now: datetime) -> None:
    """The date becomes a draft again."""
    was, row.event.state = row.event.state, DRAFT
    tell_of_state(row.event, was, by=row.person, now=now)
