"""A booking as a file for any calendar."""

from flask import Response, abort
from flask.typing import ResponseReturnValue

from ... import clock
from ...booking.feed import entries_of_one
from ...booking.rules import State
from ...notifications.feed_text import feed_text
from ...web.feeds import feed_of
from . import pages
from .whose import booking_or_404


@pages.get("/bookings/<public_id>/calendar.ics", endpoint="calendar_file")
def show_file(public_id: str) -> ResponseReturnValue:
    """The sessions as a file for any calendar; the same UIDs as in the invites, so that none appears twice."""
    booking = booking_or_404(public_id)
    if booking.state not in (State.BOOKED, State.CANCELLED):
        abort(404)
    found = entries_of_one(booking.id, clock.now())
    wanted = [entry for entry in found if bool(entry.lost) == (booking.state == State.CANCELLED)]
    if not wanted:
        abort(404)
    return ics(feed_text(feed_of(booking.event.host, booking.event.course.title, wanted)), "course.ics")


def ics(text: str, name: str) -> Response:
    """A calendar file to download."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(text, content_type="text/calendar; charset=utf-8", headers=headers)
