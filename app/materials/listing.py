"""Which materials there are for a person: of one booking, and of all of theirs."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from ..booking.models import Booking
from ..booking.rules import ON_THE_REGISTER
from ..catalogue.models import Course, Event
from ..clock import london_day
from ..db import db
from . import rules
from .models import Material

# Which of these bookings came: handed in, because the register is none of ours.
Came = Callable[[], frozenset[int]]
# How long after a course what was given for it stands in My learning; on the booking's own page it stays.
IN_MY_LEARNING = timedelta(days=365)


@dataclass(frozen=True)
class Given:
    """A material with the booking it is for, and from when it is shown (None: its date is awaited)."""

    material: Material
    booking: Any
    opens_at: datetime | None


def rows(*conditions: sa.ColumnElement[bool]) -> list[Given]:
    """Every material for these bookings, shown or not."""
    found = db.session.execute(
        sa.select(
            Booking.id,
            Booking.public_id,
            Event.id.label("event_id"),
            Event.starts_at,
            Event.ends_at,
            Course.title,
            Material,
        )
        .join(Event, Event.id == Booking.event_id)
        .join(Course, Course.id == Event.course_id)
        .join(Material, sa.or_(Material.event_id == Event.id, Material.of_course_of(Event)))
        .where(
            Booking.state.in_(ON_THE_REGISTER),
            Event.state.in_(("published", "postponed")),
            Material.removed_at.is_(None),
            *conditions,
        )
        .order_by(Event.starts_at.desc(), Booking.id, Material.id)
    )
    return [Given(row.Material, row, opening(row.Material, row)) for row in found]


def opening(material: Material, event: Any) -> datetime | None:
    """From when those on an event see it."""
    return rules.shown_from(
        shown=material.shown,
        working_days=material.working_days,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
    )


def shown(given: Iterable[Given], came: Came, now: datetime) -> list[Given]:
    """Those of them that are shown now; who came is asked once, and only where it decides."""
    asked = cache(came)
    return [
        one
        for one in given
        if rules.is_shown(
            opens_at=one.opens_at,
            until_on=one.material.until_on,
            now=now,
            only_who_came=one.material.only_who_came,
            came=lambda booking_id=one.booking.id: booking_id in asked(),  # type: ignore[misc]
        )
    ]


def of_booking(booking: Booking, came: Came, now: datetime) -> list[Given]:
    """What somebody with this booking is given now."""
    return shown(rows(Booking.id == booking.id), came, now)


def of_person(person_id: int, came: Came, now: datetime) -> list[Given]:
    """What a person is given now, for what comes and for what is over since a year at most."""
    lately = sa.or_(Event.ends_at.is_(None), Event.ends_at > now - IN_MY_LEARNING)
    return shown(rows(Booking.person_id == person_id, lately), came, now)


def has(material: Material, person_id: int, came: Came, now: datetime) -> bool:
    """Whether a person is given this material now, by any of their bookings."""
    mine = rows(Booking.person_id == person_id, Material.id == material.id)
    return bool(shown(mine, came, now))


def titles_before(event: Event, now: datetime) -> list[str]:
    """What those booked can look at by the start, in titles: for the mail that tells them how to join."""
    found: Sequence[Material] = db.session.scalars(Material.for_event(event.id)).all()
    return [
        one.title
        for one in found
        if (at := opening(one, event)) is not None
        and event.starts_at is not None
        and at <= event.starts_at
        and not one.only_who_came
        and (one.until_on is None or one.until_on >= london_day(now))
    ]
