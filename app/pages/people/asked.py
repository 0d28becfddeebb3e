"""What somebody who rings asks about, beside their bookings: their number, their place in each line, what they wait for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ...booking.interests import TIMES
from ...booking.models import Booking, Interest, stands_before
from ...booking.rules import State
from ...catalogue.models import Course
from ...db import db


def mobile_of(rows: Sequence[Any]) -> str:
    """The number they gave last for a day that is still to come; empty when they gave none."""
    newest = sorted(rows, key=lambda row: row.id, reverse=True)
    return next((row.mobile for row in newest if row.mobile), "")


def interests(person_id: int) -> list[tuple[str, str, str, datetime]]:
    """What they want to hear of: the course, its slug, their wishes in words, when they asked."""
    return [
        (row.title, row.slug, wishes(row.area, row.time_of_day), row.asked_at)
        for row in db.session.execute(interests_of(person_id))
    ]


def interests_of(person_id: int) -> sa.Select[str, str, str, str, datetime]:
    """The courses they want to hear of, newest first."""
    return (
        sa.select(Course.title, Course.slug, Interest.area, Interest.time_of_day, Interest.asked_at)
        .join(Course, Course.id == Interest.course_id)
        .where(Interest.person_id == person_id, Interest.ended_at.is_(None))
        .order_by(Interest.asked_at.desc(), Interest.id.desc())
    )


def wishes(area: str, time_of_day: str) -> str:
    """Where and when it would suit them, in words; empty when they left both open."""
    return ", ".join(filter(None, (area, TIMES.get(time_of_day, "").lower() if time_of_day else "")))


def places_in_line(person_id: int) -> dict[int, int]:
    """By booking of theirs that waits: which number they have. One statement for all of them."""
    mine, other = aliased(Booking), aliased(Booking)
    before = sa.and_(
        other.event_id == mine.event_id, other.state == State.WAITING, stands_before(other, mine)
    )
    asked = (
        sa.select(mine.id, sa.func.count(other.id) + 1)
        .outerjoin(other, before)
        .where(mine.person_id == person_id, mine.state == State.WAITING)
        .group_by(mine.id)
    )
    return dict(db.session.execute(asked).all())
