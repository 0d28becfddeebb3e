"""``flask courses|venues|events|bookings import FILE``, and ``flask imports``: which files were loaded, taking one back."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from flask.cli import AppGroup

from .. import clock
from ..db import db
from ..errors import Refused
from ..imports.checking import Checked, check
from ..imports.columns import KINDS, guessed, plain
from ..imports.loading import HandedIn, Loaded, handed_in, load
from ..imports.models import ImportBatch
from ..imports.tables import Fault
from ..imports.undoing import undo
from ..partnerships.models import Partnership
from ..web.filters import long_date, plural
from .partnership import partnership_of_site

commands = AppGroup("imports", help="Files that were loaded: which, and taking one back.")


def import_command(kind: str) -> click.Command:
    """``import FILE`` for one kind of file."""

    def run(file: Path, dry_run: bool, as_json: bool, chosen: Sequence[str]) -> None:
        try:
            given = handed_in(kind, file.read_bytes(), file.name)
            given = with_columns(given, chosen)
            found = dry(given) if dry_run else load(given, site(), by=None, now=clock.now())
        except Refused as refused:
            found = Loaded(None, Checked(0, 0, (Fault(0, "", refused.sentence),)))
            tell_json(found) if as_json else click.echo(refused.sentence, err=True)
            sys.exit(1)
        tell_json(found) if as_json else tell(given, found, dry_run=dry_run)
        if found.checked.faults:
            sys.exit(1)

    return click.Command(
        "import",
        callback=run,
        help=f"Load {KINDS[kind].many} from a CSV or XLSX file: all rows, or none and every row's fault.",
        params=[
            click.Argument(["file"], type=click.Path(exists=True, dir_okay=False, path_type=Path)),
            click.Option(["--dry-run"], is_flag=True, help="Check every row and write nothing."),
            click.Option(
                ["--json", "as_json"], is_flag=True, help="Say rows, good, faults and batch as JSON."
            ),
            click.Option(
                ["--column", "chosen"],
                multiple=True,
                metavar="OURS=THEIRS",
                help='Which column is which, e.g. --column "Email=Work mail"; may be repeated.',
            ),
        ],
    )


def with_columns(file: HandedIn, chosen: Sequence[str]) -> HandedIn:
    """The file with columns that were said instead of guessed ("Email=" leaves one out)."""
    kind, columns = KINDS[file.kind], dict(guessed(file.table.columns, KINDS[file.kind]))
    fields = {plain(field.heading): field.key for field in kind.fields}
    headings = {plain(heading): place for place, heading in enumerate(file.table.columns)}
    for said in chosen:
        ours, _, theirs = said.partition("=")
        if plain(ours) not in fields or (theirs and plain(theirs) not in headings):
            known = ", ".join(field.heading for field in kind.fields)
            raise click.UsageError(f"{said!r} names no column. Ours: {known}. Theirs stand in the file.")
        columns.pop(fields[plain(ours)], None)
        if theirs:
            columns = {key: place for key, place in columns.items() if place != headings[plain(theirs)]}
            columns[fields[plain(ours)]] = headings[plain(theirs)]
    return HandedIn(file.kind, file.table, columns, file.name, file.fingerprint)


def site() -> Partnership:
    """The partnership this site serves. Raises Refused when it has none yet."""
    found = partnership_of_site()
    if found is None:
        raise Refused("There is no partnership yet. Add one first: flask partnership add.")
    return found


def dry(file: HandedIn) -> Loaded:
    """What loading would do."""
    partnership, rows = site(), len(file.table.rows)
    before = db.session.scalar(
        ImportBatch.standing(partnership.id, kind=file.kind, file_hash=file.fingerprint)
    )
    if before is not None:
        return Loaded(before, Checked(rows, rows), before=True)
    found = check(file.kind, file.table, file.columns, partnership_id=partnership.id, now=clock.now())
    return Loaded(None, found)


def tell_json(found: Loaded) -> None:
    """The answer for machines."""
    faults = [{"line": f.line, "column": f.column, "message": f.message} for f in found.checked.faults]
    batch = found.batch.public_id if found.batch else None
    said = {"rows": found.checked.rows, "good": found.checked.good, "faults": faults, "batch": batch}
    click.echo(json.dumps(said, ensure_ascii=False, indent=2))


def tell(file: HandedIn, found: Loaded, *, dry_run: bool) -> None:
    """The answer for people: faults a line each, then a sentence."""
    for fault in found.checked.faults:
        click.echo(fault.sentence(file.table.word), err=True)
    rows = plural(found.checked.rows, "row")
    if found.before and found.batch:
        on = long_date(found.batch.loaded_at)
        click.echo(f"This file was loaded on {on} already, as {found.batch.public_id}. Nothing was changed.")
    elif found.checked.faults:
        click.echo(f"{found.checked.good:,} of {rows} are in order. Nothing was loaded.")
    elif dry_run:
        click.echo(f"{rows} can be loaded. This was a dry run: nothing was written.")
    elif found.batch:
        click.echo(f"{rows} loaded. To take them back: flask imports undo {found.batch.public_id}")


@commands.command("list")
def list_batches() -> None:
    """The files that were loaded, newest first."""
    for batch in db.session.scalars(ImportBatch.of(site().id)):
        state = f", taken back on {long_date(batch.undone_at)}" if batch.undone_at else ""
        click.echo(f"{batch.public_id}  {batch.kind}, {batch.file_name}, {long_date(batch.loaded_at)}{state}")


@commands.command("undo", context_settings={"ignore_unknown_options": True})  # an id may begin with a dash
@click.argument("batch")
def undo_batch(batch: str) -> None:
    """Take back what a file made; nothing, and exit 1, where something was added to it, or changed, since."""
    found = db.session.scalar(ImportBatch.of(site().id).where(ImportBatch.public_id == batch))
    if found is None:
        raise click.UsageError(f"No file was loaded as {batch!r}. flask imports list names them.")
    if found.undone_at is not None:
        click.echo(f"{found.file_name} was taken back on {long_date(found.undone_at)} already.")
        return
    against = undo(found.id, by=None, now=clock.now())
    for fault in against:
        click.echo(fault.sentence(), err=True)
    if against:
        click.echo("Nothing was taken back.")
        sys.exit(1)
    click.echo(f"Everything that {found.file_name} made is gone again.")
