"""Writing the tallies, rebuilding them from nothing, and comparing them with the rows they are made from."""

from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from ..clock import london_day
from ..db import db
from ..partnerships.rules import reporting_year
from .gather import gather, gather_modules
from .models import EventTally, ModuleTally
from .rules import EventFacts, count_event, count_module, digest

ModuleKey = tuple[int, int, date]


def rewrite(event_id: int, *, now: datetime) -> EventFacts | None:
    """Write one event's tally anew from its rows (inside ``records.changing``).

    Returns what it was made from, so that what else follows from the rows need not read them again; None for a
    draft and for what awaits its date, which have no tally.
    """
    db.session.flush()
    gathered = gather([event_id])
    if event_id not in gathered:
        db.session.execute(sa.delete(EventTally).where(EventTally.event_id == event_id))
        return None
    event, facts = gathered[event_id]
    connection = db.session.connection()
    connection.execute(upsert(connection.dialect.name), event_row(event_id, event, facts, now=now))
    return facts


@cache
def upsert(dialect: str) -> Any:
    """The statement that writes an event's tally, whether there is one or not."""
    new = (postgresql if dialect == "postgresql" else sqlite).insert(EventTally.__table__)
    others = {column.name: column for column in new.excluded if not column.primary_key}
    return new.on_conflict_do_update(index_elements=["event_id"], set_=others)


def rewrite_modules(course_id: int, *, now: datetime) -> None:
    """Write one module's tallies anew."""
    db.session.flush()
    db.session.execute(sa.delete(ModuleTally).where(ModuleTally.course_id == course_id))
    rows = module_rows([course_id], now=now)
    if rows:
        db.session.execute(sa.insert(ModuleTally), rows)


def rebuild_all(*, now: datetime) -> int:
    """Delete every tally and write all from the rows; returns how many (inside ``rebuilding``)."""
    db.session.flush()
    written = 0
    for table, rows in (
        (EventTally, event_rows(None, now=now)),
        (ModuleTally, module_rows(None, now=now)),
    ):
        db.session.execute(sa.delete(table))
        if rows:
            db.session.execute(sa.insert(table), rows)
        written += len(rows)
    return written


def event_rows(chosen: list[int] | None, *, now: datetime) -> list[dict[str, Any]]:
    """The tallies of events as rows to insert."""
    gathered = sorted(gather(chosen).items())
    return [event_row(event_id, event, facts, now=now) for event_id, (event, facts) in gathered]


def event_row(event_id: int, event: Any, facts: EventFacts, *, now: datetime) -> dict[str, Any]:
    """The tally of one event as a row to insert."""
    ended_on, counts = london_day(event.ends_at), count_event(facts)
    return {
        "event_id": event_id,
        "partnership_id": event.host_id,
        "course_id": event.course_id,
        "year": reporting_year(ended_on),
        "ended_on": ended_on,
        "counts": counts,
        "digest": digest(counts),
        "written_at": now,
    }


def module_rows(course_ids: list[int] | None, *, now: datetime) -> list[dict[str, Any]]:
    """The tallies of modules as rows to insert."""
    gathered = sorted(gather_modules(course_ids).items())
    return [module_row(key, count_module(taken), now=now) for key, taken in gathered]


def module_row(key: ModuleKey, counts: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    """The tally of one module in one month as a row to insert."""
    course_id, partnership_id, month_on = key
    return {
        "course_id": course_id,
        "partnership_id": partnership_id,
        "month_on": month_on,
        "year": reporting_year(month_on),
        "counts": counts,
        "digest": digest(counts),
        "written_at": now,
    }


def differences(*, now: datetime) -> list[str]:
    """Compare every stored tally with its rows; a sentence for each that differs, is missing or left over."""
    found = compare("event", stored_events(), {(r["event_id"],): r for r in event_rows(None, now=now)})
    modules = {(r["course_id"], r["partnership_id"], r["month_on"]): r for r in module_rows(None, now=now)}
    return found + compare("module", stored_modules(), modules)


def stored_events() -> dict[Any, dict[str, Any]]:
    """The tallies of events as they stand, by key."""
    rows = db.session.execute(sa.select(*sa.inspect(EventTally).columns)).mappings()
    return {(row["event_id"],): dict(row) for row in rows}


def stored_modules() -> dict[Any, dict[str, Any]]:
    """The tallies of modules as they stand, by key."""
    rows = db.session.execute(sa.select(*sa.inspect(ModuleTally).columns)).mappings()
    return {(row["course_id"], row["partnership_id"], row["month_on"]): dict(row) for row in rows}


def compare(kind: str, stored: dict[Any, dict[str, Any]], computed: dict[Any, dict[str, Any]]) -> list[str]:
    """What differs between two sets of tallies, in sentences."""
    found = []
    for key in sorted(stored.keys() | computed.keys(), key=str):
        name = f"{kind} {' '.join(str(part) for part in key)}"
        if key not in stored:
            found.append(f"{name}: no tally is stored")
        elif key not in computed:
            found.append(f"{name}: a tally is stored, but its rows are gone")
        else:
            wrong = unequal(stored[key], computed[key])
            if wrong:
                found.append(f"{name}: {', '.join(wrong)} differ from the rows")
    return found


def unequal(stored: dict[str, Any], computed: dict[str, Any]) -> list[str]:
    """The names of what differs; when it was written does not count."""
    plain = [n for n in computed if n not in ("counts", "written_at") and stored[n] != computed[n]]
    parts = computed["counts"].keys() | stored["counts"].keys()
    return plain + sorted(n for n in parts if stored["counts"].get(n) != computed["counts"].get(n))
