"""Who gets a place: states of a booking and the checks. Pure: facts in, an answer out."""

from enum import StrEnum


class State(StrEnum):
    """The states of a booking (domain.md, "Booking")."""

    REQUESTED = "requested"
    BOOKED = "booked"
    WAITING = "waiting"
    OFFERED = "offered"
    WALK_IN = "walk-in"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    MOVED = "moved"
    SUBSTITUTED = "substituted"
    RELEASED = "released"
    EVENT_CANCELLED = "event cancelled"


HOLDING = frozenset({State.BOOKED, State.OFFERED, State.REQUESTED})
LIVE = HOLDING | {State.WAITING}
# Whom a register lists.
ON_THE_REGISTER = frozenset({State.BOOKED, State.WALK_IN})
