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


EVENT: sa.BindParameter[Any] = sa.bindparam("event", type_=sa.Integer)
# What a partnership chose for the setting, if it did.
CHOSEN = (
    sa.select(PartnershipSetting.value)
    .where(
        PartnershipSetting.partnership_id == sa.bindparam("host"),
        PartnershipSetting.key == OPENS,
        PartnershipSetting.from_on <= sa.bindparam("today"),
    )
    .order_by(PartnershipSetting.from_on.desc())
    .limit(1)
    .scalar_subquery()
)
# Every booking and every tick of a register takes this look, so it is put together once.
LOOK = sa.select(
    sa.exists().where(Booking.event_id == EVENT, Booking.state == State.BOOKED, ~asked_at(Stage.BEFORE)),
    sa.or_(
        sa.exists().where(Completion.event_id == EVENT),
        sa.exists().where(Booking.event_id == EVENT, Certificate.booking_id == Booking.id),
        sa.exists().where(
            Booking.event_id == EVENT,
            EvaluationRequest.booking_id == Booking.id,
            EvaluationRequest.stage != Stage.BEFORE,
        ),
    ),
    CHOSEN,
)


def standing_of(event: Event, *, now: datetime) -> Standing:
    """The look."""
    values = {"event": event.id, "host": event.host_id, "today": london_day(now)}
    asks, has_outcomes, days = db.session.execute(LOOK, values).one()
    days = DEFAULTS[OPENS] if days is None else days
    starts_at, ends_at = event.times
    is_open = rules.before_opens_at(starts_at, now, working_days=days) <= now < ends_at
    return Standing(to_ask_before=bool(asks) and is_open, has_outcomes=bool(has_outcomes))
