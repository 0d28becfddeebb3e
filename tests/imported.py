"""Files for tests, and handing them in."""

from collections.abc import Sequence
from datetime import datetime

from app.accounts.models import Person
from app.db import db
from app.imports import checking, loading, undoing
from app.imports.checking import Checked
from app.imports.loading import HandedIn, Loaded, handed_in
from app.imports.tables import Fault
from tests.conftest import TODAY
from tests.factories import make_partnership

BOOKING_COLUMNS = ("Course", "Starts", "Name", "Email", "Agency", "Setting", "Came", "Reason")
AT_WORK = "Northshire County Council"


def csv_of(columns: Sequence[str], *rows: Sequence[str]) -> bytes:
    """A CSV file."""
    lines = [",".join(f'"{cell}"' for cell in row) for row in (columns, *rows)]
    return "\r\n".join(lines).encode()


def bookings(*rows: Sequence[str]) -> bytes:
    """A file of past bookings: course, day, name, address, agency, setting, came, reason."""
    return csv_of(BOOKING_COLUMNS, *rows)


def hand_in(kind: str, content: bytes, name: str = "old.csv") -> HandedIn:
    """A file as somebody hands it in."""
    return handed_in(kind, content, name)


def check(kind: str, content: bytes, now: datetime = TODAY) -> Checked:
    """Its dry run."""
    file = hand_in(kind, content)
    db.session.rollback()
    return checking.check(kind, file.table, file.columns, partnership_id=make_partnership().id, now=now)


def faults(kind: str, content: bytes, now: datetime = TODAY) -> list[str]:
    """What its dry run says, fault by fault."""
    return [fault.sentence("Line") for fault in check(kind, content, now).faults]


def load(kind: str, content: bytes, *, by: Person | None = None, now: datetime = TODAY) -> Loaded:
    """Load it."""
    return loading.load(hand_in(kind, content), make_partnership(), by=by, now=now)


def take_back(loaded: Loaded, *, by: Person | None = None, now: datetime = TODAY) -> list[Fault]:
    """Undo it."""
    assert loaded.batch is not None
    return undoing.undo(loaded.batch.id, by=by, now=now)
