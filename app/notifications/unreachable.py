"""Addresses whose mail comes back: marked, told, and cleared when they work again. Inside ``writing()``."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..db import db
from .history import note
from .models import Letter, Unreachable


def came_back(email: str, *, why: str, now: datetime, letter: Letter | None = None) -> bool:
    """Mark an address whose mail came back; whether that is news. ``why`` is what the mail server said.

    ``letter`` is the one that came back; when it had left, its history says so.
    """
    address = email.lower()
    if letter and letter.state == "sent":
        note([letter.id], "came back", at=now, detail=why)
    if is_unreachable(address):
        return False
    letter_id = letter.id if letter else None
    db.session.add(Unreachable(email=address, since_at=now, why=why, letter_id=letter_id))
    db.session.flush()
    return True


def is_unreachable(email: str) -> bool:
    """Whether mail to an address came back, and nobody has cleared it since."""
    marked = sa.exists().where(Unreachable.email == email.lower(), Unreachable.cleared_at.is_(None))
    return bool(db.session.scalar(sa.select(marked)))


def marked(email: sa.SQLColumnExpression[Any]) -> sa.ColumnElement[bool]:
    """The condition that an address is marked: the same as ``is_unreachable``, for many."""
    mark = sa.exists().where(Unreachable.email == email, Unreachable.cleared_at.is_(None))
    return mark.correlate_except(Unreachable)


def those_marked(emails: Collection[str]) -> set[str]:
    """Those of these addresses whose mail comes back."""
    known = set(db.session.scalars(sa.select(Unreachable.email).where(Unreachable.cleared_at.is_(None))))
    return {email for email in emails if email.lower() in known}


def works_again(email: str, *, now: datetime) -> int:
    """Clear an address; returns how many marks that were."""
    marks = sa.update(Unreachable).where(Unreachable.email == email.lower(), Unreachable.cleared_at.is_(None))
    cleared: Any = db.session.execute(marks.values(cleared_at=now))
    return int(cleared.rowcount)
