"""Taking a batch back: exactly the rows it made, unless somebody changed one of them, or added to it, since."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ..accounts.corrections import CORRECTED
from ..accounts.models import Person
from ..audit.actions import trace
from ..audit.models import Trace
from ..booking.models import Booking
from ..completions.actions import EVENT
from ..db import Base, db, rebuilding
from ..partnerships.models import Partnership
from ..records.actions import settle
from .as_made import IN_PLACE, fingerprints
from .labels import labels_of, words_for
from .made import KEYS
from .models import ImportBatch, ImportedRow
from .tables import Fault

UNDONE = "file taken back"
# What follows from other rows: it goes with them, and is no reason to keep them.
DERIVED = {
    "event_tally": "event",
    "evaluation_request": "booking",
    "certificate": "booking",
    "missed_place": "booking",
}
ACCOUNT, CHANGED = "has an account now", "was changed"
# People stay until nothing follows from them any more, and what they worked for as long.
LAST = ("person", "setting")


def rows_of(batch_id: int, table: str) -> sa.Select[int]:
    """The ids of the rows that a batch made in a table."""
    made = aliased(ImportedRow)
    return sa.select(made.row_id).where(made.batch_id == batch_id, made.table == table)


def tables_of(batch_id: int) -> set[str]:
    """The tables in which a batch made rows."""
    return set(
        db.session.scalars(sa.select(ImportedRow.table).where(ImportedRow.batch_id == batch_id).distinct())
    )


def obstacles(batch: ImportBatch) -> list[Fault]:
    """What was changed in or added to rows that the batch made, each with its line; empty: it can be undone."""
    found = {
        (row.line, table, row.row_id, words)
        for table in tables_of(batch.id)
        for words, wanted in added_to(table, batch)
        for row in db.session.execute(wanted)
    }
    found |= {(line, table, row_id, CHANGED) for line, table, row_id in changed_in_place(batch)}
    labels = labels_of({(table, row_id) for _, table, row_id, _ in found})
    return sorted({Fault(line, labels[table, row_id], words) for line, table, row_id, words in found})


def changed_in_place(batch: ImportBatch) -> Iterator[tuple[int, str, int]]:
    """Line, table and id of the rows that say something else than the file did."""
    for table in IN_PLACE:
        mine = sa.select(ImportedRow.line, ImportedRow.row_id, ImportedRow.as_made).where(
            ImportedRow.batch_id == batch.id, ImportedRow.table == table, ImportedRow.as_made != ""
        )
        made = {row.row_id: row for row in db.session.execute(mine)}
        for row_id, now in fingerprints(table, made).items():
            if now != made[row_id].as_made:
                yield made[row_id].line, table, row_id


Added = sa.Select[*tuple[Any, ...]]


def added_to(table: str, batch: ImportBatch) -> Iterator[tuple[str, Added]]:
    """For everything that may have been added to the batch's rows of a table: its words, and which rows have it."""
    mine = sa.select(ImportedRow.line, ImportedRow.row_id).where(
        ImportedRow.batch_id == batch.id, ImportedRow.table == table
    )
    if table == "person":
        signed_in = sa.select(Person.id).where(Person.is_guest.is_(False))
        yield ACCOUNT, mine.where(ImportedRow.row_id.in_(signed_in))
        corrected = sa.select(Trace.subject).where(Trace.act == CORRECTED, Trace.at >= batch.loaded_at)
        put_right = sa.select(Person.id).where(Person.public_id.in_(corrected))
        yield CHANGED, mine.where(ImportedRow.row_id.in_(put_right))
    for child in Base.metadata.sorted_tables if table not in KEYS else ():
        for key in child.foreign_keys:
            if key.column.table.name == table and child.name not in DERIVED:
                words = words_for(table, child.name)
                points = sa.select(key.parent).where(key.parent.is_not(None), others_than(batch, child))
                yield words, mine.where(ImportedRow.row_id.in_(points))


def others_than(batch: ImportBatch, child: sa.Table) -> sa.ColumnElement[bool]:
    """The condition that a row is not the batch's own, and does not merely follow from rows that are."""
    if child.name == "completion":
        return child.c.how != EVENT
    key = KEYS.get(child.name, "id")
    if key not in child.c:
        return sa.true()
    own: sa.ColumnElement[bool] = child.c[key].in_(rows_of(batch.id, child.name))
    if child.name == "course_offer":  # of several partnerships perhaps
        own = sa.and_(own, child.c.partnership_id == batch.partnership_id)
    return ~own


def undo(batch_id: int, *, by: Person | None, now: datetime) -> list[Fault]:
    """Take a batch back, in a transaction of its own (which commits); twice changes nothing.

    Returns what stands against it, row by row; then nothing was taken back.
    """
    with rebuilding() as session:
        batch = session.get_one(ImportBatch, batch_id)
        mine = sa.select(Partnership.id).where(Partnership.id == batch.partnership_id)
        session.execute(mine.with_for_update(key_share=True))
        session.refresh(batch)
        if batch.undone_at is not None:
            return []
        against = obstacles(batch)
        if not against:
            take_back(batch, now)
            batch.undone_at, batch.undone_by = now, by.public_id if by else ""
            trace(at=now, actor=batch.undone_by, act=UNDONE, subject=batch.public_id, why=batch.file_name)
        return against


def take_back(batch: ImportBatch, now: datetime) -> None:
    """Delete the rows, what points at others first; what follows from the events that stay is settled."""
    made, tables = tables_of(batch.id), list(reversed(Base.metadata.sorted_tables))
    booked = sa.select(Booking.event_id).where(Booking.id.in_(rows_of(batch.id, "booking"))).distinct()
    events = sorted(db.session.scalars(booked))
    for name, parent in DERIVED.items():
        table = Base.metadata.tables[name]
        db.session.execute(sa.delete(table).where(table.c[f"{parent}_id"].in_(rows_of(batch.id, parent))))
    for table in tables:
        if table.name in made and table.name not in LAST:
            delete(table, batch)
    db.session.expire_all()
    for event_id in events:
        settle(event_id, now=now)
    for table in tables:
        if table.name in made and table.name in LAST:
            delete(table, batch)
    db.session.expire_all()


def delete(table: sa.Table, batch: ImportBatch) -> None:
    """Delete what the batch made in a table."""
    gone = sa.delete(table).where(table.c[KEYS.get(table.name, "id")].in_(rows_of(batch.id, table.name)))
    if table.name == "course_offer":
        gone = gone.where(table.c.partnership_id == batch.partnership_id)
    db.session.execute(gone)
