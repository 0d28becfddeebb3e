"""The files that were loaded: a list, what each made, taking one back."""

from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.models import Person
from ...accounts.rules import Role
from ...db import db
from ...imports import undoing
from ...imports.columns import KINDS
from ...imports.models import ImportBatch, ImportDraft, ImportedRow
from ...web.access import current_partnership, requires, signed_in
from ...web.filters import plural
from ...web.paging import paging
from . import pages
from .scene import batch_or_404, may_load

# What a batch made, in words; what belongs to these rows is not counted beside them.
MADE = {
    "course": ("course", "courses"),
    "venue": ("venue", "venues"),
    "event": ("date", "dates"),
    "booking": ("booking", "bookings"),
    "person": ("guest without an account", "guests without an account"),
    "setting": ("school or setting", "schools and settings"),
    "register_closing": ("closed register", "closed registers"),
}


@pages.get("/desk/imports")
@requires(Role.ADMINISTRATOR)
def listing() -> ResponseReturnValue:
    """What was loaded, newest first, and what is handed in and not loaded yet."""
    mine = ImportBatch.of(current_partnership().id)
    page = paging(db.session.scalar(sa.select(sa.func.count()).select_from(mine.subquery())) or 0)
    found = db.session.scalars(mine.limit(page.size).offset(page.offset)).all()
    waiting = db.session.scalars(ImportDraft.of(current_partnership().id)).all()
    return render_template(
        "imports/list.html",
        batches=found,
        rows=rows_of([batch.id for batch in found]),
        names=names_of([batch.by for batch in found]),
        drafts=[draft for draft in waiting if may_load(draft.kind)],
        kinds=KINDS,
        may_load=may_load,
        page=page,
    )


def rows_of(ids: list[int]) -> dict[int, int]:
    """How many rows of each file were loaded."""
    counted = (
        sa.select(ImportedRow.batch_id, sa.func.count(ImportedRow.line.distinct()))
        .where(ImportedRow.batch_id.in_(ids))
        .group_by(ImportedRow.batch_id)
    )
    return {row[0]: row[1] for row in db.session.execute(counted)}


def names_of(public_ids: list[str]) -> dict[str, str]:
    """Who they are."""
    rows = db.session.execute(
        sa.select(Person.public_id, Person.name).where(Person.public_id.in_(public_ids))
    )
    return {row.public_id: row.name for row in rows}


def made(batch_id: int) -> list[str]:
    """What a batch made, in words: 12 bookings, 3 guests."""
    rows = db.session.execute(
        sa.select(ImportedRow.table, sa.func.count())
        .where(ImportedRow.batch_id == batch_id, ImportedRow.table.in_(MADE))
        .group_by(ImportedRow.table)
    )
    counts: dict[str, Any] = {row[0]: row[1] for row in rows}
    return [plural(counts[table], *words) for table, words in MADE.items() if table in counts]


@pages.get("/desk/imports/<public_id>")
@requires(Role.ADMINISTRATOR)
def batch(public_id: str) -> ResponseReturnValue:
    """One file: when and by whom it was loaded, what it made."""
    found, kind = batch_or_404(public_id)
    return render_template(
        "imports/batch.html",
        batch=found,
        kind=kind,
        rows=rows_of([found.id]).get(found.id, 0),
        made=made(found.id),
        names=names_of([found.by, found.undone_by]),
    )


@pages.get("/desk/imports/<public_id>/undo")
@requires(Role.ADMINISTRATOR)
def before_undoing(public_id: str) -> ResponseReturnValue:
    """What goes if a file is taken back, or what stands against it."""
    found, kind = batch_or_404(public_id)
    if found.undone_at is not None:
        return redirect(url_for("imports.batch", public_id=public_id), code=303)
    return render_template("imports/undo.html", kind=kind, **undo_scene(found))


@pages.post("/desk/imports/<public_id>/undo")
@requires(Role.ADMINISTRATOR)
def undo(public_id: str) -> ResponseReturnValue:
    """Take a file back: all it made, or nothing."""
    found, kind = batch_or_404(public_id)
    if undoing.undo(found.id, by=signed_in().person, now=clock.now()):
        return render_template("imports/undo.html", kind=kind, **undo_scene(found)), 409
    flash(f"Everything that {found.file_name} made is gone again.", "success")
    return redirect(url_for("imports.batch", public_id=public_id), code=303)


def undo_scene(found: ImportBatch) -> dict[str, Any]:
    """What the page needs."""
    against = undoing.obstacles(found)
    page = paging(len(against))
    shown = against[page.offset : page.offset + page.size]
    return {"batch": found, "against": shown, "page": page, "made": made(found.id)}
