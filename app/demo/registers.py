"""Registers of past events: a mark for everybody and session."""

from random import Random
from typing import Any

from ..attendance.models import Mark
from .delegates import Delegate, Held
from .rows import Rows
from .seed import chance

LATE_TRAIN = (0, 0, 0, 0, 0, 0, 0, 5, 10)


def mark_register(rows: Rows, held: Held) -> dict[int, int]:
    """Mark everybody who was booked or walked in; returns the minutes that they were there, by booking."""
    draw = chance("register", held.plan.course, held.plan.starts_at)
    listed = sorted(held.delegates, key=lambda d: int(d.booking["id"]))
    return {d.booking["id"]: mark_delegate(rows, draw, held, d) for d in listed if d.expected or d.came}


def mark_delegate(rows: Rows, draw: Random, held: Held, delegate: Delegate) -> int:
    """One delegate's marks, made when each session ended; returns the minutes that they were there."""
    there = 0
    for number, session_id in enumerate(held.session_ids):
        starts_at, ends_at = held.plan.sittings[number]
        minutes = int((ends_at - starts_at).total_seconds()) // 60
        row = rows.row(
            Mark,
            booking_id=delegate.booking["id"],
            session_id=session_id,
            marked_at=ends_at,
            marked_by_id=held.trainer_ids[0],
            **mark(draw, delegate, last=number > 0, minutes=minutes),
        )
        if row["mark"] == "present":
            there += minutes - row["minutes_late"] - row["left_early"]
    return there


def mark(draw: Random, delegate: Delegate, *, last: bool, minutes: int) -> dict[str, Any]:
    """How somebody was there. Who came for a part missed the second session, or left a third early."""
    if delegate.fate == "excused":
        return {"mark": "excused", "why": draw.choice(("ill", "court", "urgent safeguarding work"))}
    if delegate.fate == "absent":
        return {"mark": "absent"}
    if delegate.fate == "part":
        return {"mark": "absent"} if last else {"mark": "present", "left_early": minutes // 3}
    return {"mark": "present", "minutes_late": draw.choice(LATE_TRAIN)}
