"""What happened to each letter, never overwritten. Inside ``writing()``.

That a letter was written and that it left stands in its own row, and that it was held back in the rows of the
switch: neither is written twice.
"""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from ..db import db
from .models import Letter, LetterEvent

# What may happen, and how a person reads it.
WORDS = {
    "failed": "Tried in vain",
    "put back": "Put back",
    "withdrawn": "Withdrawn",
    "unsure": "May have left",
    "left": "Left, somebody said",
    "again": "To be tried again, somebody said",
    "copied": "Sent again as a copy",
    "moved": "To another address",
    "delayed": "Delayed on its way",
    "came back": "Came back",
}
NO_LONGER_TRUE = "What it says no longer holds."


def note(letter_ids: Collection[int], what: str, *, at: datetime, detail: str = "", by: str = "") -> None:
    """Write down what happened to these letters, in one statement."""
    if letter_ids:
        rows = [{"letter_id": n, "what": what, "at": at, "detail": detail, "by": by} for n in letter_ids]
        db.session.execute(sa.insert(LetterEvent), rows)


def of(letter: Letter) -> sa.Select[LetterEvent]:
    """What happened to a letter, oldest first."""
    return sa.select(LetterEvent).where(LetterEvent.letter_id == letter.id).order_by(LetterEvent.id)


def withdraw_all(those: sa.ColumnElement[bool], *, at: datetime, why: str = "") -> int:
    """Withdraw the letters for which this holds and that wait to be sent; returns how many."""
    unsent = sa.update(Letter).where(those, Letter.state == "queued").values(state="withdrawn", fault="")
    gone = db.session.scalars(unsent.returning(Letter.id)).all()
    note(gone, "withdrawn", at=at, detail=why or NO_LONGER_TRUE)
    return len(gone)
