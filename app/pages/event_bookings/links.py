"""What can be done with one booking, as links: the words and the address of each. Pure."""

from typing import Any

from ...booking.rules import State

OUT = {
    State.BOOKED: "Cancel",
    State.WAITING: "Take off the list",
    State.OFFERED: "Take the offer back",
    State.REQUESTED: "Take the request back",
}


def of(row: Any, *, begun: bool) -> list[tuple[str, str]]:
    """The booking itself; then moving, priority, a place, and the way out, as far as the event has not begun."""
    at = f"/bookings/{row.public_id}"
    found = [("Booking", at)]
    if begun:
        return found
    if row.state == State.BOOKED:
        found.append(("Move", f"{at}/date"))
    if row.state == State.WAITING:
        found.append(("Take back the priority" if row.priority else "Give priority", f"{at}/priority"))
    if row.state in (State.WAITING, State.OFFERED):
        found.append(("Give a place", f"{at}/place"))
    if row.state in OUT:
        found.append((OUT[row.state], f"{at}/cancel"))
    return found
