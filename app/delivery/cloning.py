"""Another event like one: its places, venue and notes; never its bookings, its history, or a letter about it.

Inside ``writing()``; never commits. The caller settles what was made.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from ..accounts.models import Person
from ..booking.models import MixRule
from ..booking.overriding import ABOVE_THE_LIMIT
from ..catalogue.actions import schedule_event
from ..catalogue.invitations import copy_invitations
from ..catalogue.models import Event, EventChange, EventInvitation, EventSession
from ..catalogue.plans import EventPlan, SessionPlan
from ..clock import from_london, in_london, london_day
from ..db import db, new_public_id
from ..errors import Refused


def clone_event(event: Event, plan: EventPlan, *, by: Person, now: datetime, series: str = "") -> Event:
    """An event of the same course as planned, with the same people invited and the same shares.

    Nobody who is invited has been told of it yet.
    """
    made = schedule_event(event.course, plan, host_id=event.host_id, by=by.public_id, now=now, series=series)
    if copied_before(made):
        return made
    copy_shares(event, made)
    copy_invitations(event.id, made.id, by=by.public_id, now=now)
    return made


def copied_before(made: Event) -> bool:
    """Whether the button was pressed twice: the event has its shares or invitations already."""
    shares = sa.exists().where(MixRule.event_id == made.id)
    invitations = sa.exists().where(EventInvitation.event_id == made.id)
    return bool(db.session.scalar(sa.select(sa.or_(shares, invitations))))


def copy_shares(event: Event, made: Event) -> None:
    """Caps and kept places; what holds until a date moves with the event, and is left out without one."""
    moved = made.starts_at - event.starts_at if made.starts_at and event.starts_at else None
    for rule in db.session.scalars(sa.select(MixRule).where(MixRule.event_id == event.id)):
        if rule.until_at is not None and moved is None:
            continue
        until_at = rule.until_at + moved if rule.until_at is not None and moved is not None else None
        same = {"kind": rule.kind, "of": rule.of, "sector": rule.sector, "places": rule.places}
        whose = {"agency_id": rule.agency_id, "setting_id": rule.setting_id}
        db.session.add(MixRule(event_id=made.id, until_at=until_at, **same, **whose))


def repeat_event(event: Event, days: Sequence[date], *, by: Person, now: datetime) -> list[Event]:
    """The same event on each of these first days, as one series with it. Inside ``changing(event)``."""
    sessions = db.session.scalars(EventSession.of(event.id)).all()
    event.series = event.series or new_public_id()
    made = []
    for day in days:
        plan = plan_like(event, moved(sessions, day))
        if plan.starts_at is None or plan.starts_at <= now:
            raise Refused("A date of a series cannot be in the past.")
        made.append(clone_event(event, plan, by=by, now=now, series=event.series))
    return made


def plan_like(event: Event, sessions: tuple[SessionPlan, ...]) -> EventPlan:
    """The plan of an event with other sessions; the day to look at its numbers is left to be chosen."""
    return EventPlan(
        sessions=sessions,
        capacity=event.capacity,
        booking_limit=max(event.capacity, chosen_limit(event)) if is_virtual(event) else event.capacity,
        notes=event.notes,
        content_note=event.content_note,
        published=event.state != "draft",
        link_shown_hours=event.link_shown_hours,
        by_invitation=event.by_invitation,
        headcount_only=event.headcount_only,
    )


def chosen_limit(event: Event) -> int:
    """The booking limit that somebody set; what was added above it for one person is no limit of other dates."""
    changes = db.session.scalars(
        sa.select(EventChange)
        .where(EventChange.event_id == event.id, EventChange.what == "booking limit")
        .order_by(EventChange.id)
    ).all()
    by_hand = [change for change in changes if change.why != ABOVE_THE_LIMIT]
    if by_hand:
        return int(by_hand[-1].now)
    return int(changes[0].was) if changes else event.booking_limit


def is_virtual(event: Event) -> bool:
    """Whether more may book than there are places."""
    return event.course.delivery == "virtual"


def moved(sessions: Sequence[EventSession], first_day: date) -> tuple[SessionPlan, ...]:
    """These sessions so that the first is on that day, at the same times on the wall; without joining links."""
    by = first_day - london_day(sessions[0].starts_at)
    return tuple(
        SessionPlan(
            starts_at=on_that_day(session.starts_at, by),
            ends_at=on_that_day(session.ends_at, by),
            venue=session.venue.name if session.venue else "",
        )
        for session in sessions
    )


def on_that_day(instant: datetime, by: timedelta) -> datetime:
    """The same time on the wall so many days later. Refused where the clocks skip it."""
    local = in_london(instant)
    try:
        return from_london(local.date() + by, local.time().replace(tzinfo=None))
    except ValueError:
        raise Refused(
            f"{local:%H:%M} does not exist on {local.date() + by}: the clocks go forward."
        ) from None


def series_of(event: Event) -> sa.Select[*tuple[object, ...]]:
    """The other dates of an event's series that are not cancelled, soonest first."""
    return (
        sa.select(Event.id, Event.starts_at, Event.ends_at, Event.state)
        .where(
            Event.series == event.series,
            Event.series != "",
            Event.id != event.id,
            Event.host_id == event.host_id,
            Event.state.in_(("published", "postponed")),
        )
        .order_by(Event.starts_at.is_(None), Event.starts_at)
    )
