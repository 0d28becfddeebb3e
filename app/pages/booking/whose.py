"""Whose booking it is: who may change one, and where each of them goes back to."""

from flask import abort, url_for

from ...accounts.rules import Role
from ...booking.leading import is_led
from ...booking.listing import OPENED
from ...booking.models import Booking
from ...db import db
from ...web.access import current_partnership, signed_in


def is_own(booking: Booking) -> bool:
    """Whether the booking is for the person who is signed in."""
    return booking.person_id == signed_in().person.id


def is_ours(booking: Booking) -> bool:
    """Whether the signed-in person administers the event."""
    return booking.event.host_id == current_partnership().id and signed_in().may(Role.ADMINISTRATOR)


def booking_or_404(public_id: str) -> Booking:
    """The booking, for the person it is for and for its host's administrators; for anybody else there is none."""
    who = signed_in()
    booking = db.session.scalar(OPENED, {"public_id": public_id})
    if booking is None:
        abort(404)
    ours = booking.event.host_id == current_partnership().id and who.may(Role.ADMINISTRATOR)
    return booking if ours or booking.person_id == who.person.id else abort(404)


def booking_to_change(public_id: str) -> Booking:
    """The booking, for the person it is for, their lead (as they worked on its day) and its host's administrators.

    For anybody else there is none.
    """
    booking = db.session.scalar(OPENED, {"public_id": public_id})
    if booking is None:
        abort(404)
    theirs = booking.event.host_id == current_partnership().id and is_led(signed_in().grants, booking)
    return booking if is_own(booking) or is_ours(booking) or theirs else abort(404)


def page_of(booking: Booking) -> str:
    """Where somebody looks at the booking: a lead sees less of it than the person and the desk."""
    if is_own(booking) or is_ours(booking):
        return url_for("booking.show", public_id=booking.public_id)
    return url_for("my_agency.booking", public_id=booking.public_id)
