"""One booking of the lead's people: where it stands, what can be done about it. No answers, needs or reasons."""

from datetime import datetime

import sqlalchemy as sa
from flask import abort, render_template
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.rules import Role
from ...attendance.models import Mark
from ...booking.checks import sessions_of
from ...booking.history import headline, sentence
from ...booking.leading import is_led
from ...booking.listing import OPENED
from ...booking.models import Booking, BookingChange
from ...booking.rules import LIVE, State
from ...completions.standing import requirements_of
from ...db import db
from ...web.access import current_partnership, requires, signed_in
from ...web.filters import when
from ...web.trail import record_view
from ..booking.beside import charge_lines
from . import pages


def led_or_404(public_id: str) -> Booking:
    """A booking on this partnership's events that was made from what the signed-in person leads."""
    booking = db.session.scalar(OPENED, {"public_id": public_id})
    if booking is None or booking.event.host_id != current_partnership().id:
        abort(404)
    return booking if is_led(signed_in().grants, booking) else abort(404)


@pages.get("/my-agency/bookings/<public_id>")
@requires(Role.AGENCY_LEAD)
def booking(public_id: str) -> ResponseReturnValue:
    """The booking, its history and its buttons."""
    found, now = led_or_404(public_id), clock.now()
    event = found.event
    record_view(found.person, what="booking")
    return render_template(
        "my_agency/booking.html",
        booking=found,
        event=event,
        course=event.course,
        sessions=sessions_of(event.id),
        heading=headline(state=found.state, name=found.person.name, over=event.is_over(now)),
        live=found.state in LIVE and not event.is_over(now),
        begun=event.has_begun(now),
        first=requirements_of(event.course_id, [found.person_id])[found.person_id],
        marks=db.session.scalars(sa.select(Mark.mark).where(Mark.booking_id == found.id)).all(),
        charges=charge_lines(found),
        successor=successor(found),
        happened=happened(found, now),
    )


def successor(found: Booking) -> Booking | None:
    """The booking that came of this one, where the lead may look at that too."""
    new = db.session.get(Booking, found.successor_id) if found.successor_id else None
    return new if new is not None and is_led(signed_in().grants, new) else None


def happened(found: Booking, now: datetime) -> list[tuple[str, str]]:
    """The history, newest first. What somebody wrote as a reason was for the training team: only one's own is shown."""
    own = signed_in().person.id
    whom = found.person.name
    told = []
    for row in db.session.execute(BookingChange.of(found.id)):
        who = "You" if row.by_id == own else row.name or ""
        shown = row.by_id == own or row.to_state == State.SUBSTITUTED
        said = sentence(
            was=row.from_state,
            became=row.to_state,
            who=who,
            whom=whom,
            why=row.why if shown else "",
            late=row.late,
        )
        told.append((when(row.at), said))
    return told
