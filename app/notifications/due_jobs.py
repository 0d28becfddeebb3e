"""What the clock starts, once per period however many workers run."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from ..db import db
from .models import DueJob

KEPT = timedelta(days=2)  # how long we remember which due work was started


def start_once(name: str, period: str, *, now: datetime) -> bool:
    """Whether we are the one to start this work for this period: the first to write it down is."""
    dialect = postgresql if db.session.connection().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(DueJob).values(name=name, period=period, started_at=now).on_conflict_do_nothing()
    started = db.session.scalar(insert.returning(DueJob.id)) is not None
    if started:
        db.session.execute(sa.delete(DueJob).where(DueJob.name == name, DueJob.started_at < now - KEPT))
    return started


def mark_finished(name: str, period: str, *, now: datetime) -> None:
    """Write down that the work of this period is done."""
    db.session.execute(
        sa.update(DueJob).where(DueJob.name == name, DueJob.period == period).values(finished_at=now)
    )
