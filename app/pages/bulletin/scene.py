"""What the desk's pages of the bulletin share."""

from datetime import datetime

import sqlalchemy as sa
from flask import abort

from ...accounts.models import Person
from ...bulletin.composing import contents_of
from ...bulletin.models import MESSAGE, Bulletin, Subscriber
from ...bulletin.rules import Contents
from ...db import db
from ...notifications import choices
from ...records.bulletins import available
from ...web.access import current_partnership

STATES = {
    "draft": ("Draft", "plain"),
    "queued": ("To be sent", "brand"),
    "sending": ("Being sent", "brand"),
    "sent": ("Sent", "good"),
    "stopped": ("Stopped", "warn"),
}


def bulletin_or_404(public_id: str) -> Bulletin:
    """A bulletin of this partnership."""
    wanted = Bulletin.of(current_partnership().id).where(Bulletin.public_id == public_id)
    return db.session.scalar(wanted) or abort(404)


def contents_now(bulletin: Bulletin, now: datetime) -> Contents:
    """What it announces at this instant."""
    return contents_of(bulletin, available(bulletin, now), now=now)


def is_switched_on() -> bool:
    """Whether this partnership sends bulletins."""
    return choices.is_on(current_partnership().id, MESSAGE)


def number_of_readers() -> int:
    """How many want the bulletin."""
    counted = sa.select(sa.func.count(Subscriber.id)).where(Subscriber.wanting(current_partnership().id))
    return db.session.scalar(counted) or 0


def name_of(public_id: str) -> str:
    """Somebody of the desk, by name."""
    found = db.session.scalar(sa.select(Person.name).where(Person.public_id == public_id))
    return found or "somebody"
