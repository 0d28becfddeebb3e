"""Adding and removing materials. Inside ``writing()``; never commits."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from ..accounts.models import Person
from ..catalogue.models import Course, Event
from ..db import db
from ..errors import Refused
from .models import Material

MOST = 50  # materials of one event or course


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A material as somebody adds it: a file, or an address."""

    title: str
    shown: str
    working_days: int = 0
    only_who_came: bool = False
    until_on: date | None = None
    kind: str = "link"
    url: str = ""
    file_name: str = ""
    file_type: str = ""
    content: bytes = b""


def add(owner: Event | Course, wanted: Wanted, *, partnership_id: int, by: Person, now: datetime) -> Material:
    """Add one. Two who add at once both have theirs. Raises Refused when there are too many."""
    event_id = owner.id if isinstance(owner, Event) else None
    course_id = owner.id if isinstance(owner, Course) else None
    mine = Material.event_id == event_id if event_id else Material.course_id == course_id
    there = sa.select(sa.func.count()).where(mine, Material.removed_at.is_(None))
    if (db.session.scalar(there) or 0) >= MOST:
        raise Refused(f"There are {MOST} materials already. Remove one first.")
    material = Material(
        partnership_id=partnership_id,
        event_id=event_id,
        course_id=course_id,
        kind=wanted.kind,
        title=wanted.title,
        url=wanted.url,
        file_name=wanted.file_name,
        file_type=wanted.file_type,
        file_size=len(wanted.content),
        file=wanted.content or None,
        shown=wanted.shown,
        working_days=wanted.working_days,
        only_who_came=wanted.only_who_came,
        until_on=wanted.until_on,
        added_at=now,
        added_by_id=by.id,
    )
    db.session.add(material)
    db.session.flush()
    return material


def remove(material: Material, *, by: Person | None, now: datetime) -> bool:
    """Take it away, with its file or address; False when somebody has already. The clock is nobody."""
    gone = (
        sa.update(Material)
        .where(Material.id == material.id, Material.removed_at.is_(None))
        .values(removed_at=now, removed_by_id=by.id if by else None, file=None, url="")
    )
    done = db.session.connection().execute(gone).rowcount == 1
    db.session.expire(material)
    return done
