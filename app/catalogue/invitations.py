"""Who may book an event by invitation: named people, and everybody of a named agency or setting."""

import sqlalchemy as sa

from ..db import db
from .models import EventInvitation


def is_invited(event_id: int, *, email: str, agency_id: int, setting_id: int | None) -> bool:
    """Whether somebody with that address who works there was invited. One statement."""
    ways = [EventInvitation.agency_id == agency_id]
    if email:
        ways.append(EventInvitation.email == email)
    if setting_id is not None:
        ways.append(EventInvitation.setting_id == setting_id)
    found = sa.exists().where(EventInvitation.event_id == event_id, sa.or_(*ways))
    return bool(db.session.scalar(sa.select(found)))
