"""Keeping a promise: who asked "Tell me when this runs" hears of every new date, until they book or have enough.

Those whose waiting list closed hear first; the others after a head start (a setting of the partnership, in hours),
unless by then nothing is left to tell them of.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Person
from ..catalogue.models import Event
from ..db import db
from ..notifications.actions import post
from ..notifications.models import Letter
from .checks import sessions_of, settings_of
from .interests import WAITED, link_of
from .letters import restated
from .models import Interest

MESSAGE = "new-date"
NEARLY = timedelta(minutes=1)  # the clock looks once a minute


def may_be_told_of(event: Event, now: datetime) -> bool:
    """Whether a date is one that anybody who waits for the course could book."""
    for_all = not (event.by_invitation or event.headcount_only)
    return event.state == "published" and for_all and not event.awaits_date and not event.has_begun(now)


def interested(course_id: int) -> sa.Select[Interest, Person]:
    """Who waits to hear of a course: those whose waiting list closed first, then as they asked."""
    return (
        sa.select(Interest, Person)
        .join(Person, Person.id == Interest.person_id)
        .where(Interest.course_id == course_id, Interest.ended_at.is_(None))
        .where(Person.closed_at.is_(None), Person.email.is_not(None))
        .order_by(Interest.why.in_(WAITED).desc(), Interest.asked_at, Interest.id)
    )


def tell_interested(event: Event, *, now: datetime) -> int:
    """Write to everybody who waits for a date of this course; returns to how many. Nobody is told of a date twice."""
    if not may_be_told_of(event, now):
        return 0
    asked = db.session.execute(interested(event.course_id)).all()
    if not asked:
        return 0
    told = restated(event, sessions_of(event.id))
    later = told_later(event, [interest for interest, _ in asked], now)
    posted = [
        post(
            MESSAGE,
            key=f"interest:{interest.id}:event:{event.id}",
            to_email=person.email,
            to_name=person.name,
            **told,
            now=now,
            about=f"interest:{interest.id}",
            due_at=now if interest.why in WAITED else later,
            expires_at=event.starts_at,
            waited=interest.why in WAITED,
            ahead=later > now,
            enough=link_of(interest),
        )
        for interest, person in asked
    ]
    return len([public_id for public_id in posted if public_id])


def told_later(event: Event, asked: Sequence[Interest], now: datetime) -> datetime:
    """When those are told who did not wait in vain: at once where nobody did, or where the date is too near."""
    hours = settings_of(event.host_id, now)["head_start_hours"]
    later = now + timedelta(hours=hours)
    starts_at, _ = event.times
    return later if any(one.why in WAITED for one in asked) and later < starts_at else now


def take_back_what_is_over(now: datetime) -> int:
    """Withdraw what is about to leave of a date that is full, cancelled or begun, or to somebody who has booked since.

    Returns how many letters that were. Inside ``writing()``.
    """
    leaving = sa.select(Letter).where(
        Letter.state == "queued", Letter.message == MESSAGE, Letter.due_at <= now + NEARLY
    )
    letters = {letter: ids_in(letter.key) for letter in db.session.scalars(leaving)}
    if not letters:
        return 0
    wanted = sa.select(Event).where(Event.id.in_({event_id for _, event_id in letters.values()}))
    events = {event.id: event for event in db.session.scalars(wanted)}
    open_ones = sa.select(Interest.id).where(
        Interest.id.in_({interest_id for interest_id, _ in letters.values()}), Interest.ended_at.is_(None)
    )
    still = set(db.session.scalars(open_ones))
    over = [
        letter
        for letter, (interest_id, event_id) in letters.items()
        if interest_id not in still or not is_there(events.get(event_id), now)
    ]
    for letter in over:
        letter.state = "withdrawn"
    return len(over)


def is_there(event: Event | None, now: datetime) -> bool:
    """Whether somebody who is told of the date now could still have a place on it."""
    return event is not None and may_be_told_of(event, now) and event.places_left > 0


def ids_in(key: str) -> tuple[Any, Any]:
    """The interest and the event of a letter's key."""
    _, interest_id, _, event_id = key.split(":")[:4]
    return int(interest_id), int(event_id)
