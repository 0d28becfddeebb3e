"""Certificates from elsewhere, accepted: whatever the completion frees is freed in the same transaction."""

from ..accounts.models import Person
from ..booking.needing import freed_by
from ..booking.promoting import settle_waiting_list
from ..booking.waiving import REMINDERS
from ..clock import Clock
from ..completions import evidence as completions
from ..completions.models import Evidence
from ..db import db
from ..notifications.actions import withdraw
from .actions import changing


def accept(evidence: Evidence, *, by: Person, clock: Clock) -> None:
    """Accept it inside ``writing()``: no more reminders, and where the person waits the list is looked at again.

    Raises Refused when somebody decided before.
    """
    now = clock()
    completions.accept(evidence, by=by, now=now)
    freed = db.session.execute(freed_by(evidence.person_id, evidence.course_id, now)).all()
    for row in freed:
        withdraw(about=f"booking:{row.public_id}", now=now, messages=REMINDERS)
    for event_id in sorted({row.event_id for row in freed if row.state == "waiting"}):
        with changing(event_id, now=clock()) as event:
            settle_waiting_list(event, clock())
