"""The codes on the trainer's screen: making a session's key, and finding the session that a code is about."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..accounts.short_codes import in_groups, tidy
from ..accounts.tokens import keyed_hash
from ..booking.checks import settings_of
from ..catalogue.models import Event, EventSession
from ..db import db
from . import check_in_rules as rules
from .check_in_models import CheckInKey
from .check_in_rules import Why, Window
from .register import closing

# No window is longer than that, whatever is set.
AROUND = timedelta(hours=3)


class Arrival(NamedTuple):
    """Somebody came with a code: the session it is about, the step it is of, and what keeps them from checking in.

    ``step`` is None for a code that is not good; ``why`` then says whether it is wrong or old.
    """

    session: EventSession | None
    step: int | None
    why: Why | None


def opened(session_id: int) -> CheckInKey | None:
    """The key of a session, if somebody showed its code and it is not over yet."""
    return db.session.get(CheckInKey, session_id)


def open_for(session: EventSession, *, by_id: int, now: datetime) -> CheckInKey:
    """Make the key of a session; the one that is there stays. Inside ``changing(event)``."""
    known = opened(session.id)
    if known:
        return known
    made = CheckInKey(session_id=session.id, key=secrets.token_hex(32), opened_at=now, opened_by_id=by_id)
    db.session.add(made)
    db.session.flush()
    return made


def bytes_of(row: CheckInKey) -> bytes:
    """What signs. A copy of the database alone signs nothing: it takes this installation's key as well."""
    return bytes.fromhex(keyed_hash("check-in", row.key))


def session_called(public_id: str) -> EventSession | None:
    """A session with its event, course and host; None where the event is a draft or counts organisations."""
    event = joinedload(EventSession.event)
    wanted = (
        sa.select(EventSession)
        .join(Event, Event.id == EventSession.event_id)
        .where(EventSession.public_id == public_id, Event.state != "draft", ~Event.headcount_only)
        .options(event.joinedload(Event.course), event.joinedload(Event.host), joinedload(EventSession.venue))
    )
    return db.session.scalar(wanted)


def window_of(session: EventSession, now: datetime) -> Window:
    """When people may check in to a session, as its partnership has set it."""
    settings = settings_of(session.event.host_id, now)
    return rules.window(
        session.starts_at,
        opens_minutes=settings["check_in_opens_minutes"],
        closes_minutes=settings["check_in_closes_minutes"],
    )


def why_not(session: EventSession, window: Window, now: datetime) -> Why | None:
    """Why nobody can check in to a session now; None when they can."""
    return rules.why_not(
        window,
        now=now,
        cancelled=session.event.state == "cancelled",
        closed=closing(session.event_id) is not None,
    )


def arrive(token: str, *, now: datetime, seen_step: int | None = None) -> Arrival:
    """What somebody's code opens; ``seen_step`` is that of a code which this browser opened while it was good."""
    public_id = rules.session_in(token)
    session = session_called(public_id) if public_id else None
    row = opened(session.id) if session else None
    if session is None or row is None:
        over = session is not None and session.ends_at <= now
        return Arrival(session, None, Why.LATE if over else Why.WRONG)
    key, good, window = bytes_of(row), rules.good_steps(now), window_of(session, now)
    steps = good if seen_step is None else (*good, seen_step)
    step = rules.step_of(token, key, public_id, steps)
    if step is not None:
        return Arrival(session, step, why_not(session, window, now))
    old = rules.steps_since(window.opens_at, now)
    if rules.step_of(token, key, public_id, old) is None:
        return Arrival(session, None, Why.WRONG)
    return Arrival(session, None, why_not(session, window, now) or Why.OLD)


def token_for(typed: str, *, now: datetime) -> str:
    """The last part of the address for a code that was typed; "" where no session, or more than one, shows it."""
    code, found = tidy(typed), []
    for row in keys_about(now):
        key, public_id = bytes_of(row), row.session.public_id
        for step in rules.good_steps(now):
            if code == rules.short_code(key, public_id, step):
                found.append(rules.token_of(key, public_id, step))
    return found[0] if len(found) == 1 else ""


def keys_about(now: datetime) -> Sequence[CheckInKey]:
    """The keys of the sessions that people may be checking in to."""
    about = EventSession.starts_at.between(now - AROUND, now + AROUND)
    wanted = sa.select(CheckInKey).join(EventSession, EventSession.id == CheckInKey.session_id).where(about)
    return db.session.scalars(wanted.options(joinedload(CheckInKey.session))).all()


class Shown(NamedTuple):
    """What the trainer's screen shows of the code."""

    token: str
    code: str

    @property
    def in_groups(self) -> str:
        """The code as it stands below the picture."""
        return in_groups(self.code)


def shown(row: CheckInKey, session: EventSession, now: datetime) -> Shown:
    """The code of now."""
    key, step = bytes_of(row), rules.step_at(now)
    return Shown(rules.token_of(key, session.public_id, step), rules.short_code(key, session.public_id, step))
