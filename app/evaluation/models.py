"""Questionnaires, links to them, and answers."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import Person
from ..booking.models import Booking
from ..catalogue.models import Course, Event
from ..db import Base, new_public_id

STAGES = "('before', 'after', 'follow-up')"


class Questionnaire(Base):
    """The questions of a course at one stage. A new version takes over once the old one was answered."""

    __tablename__ = "questionnaire"
    __table_args__ = (
        sa.UniqueConstraint("course_id", "stage", "version"),
        sa.CheckConstraint(f"stage IN {STAGES}", name="stage"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"))
    stage: Mapped[str] = mapped_column(sa.String(10))
    version: Mapped[int] = mapped_column(default=1)
    introduction: Mapped[str] = mapped_column(sa.Text, default="")

    course: Mapped[Course] = relationship()
    questions: Mapped[list["Question"]] = relationship(order_by="Question.number", lazy="raise")


class Question(Base):
    """One question. ``key`` is the same where the same is asked at another stage, so that answers compare."""

    __tablename__ = "question"
    __table_args__ = (
        sa.UniqueConstraint("questionnaire_id", "key"),
        sa.CheckConstraint("kind IN ('rating', 'text', 'choice')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    questionnaire_id: Mapped[int] = mapped_column(sa.ForeignKey("questionnaire.id"), index=True)
    key: Mapped[str] = mapped_column(sa.String(40))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(sa.Text)
    kind: Mapped[str] = mapped_column(sa.String(10))
    needed: Mapped[bool] = mapped_column(default=False)
    headline: Mapped[bool] = mapped_column(default=False)
    options: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)


class EvaluationRequest(Base):
    """A person's own link to one stage of an event's evaluation. The token stands in ``/evaluations/<token>``."""

    __tablename__ = "evaluation_request"
    of_an_event = True
    __table_args__ = (
        sa.UniqueConstraint("booking_id", "stage"),
        sa.CheckConstraint(f"stage IN {STAGES}", name="stage"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(sa.String(32), unique=True, default=new_public_id)
    booking_id: Mapped[int] = mapped_column(sa.ForeignKey("booking.id"))
    stage: Mapped[str] = mapped_column(sa.String(10))
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime | None]

    booking: Mapped[Booking] = relationship()


class EvaluationResponse(Base):
    """What one delegate answered at one stage. Confidential: matched by booking, never shown with a name.

    ``booking_id`` is empty for answers that could not be matched (paper, or an event without accounts).
    """

    __tablename__ = "evaluation_response"
    of_an_event = True
    __table_args__ = (
        sa.UniqueConstraint("booking_id", "stage"),
        sa.CheckConstraint(f"stage IN {STAGES}", name="stage"),
        sa.CheckConstraint("how IN ('site', 'paper', 'earlier system')", name="how"),
        sa.Index(None, "event_id", "stage"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"))
    booking_id: Mapped[int | None] = mapped_column(sa.ForeignKey("booking.id"))
    questionnaire_id: Mapped[int] = mapped_column(sa.ForeignKey("questionnaire.id"))
    stage: Mapped[str] = mapped_column(sa.String(10))
    answered_at: Mapped[datetime]
    how: Mapped[str] = mapped_column(sa.String(20), default="site")
    may_quote: Mapped[bool] = mapped_column(default=False)

    event: Mapped[Event] = relationship()
    booking: Mapped[Booking | None] = relationship()


class Answer(Base):
    """An answer to one question: a rating from 1 to 5, or words."""

    __tablename__ = "answer"
    of_an_event = True
    __table_args__ = (
        sa.CheckConstraint("rating IS NULL OR rating BETWEEN 1 AND 5", name="rating"),
        sa.UniqueConstraint("response_id", "question_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    response_id: Mapped[int] = mapped_column(sa.ForeignKey("evaluation_response.id"))
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("question.id"))
    rating: Mapped[int | None]
    text: Mapped[str] = mapped_column(sa.Text, default="")

    response: Mapped[EvaluationResponse] = relationship()
    question: Mapped[Question] = relationship()


class CommentRelease(Base):
    """A coordinator released a comment whose writer agreed; only then may it be published."""

    __tablename__ = "comment_release"

    answer_id: Mapped[int] = mapped_column(sa.ForeignKey("answer.id"), primary_key=True)
    released_at: Mapped[datetime]
    released_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    answer: Mapped[Answer] = relationship()
    released_by: Mapped[Person | None] = relationship()
