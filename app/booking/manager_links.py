"""Links that give a place back without signing in: the manager's, and that of somebody who was booked by another.

They are signed, not stored: a link says which booking and whose it is, nobody else can make one, and it stops
working when the course begins or the place is gone. The page behind it has a button; opening it changes nothing.
"""

from enum import StrEnum
from functools import cache

import sqlalchemy as sa
from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from ..accounts.models import Person
from ..db import db
from .models import Booking


class Holder(StrEnum):
    """Whose link it is."""

    MANAGER = "m"
    PERSON = "p"


@cache
def signer(key: str) -> URLSafeSerializer:
    """What signs, under the installation's own key."""
    return URLSafeSerializer(key, salt="give a place back")


def token_for(booking: Booking, holder: Holder) -> str:
    """The last part of the link. The manager's holds only as long as the booking names that manager."""
    said = [booking.public_id, holder.value, booking.manager_email if holder is Holder.MANAGER else ""]
    return str(signer(current_app.config["SECRET_KEY"]).dumps(said))


def opened(token: str) -> tuple[Booking, Holder] | None:
    """The booking behind a link and whose link it is; None for one that was not made here or is no longer right."""
    try:
        public_id, holder, email = signer(current_app.config["SECRET_KEY"]).loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    booking = db.session.scalar(sa.select(Booking).where(Booking.public_id == public_id))
    if booking is None or (holder == Holder.MANAGER and booking.manager_email != email):
        return None
    return booking, Holder(holder)


def manager_link(booking: Booking) -> str:
    """The path of the page on which a manager gives the place back."""
    return f"/give-back/{token_for(booking, Holder.MANAGER)}"


def refusal_link(booking: Booking) -> str:
    """The path of the page on which somebody says no to what another person booked for them."""
    return f"/give-back/{token_for(booking, Holder.PERSON)}"


def booked_by(booking: Booking) -> str:
    """The name of who made the booking, where that is somebody else; "" otherwise."""
    if booking.made_by_id is None or booking.made_by_id == booking.person_id:
        return ""
    maker = db.session.get(Person, booking.made_by_id)
    return maker.name if maker else ""
