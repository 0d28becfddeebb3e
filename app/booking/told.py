"""Which letters about a booking were posted already, and who sends which: for selects that find whom to tell."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Person
from ..db import db
from ..notifications import choices, unreachable
from ..notifications.models import Letter
from ..partnerships.models import Partnership
from .models import Booking


def letter_of(message: str) -> sa.ColumnElement[str]:
    """The key of a letter about a booking."""
    return sa.literal("booking:") + Booking.public_id + sa.literal(f":{message}")


def told(message: str) -> sa.ColumnElement[bool]:
    """The condition that a letter about a booking was posted."""
    return sa.exists().where(Letter.key == letter_of(message)).correlate(Booking)


def senders(key: str) -> dict[int, datetime]:
    """The partnerships that send a message, each with since when; asked before anything else is looked for."""
    found = {}
    for partnership_id in db.session.scalars(sa.select(Partnership.id).order_by(Partnership.id)).all():
        since = choices.on_since(partnership_id, key)
        if since is not None:
            found[partnership_id] = since
    return found


def takes(key: str) -> sa.ColumnElement[bool]:
    """The condition that a person can be sent a message and has not said that they do not want it."""
    address: Any = Person.email
    return sa.and_(
        address.is_not(None),
        Person.closed_at.is_(None),
        ~choices.unwanted(address, key),
        ~unreachable.marked(address),
    )
