"""Keeping a promise: who asked "Tell me when this runs" hears of every new date, until they book or have enough."""

from datetime import datetime

import sqlalchemy as sa

from ..accounts.models import Person
from ..catalogue.models import Event
from ..db import db
from ..notifications.actions import post
from .checks import sessions_of
from .letters import place_of
from .models import Interest


def tell_interested(event: Event, *, now: datetime) -> int:
    """Write to everybody who waits for a date of this course; returns to how many. Nobody is told of a date twice."""
    if event.state != "published" or event.awaits_date or event.has_begun(now) or event.by_invitation:
        return 0
    asked = db.session.execute(
        sa.select(Interest.id, Person)
        .join(Person, Person.id == Interest.person_id)
        .where(Interest.course_id == event.course_id, Interest.ended_at.is_(None), Person.closed_at.is_(None))
        .order_by(Interest.asked_at)
    ).all()
    if not asked:
        return 0
    sessions = sessions_of(event.id)
    posted = [
        post(
            "new-date",
            key=f"interest:{interest_id}:event:{event.id}",
            to_email=person.email,
            to_name=person.name,
            partnership=event.host,
            now=now,
            about=f"interest:{interest_id}",
            expires_at=event.starts_at,
            course=event.course,
            event=event,
            sessions=sessions,
            place=place_of(sessions[0]),
        )
        for interest_id, person in asked
    ]
    return len([public_id for public_id in posted if public_id])
