"""Who gets which letter that asks, as named selects; and on which events somebody should have one by now."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Person
from ..attendance.models import Mark
from ..attendance.rules import MarkKind
from ..booking.checks import settings_of
from ..booking.models import Booking
from ..booking.rules import State
from ..booking.told import letter_of, senders, takes, told
from ..catalogue.models import Event
from ..db import db
from ..notifications.models import Letter
from . import rules
from .asking import AHEAD, answered, joining_is_due
from .models import EvaluationRequest
from .rules import Stage

Columns = sa.Select[*tuple[Any, ...]]
COLUMNS = (Booking.id, Booking.public_id, Booking.event_id, Booking.made_at, Person.name, Person.email)
# How far back a first letter may have left that is followed by another: the longest setting, and some days.
FIRST_LETTER = timedelta(days=90)
# Which setting says when which letter follows.
AGAIN = {"evaluate": "evaluate_again_working_days", "follow-up": "follow_up_again_working_days"}


def to_join() -> Columns:
    """Everybody booked who has not had the joining details, with the link to the questions before, if there is one."""
    before = sa.and_(EvaluationRequest.booking_id == Booking.id, EvaluationRequest.stage == Stage.BEFORE)
    return (
        sa.select(
            *COLUMNS,
            EvaluationRequest.token,
            EvaluationRequest.closes_at,
            answered(Stage.BEFORE).label("done"),
        )
        .select_from(Booking)
        .join(Person, Person.id == Booking.person_id)
        .outerjoin(EvaluationRequest, before)
        .where(Booking.state == State.BOOKED, Person.email.is_not(None), ~told("joining"))
        .order_by(Booking.id)
    )


def not_answered(stage: Stage) -> Columns:
    """Everybody who has a link to a stage after the course, and has not answered."""
    asked = sa.and_(EvaluationRequest.booking_id == Booking.id, EvaluationRequest.stage == stage)
    return (
        sa.select(*COLUMNS, EvaluationRequest.token, EvaluationRequest.opens_at, Event.host_id)
        .select_from(Booking)
        .join(Event, Event.id == Booking.event_id)
        .join(Person, Person.id == Booking.person_id)
        .join(EvaluationRequest, asked)
        .where(Person.email.is_not(None), EvaluationRequest.closes_at.is_(None), ~answered(stage))
        .order_by(Booking.id)
    )


def to_evaluate(now: datetime) -> Columns:
    """Of these, who was never told: the course ended, or they were marked, a few days ago at most.

    And since the partnership sends it: what was over while it was switched off is not asked about afterwards.
    """
    lately = rules.told_no_earlier_than(now)
    hosts = [
        sa.and_(Event.host_id == host_id, ended_or_marked(max(lately, since)))
        for host_id, since in senders("evaluate").items()
    ]
    return not_answered(Stage.AFTER).where(
        sa.or_(sa.false(), *hosts), Event.ends_at <= now, ~told("evaluate")
    )


def ended_or_marked(since: datetime) -> sa.ColumnElement[bool]:
    """The condition that the course ended, or its delegate was marked, after an instant."""
    marked = sa.exists().where(
        Mark.booking_id == Booking.id, Mark.mark == MarkKind.PRESENT, Mark.marked_at > since
    )
    return sa.or_(Event.ends_at > since, marked)


def to_ask_again(message: str, stage: Stage, now: datetime) -> Columns:
    """Of these, who was told once and not again, with when the first letter left."""
    again = (
        not_answered(stage)
        .add_columns(Letter.sent_at)
        .join(Letter, Letter.key == letter_of(message))
        .where(
            Event.host_id.in_(senders(message)),
            Letter.sent_at > now - FIRST_LETTER,
            Letter.sent_at <= now,
            ~told(f"{message}-again"),
        )
    )
    return again.where(takes(message)) if stage is Stage.FOLLOW_UP else again


def to_follow_up(now: datetime) -> Columns:
    """Those whose questions weeks on opened lately, who take that letter and never had it."""
    return not_answered(Stage.FOLLOW_UP).where(
        Event.host_id.in_(senders("follow-up")),
        EvaluationRequest.opens_at <= now,
        EvaluationRequest.opens_at > now - rules.FOLLOW_UP_WITHIN,
        takes("follow-up"),
        ~told("follow-up"),
    )


def due_again(message: str, rows: Iterable[Any], now: datetime) -> list[Any]:
    """Those of ``to_ask_again`` for whom it is time."""
    days: dict[int, int] = {}
    found = []
    for row in rows:
        if row.host_id not in days:
            days[row.host_id] = settings_of(row.host_id, now)[AGAIN[message]]
        if rules.again_is_due(row.sent_at, now, working_days=days[row.host_id]):
            found.append(row)
    return found


def due_to_follow_up(rows: Iterable[Any], now: datetime) -> list[Any]:
    """Those of ``to_follow_up`` whose questions opened since the letter is sent at all."""
    hosts = senders("follow-up")
    return [row for row in rows if rules.follow_up_is_due(row.opens_at, now, on_since=hosts[row.host_id])]


def events_to_tell(now: datetime) -> list[int]:
    """Events on which somebody should have a letter of ours by now and has none."""
    coming = (
        to_join()
        .join(Event, Event.id == Booking.event_id)
        .where(
            Event.state == "published",
            Event.host_id.in_(senders("joining")),
            Event.starts_at > now,
            Event.starts_at < now + AHEAD,
        )
        .with_only_columns(Event.id, Event.host_id, Event.starts_at)
        .order_by(None)
        .distinct()
    )
    found = [row.id for row in db.session.execute(coming) if joining_is_due(row, now)]
    found += db.session.scalars(to_evaluate(now).with_only_columns(Booking.event_id).order_by(None))
    for message, stage in (("evaluate", Stage.AFTER), ("follow-up", Stage.FOLLOW_UP)):
        rows = db.session.execute(to_ask_again(message, stage, now)).all()
        found += [row.event_id for row in due_again(message, rows, now)]
    rows = db.session.execute(to_follow_up(now)).all()
    found += [row.event_id for row in due_to_follow_up(rows, now)]
    return sorted(set(found))
