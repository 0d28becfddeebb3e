"""Reminders: on which events one is due, and the letters. Inside ``changing(event)``; nothing commits.

Nobody gets one twice (its key names the booking), after a late booking, or about a date that is another by now:
``evaluation.moving`` gives the key back when the date changes.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ..accounts.models import Person
from ..catalogue.models import Event
from ..db import db
from ..notifications.actions import post
from ..notifications.models import Letter
from . import reminders
from .checks import sessions_of, settings_of
from .letters import restated
from .models import Booking
from .needing import booked_at
from .rules import State
from .told import letter_of, senders, takes, told

REMINDER = "reminder"
# How far ahead the longest setting may reach.
AHEAD = timedelta(days=40)
CHANGES = ("event-changed", "event-dated")


def heard_at() -> sa.ScalarSelect[datetime]:
    """When somebody was last written that the date or place of what they booked is another; NULL for never."""
    news = sa.select(sa.func.max(Letter.queued_at)).where(
        Letter.about == sa.literal("booking:") + Booking.public_id,
        Letter.message.in_(CHANGES),
        Letter.state != "withdrawn",
    )
    return news.correlate(Booking).scalar_subquery()


def not_reminded() -> sa.Select[*tuple[Any, ...]]:
    """Everybody with a place who takes reminders and had none, with what decides whether it is time."""
    joining = aliased(Letter)
    return (
        sa.select(
            Booking.id,
            Booking.public_id,
            Booking.event_id,
            Person.name,
            Person.email,
            Event.starts_at,
            Event.host_id,
            booked_at().label("booked_at"),
            heard_at().label("heard_at"),
            joining.state.label("joining"),
            joining.sent_at.label("joining_sent_at"),
        )
        .join(Event, Event.id == Booking.event_id)
        .join(Person, Person.id == Booking.person_id)
        .outerjoin(joining, joining.key == letter_of("joining"))
        .where(Booking.state == State.BOOKED, Event.state == "published", takes(REMINDER), ~told(REMINDER))
        .order_by(Booking.id)
    )


def reminder_days(host_id: int, now: datetime) -> int:
    """How many working days before the start a partnership reminds."""
    days: int = settings_of(host_id, now)["reminder_working_days"]
    return days


def reminder_time_has_come(event: Any, now: datetime, days: int | None = None) -> bool:
    """Whether everybody with a place should have been reminded by now, one way or another."""
    days = reminder_days(event.host_id, now) if days is None else days
    return reminders.reminded_at(event.starts_at, working_days=days) <= now < event.starts_at


def events_to_remind(now: datetime) -> list[int]:
    """Events on which somebody is to be reminded now; looks at nothing while nobody sends reminders."""
    hosts = senders(REMINDER)
    if not hosts:
        return []
    soon = sa.select(Event.id, Event.host_id, Event.starts_at).where(
        Event.state == "published",
        Event.host_id.in_(hosts),
        Event.starts_at > now,
        Event.starts_at < now + AHEAD,
    )
    days = {host_id: reminder_days(host_id, now) for host_id in hosts}
    events = db.session.execute(soon).all()
    ids = [row.id for row in events if reminder_time_has_come(row, now, days[row.host_id])]
    if not ids:
        return []
    rows = db.session.execute(not_reminded().where(Booking.event_id.in_(ids))).all()
    return sorted({row.event_id for row in rows if is_due(row, hosts, days[row.host_id], now)})


def is_due(row: Any, hosts: Mapping[int, datetime], days: int, now: datetime) -> bool:
    """Whether one of them is reminded now."""
    place = reminders.Place(
        starts_at=row.starts_at,
        told_at=max(row.booked_at, row.heard_at or row.booked_at),
        on_since=hosts[row.host_id],
        joining_left_at=reminders.left_at(row.joining, row.joining_sent_at, now),
    )
    return reminders.is_due(place, now, working_days=days)


def remind(event: Event, *, now: datetime) -> int:
    """Remind everybody with a place for whom it is time; returns how many letters were posted."""
    hosts = senders(REMINDER)
    days = reminder_days(event.host_id, now)
    if event.host_id not in hosts or event.awaits_date or not reminder_time_has_come(event, now, days):
        return 0
    rows = db.session.execute(not_reminded().where(Booking.event_id == event.id)).all()
    due = [row for row in rows if is_due(row, hosts, days, now)]
    shared = restated(event, sessions_of(event.id)) if due else {}
    for row in due:
        tell_reminder(event, row, now=now, **shared)
    return len(due)


def tell_reminder(event: Event, row: Any, /, *, now: datetime, **shared: Any) -> None:
    """The letter to one of them."""
    post(
        REMINDER,
        key=f"booking:{row.public_id}:{REMINDER}",
        to_email=row.email,
        to_name=row.name,
        now=now,
        about=f"booking:{row.public_id}",
        expires_at=event.starts_at,
        booking=row.public_id,
        **shared,
    )
