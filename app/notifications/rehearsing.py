"""Letters written and not posted: the same code with the same rows, in a transaction that is always taken back.

For looking at a letter before anything is sent. Inside ``rehearsing(...)`` every action may be called as if for real;
``post`` hands the letters of one wording over instead of putting them into the outbox.
"""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from ..db import db

MOST = 12  # letters of one rehearsal: a date with sixty people would otherwise write sixty


@dataclass(frozen=True)
class Draft:
    """A wording as somebody typed it: its subject and its text."""

    subject: str
    text: str


@dataclass(frozen=True)
class Rehearsed:
    """A letter as it would stand in the outbox, and what its wording was given."""

    row: dict[str, Any]
    context: dict[str, Any]


@dataclass
class Rehearsal:
    """Which letters are wanted, in whose words, and those that were written."""

    wording: str
    about: str = ""
    draft: Draft | None = None
    letters: list[Rehearsed] = field(default_factory=list)

    def wants(self, message: str, about: str) -> bool:
        """Whether to write a letter, or to pass over it."""
        mine = message == self.wording and (not self.about or about == self.about)
        return mine and len(self.letters) < MOST


current: ContextVar[Rehearsal | None] = ContextVar("rehearsal", default=None)


@contextlib.contextmanager
def rehearsing(wording: str, *, about: str = "", draft: Draft | None = None) -> Iterator[Rehearsal]:
    """A block whose letters of one wording are kept for looking at and whose changes are all taken back.

    It may write (so that any action can be rehearsed) and never commits. Rows read before it are read anew after it.
    """
    session = db.session()
    if session.info.get("writing"):
        raise RuntimeError("a rehearsal inside a change would take the change back")
    session.rollback()
    session.connection(execution_options={"write_tx": True})
    session.info.update(writing=True, rebuilding=True)
    rehearsal = Rehearsal(wording, about=about, draft=draft)
    token = current.set(rehearsal)
    try:
        yield rehearsal
    finally:
        current.reset(token)
        session.rollback()
        session.info.pop("writing")
        session.info.pop("rebuilding")
