"""Which letters about bookings are still of use: not of a course that is over, nor of a part 1 that is done."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from ..catalogue.models import Event
from ..db import db
from ..notifications.models import Letter
from .models import Booking
from .needing import missing_by_deadline

ABOUT = "booking:"
UNTIL_DONE = frozenset({"part-one", "part-one-manager"})


def still_of_use(letters: Sequence[Letter], *, now: datetime) -> list[Letter]:
    """Of these letters those that are still of use; what is about no booking stays."""
    booked = {one.about.removeprefix(ABOUT) for one in letters if one.about.startswith(ABOUT)}
    if not booked:
        return list(letters)
    ended = sa.select(Booking.public_id).join(Event, Event.id == Booking.event_id)
    over = set(db.session.scalars(ended.where(Booking.public_id.in_(booked), Event.ends_at <= now)))
    chased = missing_by_deadline().where(Booking.public_id.in_(booked), Event.starts_at > now)
    missing = {row.public_id for row in db.session.execute(chased)}
    return [one for one in letters if is_of_use(one, over=over, missing=missing)]


def is_of_use(letter: Letter, *, over: set[str], missing: set[str]) -> bool:
    """Whether one of them is."""
    booking = letter.about.removeprefix(ABOUT)
    return booking not in over and (letter.message not in UNTIL_DONE or booking in missing)
