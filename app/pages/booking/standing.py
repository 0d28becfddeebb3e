"""What somebody has ahead of them, by how it stands: places, offers to answer, requests, waiting lists."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from ...booking.offers import is_open
from ...booking.rules import ON_THE_REGISTER, State


class Ahead(NamedTuple):
    """The coming bookings of a person; none of them stands twice."""

    places: list[Any]
    offers: list[Any]
    asked: list[Any]
    waiting: list[Any]


def sorted_out(rows: Iterable[Any], now: datetime) -> Ahead:
    """Rows of ``listing.coming``. What is offered or asked for is no place yet, whoever holds it meanwhile."""
    found = Ahead([], [], [], [])
    for row in rows:
        if row.state in ON_THE_REGISTER:
            found.places.append(row)
        elif row.state == State.OFFERED or (is_open(row, now) and row.starts_at and now < row.starts_at):
            found.offers.append(row)
        else:
            (found.asked if row.state == State.REQUESTED else found.waiting).append(row)
    return found
