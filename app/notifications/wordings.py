"""Wordings edited on the site: what holds for a partnership, its versions, and the way back. Inside ``writing()``."""

import hashlib
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..db import db
from ..errors import Refused
from .models import WordingFault, WordingVersion
from .shipped import Shipped, shipped
from .wording_faults import faults


def edited(partnership_id: int) -> dict[str, WordingVersion]:
    """The wordings a partnership has changed, by name; asked once per session, for every letter needs them."""
    known: dict[int, dict[str, WordingVersion]] = db.session.info.setdefault("wordings", {})
    if partnership_id not in known:
        mine = sa.select(sa.func.max(WordingVersion.id)).where(
            WordingVersion.partnership_id == partnership_id
        )
        newest = WordingVersion.id.in_(mine.group_by(WordingVersion.wording))
        rows = db.session.scalars(sa.select(WordingVersion).where(newest, ~WordingVersion.as_shipped))
        known[partnership_id] = {row.wording: row for row in rows}
    return known[partnership_id]


def versions_of(partnership_id: int, wording: str) -> list[WordingVersion]:
    """Every version of a wording, newest first."""
    mine = WordingVersion.partnership_id == partnership_id, WordingVersion.wording == wording
    return list(db.session.scalars(sa.select(WordingVersion).where(*mine).order_by(WordingVersion.id.desc())))


def version(partnership_id: int, wording: str, version_id: int) -> WordingVersion | None:
    """One version of a wording of a partnership."""
    mine = WordingVersion.partnership_id == partnership_id, WordingVersion.wording == wording
    return db.session.scalar(sa.select(WordingVersion).where(*mine, WordingVersion.id == version_id))


def newest_version(partnership_id: int, wording: str) -> WordingVersion | None:
    """What was saved last of a wording, back to what ships too; None where nobody ever changed it."""
    mine = WordingVersion.partnership_id == partnership_id, WordingVersion.wording == wording
    newest = sa.select(WordingVersion).where(*mine).order_by(WordingVersion.id.desc()).limit(1)
    return db.session.scalar(newest)


def print_of(found: Shipped) -> str:
    """The hash by which a shipped text is known again."""
    return hashlib.sha256(f"{found.subject}\n{found.text}".encode()).hexdigest()


def is_outdated(row: WordingVersion) -> bool:
    """Whether the text that ships is another than when this version was written."""
    return row.shipped != print_of(shipped(row.wording))


def save(
    partnership_id: int, wording: str, *, subject: str, text: str, by: str, now: datetime
) -> WordingVersion | None:
    """Use these words for every letter from now on; None where nothing is new. Raises Refused for a mistake."""
    ships, subject, text = shipped(wording), subject.strip(), tidied(text)
    if found := faults(subject, text, ships):
        raise Refused(str(found[0]))
    if (subject, text) == (ships.subject, tidied(ships.text)):
        return back_to_shipped(partnership_id, wording, by=by, now=now)
    held = edited(partnership_id).get(wording)
    if held and (held.subject, held.text) == (subject, text):
        return None
    words = {"subject": subject, "text": text, "shipped": print_of(ships)}
    return add(partnership_id, wording, by=by, now=now, as_shipped=False, **words)


def back_to_shipped(partnership_id: int, wording: str, *, by: str, now: datetime) -> WordingVersion | None:
    """Use what ships again, and what will ship; None where that is so already."""
    if wording not in edited(partnership_id):
        return None
    return add(partnership_id, wording, by=by, now=now, as_shipped=True)


def add(partnership_id: int, wording: str, *, by: str, now: datetime, **words: Any) -> WordingVersion:
    """The row of a version, which holds from now on."""
    row = WordingVersion(partnership_id=partnership_id, wording=wording, at=now, by=by, **words)
    db.session.add(row)
    db.session.flush()
    db.session.info.pop("wordings", None)
    return row


def tidied(text: str) -> str:
    """A text as it is kept: one kind of line end, no blanks at the ends of lines, one line end at the end."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines()) + "\n"


def note_fault(version_id: int, what: str, *, now: datetime) -> None:
    """Write down, once, that a version could not be filled in and the shipped text went out."""
    there = sa.exists().where(WordingFault.version_id == version_id)
    if not db.session.scalar(sa.select(there)):
        db.session.add(WordingFault(version_id=version_id, at=now, what=what[:500]))


def faults_of(partnership_id: int) -> dict[str, WordingFault]:
    """The versions in force that could not be filled in, by wording: until another version is saved."""
    held = {row.id: name for name, row in edited(partnership_id).items()}
    if not held:
        return {}
    rows = db.session.scalars(sa.select(WordingFault).where(WordingFault.version_id.in_(held)))
    return {held[row.version_id]: row for row in rows}
