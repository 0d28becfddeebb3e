"""We missed you: why? Who is asked when they were expected and did not come, the link they answer by, the answer.

Inside ``changing(event)``; nothing commits. Asked only once the register is closed: an open one does not know yet
who was missing. Where it says why somebody was not there, only the manager is told.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import joinedload

from ..accounts.models import Person
from ..booking.checks import settings_of
from ..booking.models import Booking
from ..booking.rules import State
from ..booking.told import senders, takes, told
from ..catalogue.models import Course, Event
from ..db import db
from ..errors import Refused
from ..notifications.actions import post
from . import rules
from .models import AbsenceReason, Mark, RegisterClosing
from .rules import MarkKind

MISSED, TO_MANAGER = "missed", "missed-manager"
# How far back a course may be that somebody is still asked about: the longest setting, and the days it is told in.
BACK = timedelta(days=45)


@cache
def signer(key: str) -> URLSafeSerializer:
    """What signs, under the installation's own key."""
    return URLSafeSerializer(key, salt="why somebody did not come")


def token_of(public_id: str) -> str:
    """The last part of the link by which the person of a booking answers."""
    return str(signer(current_app.config["SECRET_KEY"]).dumps(public_id))


def opened(token: str) -> Booking | None:
    """The booking behind a link, with its event, course and host; None for a link that was not made here."""
    try:
        public_id = signer(current_app.config["SECRET_KEY"]).loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    event = joinedload(Booking.event).options(joinedload(Event.course), joinedload(Event.host))
    return db.session.scalar(sa.select(Booking).where(Booking.public_id == public_id).options(event))


def marked(kind: str) -> sa.Exists:
    """The condition that a booking has such a mark."""
    return sa.exists().where(Mark.booking_id == Booking.id, Mark.mark == kind).correlate(Booking)


def explained() -> sa.ColumnElement[bool]:
    """The condition that it is known why somebody was not there."""
    noted = sa.exists().where(Mark.booking_id == Booking.id, Mark.why != "").correlate(Booking)
    said = sa.exists().where(AbsenceReason.booking_id == Booking.id).correlate(Booking)
    return sa.or_(noted, said)


def to_ask() -> sa.Select[*tuple[Any, ...]]:
    """Those who were expected and did not come of whom the person or the manager is still to be written to."""
    ask = sa.and_(takes(MISSED), ~explained(), ~told(MISSED)).label("ask")
    tell = sa.and_(Course.copies_manager, Booking.manager_email != "", ~told(TO_MANAGER)).label(
        "tell_manager"
    )
    return (
        sa.select(
            Booking.public_id,
            Booking.event_id,
            Booking.manager_name,
            Booking.manager_email,
            Person.name,
            Person.email,
            Event.host_id,
            Event.ends_at,
            ask,
            tell,
        )
        .select_from(Booking)
        .join(Person, Person.id == Booking.person_id)
        .join(Event, Event.id == Booking.event_id)
        .join(Course, Course.id == Event.course_id)
        .join(RegisterClosing, RegisterClosing.event_id == Event.id)
        .where(
            Booking.state == State.BOOKED,
            Event.state == "published",
            Event.took_place,
            marked(MarkKind.ABSENT),
            ~marked(MarkKind.PRESENT),
            ~marked(MarkKind.EXCUSED),
            sa.or_(ask.element, tell.element),
        )
        .order_by(Booking.id)
    )


def due(rows: Iterable[Any], hosts: Mapping[int, datetime], now: datetime) -> list[Any]:
    """Those of them for whom it is time."""
    days = {host_id: settings_of(host_id, now)["missed_working_days"] for host_id in hosts}
    return [
        row
        for row in rows
        if row.host_id in hosts
        and rules.missed_is_due(row.ends_at, now, working_days=days[row.host_id], on_since=hosts[row.host_id])
    ]


def events_with_missing(now: datetime) -> list[int]:
    """Events about which somebody is to be asked now; looks at nothing while nobody asks."""
    hosts = senders(MISSED)
    if not hosts:
        return []
    lately = to_ask().where(Event.ends_at > now - BACK, Event.ends_at <= now, Event.host_id.in_(hosts))
    return sorted({row.event_id for row in due(db.session.execute(lately).all(), hosts, now)})


def ask_why(event: Event, *, now: datetime) -> int:
    """Ask everybody for whom it is time, and tell managers where the course says so; returns how many letters."""
    hosts = senders(MISSED)
    if event.host_id not in hosts:
        return 0
    rows = due(db.session.execute(to_ask().where(Booking.event_id == event.id)).all(), hosts, now)
    for row in rows:
        shared: dict[str, Any] = {
            "partnership": event.host,
            "now": now,
            "about": f"booking:{row.public_id}",
            "course": event.course,
            "event": event,
        }
        if row.ask:
            key = f"booking:{row.public_id}:{MISSED}"
            link = f"/missed/{token_of(row.public_id)}"
            post(MISSED, key=key, to_email=row.email, to_name=row.name, why_link=link, **shared)
        if row.tell_manager:
            key = f"booking:{row.public_id}:{TO_MANAGER}"
            whom = (row.manager_email, row.manager_name)
            post(TO_MANAGER, key=key, to_email=whom[0], to_name=whom[1], name=row.name, **shared)
    return sum(row.ask + row.tell_manager for row in rows)


def refusal_of(booking: Booking, now: datetime) -> str:
    """Why a person cannot say by the link why they did not come, in a sentence; "" when they can."""
    kinds = set(db.session.scalars(sa.select(Mark.mark).where(Mark.booking_id == booking.id)))
    return rules.why_no_answer(
        ends_at=booking.event.ends_at,
        now=now,
        came=MarkKind.PRESENT in kinds,
        excused=MarkKind.EXCUSED in kinds,
        expected=booking.state == State.BOOKED and booking.event.took_place,
    )


def answer(booking: Booking, reason: str, words: str, *, now: datetime) -> AbsenceReason:
    """Write down why somebody did not come. The same again changes nothing; another answer holds from then on.

    Raises Refused where there is nothing to tell.
    """
    refused = refusal_of(booking, now)
    if refused:
        raise Refused(refused)
    words = "\n".join(words.strip().splitlines())
    known = db.session.scalar(AbsenceReason.of(booking.id).limit(1))
    if known and (known.reason, known.words) == (reason, words):
        return known
    said = AbsenceReason(booking_id=booking.id, reason=reason, words=words, given_at=now)
    db.session.add(said)
    return said
