"""A file that is not loaded yet: which column is which, the dry run, loading it, giving it up."""

from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.fields import SelectChoice

from ... import clock
from ...accounts.rules import Role
from ...db import writing
from ...imports import drafts
from ...imports.columns import Kind, missing
from ...imports.models import ImportDraft
from ...imports.tables import Table, short
from ...web.access import current_partnership, requires, signed_in
from ...web.filters import plural
from ...web.paging import paging
from ...web.sheets import sheet_answer
from . import pages
from .scene import draft_or_404

FEW = 3  # rows shown to see what a column holds
ROWS_A_SECOND = 2000  # measured: 20,000 past bookings on 800 dates take some ten seconds
PREFIX = "column_"


@pages.route("/desk/imports/drafts/<public_id>/columns", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def columns(public_id: str) -> ResponseReturnValue:
    """Which column is which: guessed, and corrected here."""
    draft, kind = draft_or_404(public_id)
    table = drafts.unpacked(draft.cells)
    form = columns_form(kind, table, draft.columns)
    if form.validate_on_submit() and chosen_once(form, kind, table):
        drafts.dry_run(draft, chosen(form, kind), now=clock.now())
        return redirect(url_for("imports.draft", public_id=public_id), code=303)
    page = render_template(
        "imports/columns.html",
        draft=draft,
        kind=kind,
        form=form,
        table=table,
        first=[[short(cell) for cell in row.cells] for row in table.rows[:FEW]],
    )
    return page, 422 if form.errors else 200


def columns_form(kind: Kind, table: Table, guessed: dict[str, int]) -> FlaskForm:
    """A form with a list for each field: the columns of the file, each with what it holds."""
    choices = [SelectChoice("", "Not in this file")]
    for place, name in enumerate(table.columns):
        example = next((row.cells[place] for row in table.rows[:50] if row.cells[place]), "")
        choices.append(
            SelectChoice(str(place), f"{name} ({short(example, 30)})" if example else f"{name} (empty)")
        )
    fields = {
        PREFIX + field.key: SelectField(
            f"{field.heading} (needed)" if kind.is_needed(field.key) else field.heading,
            choices=choices,
            default=str(guessed[field.key]) if field.key in guessed else "",
            description=field.hint or (f"Such as {field.example}" if field.example else ""),
        )
        for field in kind.fields
    }
    form: type[FlaskForm] = type("ColumnsForm", (FlaskForm,), fields)
    return form()


def chosen(form: Any, kind: Kind) -> dict[str, int]:
    """Field to place of its column."""
    typed = {field.key: form[PREFIX + field.key].data for field in kind.fields}
    return {key: int(place) for key, place in typed.items() if place}


def chosen_once(form: Any, kind: Kind, table: Table) -> bool:
    """Whether everything that is needed is chosen, and no column for two things; else the form says so."""
    taken: dict[int, str] = {}
    for key, place in chosen(form, kind).items():
        if place in taken:
            said = f"\u201c{table.columns[place]}\u201d is chosen for {taken[place]} already"
            form[PREFIX + key].errors = [said]
        taken.setdefault(place, kind.field(key).heading)
    for key, said in missing(chosen(form, kind), kind).items():
        form[PREFIX + key].errors = [said]
    return not form.errors


@pages.get("/desk/imports/drafts/<public_id>")
@requires(Role.ADMINISTRATOR)
def draft(public_id: str) -> ResponseReturnValue:
    """The dry run: every row's fault, or that all of them can be loaded."""
    found, kind = draft_or_404(public_id)
    if found.checked_at is None:
        return redirect(url_for("imports.columns", public_id=public_id), code=303)
    faults = drafts.faults_of(found)
    page = paging(len(faults))
    return render_template(
        "imports/draft.html",
        draft=found,
        kind=kind,
        how=drafts.unpacked(found.cells),
        faults=faults[page.offset : page.offset + page.size],
        often=drafts.most_often(faults),
        page=page,
        more=len(faults) == drafts.MOST_FAULTS,
        seconds=found.rows // ROWS_A_SECOND,
    )


@pages.get("/desk/imports/drafts/<public_id>/faults.<ending>")
@requires(Role.ADMINISTRATOR)
def faults(public_id: str, ending: str) -> ResponseReturnValue:
    """The same as a sheet, to work through beside the file."""
    found, _ = draft_or_404(public_id)
    rows = [(fault.line, fault.column, fault.message) for fault in drafts.faults_of(found)]
    return sheet_answer(ending, "faults", ("Line", "Column", "What is wrong"), rows)


@pages.post("/desk/imports/drafts/<public_id>/load")
@requires(Role.ADMINISTRATOR)
def load(public_id: str) -> ResponseReturnValue:
    """Load it: all rows, or none and what came up since the dry run."""
    found, kind = draft_or_404(public_id)
    by, now = signed_in().person, clock.now()
    loaded = drafts.load_draft(found, current_partnership(), by=by, now=now)
    if loaded.batch is None:
        flash("Nothing was loaded: something has changed since the dry run.", "problem")
        return redirect(url_for("imports.draft", public_id=public_id), code=303)
    rows = plural(loaded.checked.rows, "row")
    flash("This file was loaded already." if loaded.before else f"{rows} loaded.", "success")
    return redirect(url_for("imports.batch", public_id=loaded.batch.public_id), code=303)


@pages.post("/desk/imports/drafts/<public_id>/drop")
@requires(Role.ADMINISTRATOR)
def drop(public_id: str) -> ResponseReturnValue:
    """Give a file up that is not loaded."""
    found, _ = draft_or_404(public_id)
    with writing() as session:
        session.execute(sa.delete(ImportDraft).where(ImportDraft.id == found.id))
    flash(f"{found.file_name} is gone. Nothing of it was loaded.", "success")
    return redirect(url_for("imports.listing"), code=303)
