"""Who holds an event's places, and the rules of its mix that hold today."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Agency, Setting
from ..clock import in_london
from ..db import db
from .mix import KEPT, SECTOR, Mix, Rule, Unit
from .models import Booking, MixRule, Nomination
from .rules import HOLDING

EVENT: sa.BindParameter[Any] = sa.bindparam("event", type_=sa.Integer)
RULES = (
    sa.select(MixRule, Agency.name, Setting.name)
    .outerjoin(Agency, Agency.id == MixRule.agency_id)
    .outerjoin(Setting, Setting.id == MixRule.setting_id)
    .where(MixRule.event_id == EVENT)
    .where(sa.or_(MixRule.until_at.is_(None), MixRule.until_at > sa.bindparam("now")))
    .order_by(MixRule.id)
)


def mix_of(event_id: int, now: datetime) -> Mix:
    """The rules of an event's mix with where those come from who hold its places; nothing is counted without rules."""
    rules = [
        rule_of(row, agency or setting or row.sector)
        for row, agency, setting in db.session.execute(RULES, {"event": event_id, "now": now})
    ]
    return with_holders(Mix(rules), event_id) if rules else Mix()


def rule_of(row: MixRule, name: str) -> Rule:
    """A stored rule as ``Mix`` weighs it."""
    target: Any = {SECTOR: row.sector or None, "agency": row.agency_id, "setting": row.setting_id}[row.of]
    day = in_london(row.until_at) if row.until_at and row.kind == KEPT else None
    until = f"{day:%a} {day.day} {day:%B}" if day else ""
    return Rule(kind=row.kind, of=row.of, places=row.places, target=target, name=name, until=until)


def with_holders(mix: Mix, event_id: int) -> Mix:
    """Count those who hold a place, and the places leads hold without names."""
    units = sa.select(Booking.agency_id, Booking.setting_id, Booking.sector, sa.func.count()).where(
        Booking.event_id == event_id, Booking.state.in_(HOLDING)
    )
    grouped = units.group_by(Booking.agency_id, Booking.setting_id, Booking.sector)
    for agency_id, setting_id, sector, number in db.session.execute(grouped):
        mix.add(Unit(agency_id, setting_id, sector), number)
    unnamed = (
        sa.select(Nomination.agency_id, Nomination.setting_id, Agency.sector, Nomination.places)
        .join(Agency, Agency.id == Nomination.agency_id)
        .where(Nomination.event_id == event_id, Nomination.places > 0)
    )
    for agency_id, setting_id, sector, number in db.session.execute(unnamed):
        mix.add(Unit(agency_id, setting_id, sector), number)
    return mix
