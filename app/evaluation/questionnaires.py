"""What a course asks now: its questionnaires in their newest version, or what every course asks."""

from functools import cache

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from ..catalogue.models import Course
from ..db import db
from .loading import load_questionnaires, read_questionnaires, text_of
from .models import Questionnaire
from .questionnaire_files import StageText


@cache
def usual() -> tuple[StageText, ...]:
    """What every course asks, from the file that ships. Raises ValueError when the file is faulty."""
    found, faults = read_questionnaires()
    if "" not in found:
        raise ValueError("; ".join(str(fault) for fault in faults))
    return tuple(found[""])


def usual_at(stage: str) -> StageText:
    """What every course asks at a stage."""
    return next(text for text in usual() if text.stage == stage)


def newest(course_id: int, stage: str) -> Questionnaire | None:
    """What a course asks at a stage, with its questions."""
    return db.session.scalar(
        sa.select(Questionnaire)
        .where(Questionnaire.course_id == course_id, Questionnaire.stage == stage)
        .options(selectinload(Questionnaire.questions))
        .order_by(Questionnaire.version.desc())
        .limit(1)
    )


def asked(course_id: int, stage: str) -> StageText:
    """The same as a file would have it; of a course that has no questionnaire yet, what every course asks."""
    stored = newest(course_id, stage)
    return text_of(stored) if stored else usual_at(stage)


def asks(course_id: sa.SQLColumnExpression[int], stage: str) -> sa.ColumnElement[bool]:
    """The condition that a course asks at a stage; one made on the site that has no questionnaires yet will."""
    own = sa.select(Questionnaire.id).where(Questionnaire.course_id == course_id)
    return sa.or_(own.where(Questionnaire.stage == stage).exists(), ~own.exists())


def stages_of(course_id: int) -> set[str]:
    """At which stages a course asks. A course made on the site first gets what every course asks."""
    rows = sa.select(Questionnaire.stage).where(Questionnaire.course_id == course_id)
    found = set(db.session.scalars(rows))
    if not found:  # two of its events may come here at once
        db.session.execute(sa.select(Course.id).where(Course.id == course_id).with_for_update())
        load_questionnaires([course_id], usual())
        db.session.flush()
        found = set(db.session.scalars(rows))
    return found
