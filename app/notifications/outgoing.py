"""The way of a letter out of the outbox: claimed with a lease, sent once it is still ours, marked.

A worker that dies leaves letters in ``sending``; when their lease has run out another takes them. Only death
between the mail server's "250" and our mark can send a letter twice, and then with the same Message-ID.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from ..db import db
from .models import DueJob, Letter
from .rules import TRIES, is_over, next_try

LEASE = timedelta(minutes=5)
KEPT = timedelta(days=2)  # how long we remember which due work was started


def due_letters(now: datetime) -> sa.ColumnElement[bool]:
    """Letters to send now: due, or left behind by a worker whose lease ran out."""
    waiting = sa.and_(Letter.state == "queued", Letter.due_at <= now)
    abandoned = sa.and_(Letter.state == "sending", Letter.lease_until < now)
    return sa.or_(waiting, abandoned)


def any_due(*, now: datetime) -> bool:
    """Whether there is anything to claim; reads only, so that an idle worker is in nobody's way."""
    return bool(db.session.scalar(sa.select(sa.exists().where(due_letters(now)))))


def claim(*, owner: str, now: datetime, limit: int, lease: timedelta = LEASE) -> list[int]:
    """Take up to ``limit`` letters for ourselves. One query for both databases: SQLite ignores FOR UPDATE, and
    its write lock lets one worker at a time in here.
    """
    query = sa.select(Letter).where(due_letters(now)).order_by(Letter.due_at, Letter.id).limit(limit)
    mine = []
    for letter in db.session.scalars(query.with_for_update(skip_locked=True)):
        if is_over(letter.expires_at, now=now):
            letter.state, letter.fault = "withdrawn", "It was over before it could be sent."
        elif letter.tries >= TRIES:
            letter.state, letter.fault = "failed", "Sending it broke off every time."
        else:
            letter.state, letter.owner, letter.lease_until = "sending", owner, now + lease
            letter.tries += 1
            mine.append(letter.id)
    return mine


def renewed(letter_id: int, *, owner: str, now: datetime, lease: timedelta = LEASE) -> bool:
    """Whether the letter is still ours; if so the lease begins anew. Asked just before it is sent."""
    ours = sa.and_(Letter.lease_until > now, Letter.state == "sending")
    return change(letter_id, owner, ours, lease_until=now + lease)


def mark_sent(letter_id: int, *, owner: str, now: datetime) -> bool:
    """It left. False when somebody else had taken it meanwhile."""
    return change(letter_id, owner, state="sent", sent_at=now, fault="", lease_until=None)


def mark_unsent(
    letter_id: int, *, owner: str, now: datetime, tries: int, fault: str, for_good: bool = False
) -> bool:
    """It did not leave: to be tried again later, or given up."""
    again = None if for_good else next_try(tries, now=now)
    if again is None:
        return change(letter_id, owner, state="failed", fault=fault, lease_until=None)
    return change(letter_id, owner, state="queued", due_at=again, fault=fault, lease_until=None)


def put_back(letter_ids: Sequence[int], *, owner: str) -> None:
    """Give back what was claimed and not tried, as if it had never been taken."""
    db.session.execute(
        sa.update(Letter)
        .where(Letter.id.in_(letter_ids), Letter.owner == owner, Letter.state == "sending")
        .values(state="queued", lease_until=None, tries=Letter.tries - 1)
    )


def change(letter_id: int, owner: str, *conditions: sa.ColumnElement[bool], **values: Any) -> bool:
    """Update one letter if it is still this owner's."""
    found: Any = db.session.execute(
        sa.update(Letter).where(Letter.id == letter_id, Letter.owner == owner, *conditions).values(**values)
    )
    return bool(found.rowcount)


def start_once(name: str, period: str, *, now: datetime) -> bool:
    """Whether we are the one to start this work for this period: the first to write it down is."""
    dialect = postgresql if db.session.connection().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(DueJob).values(name=name, period=period, started_at=now).on_conflict_do_nothing()
    started = db.session.scalar(insert.returning(DueJob.id)) is not None
    if started:
        db.session.execute(sa.delete(DueJob).where(DueJob.name == name, DueJob.started_at < now - KEPT))
    return started


def mark_finished(name: str, period: str, *, now: datetime) -> None:
    """Write down that the work of this period is done."""
    db.session.execute(
        sa.update(DueJob).where(DueJob.name == name, DueJob.period == period).values(finished_at=now)
    )
