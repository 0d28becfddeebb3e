"""``/evaluations/<token>``: the questions before and after a course, one short page by a mailed link, no sign-in."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload
from wtforms import BooleanField, Field, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.form import BaseForm
from wtforms.validators import ValidationError

from .. import clock
from ..attendance.register import came_by
from ..booking.checks import sessions_of
from ..booking.models import Booking
from ..catalogue.models import Event
from ..db import db
from ..errors import Refused
from ..evaluation import actions, rules
from ..evaluation.models import EvaluationRequest
from ..evaluation.questionnaire_files import QuestionText, StageText
from ..evaluation.questionnaires import asked
from ..evaluation.rules import Stage
from ..materials.listing import of_booking
from ..records.actions import changing
from ..records.certificates import standing_of_booking
from ..web.access import for_its_person_alone, public, viewer
from ..web.filters import when
from ..web.problems import problem

pages = Blueprint("evaluation", __name__)

QUOTE = "may-quote"  # no question's key has a hyphen
WHAT_NOT = "If you like. Please write nothing about a child or a family."
TO_LEARNING = ({"label": "My learning", "href": "/learning"},)
SOMEBODY_ELSES = "This link was mailed to somebody else, and answers by it would count as theirs."


class Judged:
    """The rules' word on one answer, as a validator."""

    def __init__(self, question: QuestionText) -> None:
        self.question = question
        self.field_flags = {"maxlength": rules.LONGEST} if question.kind == "text" else {}

    def __call__(self, _form: BaseForm, field: Field) -> None:
        """Refuse what the rules refuse."""
        wrong = rules.fault(self.question, (field.data or "").strip())
        if wrong:
            raise ValidationError(wrong)


def field_for(question: QuestionText) -> Any:
    """One question as a field: words to tap, or a box to write in."""
    shared = {"label": question.text, "id": f"answer-{question.key}", "validators": [Judged(question)]}
    if question.kind == "text":
        return TextAreaField(description="" if question.needed else WHAT_NOT, **shared)
    options = [(str(n), words.capitalize()) for n, words in rules.RATINGS.items()]
    if question.kind == "choice":
        options = [(option, option) for option in question.options]
    choices = [SelectChoice(value, label) for value, label in options]
    return RadioField(choices=choices, validate_choice=False, **shared)


def form_for(stage: StageText) -> BaseForm:
    """The questions of a stage, filled with what was typed; the consent, where there is something to quote."""
    fields = {question.key: field_for(question) for question in stage.questions}
    if any(question.kind == "text" for question in stage.questions):
        label = "You may quote what I wrote, without my name"
        fields[QUOTE] = BooleanField(label, id=QUOTE, description="In reports, and to improve the course.")
    form = BaseForm(fields)
    form.process(request.form)
    return form


def is_good(form: BaseForm) -> bool:
    """Whether the answers can be written down; what is wrong stands beside the fields."""
    good = form.validate()
    extra = sorted(set(request.form) - set(form._fields) - {"csrf_token"})
    if extra:
        form.form_errors = [
            f'There is no question "{name[:40]}" here. Open the page again.' for name in extra
        ]
    return good and not extra


def by_token(token: str) -> EvaluationRequest:
    """The link with its booking, event and course; 404 for one that was never given out."""
    found = db.session.scalar(
        sa.select(EvaluationRequest)
        .where(EvaluationRequest.token == token)
        .options(
            joinedload(EvaluationRequest.booking)
            .joinedload(Booking.event)
            .options(joinedload(Event.course), joinedload(Event.host))
        )
    )
    return found or abort(404)


@pages.route("/evaluations/<token>", methods=["GET", "POST"])
@public
@for_its_person_alone
def questions(token: str) -> ResponseReturnValue:
    """The questions; once they are answered, thanks and what comes next."""
    link, now, who = by_token(token), clock.now(), viewer()
    if who is not None and who.person.id != link.booking.person_id:
        return problem(409, SOMEBODY_ELSES, heading="This link is not yours", actions=TO_LEARNING)
    answered = actions.response_to(link) is not None
    if answered and request.method != "POST":
        return thanks(link, now)
    refused = "" if answered else actions.refusal_of(link, now=now)
    if refused:
        return refusal_page(link, refused, now)
    stage = asked(link.booking.event.course_id, link.stage)
    form = form_for(stage)
    if request.method != "POST":
        return show(link, stage, form)
    if not is_good(form):
        return refusal_page(link, actions.TWICE, now) if answered else (show(link, stage, form), 422)
    return save(link, {key: field.data or "" for key, field in form._fields.items()})


def save(link: EvaluationRequest, typed: Mapping[str, Any]) -> ResponseReturnValue:
    """Write the answers down; back to the same address, which now says thank you."""
    token, now = link.token, clock.now()
    answers = {key: value for key, value in typed.items() if key != QUOTE}
    try:
        with changing(link.booking.event_id, now=now):
            now = clock.now()
            actions.answer(link, answers, may_quote=bool(typed.get(QUOTE)), now=now)
    except Refused as refused:
        db.session.rollback()
        return refusal_page(by_token(token), refused.sentence, now)
    return redirect(url_for("evaluation.questions", token=token), code=303)


def show(link: EvaluationRequest, stage: StageText, form: BaseForm) -> str:
    """The page with its form."""
    event = link.booking.event
    kinds = {question.key: question.kind for question in stage.questions}
    return render_template(
        "evaluation/questions.html",
        link=link,
        event=event,
        course=event.course,
        introduction=stage.introduction,
        form=form,
        kinds=kinds,
        quote=form._fields.get(QUOTE),
    )


def refusal_page(link: EvaluationRequest, sentence: str, now: datetime) -> ResponseReturnValue:
    """Why nothing can be answered by this link, and what the person can do."""
    course = link.booking.event.course
    heading = "There is nothing to answer now"
    if sentence == actions.TWICE:
        heading = "You have answered already"
    elif now < link.opens_at:
        heading = "Not open yet"
        sentence = (
            f"The questions about {course.title} open on {when(link.opens_at)}. Come back by the same link."
        )
    return problem(409, sentence, heading=heading, actions=TO_LEARNING)


def thanks(link: EvaluationRequest, now: datetime) -> str:
    """Thank you: before the course, what comes next; after it, the certificate or what is missing for it."""
    booking, event = link.booking, link.booking.event
    told: dict[str, Any] = {"link": link, "booking": booking, "event": event, "course": event.course}
    if link.stage == Stage.BEFORE:
        told |= {
            "sessions": sessions_of(event.id),
            "coming": not event.is_over(now) and not event.awaits_date,
        }
    elif link.stage == Stage.AFTER:
        told["standing"] = standing_of_booking(booking)
        given = of_booking(booking, partial(came_by, booking.person_id), now)
        told["given"] = [one.material.title for one in given]
    return render_template("evaluation/thanks.html", **told)
