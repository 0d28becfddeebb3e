"""What a trainer no longer delivers, as their own calendar shows it for thirty days: cancelled, as a delegate's lost place.

A session that was over by then stays as it was: they delivered it.

What the calendar knew is kept when they are taken off (``taking_off``), because nothing of the event says it afterwards.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from ..catalogue.calendar_rows import SINCE, Told, entry_of
from ..catalogue.models import Course, Event
from ..notifications.calendar import uid_of
from ..notifications.feed_text import Entry
from ..pool.models import TrainerReleased
from ..raw_rows import Found, Question

LABEL = "Deliver: "


@lru_cache(maxsize=1)
def question() -> Question:
    """The statement for what somebody no longer delivers."""
    released, columns = TrainerReleased, (Course.title, Course.delivery, Course.edited_at)
    found = (
        sa.select(released.trainer, released.invite_sequence, released.at, released.sessions, *columns)
        .select_from(released)
        .join(Event, Event.id == released.event_id)
        .join(Course, Course.id == Event.course_id)
    )
    mine = released.person_id == sa.bindparam("person_id"), released.at >= SINCE
    return Question(found.where(*mine).order_by(released.id))


def entries_in(found: Found) -> list[Entry]:
    """What was found as entries."""
    return [entry for row in found.rows() for entry in entries_of(row)]


def entries_of(row: Any) -> Iterator[Entry]:
    """Somebody's part in one date as entries. No link: it would lead them nowhere any more."""
    changed_at = max(filter(None, (row.at, row.edited_at)))
    for told in read(row.sessions, changed_at, taken_off_at=row.at):
        yield entry_of(
            told,
            row.title,
            row.delivery,
            label=LABEL,
            uid=uid_of(row.trainer, told.session),
            sequence=row.invite_sequence,
            description="You no longer deliver this." if told.lost else "",
            url="",
        )


def written(told: Told) -> list[Any]:
    """A session as it is kept."""
    times = told.starts_at.isoformat(), told.ends_at.isoformat()
    return [told.session, *times, told.place, told.number, told.of]


def read(sessions: Any, changed_at: datetime, *, taken_off_at: datetime) -> Iterator[Told]:
    """The sessions that were kept."""
    instant = datetime.fromisoformat
    for session, starts_at, ends_at, place, number, of in sessions:
        times = instant(starts_at), instant(ends_at)
        lost = "Cancelled" if times[1] > taken_off_at else ""
        yield Told(session, *times, place, number, of, changed_at, lost)
