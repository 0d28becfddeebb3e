"""Reading a register: the people on it with their marks, in a fixed number of queries."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Agency, Person, Setting
from ..booking.models import Booking, Headcount
from ..booking.rules import ON_THE_REGISTER
from ..catalogue.models import EventSession
from ..db import db
from ..pool.models import EventTrainer
from .models import HeadcountMark, Mark, RegisterClosing
from .rules import first_letter


def sessions(event_id: int) -> Sequence[EventSession]:
    """The sessions of an event, in order."""
    return db.session.scalars(
        sa.select(EventSession).where(EventSession.event_id == event_id).order_by(EventSession.starts_at)
    ).all()


def delegates(event_id: int, session_id: int) -> list[Any]:
    """Everybody on the register, by family name, with their mark in a session."""
    rows = db.session.execute(
        sa.select(
            Booking.id,
            Booking.public_id,
            Booking.state,
            Booking.needs,
            Person.name,
            Agency.name.label("agency"),
            Setting.name.label("setting"),
            Mark.mark,
            Mark.minutes_late,
            Mark.left_early,
            Mark.why,
        )
        .join(Person, Person.id == Booking.person_id)
        .join(Agency, Agency.id == Booking.agency_id)
        .outerjoin(Setting, Setting.id == Booking.setting_id)
        .outerjoin(Mark, sa.and_(Mark.booking_id == Booking.id, Mark.session_id == session_id))
        .where(Booking.event_id == event_id, Booking.state.in_([s.value for s in ON_THE_REGISTER]))
    ).all()
    return sorted(rows, key=lambda row: (first_letter(row.name), row.name.split()[-1:], row.name, row.id))


def unmarked(event_id: int) -> list[Any]:
    """Who has no mark in one session or more: name and how many are missing."""
    pairs = (
        sa.select(Booking.id, Person.name, sa.func.count().label("missing"))
        .join(Person, Person.id == Booking.person_id)
        .join(EventSession, EventSession.event_id == Booking.event_id)
        .outerjoin(Mark, sa.and_(Mark.booking_id == Booking.id, Mark.session_id == EventSession.id))
        .where(
            Booking.event_id == event_id,
            Booking.state.in_([s.value for s in ON_THE_REGISTER]),
            Mark.id.is_(None),
        )
        .group_by(Booking.id, Person.name)
        .order_by(Person.name)
    )
    return list(db.session.execute(pairs).all())


def closing(event_id: int) -> RegisterClosing | None:
    """When and by whom the register was closed; None while it is open."""
    return db.session.get(RegisterClosing, event_id)


def headcounts(event_id: int) -> list[Any]:
    """The organisations of a headcount-only event, with how many came."""
    rows = (
        sa.select(Headcount.id, Headcount.organisation, Headcount.expected, HeadcountMark.came)
        .outerjoin(HeadcountMark, HeadcountMark.headcount_id == Headcount.id)
        .where(Headcount.event_id == event_id)
        .order_by(Headcount.organisation)
    )
    return list(db.session.execute(rows).all())


def delivers(event_id: int, person_id: int) -> bool:
    """Whether a person delivers this event."""
    found = sa.select(EventTrainer.id).where(
        EventTrainer.event_id == event_id, EventTrainer.person_id == person_id
    )
    return db.session.scalar(found) is not None
