"""The letters that ask: joining details with the questions before, what it was like, what became of it. Inside ``changing(event)``.

Nobody gets one twice (its key names the booking), and none that tells of what is over.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..booking.checks import sessions_of
from ..booking.codes import shown_code
from ..booking.letters import place_of
from ..booking.models import Booking
from ..catalogue.models import Event
from ..db import db
from ..materials.listing import titles_before
from ..materials.recordings import recorded
from ..notifications.actions import post
from . import rules
from .asking import joining_is_due
from .models import Answer, EvaluationResponse, Question
from .readers import due_again, due_to_follow_up, to_ask_again, to_evaluate, to_follow_up, to_join
from .rules import Stage


def tell_joining(event: Event, *, now: datetime) -> int:
    """Where to be and when, to everybody booked who has not been told; returns how many letters were posted."""
    if event.state != "published" or not joining_is_due(event, now):
        return 0
    sessions = sessions_of(event.id)
    shared = {"sessions": sessions, "place": place_of(sessions[0]), "expires_at": event.starts_at}
    shared |= beforehand(event, now=now)
    told = db.session.execute(to_join().where(Booking.event_id == event.id)).all()
    for row in told:
        open_now = row.token and not row.done and row.closes_at > now
        code, token = shown_code(row.public_id), row.token if open_now else ""
        tell("joining", event, row, now=now, token=token, booking_code=code, **shared)
    return len(told)


def beforehand(event: Event, *, now: datetime) -> dict[str, Any]:
    """What else people have to know before they come: what there is to read, and whether it is recorded."""
    return {"materials": titles_before(event, now), "recording": recorded(event.id)}


def tell_evaluate(event: Event, news: Mapping[int, Any], *, now: datetime) -> int:
    """What was it like? To everybody who came; ``news`` of their certificates is handed in, by booking."""
    told = db.session.execute(to_evaluate(now).where(Booking.event_id == event.id)).all()
    for row in told:
        tell("evaluate", event, row, now=now, token=row.token, news=news.get(row.id))
    return len(told)


def tell_again(event: Event, news: Mapping[int, Any], *, now: datetime) -> int:
    """The same once more, to those who have not answered some working days on."""
    wanted = to_ask_again("evaluate", Stage.AFTER, now).where(Booking.event_id == event.id)
    told = due_again("evaluate", db.session.execute(wanted).all(), now)
    for row in told:
        tell("evaluate-again", event, row, now=now, token=row.token, news=news.get(row.id))
    return len(told)


def tell_follow_up(event: Event, *, now: datetime) -> int:
    """What became of it? Weeks on, to those who came; and once more to who has not answered.

    What they meant to do stands in it as they wrote it, so nobody but its reader sees such a letter.
    """
    wanted = to_follow_up(now).where(Booking.event_id == event.id)
    first = due_to_follow_up(db.session.execute(wanted).all(), now)
    wanted = to_ask_again("follow-up", Stage.FOLLOW_UP, now).where(Booking.event_id == event.id)
    again = due_again("follow-up", db.session.execute(wanted).all(), now)
    meant = intentions(event.id) if first or again else {}
    for message, rows in (("follow-up", first), ("follow-up-again", again)):
        for row in rows:
            intention = rules.quoted(meant.get(row.id, ""))
            more = {"token": row.token, "intention": intention, "secret": bool(intention)}
            tell(message, event, row, now=now, **more)
    return len(first) + len(again)


def intentions(event_id: int) -> dict[int, str]:
    """What people on an event wrote after it that they would do, by booking."""
    rows = db.session.execute(
        sa.select(EvaluationResponse.booking_id, Answer.text)
        .join(Answer, Answer.response_id == EvaluationResponse.id)
        .join(Question, Question.id == Answer.question_id)
        .where(
            EvaluationResponse.event_id == event_id,
            EvaluationResponse.stage == Stage.AFTER,
            EvaluationResponse.booking_id.is_not(None),
            Question.key == rules.INTENTION,
            Answer.text != "",
        )
    )
    return {row.booking_id: row.text for row in rows if row.booking_id}


def tell(message: str, event: Event, row: Any, *, now: datetime, **more: Any) -> None:
    """One letter about a booking."""
    post(
        message,
        key=f"booking:{row.public_id}:{message}",
        to_email=row.email,
        to_name=row.name,
        partnership=event.host,
        now=now,
        about=f"booking:{row.public_id}",
        course=event.course,
        event=event,
        booking=row.public_id,
        **more,
    )
