"""The way of a letter out of the outbox: claimed with a lease, sent once it is still ours, marked.

A worker that dies leaves letters in ``sending``; when their lease has run out another takes them. Only death
between the mail server's "250" and our mark can send a letter twice, and then with the same Message-ID, UID and
SEQUENCE; where twice is worse than never, a person decides (``unsure``). Letters of one thread leave in the order
in which they were written: none is claimed while an earlier one may still leave.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ..db import db
from .history import note
from .models import Letter
from .rules import TRIES, WAITS, is_over, next_try, twice_is_worse
from .switch import not_paused

LEASE = timedelta(minutes=5)
MAY_STILL_LEAVE = ("queued", "sending", "unsure")
OVER = "It was over before it could be sent."
BROKE_OFF = "Sending it broke off every time."
DIED = "The worker stopped while it was sending this, so it may have left."
AGAIN = "The worker stopped while it was sending this. It is sent again, as the same mail."

Earlier = aliased(Letter)


def in_turn() -> sa.ColumnElement[bool]:
    """The condition that nothing earlier of the letter's thread may still leave."""
    before = Earlier.thread == Letter.thread, Earlier.id < Letter.id, Earlier.state.in_(MAY_STILL_LEAVE)
    return sa.or_(Letter.thread == "", ~sa.exists().where(*before))


def waiting(now: datetime) -> sa.ColumnElement[bool]:
    """Letters that are due and whose turn it is."""
    return sa.and_(Letter.state == "queued", Letter.due_at <= now, in_turn(), not_paused())


def abandoned(now: datetime) -> sa.ColumnElement[bool]:
    """Letters left behind by a worker whose lease ran out."""
    return sa.and_(Letter.state == "sending", Letter.lease_until < now, not_paused())


def any_due(*, now: datetime) -> bool:
    """Whether there is anything to claim; reads only, so that an idle worker is in nobody's way."""
    found = (sa.exists().where(which(now)) for which in (waiting, abandoned))
    return bool(db.session.scalar(sa.select(sa.or_(*found))))


def claim(*, owner: str, now: datetime, limit: int, lease: timedelta = LEASE) -> list[int]:
    """Take up to ``limit`` letters for ourselves, what others left behind first.

    One query for both databases: SQLite ignores FOR UPDATE, and its write lock lets one worker at a time in here.
    """
    columns = (Letter.id, Letter.message, Letter.channel, Letter.tries, Letter.handed_at, Letter.expires_at)
    rows: list[Any] = []
    for which in (abandoned, waiting):  # each along an index, however many letters lie in the outbox
        query = sa.select(*columns).where(which(now)).order_by(Letter.due_at, Letter.id)
        query = query.limit(limit - len(rows)).with_for_update(skip_locked=True, of=Letter)
        rows += db.session.execute(query).all() if len(rows) < limit else []
    became: dict[str, list[int]] = {}
    for row in rows:
        became.setdefault(next_state(row, now), []).append(row.id)
    settle(became, now)
    note(
        [row.id for row in rows if row.handed_at and row.id in became.get("sending", [])],
        "put back",
        at=now,
        detail=AGAIN,
    )
    mine = became.get("sending", [])
    if mine:
        taken = sa.update(Letter).where(Letter.id.in_(mine))
        db.session.execute(
            taken.values(state="sending", owner=owner, lease_until=now + lease, handed_at=None)
        )
    return mine


def next_state(row: Any, now: datetime) -> str:
    """What becomes of a letter that is due or was left behind."""
    if row.handed_at and twice_is_worse(row.message, channel=row.channel):
        return "unsure"
    if is_over(row.expires_at, now=now):
        return "withdrawn"
    return "failed" if row.handed_at and row.tries >= TRIES else "sending"


def settle(became: dict[str, list[int]], now: datetime) -> None:
    """Write down which of them do not leave, and why."""
    for state, why in (("unsure", DIED), ("withdrawn", OVER), ("failed", BROKE_OFF)):
        if ids := became.get(state):
            ended = sa.update(Letter).where(Letter.id.in_(ids))
            db.session.execute(ended.values(state=state, fault=why, lease_until=None))
            note(ids, state, at=now, detail=why)


def renewed(letter_id: int, *, owner: str, now: datetime, lease: timedelta = LEASE) -> bool:
    """Whether the letter is still ours and may leave; if so its lease begins anew, and the try counts.

    Asked just before it is sent: from here on it may have left.
    """
    ours = sa.and_(Letter.lease_until > now, Letter.state == "sending", not_paused())
    over = sa.and_(Letter.expires_at.is_not(None), Letter.expires_at <= now)
    begun = {"lease_until": now + lease, "handed_at": now, "tries": Letter.tries + 1}
    return change(letter_id, owner, ours, ~over, **begun)


def mark_sent(letter_id: int, *, owner: str, now: datetime) -> bool:
    """It left. False when somebody else had taken it meanwhile."""
    done: dict[str, Any] = {"sent_at": now, "fault": "", "lease_until": None, "handed_at": None}
    return change(letter_id, owner, state="sent", **done)


def mark_unsent(
    letter_id: int,
    *,
    owner: str,
    now: datetime,
    tries: int,
    fault: str,
    for_good: bool = False,
    away: bool = False,
) -> bool:
    """It did not leave: to be tried again later, or given up.

    ``away``: the server broke off. A letter is given up for that only if others got through meanwhile: otherwise
    it is not the letter's fault.
    """
    again = None if for_good else next_try(tries, now=now)
    if again is None and away and not others_left(since=now - WAITS[-1]):
        again = now + WAITS[-1]
    became = {"state": "queued", "due_at": again} if again else {"state": "failed"}
    ours = Letter.state.in_(("sending", "unsure"))
    done = change(letter_id, owner, ours, fault=fault, lease_until=None, handed_at=None, **became)
    if done:
        note([letter_id], "failed", at=now, detail=fault)
    return done


def mark_unsure(letter_id: int, *, owner: str, now: datetime, fault: str) -> None:
    """It broke off once it was under way and may have left: a person decides, nothing sends it again by itself."""
    ours = Letter.state == "sending"
    if change(letter_id, owner, ours, state="unsure", fault=fault, lease_until=None):
        note([letter_id], "unsure", at=now, detail=fault)


def others_left(*, since: datetime) -> bool:
    """Whether any letter that was due since then left."""
    sent = Letter.state == "sent", Letter.due_at >= since, Letter.sent_at >= since
    return bool(db.session.scalar(sa.select(sa.exists().where(*sent))))


def mark_away(letter_id: int, *, owner: str, now: datetime, fault: str) -> None:
    """No letter can leave now, which is not this one's fault: its try does not count, its turn stays.

    The history says so once, however often it is tried while the server is away.
    """
    before = db.session.scalar(sa.select(Letter.fault).where(Letter.id == letter_id))
    given: dict[str, Any] = {"state": "queued", "lease_until": None, "handed_at": None}
    ours = Letter.state == "sending"
    done = change(letter_id, owner, ours, fault=fault, tries=Letter.tries - 1, **given)
    if done and before != fault:
        note([letter_id], "failed", at=now, detail=fault)


def put_back(letter_ids: Sequence[int], *, owner: str) -> None:
    """Give back what was claimed and not tried, as if it had never been taken."""
    mine = Letter.id.in_(letter_ids), Letter.owner == owner, Letter.state == "sending"
    untouched = sa.update(Letter).where(*mine, Letter.handed_at.is_(None))
    db.session.execute(untouched.values(state="queued", lease_until=None))


def change(letter_id: int, owner: str, *conditions: sa.ColumnElement[bool], **values: Any) -> bool:
    """Update one letter if it is still this owner's."""
    mine = sa.update(Letter).where(Letter.id == letter_id, Letter.owner == owner, *conditions)
    found: Any = db.session.execute(mine.values(**values))
    return bool(found.rowcount)
