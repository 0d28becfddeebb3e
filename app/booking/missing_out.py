"""Who did not come again and again: information for the desk, and where a partnership sets it, a reason to ask a lead."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Person
from ..catalogue.models import Event
from ..clock import from_london, in_london, london_day
from ..completions.lasting import months_on
from ..db import db
from .models import Booking, MissedPlace

TIMES, MONTHS, ASKS = "missed_times", "missed_within_months", "missed_needs_approval"


def since(now: datetime, settings: Mapping[str, Any]) -> datetime:
    """From when on places that nobody came for still count."""
    return from_london(months_on(london_day(now), -settings[MONTHS]), in_london(now).time())


def number_missed(person_id: int, now: datetime, settings: Mapping[str, Any]) -> int:
    """How many places of a person's nobody came for lately; who was excused is not counted."""
    return db.session.scalar(MissedPlace.number_of(person_id, since(now, settings), now)) or 0


def needs_approval(person_id: int, now: datetime, settings: Mapping[str, Any]) -> bool:
    """Whether a booking of theirs needs somebody who agrees, because they did not come so often."""
    return bool(settings[ASKS]) and number_missed(person_id, now, settings) >= settings[TIMES]


def often_missed(
    partnership_id: int, now: datetime, settings: Mapping[str, Any]
) -> sa.Select[*tuple[Any, ...]]:
    """People with a place ahead who did not come so often lately on this partnership's dates: the most often first."""
    number = sa.func.count()
    ahead = sa.exists().where(
        Booking.person_id == Person.id,
        Booking.state == "booked",
        Booking.event_id == Event.id,
        Event.host_id == partnership_id,
        Event.starts_at > now,
    )
    past = sa.orm.aliased(Booking)
    date = sa.orm.aliased(Event)
    return (
        sa.select(
            Person.public_id,
            Person.name,
            number.label("missed"),
            ahead.label("ahead"),
            sa.func.max(MissedPlace.ended_at).label("last"),
        )
        .select_from(MissedPlace)
        .join(Person, Person.id == MissedPlace.person_id)
        .join(past, past.id == MissedPlace.booking_id)
        .join(date, date.id == past.event_id)
        .where(
            date.host_id == partnership_id,
            MissedPlace.ended_at > since(now, settings),
            MissedPlace.ended_at <= now,
            Person.closed_at.is_(None),
        )
        .group_by(Person.id, Person.public_id, Person.name)
        .having(number >= settings[TIMES])
        .order_by(number.desc(), Person.name, Person.id)
    )
