"""Answers and the links to give them, as rows."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..catalogue.models import Course
from ..clock import start_of_day
from ..evaluation.models import Answer, EvaluationRequest, EvaluationResponse, Question, Questionnaire
from ..evaluation.rules import asked_since_the_end, before_closes_at, before_opens_at
from ..partnerships.rules import DEFAULTS
from .answers import Given, given_ratings, ratings
from .current_year import FOLLOW_UP
from .delegates import Delegate, Held
from .facts import facts
from .plan import CoursePlan, EventPlan, Good
from .rows import Row, Rows
from .seed import chance, pick, public_id

OVERALL: list[tuple[int, float]] = [(5, 50), (4, 39), (3, 9), (2, 1.5), (1, 0.5)]
EARLIER = "earlier system"


@dataclass(frozen=True)
class Asked:
    """A questionnaire with its questions' ids by key, and which of them is the headline."""

    id: int
    questions: dict[str, int]
    headline: str


def questionnaires(session: Session) -> dict[tuple[str, str], Asked]:
    """What each course asks, by slug and stage."""
    found: dict[tuple[str, str], Asked] = {}
    columns = (
        sa.select(
            Course.slug, Questionnaire.stage, Questionnaire.id, Question.key, Question.id, Question.headline
        )
        .join(Questionnaire, Questionnaire.course_id == Course.id)
        .join(Question, Question.questionnaire_id == Questionnaire.id)
        .order_by(Questionnaire.id, Question.number)
    )
    for slug, stage, questionnaire_id, key, question_id, headline in session.execute(columns):
        asked = found.get((slug, stage), Asked(questionnaire_id, {}, ""))
        questions = {**asked.questions, key: question_id}
        found[slug, stage] = Asked(questionnaire_id, questions, key if headline else asked.headline)
    return found


class Evaluations:
    """Writes down what was answered. ``here``: asked by this system, with a link for everybody."""

    def __init__(self, rows: Rows, asked: dict[tuple[str, str], Asked], *, as_of: date) -> None:
        self.rows, self.asked, self.now = rows, asked, start_of_day(as_of)
        self.answered_after: dict[int, datetime] = {}

    def add(
        self, plan: CoursePlan, events: list[Held], *, here: bool, shy: set[int], eager: set[int]
    ) -> None:
        """Everything that was answered about the past events of a course."""
        if not events:
            return
        long_over = {h.id for h in events if h.plan.ends_at + FOLLOW_UP < self.now}
        draw = chance("responses", plan.course, events[0].plan.starts_at.year)
        overall = ratings(plan.overall, "after") if plan.overall else []
        found = given_ratings(plan, events, shy=shy, eager=eager, long_over=long_over)
        for given in sorted(found, key=lambda g: order_of(g, draw)):
            self.respond(draw, plan.course, given, here, overall)

    def add_early(self, held: Held, shy: set[int]) -> None:
        """Of an event to come: half of those asked so far have answered before."""
        draw = chance("early", held.plan.course, held.plan.starts_at)
        asked = [d for d in held.delegates if d.expected and d.human.id not in shy]
        wanted = Good(good=round(len(asked) * 0.22), answered=round(len(asked) * 0.55))
        who = draw.sample(asked, wanted.answered)
        for delegate, rating in zip(who, ratings(wanted, "before"), strict=True):
            self.respond(draw, held.plan.course, Given(held, delegate, "before", rating), True, [])

    def respond(self, draw: Random, course: str, given: Given, here: bool, overall: list[int]) -> None:
        """One person's answers at one stage."""
        asked = self.asked[course, given.stage]
        booking = given.delegate.booking if given.delegate else None
        answered_at = self.answered_at(draw, given, booking)
        response = self.rows.row(
            EvaluationResponse,
            event_id=given.held.id,
            booking_id=booking["id"] if booking else None,
            questionnaire_id=asked.id,
            stage=given.stage,
            answered_at=answered_at,
            how="site" if here else EARLIER,
        )
        answer = {"response_id": response["id"]}
        self.rows.add(Answer, question_id=asked.questions[asked.headline], rating=given.rating, **answer)
        if given.stage == "after":
            rating = overall.pop() if overall else min(5, max(1, pick(draw, OVERALL)))
            self.rows.add(Answer, question_id=asked.questions["overall"], rating=rating, **answer)
            if booking:
                self.answered_after[booking["id"]] = answered_at
        self.say(draw, asked, given.stage, answer)

    def say(self, draw: Random, asked: Asked, stage: str, answer: dict[str, int]) -> None:
        """Now and then somebody writes what they mean to do, or have done."""
        texts = facts("comments")["intentions"]
        for key, share, written in (("use", 0.16, texts["texts"]), ("changed", 0.6, texts["changed"])):
            if key in asked.questions and draw.random() < share:
                self.rows.add(
                    Answer, question_id=asked.questions[key], rating=None, text=draw.choice(written), **answer
                )

    def answered_at(self, draw: Random, given: Given, booking: Row | None) -> datetime:
        """When: before, up to its start; after, within five days; follow-up, nine weeks on; never in the future."""
        plan = given.held.plan
        if given.stage == "before":
            first = self.before_opens_at(plan, booking or {"made_at": plan.starts_at})
            last = min(plan.starts_at, self.now)
            first = min(first, last - timedelta(minutes=30))
        elif given.stage == "after":
            first, last = plan.ends_at, min(plan.ends_at + timedelta(days=5), self.now)
        else:
            first, last = plan.ends_at + timedelta(weeks=8), min(plan.ends_at + FOLLOW_UP, self.now)
        return (first + (last - first) * draw.random() ** 2).replace(second=0, microsecond=0)

    def ask(self, held: Held) -> None:
        """The links of everybody on an event that this system asked or asks by now."""
        plan = held.plan
        over = asked_since_the_end(plan.ends_at, self.now, follow_up_weeks=DEFAULTS["follow_up_weeks"])
        closes_at = before_closes_at(plan.starts_at, minutes=DEFAULTS["before_closes_minutes"])
        for delegate in held.delegates if plan.took_place else ():
            if delegate.expected:
                opens_at = self.before_opens_at(plan, delegate.booking)
                if opens_at <= self.now:
                    self.link(delegate, "before", opens_at, closes_at)
            if delegate.came:
                for stage, opened_at in over.items():
                    self.link(delegate, stage, opened_at, None)

    def before_opens_at(self, plan: EventPlan, booking: Row) -> datetime:
        """From when somebody could answer before."""
        days = DEFAULTS["before_opens_working_days"]
        return before_opens_at(plan.starts_at, booking["made_at"], working_days=days)

    def link(self, delegate: Delegate, stage: str, opens_at: datetime, closes_at: datetime | None) -> None:
        """One link."""
        booking_id = delegate.booking["id"]
        self.rows.add(
            EvaluationRequest,
            token=public_id("evaluation", booking_id, stage),
            booking_id=booking_id,
            stage=stage,
            opens_at=opens_at,
            closes_at=closes_at,
        )


def order_of(given: Given, draw: Random) -> tuple[int, str, float]:
    """By event and stage, then by chance."""
    return given.held.id, given.stage, draw.random()


def quote(rows: Rows, response: Row, asked: Asked, comment: dict[str, Any]) -> int:
    """Put a comment into a response whose writer agreed to be quoted; returns the answer's id."""
    response["may_quote"] = True
    return rows.add(
        Answer, response_id=response["id"], question_id=asked.questions["comment"], text=comment["text"]
    )
