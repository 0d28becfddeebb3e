"""The order of a waiting list, and to whom free places go. Pure: facts in, an answer out.

For now a place is given at once; offers that are held for a time, by how near the start is, come with the
booking desk. Priority (only with a reason) will stand before joining in ``in_order``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Waiter:
    """Somebody who waits. ``obstacle`` is the check that does not hold for them now, in words; "" if all do."""

    booking_id: int
    joined_at: datetime
    obstacle: str = ""


def in_order(waiters: Iterable[Waiter]) -> list[Waiter]:
    """First come, first served; two who joined in one instant stand in the order they were written down."""
    return sorted(waiters, key=lambda waiter: (waiter.joined_at, waiter.booking_id))


def next_in_line(waiters: Iterable[Waiter], *, places: int) -> tuple[list[Waiter], list[Waiter]]:
    """Who gets the free places, and who is passed over on the way because of an obstacle.

    An obstacle behind the last one served stood in nobody's way, so nobody is told of it.
    """
    order = in_order(waiters)
    given = [waiter for waiter in order if not waiter.obstacle][: max(0, places)]
    if not given:
        return [], []
    return given, [waiter for waiter in order[: order.index(given[-1])] if waiter.obstacle]
