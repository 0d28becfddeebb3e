"""Writing down who has completed what. What tells us so (registers, modules, evidence) lies above and is handed in."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from ..db import db
from .models import Completion

EVENT = "event"


def settle_event(
    event_id: int, *, course_id: int, person_ids: Collection[int], completed_at: datetime
) -> tuple[int, int]:
    """Make the completions of an event those of exactly these people; returns how many were added and removed.

    A completion goes again when a correction of the register takes it away. Three statements at most.
    """
    rows = sa.select(
        Completion.id, Completion.person_id, Completion.completed_at, Completion.course_id
    ).where(Completion.event_id == event_id, Completion.how == EVENT)
    stored = {row.person_id: row for row in db.session.execute(rows)}
    right = {
        person_id
        for person_id, row in stored.items()
        if person_id in person_ids and (row.completed_at, row.course_id) == (completed_at, course_id)
    }
    wrong = [row.id for person_id, row in stored.items() if person_id not in right]
    if wrong:
        db.session.execute(
            sa.delete(Completion).where(Completion.id.in_(wrong)),
            execution_options={"synchronize_session": False},
        )
    added = [
        {
            "person_id": person_id,
            "course_id": course_id,
            "event_id": event_id,
            "completed_at": completed_at,
            "how": EVENT,
        }
        for person_id in sorted(set(person_ids) - right)
    ]
    if added:
        db.session.execute(sa.insert(Completion), added)
    return len(added), len(wrong)
