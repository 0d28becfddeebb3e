"""Giving an event other sessions where somebody's calendar knows the old ones: a session that goes on keeps its row.

The row's public id is part of the UID in every calendar, so a row may never be made anew for the same sitting.
Inside ``changing(event)``; never commits, tells nobody.
"""

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa

from ..db import db
from .actions import session_of, venue_of
from .models import Event, EventSession
from .plans import SessionPlan

# Where sessions stand while they change places: two of one event may not start at the same instant.
ASIDE = timedelta(days=200 * 365)


def rearrange(event: Event, plans: Sequence[SessionPlan], continued: Sequence[str]) -> None:
    """Give an event these sessions; ``continued`` says for each which stored one it goes on from ("": a new one).

    With no plans the event awaits its date from now on.
    """
    stored = {session.public_id: session for session in db.session.scalars(EventSession.of(event.id))}
    gone = [session.id for public_id, session in stored.items() if public_id not in continued]
    db.session.execute(sa.delete(EventSession).where(EventSession.id.in_(gone)))
    step_aside([stored[public_id] for public_id in continued if public_id])
    for plan, public_id in zip(plans, continued, strict=True):
        if public_id:
            carry_on(stored[public_id], plan)
        else:
            db.session.add(session_of(event, plan))
    event.starts_at = min((plan.starts_at for plan in plans), default=None)
    event.ends_at = max((plan.ends_at for plan in plans), default=None)
    db.session.flush()


def step_aside(sessions: Sequence[EventSession]) -> None:
    """Clear the way, so that two sessions can take each other's time."""
    for session in sessions:
        session.starts_at, session.ends_at = session.starts_at - ASIDE, session.ends_at - ASIDE
    db.session.flush()


def carry_on(session: EventSession, plan: SessionPlan) -> None:
    """The same session at its new time and place."""
    session.starts_at, session.ends_at = plan.starts_at, plan.ends_at
    session.venue = venue_of(plan)
    session.joining_url = plan.joining_url
