"""Files between handing in and loading: kept as their cells, checked, given up, forgotten."""

import json
import zlib
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa

from ..accounts.models import Person
from ..clock import Clock
from ..db import db, writing
from ..partnerships.models import Partnership
from .checking import check
from .columns import KINDS, guessed
from .loading import HandedIn, Loaded, load
from .models import ImportDraft
from .reading import fingerprint, read_table
from .tables import Fault, Row, Table

KEPT_FOR = timedelta(days=7)
MOST_FAULTS = 2000  # that are kept to be looked at; nobody reads more
Often = tuple[int, str, str]  # how often, column, message


def packed(table: Table) -> bytes:
    """A table as it is kept in a draft."""
    plain = {
        "columns": table.columns,
        "rows": [[row.line, *row.cells] for row in table.rows],
        "word": table.word,
        "how": table.how,
        "heading_line": table.heading_line,
        "faults": [[fault.line, fault.column, fault.message] for fault in table.faults],
    }
    return zlib.compress(json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode(), level=1)


def unpacked(cells: bytes) -> Table:
    """The table again."""
    plain = json.loads(zlib.decompress(cells))
    return Table(
        tuple(plain["columns"]),
        tuple(Row(line, tuple(cells)) for line, *cells in plain["rows"]),
        plain["word"],
        plain["how"],
        plain["heading_line"],
        tuple(Fault(*fault) for fault in plain["faults"]),
    )


def hand_in(
    kind: str, content: bytes, name: str, *, partnership: Partnership, by: Person, now: datetime
) -> ImportDraft:
    """Keep a file as a draft, its columns guessed (inside ``writing()``). Raises Refused for what is no table."""
    table = read_table(content)
    draft = ImportDraft(
        partnership_id=partnership.id,
        kind=kind,
        file_name=name[-200:] or "A file without a name",
        file_hash=fingerprint(content),
        handed_in_at=now,
        by=by.public_id,
        cells=packed(table),
        columns=guessed(table.columns, KINDS[kind]),
        rows=len(table.rows),
    )
    db.session.add(draft)
    db.session.flush()
    return draft


def file_of(draft: ImportDraft, columns: Mapping[str, int] | None = None) -> HandedIn:
    """The file of a draft, as it was handed in."""
    chosen = draft.columns if columns is None else columns
    return HandedIn(draft.kind, unpacked(draft.cells), chosen, draft.file_name, draft.file_hash)


def dry_run(draft: ImportDraft, columns: Mapping[str, int], *, now: datetime) -> None:
    """Check the file with these columns and keep what was found in the draft; nothing else is written."""
    file = file_of(draft, columns)
    found = check(draft.kind, file.table, columns, partnership_id=draft.partnership_id, now=now)
    with writing() as session:
        kept = session.get_one(ImportDraft, draft.id, populate_existing=True)
        kept.columns, kept.checked_at = dict(columns), now
        note(kept, found.good, found.faults)


def note(draft: ImportDraft, good: int, faults: tuple[Fault, ...]) -> None:
    """Keep what a check found."""
    draft.good = good
    draft.faults = [[fault.line, fault.column, fault.message] for fault in faults[:MOST_FAULTS]]


def load_draft(draft: ImportDraft, partnership: Partnership, *, by: Person, now: datetime) -> Loaded:
    """Load the file of a draft, which is gone then; faults that came up meanwhile are kept in it instead."""
    loaded = load(file_of(draft), partnership, by=by, now=now)
    with writing() as session:
        if loaded.batch is None:
            kept = session.get_one(ImportDraft, draft.id, populate_existing=True)
            note(kept, loaded.checked.good, loaded.checked.faults)
        else:
            session.execute(sa.delete(ImportDraft).where(ImportDraft.id == draft.id))
    return loaded


def faults_of(draft: ImportDraft) -> list[Fault]:
    """What was found, in the order of the lines."""
    return [Fault(*fault) for fault in draft.faults]


def most_often(faults: list[Fault], few: int = 5) -> list[Often]:
    """The same fault in many rows, the most frequent first: how often, column, message."""
    counted = Counter((fault.column, fault.message) for fault in faults)
    return [(number, *fault) for fault, number in counted.most_common(few) if number > 2]


def due(clock: Clock) -> None:
    """What the clock starts: forget files that nobody loaded."""
    with writing():
        db.session.execute(sa.delete(ImportDraft).where(ImportDraft.handed_in_at < clock() - KEPT_FOR))
