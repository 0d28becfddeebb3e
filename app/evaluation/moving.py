"""What belongs to an event's date and moves with it: links to the questions before, joining details, reminders."""

from datetime import datetime

import sqlalchemy as sa

from ..booking.checks import settings_of
from ..booking.models import Booking
from ..booking.reminding import REMINDER, reminder_time_has_come
from ..booking.rules import LIVE
from ..catalogue.models import Event
from ..db import db
from ..notifications.actions import tell_anew
from . import rules
from .asking import answered, joining_is_due
from .models import EvaluationRequest
from .rules import Stage


def date_changed(event: Event, *, now: datetime) -> None:
    """Settle what follows from a date that is another now, or is awaited. Inside ``changing(event)``."""
    move_links(event, now)
    live = sa.select(Booking.public_id).where(Booking.event_id == event.id, Booking.state.in_(LIVE))
    abouts = [f"booking:{public_id}" for public_id in db.session.scalars(live)]
    for message, has_come in (("joining", joining_is_due), (REMINDER, reminder_time_has_come)):
        tell_anew(
            abouts=abouts,
            message=message,
            change=f"{now:%Y%m%dT%H%M%S}",
            # So near the day, whoever was told where to be has just been told of the change.
            unsent_only=not event.awaits_date and has_come(event, now),
        )


def move_links(event: Event, now: datetime) -> None:
    """Open and close the links to the questions before by the new date; without one they are closed for now."""
    before = (
        sa.select(EvaluationRequest, Booking.made_at)
        .join(Booking, Booking.id == EvaluationRequest.booking_id)
        .where(
            Booking.event_id == event.id,
            EvaluationRequest.stage == Stage.BEFORE,
            ~answered(Stage.BEFORE),
        )
    )
    settings = settings_of(event.host_id, now)
    days, minutes = settings["before_opens_working_days"], settings["before_closes_minutes"]
    for request, made_at in db.session.execute(before):
        if event.awaits_date:
            request.closes_at = now
            continue
        starts_at, _ = event.times
        request.opens_at = rules.before_opens_at(starts_at, made_at, working_days=days)
        request.closes_at = rules.before_closes_at(starts_at, minutes=minutes)
