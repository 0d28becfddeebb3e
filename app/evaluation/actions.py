"""Asking people and writing down what they answer. Inside ``changing(event)``; nothing commits.

``changing`` itself asks: it makes the links that are due whenever something about an event changes, so that
bookings, places from the waiting list, registers and the clock need not think of it.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..booking.checks import settings_of
from ..booking.models import Booking
from ..booking.rules import ON_THE_REGISTER, State
from ..catalogue.models import Event
from ..db import db, new_public_id
from ..errors import Refused
from ..notifications.actions import tell_anew, withdraw
from . import rules
from .asking import came, without_request
from .loading import text_of
from .models import Answer, EvaluationRequest, EvaluationResponse, Question, Questionnaire
from .questionnaires import newest, stages_of
from .rules import Given, Stage

# The mails that hold a link to the questions after a course.
ASKING = ("evaluate", "evaluate-again", "follow-up", "follow-up-again")
TWICE = "You have answered these questions already. Your first answers stand."


def request_before(event: Event, *, now: datetime) -> int:
    """Give everybody booked their link to the questions before the course, once those are open."""
    settings = settings_of(event.host_id, now)
    closes_at = rules.before_closes_at(event.times[0], minutes=settings["before_closes_minutes"])
    if event.state != "published" or now >= closes_at:
        return 0
    days = settings["before_opens_working_days"]
    rows = []
    for booking in db.session.execute(
        without_request(event.id, Stage.BEFORE).where(Booking.state == State.BOOKED)
    ):
        opens_at = rules.before_opens_at(event.times[0], booking.made_at, working_days=days)
        # A booking is made with the lock held, a moment after the clock was read: its link comes with it.
        if opens_at <= max(now, booking.made_at):
            rows.append(link_of(booking.id, Stage.BEFORE, opens_at, closes_at))
    return add_links(event, rows)


def request_after(event: Event, who_came: Collection[int], *, now: datetime) -> int:
    """Give those who came (bookings by id) their links to the questions after the course and eight weeks on.

    Who has a link but, after a correction of the register, did not come cannot answer by it any more; who did
    come after all, can again.
    """
    open_or_shut(event, who_came, now=now)
    weeks, rows = settings_of(event.host_id, now)["follow_up_weeks"], []
    for stage, opens_at in rules.asked_since_the_end(event.times[1], now, follow_up_weeks=weeks).items():
        missing = db.session.scalars(without_request(event.id, stage).where(Booking.id.in_(who_came)))
        rows += [link_of(booking_id, stage, opens_at, None) for booking_id in missing]
    return add_links(event, rows)


def open_or_shut(event: Event, who_came: Collection[int], *, now: datetime) -> None:
    """Close the links of those who did not come, and open them again for those who did.

    A mail that asks and has not left yet is taken back with the link, and comes anew with it.
    """
    mine = sa.and_(
        EvaluationRequest.booking_id == Booking.id,
        Booking.event_id == event.id,
        EvaluationRequest.stage != Stage.BEFORE,
    )
    links = db.session.execute(
        sa.select(EvaluationRequest.id, Booking.id, Booking.public_id, EvaluationRequest.closes_at).where(
            mine
        )
    )
    shut, opened, abouts = [], [], set()
    for request_id, booking_id, public_id, closes_at in links:
        about = f"booking:{public_id}"
        if booking_id not in who_came and closes_at is None:
            shut.append(request_id)
            withdraw(about=about, now=now, messages=ASKING, why="the register says they were not there")
        elif booking_id in who_came and closes_at is not None:
            opened.append(request_id)
            abouts.add(about)
    for message in ASKING if abouts else ():
        tell_anew(abouts=abouts, message=message, change=f"{now:%Y%m%d%H%M%S}", unsent_only=True)
    for ids, closes_at in ((shut, now), (opened, None)):
        if ids:
            db.session.execute(
                sa.update(EvaluationRequest).where(EvaluationRequest.id.in_(ids)).values(closes_at=closes_at)
            )


def link_of(booking_id: int, stage: Stage, opens_at: datetime, closes_at: datetime | None) -> dict[str, Any]:
    """A person's own link to one stage, as a row to insert."""
    return {
        "token": new_public_id(),
        "booking_id": booking_id,
        "stage": stage.value,
        "opens_at": opens_at,
        "closes_at": closes_at,
    }


def add_links(event: Event, rows: list[dict[str, Any]]) -> int:
    """Store links to the stages at which the course asks anything."""
    asked = stages_of(event.course_id) if rows else set()
    rows = [row for row in rows if row["stage"] in asked]
    if rows:
        db.session.execute(sa.insert(EvaluationRequest), rows)
    return len(rows)


def refusal_of(request: EvaluationRequest, *, now: datetime) -> str:
    """Why this link cannot be answered now, in a sentence; "" when it can."""
    return rules.refusal(
        stage=request.stage,
        opens_at=request.opens_at,
        closes_at=request.closes_at,
        now=now,
        has_place=request.booking.state in ON_THE_REGISTER,
        came=request.stage == Stage.BEFORE or db.session.scalar(came(request.booking_id)) is not None,
    )


def response_to(request: EvaluationRequest) -> EvaluationResponse | None:
    """What was answered by this link."""
    return db.session.scalar(
        sa.select(EvaluationResponse).where(
            EvaluationResponse.booking_id == request.booking_id, EvaluationResponse.stage == request.stage
        )
    )


def answer(
    request: EvaluationRequest, typed: Mapping[str, str], *, may_quote: bool, now: datetime
) -> EvaluationResponse:
    """Write down what somebody answered. The same once more (a double click) changes nothing.

    Raises Refused while the link is not open and when something else was answered by it before; ValueError for
    answers with faults, which the page asks ``rules.faults`` for.
    """
    event = request.booking.event
    stages_of(event.course_id)
    questionnaire = newest(event.course_id, request.stage)
    if questionnaire is None:
        raise Refused("This course no longer asks anything here. Thank you for wanting to answer.")
    questions = text_of(questionnaire).questions
    if rules.faults(questions, typed):
        raise ValueError("the answers have faults")
    given = rules.given(questions, typed)
    may_quote = may_quote and any(answer.text for answer in given)
    known = response_to(request)
    if known is not None:
        if (answers_of(known), known.may_quote) != (sorted(given), may_quote):
            raise Refused(TWICE)
        return known
    refused = refusal_of(request, now=now)
    if refused:
        raise Refused(refused)
    return write_down(request, questionnaire, given, may_quote=may_quote, now=now)


def write_down(
    request: EvaluationRequest,
    questionnaire: Questionnaire,
    given: Iterable[Given],
    *,
    may_quote: bool,
    now: datetime,
) -> EvaluationResponse:
    """Store a response with its answers."""
    response = EvaluationResponse(
        event_id=request.booking.event_id,
        booking_id=request.booking_id,
        questionnaire_id=questionnaire.id,
        stage=request.stage,
        answered_at=now,
        may_quote=may_quote,
    )
    ids = {question.key: question.id for question in questionnaire.questions}
    db.session.add(response)
    db.session.flush()
    db.session.add_all(
        Answer(response_id=response.id, question_id=ids[one.key], rating=one.rating, text=one.text)
        for one in given
    )
    return response


def answers_of(response: EvaluationResponse) -> list[Given]:
    """What was answered, in the order of the questions' keys."""
    rows = db.session.execute(
        sa.select(Question.key, Answer.rating, Answer.text)
        .join(Question, Question.id == Answer.question_id)
        .where(Answer.response_id == response.id)
    )
    return sorted(Given(row.key, row.rating, row.text) for row in rows)
