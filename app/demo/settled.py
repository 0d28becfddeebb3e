"""What follows from registers and answers: completions and certificates, as ``records.settle`` would write them."""

from datetime import datetime

from ..attendance.rules import completed
from ..completions.models import Completion
from ..records.models import Certificate
from ..records.rules import earned_at
from .delegates import Held
from .rows import Rows
from .seed import public_id


def settle_event(
    rows: Rows,
    held: Held,
    *,
    course_id: int,
    waits_for_after: bool,
    minutes_there: dict[int, int],
    answered_after: dict[int, datetime],
) -> None:
    """Completions of those who were there long enough; certificates, for some courses once they have answered."""
    plan = held.plan
    length = sum(int((end - start).total_seconds()) // 60 for start, end in plan.sittings)
    for delegate in sorted(held.delegates, key=lambda d: int(d.booking["id"])):
        booking_id = delegate.booking["id"]
        if not completed(minutes_there.get(booking_id, 0), length):
            continue
        rows.add(
            Completion,
            person_id=delegate.human.id,
            course_id=course_id,
            event_id=held.id,
            completed_at=plan.ends_at,
            how="event",
        )
        earned = earned_at(
            ends_at=plan.ends_at,
            waits_for_after=waits_for_after,
            answered_at=answered_after.get(booking_id),
        )
        if earned:
            rows.add(
                Certificate,
                public_id=public_id("certificate", booking_id),
                booking_id=booking_id,
                earned_at=earned,
            )
