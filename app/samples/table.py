"""How every wording gets its context from real rows: the part of the app that sends it, rehearsed.

A sample is a function that does to a real row whatever sends the letter. ``@sample("booked", BOOKING, ...)`` stands
in the file of its part of the app; a test refuses a wording without one.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import sqlalchemy as sa

from ..db import db
from ..errors import Refused
from ..notifications.message_table import BY_WORDING
from ..notifications.rehearsing import Draft, Rehearsed, rehearsing
from ..partnerships.models import Partnership
from .kinds import Condition, Kind

Act = Callable[[Any, datetime], object]
Where = Callable[[datetime], Sequence[Condition]]
TRIED = 40  # rows that are tried before a wording counts as one without rows


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A wording with the kind of row it is about, which of them will do, and what sends it."""

    wording: str
    kind: Kind
    where: Where
    act: Act
    anybody: bool = False  # the letter is about another row than the one that was chosen


SAMPLES: dict[str, Sample] = {}


def sample(
    *wordings: str, kind: Kind, where: Where = lambda now: (), anybody: bool = False
) -> Callable[[Act], Act]:
    """Mark what sends these wordings for a row of this kind; ``where`` says which rows will do.

    Only letters about that row are taken, unless ``anybody`` says that it leads to one about another.
    """

    def mark(act: Act) -> Act:
        for wording in wordings:
            if wording not in BY_WORDING or wording in SAMPLES:
                raise ValueError(f"{wording} is no wording of the message table, or has a sample already")
            SAMPLES[wording] = Sample(wording=wording, kind=kind, where=where, act=act, anybody=anybody)
        return act

    return mark


def ours() -> Partnership:
    """The partnership the letters are rehearsed for."""
    found: Partnership = db.session.get_one(Partnership, db.session.info["rehearsed_for"])
    return found


def load() -> None:
    """Bring in every file of samples."""
    from . import __path__ as folder

    for found in iter_modules(folder):
        import_module(f"{__package__}.{found.name}")


def rows_for(
    wording: str, partnership_id: int, *, now: datetime, named: str = "", most: int = TRIED
) -> list[tuple[str, str]]:
    """Rows that a wording could be written for: the name of each for addresses, and what people call it."""
    found = SAMPLES[wording]
    rows = found.kind.rows(partnership_id).where(*found.where(now))
    if named:
        columns = [column.icontains(named, autoescape=True) for column in found.kind.searched]
        rows = rows.where(sa.or_(*columns))
    return [
        (key_of(found, row), found.kind.label(row)) for row in db.session.scalars(rows.limit(most)).unique()
    ]


def key_of(found: Sample, row: Any) -> str:
    """How a row is named in addresses."""
    return str(getattr(row, found.kind.key.key))


@contextlib.contextmanager
def rehearsed_for(
    wording: str, key: str, partnership_id: int, *, now: datetime, draft: Draft | None = None
) -> Iterator[list[Rehearsed]]:
    """The letters that would go out for a row, in the words as they are or in a draft's; [] where there is none.

    Nothing is sent and nothing is kept. Raises what the draft's words raise.
    """
    found = SAMPLES[wording]
    with rehearsing(wording, draft=draft) as rehearsal:
        db.session.info["rehearsed_for"] = partnership_id
        rows = found.kind.rows(partnership_id).where(*found.where(now))
        chosen = rows.where(sa.cast(found.kind.key, sa.String) == key).limit(1)
        row = db.session.scalars(chosen).unique().first()
        if row is not None:
            rehearsal.about = "" if found.anybody else found.kind.about(row)
            # A rule may stand in the way for this row, as it would for a person.
            with contextlib.suppress(Refused):
                found.act(row, now)
        yield rehearsal.letters


def letters_for(wording: str, key: str, partnership_id: int, *, now: datetime) -> list[Rehearsed]:
    """The letters that would go out for a row, in the words as they are."""
    with rehearsed_for(wording, key, partnership_id, now=now) as letters:
        return letters


def samples_of(wording: str, partnership_id: int, *, now: datetime) -> list[Rehearsed]:
    """The letters of a wording for the first row for which there are any."""
    return next(tried(wording, partnership_id, now), [])


def tried(wording: str, partnership_id: int, now: datetime) -> Iterator[list[Rehearsed]]:
    """What each row gives that could be written for, those that give nothing passed over."""
    for key, _label in rows_for(wording, partnership_id, now=now):
        if letters := letters_for(wording, key, partnership_id, now=now):
            yield letters
