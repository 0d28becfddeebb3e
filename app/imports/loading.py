"""Loading a file: all of it in one transaction, or nothing. The same file once more changes nothing."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

import sqlalchemy as sa

from ..accounts.actions import umbrella_of_others
from ..accounts.models import Person
from ..audit.actions import trace
from ..clock import london_day
from ..db import db, rebuilding
from ..partnerships.models import Partnership
from ..records.actions import settle
from .booking_rows import BookingPlan
from .cells import in_words
from .checking import Checked, check
from .columns import KINDS, Columns, guessed
from .course_rows import CoursePlan, VenuePlan
from .event_rows import EventPlan
from .made import Made
from .models import ImportBatch
from .reading import fingerprint, read_table
from .tables import Table
from .workplaces import TO_MAKE
from .writing import add_courses, add_events, add_venues
from .writing_bookings import Writer

LOADED = "file loaded"


@dataclass(frozen=True)
class HandedIn:
    """A file as somebody hands it in: what it holds, which column is which, and how it is told from others."""

    kind: str
    table: Table
    columns: Columns
    name: str
    fingerprint: str


def handed_in(kind: str, content: bytes, name: str, columns: Columns | None = None) -> HandedIn:
    """A file from its bytes; which column is which is guessed by the headings unless it is said.

    Raises Refused, with what to do, for what is no table.
    """
    table = read_table(content)
    chosen = guessed(table.columns, KINDS[kind]) if columns is None else columns
    return HandedIn(kind, table, chosen, name, fingerprint(content))


@dataclass(frozen=True)
class Loaded:
    """What became of it: a batch, unless there were faults; ``before``: it had been loaded already."""

    batch: ImportBatch | None
    checked: Checked
    before: bool = False


def load(file: HandedIn, partnership: Partnership, *, by: Person | None, now: datetime) -> Loaded:
    """Check and write, in a transaction of its own (which commits)."""
    with rebuilding() as session:
        # One file of a partnership at a time: a second press finds the first one's batch.
        mine = sa.select(Partnership.id).where(Partnership.id == partnership.id)
        session.execute(mine.with_for_update(key_share=True))
        standing = session.scalar(
            ImportBatch.standing(partnership.id, kind=file.kind, file_hash=file.fingerprint)
        )
        rows = len(file.table.rows)
        if standing is not None:
            return Loaded(standing, Checked(rows, rows), before=True)
        checked = check(
            file.kind, file.table, file.columns, partnership_id=partnership.id, now=now, locked=True
        )
        if checked.faults:
            return Loaded(None, checked)
        return Loaded(write(file, checked, partnership, by=by, now=now), checked)


def write(
    file: HandedIn, checked: Checked, partnership: Partnership, *, by: Person | None, now: datetime
) -> ImportBatch:
    """The rows, the batch that remembers them, and what follows from them."""
    batch = ImportBatch(
        partnership_id=partnership.id,
        kind=file.kind,
        file_name=file.name[:200],
        file_hash=file.fingerprint,
        loaded_at=now,
        by=by.public_id if by else "",
    )
    db.session.add(batch)
    db.session.flush()
    made = Made(db.session())
    events = add(made, file, checked, partnership, by=by, now=now)
    made.write(batch.id)
    for event_id in events:
        settle(event_id, now=now)
    trace(at=now, actor=batch.by, act=LOADED, subject=batch.public_id, why=f"{file.kind}: {file.name}"[:500])
    return batch


def add(
    made: Made,
    file: HandedIn,
    checked: Checked,
    partnership: Partnership,
    *,
    by: Person | None,
    now: datetime,
) -> list[int]:
    """The rows of a kind of file; returns the events whose tallies they change."""
    why = f"Loaded from the file {file.name[:120]} on {in_words(london_day(now))}"
    if file.kind == "courses":
        add_courses(made, cast(list[CoursePlan], checked.plans), partnership_id=partnership.id, now=now)
    elif file.kind == "venues":
        add_venues(made, cast(list[VenuePlan], checked.plans))
    elif file.kind == "events":
        plans = cast(list[EventPlan], checked.plans)
        actor = by.public_id if by else ""
        return add_events(made, plans, host_id=partnership.id, by=actor, why=why, now=now)
    else:
        writer = Writer(made, by_id=by.id if by else None, why=why, now=now)
        return writer.add(with_others(cast(list[BookingPlan], checked.plans), partnership, now))
    return []


def with_others(plans: list[BookingPlan], partnership: Partnership, now: datetime) -> list[BookingPlan]:
    """The plans, with the umbrella for organisations that are not in the list: made when it is first needed."""
    if not any(plan.works.agency.id == TO_MAKE for plan in plans):
        return plans
    umbrella = umbrella_of_others(partnership, now)
    found = []
    for plan in plans:
        agency = plan.works.agency
        if agency.id == TO_MAKE:
            plan = replace(plan, works=plan.works._replace(agency=agency._replace(id=umbrella.id)))
        found.append(plan)
    return found
