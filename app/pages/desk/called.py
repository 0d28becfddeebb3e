"""Coming dates for which people were asked and that still need trainers: what the desk says of them."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ...catalogue.models import Event
from ...db import db
from ...pool.models import EventTrainer, TrainerCall, TrainerNeed
from ...pool.rules import Answer
from ...web.filters import listed
from ...working_days import working_days_after
from .finding import Columns, events, soonest
from .lines import Line, sooner


def still_asking(partnership_id: int, now: datetime, *, usually: int) -> Columns:
    """Of each such date: how many cannot, said maybe, have not answered, and when the last of these was asked.

    ``usually``: how many trainers a date needs for which nothing else was said.
    """
    last = sa.select(TrainerNeed.trainers).where(TrainerNeed.event_id == Event.id)
    needed = last.order_by(TrainerNeed.id.desc()).limit(1).correlate(Event).scalar_subquery()
    named = sa.select(sa.func.count()).where(EventTrainer.event_id == Event.id, EventTrainer.trains())
    is_open = sa.and_(
        TrainerCall.answer == "", sa.or_(TrainerCall.closes_at.is_(None), TrainerCall.closes_at > now)
    )
    silent = sa.and_(is_open, TrainerCall.maybe_at.is_(None))
    late = sa.and_(TrainerCall.answer == "", TrainerCall.closes_at <= now)
    wanted = events(partnership_id).add_columns(
        counted(TrainerCall.answer == Answer.NO).label("cannot"),
        counted(sa.and_(is_open, TrainerCall.maybe_at.is_not(None))).label("maybe"),
        counted(silent).label("open"),
        counted(sa.or_(late, TrainerCall.answer == Answer.TOO_LATE)).label("late"),
        counted(TrainerCall.answer == Answer.WAITS).label("waits"),
        sa.func.max(sa.case((silent, TrainerCall.asked_at))).label("asked_at"),
    )
    return soonest(
        wanted.join(TrainerCall, TrainerCall.event_id == Event.id)
        .where(
            Event.starts_at > now,
            named.correlate(Event).scalar_subquery() < sa.func.coalesce(needed, usually),
        )
        .group_by(*events(partnership_id).selected_columns)
    )


def counted(condition: Any) -> sa.ColumnElement[int]:
    """How many of the outer select's rows it holds for."""
    return sa.func.count(sa.case((condition, 1)))


def asked_about(partnership_id: int, now: datetime, *, usually: int) -> dict[int, Any]:
    """These dates by event."""
    return {row.id: row for row in db.session.execute(still_asking(partnership_id, now, usually=usually))}


def said(row: Any) -> str:
    """3 were asked: 1 cannot, 1 said maybe and 1 has not answered."""
    if row is None or not (row.cannot or row.open or row.maybe or row.late or row.waits):
        return ""
    silent = row.open + row.late
    parts = [f"{row.waits} said yes and {'waits' if row.waits == 1 else 'wait'} for you"] if row.waits else []
    parts += [f"{row.cannot} cannot"] if row.cannot else []
    parts += [f"{row.maybe} said maybe"] if row.maybe else []
    parts += [f"{silent} {'has' if silent == 1 else 'have'} not answered"] if silent else []
    number = row.waits + row.cannot + row.maybe + silent
    return f"{number} {'was' if number == 1 else 'were'} asked: {listed(parts)}"


def needs_somebody(row: Any, now: datetime, *, working_days: int) -> bool:
    """Whether a yes waits, everybody has said no or maybe, or nobody has answered for so many working days."""
    waits_long = row.open and working_days_after(row.asked_at, working_days) <= now
    answered = (row.cannot or row.maybe or row.late) and not row.open
    return bool(row.waits or waits_long or answered)


def line_of(row: Any, now: datetime) -> Line:
    """What is said of one date."""
    what, button = "Nobody who was asked can deliver", "Ask others"
    if row.waits:
        who = "1 person has" if row.waits == 1 else f"{row.waits} people have"
        what, button = f"{who} said yes to", "Confirm"
    elif row.open:
        what = "Nobody has answered whether they can deliver"
    elif row.maybe:
        what = "Nobody has said yes to"
    elif row.late and not row.cannot:
        what = "Nobody answered in time whether they can deliver"
    return Line(
        rank=sooner(row, now, soon=0, later=2),
        when=row.starts_at,
        what=f"{what} {row.title}",
        why=f"{said(row)}.",
        button=button,
        href=f"/events/{row.id}/trainers",
    )
