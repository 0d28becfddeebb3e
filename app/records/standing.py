"""Whether there is anything to settle besides the tally, in one look."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..booking.models import Booking
from ..booking.rules import State
from ..catalogue.models import Event
from ..clock import london_day
from ..completions.models import Completion
from ..db import db
from ..evaluation import rules
from ..evaluation.asking import asked_at
from ..evaluation.models import EvaluationRequest
from ..evaluation.rules import Stage
from ..partnerships.models import PartnershipSetting
from ..partnerships.rules import DEFAULTS
from .models import Certificate

OPENS = "before_opens_working_days"


@dataclass(frozen=True)
class Standing:
    """What an event's rows ask for."""

    to_ask_before: bool  # somebody booked has no link to the questions before, and they are open
    has_outcomes: bool  # it has completions, certificates or links after it, which may have to go


def standing_of(event: Event, *, now: datetime) -> Standing:
    """The look."""
    booked = sa.exists().where(
        Booking.event_id == event.id, Booking.state == State.BOOKED, ~asked_at(Stage.BEFORE)
    )
    completed = sa.exists().where(Completion.event_id == event.id)
    certified = sa.exists().where(Booking.event_id == event.id, Certificate.booking_id == Booking.id)
    linked = sa.exists().where(
        Booking.event_id == event.id,
        EvaluationRequest.booking_id == Booking.id,
        EvaluationRequest.stage != Stage.BEFORE,
    )
    asks, has_outcomes, days = db.session.execute(
        sa.select(booked, sa.or_(completed, certified, linked), chosen(OPENS, event.host_id, now))
    ).one()
    days = DEFAULTS[OPENS] if days is None else days
    is_open = rules.before_opens_at(event.starts_at, now, working_days=days) <= now < event.ends_at
    return Standing(to_ask_before=bool(asks) and is_open, has_outcomes=bool(has_outcomes))


def chosen(key: str, partnership_id: int, now: datetime) -> sa.ScalarSelect[Any]:
    """What a partnership chose for a setting, if it did, as part of another select."""
    return (
        PartnershipSetting.held_on(partnership_id, london_day(now))
        .where(PartnershipSetting.key == key)
        .with_only_columns(PartnershipSetting.value)
        .order_by(None)
        .order_by(PartnershipSetting.from_on.desc())
        .limit(1)
        .scalar_subquery()
    )
