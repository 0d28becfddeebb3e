"""What follows from those who did not come, and what trainers are to weave in."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..booking.models import MissedPlace
from ..catalogue.models import Course
from .delegates import Held
from .rows import Rows

LEARNING_POINTS = {
    "working-together": [
        "Ask what the child sees, hears and says, and write it down in their words.",
        "A missed appointment is information: ask who took the child, and who did not.",
        "Say clearly in a referral what you are worried about, and what you want to happen.",
    ],
    "radicalisation": [
        "Ask what a young person does online before asking what they believe.",
        "Share a worry early: it need not be certain to be shared.",
    ],
}


def add_missed_places(rows: Rows, held: Held) -> None:
    """Places nobody came for, where the register is closed: as ``records.settle`` would write them."""
    if held.plan.scene == "evaluate":
        return
    for delegate in sorted(held.delegates, key=lambda d: int(d.booking["id"])):
        if delegate.fate == "absent":
            rows.add(
                MissedPlace,
                booking_id=delegate.booking["id"],
                person_id=delegate.human.id,
                ended_at=held.plan.ends_at,
            )


def write_learning_points(session: Session) -> None:
    """Of two courses, from reviews that are invented."""
    for slug, points in LEARNING_POINTS.items():
        session.execute(sa.update(Course).where(Course.slug == slug).values(learning_points=points))
