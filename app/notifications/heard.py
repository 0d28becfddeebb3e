"""What a calendar was last told, as the letters in the outbox have it.

The outbox is the only memory of this: a letter that was withdrawn before anybody tried to send it told nobody
anything, and one that may have left counts as heard where something is taken back, and as not heard where
something is asked for.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from ..db import db
from .models import Letter
from .read_back import Said, read_back

# The letters with which a place (or a part in delivering) begins: where one is there, so is all that followed.
FIRST = frozenset({"booked", "promoted", "moved", "place-taken-over", "trainer-named", "trainer-confirmed"})
SURE = ("queued", "sending", "sent")
COLUMNS = (
    *(Letter.about, Letter.thread, Letter.message, Letter.state, Letter.tries, Letter.calendar),
    *(Letter.public_id, Letter.sent_at, Letter.due_at),
)


@dataclass(frozen=True, kw_only=True)
class Heard:
    """The last word to a calendar about one sitting, and the letter that brought it."""

    said: Said
    letter: str  # its public id
    state: str
    at: datetime  # when it left, or is to leave
    sure: bool  # it is on its way or has left: not given up, not taken back after a try

    @property
    def is_there(self) -> bool:
        """Whether the calendar has the sitting, for all we know."""
        return self.said.method == "REQUEST"


@dataclass(frozen=True, kw_only=True)
class LastWords:
    """What one reader's calendar was last told about each sitting of one booking (or of one trainer's event)."""

    last: dict[str, Heard] = field(default_factory=dict)  # by UID
    silent: frozenset[str] = frozenset()  # UIDs of which no mail ever left
    whole: bool = False  # whether the outbox knows it from its beginning

    def may_know(self, uid: str) -> bool:
        """Whether the calendar may have this sitting."""
        heard = self.last.get(uid)
        return heard.is_there if heard else not (self.whole or uid in self.silent)


NOTHING = LastWords()


def letters_about(abouts: Collection[str]) -> sa.Select[*tuple[Any, ...]]:
    """The letters that brought invites, and the first ones, by what they are about and in order."""
    return (
        sa.select(*COLUMNS)
        .where(Letter.about.in_(abouts), sa.or_(Letter.calendar != "", Letter.message.in_(FIRST)))
        .order_by(Letter.about, Letter.id)
    )


def last_words(abouts: Collection[str]) -> dict[str, LastWords]:
    """What the calendars behind these were last told; who never had a letter is missing."""
    rows = db.session.execute(letters_about(abouts)).all()
    return {about: words_of(list(letters)) for about, letters in groupby(rows, key=lambda row: row.about)}


def newer_than(letter: Letter) -> str:
    """The letter (its public id) that told the calendar of this one something newer since; "" when none did."""
    if not letter.calendar:
        return ""
    of_its_thread = sa.select(*COLUMNS).where(Letter.thread == letter.thread).order_by(Letter.id)
    last = words_of(db.session.execute(of_its_thread).all()).last.get(letter.thread)
    return last.letter if last and last.said.sequence > read_back(letter.calendar).sequence else ""


def words_of(letters: Sequence[Any]) -> LastWords:
    """The last words of one reader's letters, in order."""
    bring = [letter for letter in letters if letter.calendar]
    told = [heard(letter) for letter in bring if letter.state != "withdrawn" or letter.tries]
    told.sort(key=lambda one: one.said.sequence)  # of two that say the same, the later letter stays behind
    last = {one.said.uid: one for one in told}
    return LastWords(
        last=last,
        silent=frozenset(letter.thread for letter in unchanged(bring) if letter.thread not in last),
        whole=any(letter.message in FIRST for letter in letters),
    )


def unchanged(letters: Iterable[Any]) -> Iterable[Any]:
    """Letters that brought something new, not a change of what was there before."""
    return (letter for letter in letters if not letter.message.endswith("event-changed"))


def heard(letter: Any) -> Heard:
    """A letter as the last word about its sitting."""
    return Heard(
        said=read_back(letter.calendar),
        letter=letter.public_id,
        state=letter.state,
        at=letter.sent_at or letter.due_at,
        sure=letter.state in SURE,
    )
