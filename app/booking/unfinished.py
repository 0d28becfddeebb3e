"""What one person still has to finish before the days they are booked on."""

from datetime import datetime

from ..db import db
from .needing import UNFINISHED
from .part_one import deadline_under


def to_finish(person_id: int, now: datetime) -> dict[int, datetime]:
    """By booking: until when something that comes first has to be finished. One query."""
    rows = db.session.execute(UNFINISHED, {"person": person_id, "now": now})
    return {row.id: deadline_under(row.policy, row.starts_at) for row in rows}
