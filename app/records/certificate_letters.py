"""Who is told of a certificate that a correction took away, gave back or brought. Inside ``changing(event)``.

Whoever finds theirs by the mail that asks how it was, or on the page that thanks for the answers, is not told here.
A correction that is put right before its letter left tells nobody anything.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Person
from ..attendance.models import RegisterClosing
from ..booking.models import Booking
from ..booking.told import told
from ..catalogue.models import Event
from ..db import db
from ..notifications.actions import post, withdraw
from ..notifications.models import Letter
from .models import Certificate

WITHDRAWN, READY = "certificate-withdrawn", "certificate-ready"
# A slip of the hand is put right within this; then there is nothing to tell.
WAITS = timedelta(minutes=10)


def tell_withdrawn(event: Event, certificate_ids: Collection[int], *, now: datetime) -> int:
    """To those who know of their certificate; returns how many letters."""
    return sum(tell(WITHDRAWN, event, row, now) for row in readers(event, certificate_ids))


def tell_ready(event: Event, certificate_ids: Collection[int], *, now: datetime, again: bool) -> int:
    """To those whose certificate came, or holds again; returns how many letters."""
    return sum(tell(READY, event, row, now, holds_again=again) for row in readers(event, certificate_ids))


def readers(event: Event, certificate_ids: Collection[int]) -> list[Any]:
    """The holders of these certificates who were told of the course's end, or whose register is closed."""
    closed = sa.exists().where(RegisterClosing.event_id == event.id)
    rows = (
        sa.select(Booking.public_id, Certificate.public_id.label("number"), Person.name, Person.email)
        .join(Booking, Booking.id == Certificate.booking_id)
        .join(Person, Person.id == Booking.person_id)
        .where(Certificate.id.in_(certificate_ids), sa.or_(closed, told("evaluate")))
        .order_by(Booking.id)
    )
    return list(db.session.execute(rows).all()) if certificate_ids else []


def tell(message: str, event: Event, row: Any, now: datetime, **more: Any) -> bool:
    """The letter to one of them, unless the last one waits to be sent and says the opposite: then that is taken back."""
    about = f"booking:{row.public_id}"
    opposite = READY if message == WITHDRAWN else WITHDRAWN
    if withdraw(about=about, now=now, messages=(opposite,), why="the register was corrected again"):
        return False
    number = sa.select(sa.func.count()).where(Letter.about == about, Letter.message == message)
    posted = post(
        message,
        key=f"{about}:{message}:{db.session.scalar(number)}",
        to_email=row.email,
        to_name=row.name,
        partnership=event.host,
        now=now,
        due_at=now + WAITS,
        about=about,
        course=event.course,
        event=event,
        news={"number": row.number},
        **more,
    )
    return posted is not None
