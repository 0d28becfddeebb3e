"""The letters about recordings: to those booked when it is said or changed, to the coordinator when one is removed."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..accounts.models import Person
from ..accounts.people import holders_of
from ..accounts.rules import Role
from ..booking.models import Booking
from ..booking.rules import State
from ..catalogue.models import Event
from ..clock import london_day
from ..db import db
from ..notifications.actions import post
from ..partnerships.models import Partnership
from .models import Material, RecordingNotice


def tell_booked(event: Event, notice: RecordingNotice, *, now: datetime) -> int:
    """It is recorded, or is after all not: to everybody with a place, before it begins. Inside ``changing(event)``."""
    if event.state != "published" or event.has_begun(now):
        return 0
    booked = sa.select(Booking).where(Booking.event_id == event.id, Booking.state == State.BOOKED)
    told = db.session.scalars(booked.options(joinedload(Booking.person))).all()
    return sum(tell(booking, notice, now=now) for booking in told)


def tell(booking: Booking, notice: RecordingNotice, *, now: datetime) -> bool:
    """One of these letters."""
    event = booking.event
    posted = post(
        "recording-said",
        key=f"booking:{booking.public_id}:recording:{notice.id}",
        to_email=booking.person.email,
        to_name=booking.person.name,
        partnership=event.host,
        now=now,
        about=f"booking:{booking.public_id}",
        expires_at=event.starts_at,
        course=event.course,
        event=event,
        booking=booking.public_id,
        recording=notice,
    )
    return posted is not None


def tell_removed(event: Event, title: str, *, key: str, now: datetime) -> None:
    """A recording was removed, because its last day is over: to the coordinators."""
    for reader in coordinators(event.host, now):
        post(
            "recording-removed",
            key=f"{key}:{reader.public_id}",
            to_email=reader.email,
            to_name=reader.name,
            partnership=event.host,
            now=now,
            about=f"event:{event.id}",
            course=event.course,
            event=event,
            name=title,
        )


def coordinators(partnership: Partnership, now: datetime) -> list[Person]:
    """Who is told; administrators where there is no coordinator."""
    for role in (Role.COORDINATOR, Role.ADMINISTRATOR):
        found = db.session.scalars(holders_of(role, partnership.id, london_day(now))).all()
        if found:
            return list(found)
    return []


def key_of(material: Material) -> str:
    """What the letter about a recording that was removed is known by."""
    return f"material:{material.public_id}:removed"
