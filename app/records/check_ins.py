"""What the clock forgets of self check-in.

The key of a session's codes once the session is over, tries after an hour, links once they are no longer good, what
tells phones apart a day after the session, and who asked to be added in vain after thirty days.
"""

from datetime import datetime

import sqlalchemy as sa

from ..attendance.check_in_models import CheckIn, CheckInKey, CheckInLink, CheckInTry, WalkInRequest
from ..attendance.check_in_rules import DEVICE_KEPT_FOR, REQUEST_KEPT_FOR, TRIES_KEPT_FOR, Settled
from ..catalogue.models import EventSession
from ..clock import Clock
from ..db import db, writing
from .actions import changing

IN_VAIN = WalkInRequest.settled_as != Settled.APPROVED


def due(clock: Clock) -> None:
    """Forget what is due by now."""
    with writing():
        forget_secrets(clock())
    for event_id in events_to_clear(clock()):
        with changing(event_id, now=clock()):
            clear(event_id, clock())


def ended_before(instant: datetime) -> sa.Select[int]:
    """The sessions that were over by then."""
    return sa.select(EventSession.id).where(EventSession.ends_at <= instant)


def forget_secrets(now: datetime) -> None:
    """Keys, links and tries."""
    for table, over in (
        (CheckInKey, CheckInKey.session_id.in_(ended_before(now))),
        (CheckInLink, CheckInLink.expires_at <= now - TRIES_KEPT_FOR),
        (CheckInTry, CheckInTry.at <= now - TRIES_KEPT_FOR),
    ):
        gone = sa.delete(table).where(over).execution_options(synchronize_session=False)
        db.session.execute(gone)


def marked(now: datetime) -> sa.ColumnElement[bool]:
    """The condition that a check-in still tells which phone it came from, and no longer should."""
    over = CheckIn.session_id.in_(ended_before(now - DEVICE_KEPT_FOR))
    return sa.and_(CheckIn.device != "", over)


def in_vain(now: datetime) -> sa.ColumnElement[bool]:
    """The condition that somebody asked in vain, and long ago."""
    return sa.and_(IN_VAIN, WalkInRequest.session_id.in_(ended_before(now - REQUEST_KEPT_FOR)))


def events_to_clear(now: datetime) -> list[int]:
    """The events of such rows."""
    phones = sa.select(CheckIn.session_id).where(marked(now))
    asked = sa.select(WalkInRequest.session_id).where(in_vain(now))
    found = sa.select(EventSession.event_id).where(
        sa.or_(EventSession.id.in_(phones), EventSession.id.in_(asked))
    )
    return sorted(set(db.session.scalars(found)))


def clear(event_id: int, now: datetime) -> None:
    """Wipe and delete them, of one event."""
    mine = sa.select(EventSession.id).where(EventSession.event_id == event_id)
    quietly = {"synchronize_session": False}
    wiped = sa.update(CheckIn).where(CheckIn.session_id.in_(mine), marked(now)).values(device="")
    db.session.execute(wiped, execution_options=quietly)
    gone = sa.delete(WalkInRequest).where(WalkInRequest.session_id.in_(mine), in_vain(now))
    db.session.execute(gone, execution_options=quietly)
