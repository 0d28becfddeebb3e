"""Giving back a place by a link, without signing in."""

from datetime import datetime

import sqlalchemy as sa

from ..accounts.models import Person
from ..db import db
from ..errors import Refused
from . import actions
from .manager_links import Holder, booked_by
from .models import Booking
from .rules import State

# What a place that was given back is by then.
GONE = frozenset({State.CANCELLED, State.WITHDRAWN})


def by_link(booking: Booking, holder: Holder, *, why: str, now: datetime) -> None:
    """Cancel the place, or leave the list; done twice, nothing changes. Raises Refused once the course has begun.

    The history names the manager where they have no account; what they wrote stands behind.
    """
    if booking.state in GONE:
        return
    if booking.event.has_begun(now):
        raise Refused("The course has begun.")
    by = acting(booking, holder)
    said = why.strip()
    if holder is Holder.MANAGER:
        who = booking.manager_name or booking.manager_email
        reason = f"{who}, by the link in a mail" + (f": {said}" if said else "")
    else:
        reason = said or f"said no to what {booked_by(booking) or 'somebody else'} booked"
    if booking.state == State.BOOKED:
        actions.cancel(booking, by=by, now=now, why=reason)
    else:
        actions.withdraw(booking, by=by, now=now, why=reason)


def acting(booking: Booking, holder: Holder) -> Person | None:
    """Who uses the link: the person; or the manager, where they have an account."""
    if holder is Holder.PERSON:
        return booking.person
    return db.session.scalar(sa.select(Person).where(Person.email == booking.manager_email.lower()))
