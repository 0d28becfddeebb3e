"""Coming dates for which people were asked and that still need trainers: what the desk says of them."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ...catalogue.models import Event
from ...db import db
from ...pool.models import EventTrainer, TrainerCall
from ...pool.rules import Answer
from ...web.filters import listed
from ...working_days import working_days_after
from .finding import Columns, events, soonest
from .lines import Line, sooner


def still_asking(partnership_id: int, now: datetime) -> Columns:
    """Of each such date: how many cannot, how many have not answered, and when the last of these was asked."""
    last = (
        sa.select(TrainerCall.needed)
        .where(TrainerCall.event_id == Event.id)
        .order_by(TrainerCall.id.desc())
        .limit(1)
    )
    named = sa.select(sa.func.count()).where(EventTrainer.event_id == Event.id, EventTrainer.trains())
    is_open = TrainerCall.answer == ""
    wanted = events(partnership_id).add_columns(
        sa.func.count(sa.case((TrainerCall.answer == Answer.NO, 1))).label("cannot"),
        sa.func.count(sa.case((is_open, 1))).label("open"),
        sa.func.max(sa.case((is_open, TrainerCall.asked_at))).label("asked_at"),
    )
    return soonest(
        wanted.join(TrainerCall, TrainerCall.event_id == Event.id)
        .where(
            Event.starts_at > now,
            named.correlate(Event).scalar_subquery() < last.correlate(Event).scalar_subquery(),
        )
        .group_by(*events(partnership_id).selected_columns)
    )


def asked_about(partnership_id: int, now: datetime) -> dict[int, Any]:
    """These dates by event."""
    return {row.id: row for row in db.session.execute(still_asking(partnership_id, now))}


def said(row: Any) -> str:
    """2 were asked: 1 cannot, 1 has not answered."""
    if row is None or not (row.cannot or row.open):
        return ""
    parts = [f"{row.cannot} cannot"] if row.cannot else []
    parts += [f"{row.open} {'has' if row.open == 1 else 'have'} not answered"] if row.open else []
    number = row.cannot + row.open
    return f"{number} {'was' if number == 1 else 'were'} asked: {listed(parts)}"


def lines_of(rows: Iterable[Any], now: datetime, *, working_days: int) -> Iterator[Line]:
    """A line where everybody has said no, or nobody has answered for so many working days."""
    for row in rows:
        waits_long = row.open and working_days_after(row.asked_at, working_days) <= now
        if waits_long or (row.cannot and not row.open):
            yield line_of(row, now)


def line_of(row: Any, now: datetime) -> Line:
    """What is said of one date."""
    what = "Nobody has answered whether they can" if row.open else "Nobody who was asked can"
    return Line(
        rank=sooner(row, now, soon=0, later=2),
        when=row.starts_at,
        what=f"{what} deliver {row.title}",
        why=f"{said(row)}.",
        button="Ask others",
        href=f"/events/{row.id}/trainers",
    )
