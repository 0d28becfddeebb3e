"""What the pages about one message share."""

import sqlalchemy as sa
from flask import abort

from ...booking.models import EventMessage
from ...catalogue.models import Event
from ...db import db


def message_or_404(event: Event, public_id: str) -> EventMessage:
    """A message to this event."""
    wanted = sa.select(EventMessage).where(
        EventMessage.event_id == event.id, EventMessage.public_id == public_id
    )
    return db.session.scalar(wanted) or abort(404)
