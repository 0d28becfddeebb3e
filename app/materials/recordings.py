"""Whether a date is recorded, and who agrees to it. Inside ``changing(event)``; nothing commits.

What was said and what people answered are rows, never overwritten: who agreed to a notice has not agreed to another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Person
from ..booking.models import Booking
from ..booking.rules import ON_THE_REGISTER
from ..catalogue.models import Event
from ..db import db
from ..errors import Refused
from .models import Material, RecordingConsent, RecordingNotice

CHANGED = "What is said about the recording has changed. Read it once more, and then say whether you agree."


@dataclass(frozen=True)
class Said:
    """What is said about recording a date."""

    recorded: bool
    what_for: str = ""
    seen_by: str = ""
    until_on: date | None = None


def notice_of(event_id: int) -> RecordingNotice | None:
    """What holds for a date; None while nothing was said."""
    return db.session.scalar(RecordingNotice.newest(event_id))


def recorded(event_id: int) -> RecordingNotice | None:
    """The notice of a date that is recorded; None for one that is not, and while nothing was said."""
    found = notice_of(event_id)
    return found if found and found.recorded else None


def say(event: Event, said: Said, *, by: Person, now: datetime) -> RecordingNotice | None:
    """Say whether a date is recorded; None when that is what was said before.

    A recording that is there is shown no longer than is said now. Raises Refused when there is one and none was made.
    """
    before = notice_of(event.id)
    if before and said == Said(before.recorded, before.what_for, before.seen_by, before.until_on):
        return None
    there = Material.event_id == event.id, Material.kind == "recording", Material.removed_at.is_(None)
    if not said.recorded and db.session.scalar(sa.select(Material.id).where(*there).limit(1)):
        raise Refused("The recording is among the materials of this date. Remove it first.")
    notice = RecordingNotice(
        event_id=event.id,
        recorded=said.recorded,
        what_for=said.what_for,
        seen_by=said.seen_by,
        until_on=said.until_on,
        said_at=now,
        said_by_id=by.id,
    )
    db.session.add(notice)
    db.session.flush()
    shorter = sa.update(Material).where(*there, Material.until_on > said.until_on)
    db.session.execute(shorter.values(until_on=said.until_on))
    return notice


def answer(booking: Booking, notice_id: int, *, agrees: bool, by: Person, now: datetime) -> None:
    """Somebody says whether they agree. Raises Refused when they read something that is no longer said."""
    notice = recorded(booking.event_id)
    if booking.state not in ON_THE_REGISTER:
        raise Refused("There is no place on this date, so there is nothing to agree to.")
    if notice is None or notice.id != notice_id:
        raise Refused(CHANGED)
    last = db.session.scalar(RecordingConsent.of(booking.id, notice.id))
    if last is None or last.agrees != agrees:
        consent = RecordingConsent(booking_id=booking.id, notice_id=notice.id, agrees=agrees)
        consent.said_at, consent.said_by_id = now, by.id
        db.session.add(consent)


def answers_to(notice: RecordingNotice) -> Sequence[Any]:
    """Everybody on the date by name, with what they said last: True, False, or None while they have not."""
    newest = (
        sa.select(sa.func.max(RecordingConsent.id))
        .where(RecordingConsent.booking_id == Booking.id, RecordingConsent.notice_id == notice.id)
        .correlate(Booking)
        .scalar_subquery()
    )
    return db.session.execute(
        sa.select(Booking.id, Person.name, RecordingConsent.agrees)
        .join(Person, Person.id == Booking.person_id)
        .outerjoin(RecordingConsent, RecordingConsent.id == newest)
        .where(Booking.event_id == notice.event_id, Booking.state.in_(ON_THE_REGISTER))
        .order_by(sa.func.lower(Person.name), Booking.id)
    ).all()


def refused_by(event_id: int) -> frozenset[int]:
    """Which bookings do not agree to be recorded."""
    notice = recorded(event_id)
    return frozenset(row.id for row in answers_to(notice) if row.agrees is False) if notice else frozenset()


def run_out(day: date) -> sa.Select[Material]:
    """The recordings whose last day is over."""
    over = Material.kind == "recording", Material.until_on < day, Material.removed_at.is_(None)
    return sa.select(Material).where(*over).order_by(Material.id)
