"""Deciding somebody's outcome by hand, and taking that back. Inside ``changing(event)``; nothing commits.

Certificate, completion, tally and mails follow in the same transaction (``records.settle``).
"""

import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Agency, Person, Setting
from ..booking.models import Booking
from ..catalogue.models import Event, EventSession
from ..db import db
from ..errors import Refused
from ..partnerships.outcome_rules import rule_from
from . import override_rules
from .models import Mark, OutcomeOverride
from .override_rules import Decision
from .register import LISTED, by_family_name
from .rules import MarkKind


def decide(
    event: Event, booking: Booking, decision: Decision, *, why: str, by: Person, now: datetime
) -> OutcomeOverride | None:
    """Decide the outcome of a booking; the same decision once more changes nothing.

    Returns what holds; None where the rule holds and nobody ever decided anything else. Raises Refused where it
    cannot be decided, and without a reason.
    """
    why = " ".join(why.split())
    refused = refusal_of(event, booking, decision, why=why, by=by, now=now)
    if refused:
        raise Refused(refused)
    known = db.session.scalar(OutcomeOverride.of(booking.id).limit(1))
    if (known.outcome if known else Decision.BY_RULE) == decision:
        return known
    made = OutcomeOverride(booking_id=booking.id, outcome=decision.value, why=why, at=now, by_id=by.id)
    db.session.add(made)
    return made


def refusal_of(
    event: Event, booking: Booking, decision: Decision, *, why: str, by: Person, now: datetime
) -> str:
    """Why this cannot be decided, in a sentence; "" when it can."""
    came = sa.select(Mark.id).where(Mark.booking_id == booking.id, Mark.mark == MarkKind.PRESENT).limit(1)
    return override_rules.refusal(
        over=event.is_over(now),
        took_place=event.took_place and event.state == "published",
        listed=booking.state in LISTED,
        came=db.session.scalar(came) is not None,
        own=booking.person_id == by.id,
        decision=decision,
        why=why,
    )


def on_register(event_id: int) -> list[Any]:
    """Everybody on the register by family name: the rule of their booking, and what was decided last, by whom, why."""
    newest = sa.select(sa.func.max(OutcomeOverride.id)).where(OutcomeOverride.booking_id == Booking.id)
    by = sa.orm.aliased(Person)
    rows = db.session.execute(
        sa.select(
            Booking.id,
            Booking.public_id,
            Booking.state,
            Person.name,
            Agency.name.label("agency"),
            Setting.name.label("setting"),
            Booking.policy["outcome_rule"].label("outcome_rule"),
            OutcomeOverride.outcome.label("decided"),
            OutcomeOverride.why,
            OutcomeOverride.at,
            by.name.label("by"),
        )
        .join(Person, Person.id == Booking.person_id)
        .join(Agency, Agency.id == Booking.agency_id)
        .outerjoin(Setting, Setting.id == Booking.setting_id)
        .outerjoin(OutcomeOverride, OutcomeOverride.id == newest.correlate(Booking).scalar_subquery())
        .outerjoin(by, by.id == OutcomeOverride.by_id)
        .where(Booking.event_id == event_id, Booking.state.in_(LISTED))
    ).all()
    return sorted(rows, key=by_family_name)


def rules_on_register(event_id: int) -> list[str]:
    """The rules by which those on the register complete, in words; more than one where they booked under another."""
    kept = Booking.policy["outcome_rule"].as_string()
    wanted = sa.select(kept).where(Booking.event_id == event_id, Booking.state.in_(LISTED)).distinct()
    stored = (json.loads(text) if text else None for text in db.session.scalars(wanted))
    return sorted({rule_from(rule).in_words for rule in stored})


def history_of(booking_id: int) -> list[Any]:
    """Everything that was decided of a booking, newest first, each with the name of who did."""
    rows = (
        sa.select(OutcomeOverride.outcome, OutcomeOverride.why, OutcomeOverride.at, Person.name)
        .outerjoin(Person, Person.id == OutcomeOverride.by_id)
        .where(OutcomeOverride.booking_id == booking_id)
        .order_by(OutcomeOverride.id.desc())
    )
    return list(db.session.execute(rows).all())


def sittings_of(event_id: int) -> dict[int, list[tuple[int, int]]]:
    """Of everybody with a mark: for each session the minutes they were there, and its length."""
    length = {session.id: session.minutes for session in db.session.scalars(EventSession.of(event_id))}
    marks = sa.select(Mark).where(Mark.session_id.in_(length))
    found: dict[int, dict[int, int]] = {}
    for mark in db.session.scalars(marks):
        there = length[mark.session_id] - mark.minutes_late - mark.left_early
        of_them = found.setdefault(mark.booking_id, {})
        if mark.mark == MarkKind.PRESENT:
            of_them[mark.session_id] = max(0, there)
    return {
        booking: [(there.get(session, -1), minutes) for session, minutes in length.items()]
        for booking, there in found.items()
    }
