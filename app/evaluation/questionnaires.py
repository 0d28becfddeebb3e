"""Questionnaires in the database: brought up to their files, and asked in their newest version.

Wording freezes with the first answer: what is changed after that becomes a new version, so that every answer
keeps the question it was given to.
"""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from ..catalogue.course_folder import QUESTIONNAIRE_FILE, SHIPPED, name_of, read_text
from ..catalogue.models import Course
from ..catalogue.toml_text import Fault
from ..db import db
from .models import EvaluationResponse, Question, Questionnaire
from .questionnaire_files import STAGES, QuestionText, StageText, parse_questionnaires


@dataclass
class QuestionnaireFolder:
    """What a folder of courses asks: everywhere (by stage), and on courses with a file of their own (by slug)."""

    usual: dict[str, StageText] = field(default_factory=dict)
    own: dict[str, dict[str, StageText]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def of(self, slug: str) -> dict[str, StageText]:
        """What a course asks: what its own file says; the stages that leaves out, as everywhere."""
        return {**self.usual, **self.own.get(slug, {})}


def read_questionnaires(folder: Path = SHIPPED) -> QuestionnaireFolder:
    """Read ``questionnaire.toml`` of the folder and of its courses; a faulty file is left out and said."""
    found = QuestionnaireFolder()
    found.usual = read_file(folder / QUESTIONNAIRE_FILE, folder, found.faults)
    if not found.faults:
        missing = [stage for stage in STAGES if stage not in found.usual]
        name = name_of(folder / QUESTIONNAIRE_FILE, folder)
        found.faults += [Fault(name, 0, stage, "is missing: every course asks at it") for stage in missing]
    for path in sorted(folder.glob(f"*/{QUESTIONNAIRE_FILE}")):
        own = read_file(path, folder, found.faults)
        if own:
            found.own[path.parent.name] = own
    return found


def read_file(path: Path, folder: Path, faults: list[Fault]) -> dict[str, StageText]:
    """The stages of one file, none when it is faulty."""
    name = name_of(path, folder)
    if not path.is_file():
        faults.append(Fault(name, 0, "", "is missing: it holds what every course asks"))
        return {}
    text = read_text(path)
    if text is None:
        faults.append(Fault(name, 0, "", "is not text in UTF-8"))
        return {}
    stages, wrong = parse_questionnaires(name, text)
    faults += wrong
    return {stage.stage: stage for stage in stages}


@cache
def shipped() -> QuestionnaireFolder:
    """The questionnaires that came with this installation. Raises ValueError when they are faulty."""
    found = read_questionnaires()
    if not found.usual or found.faults:
        raise ValueError("; ".join(str(fault) for fault in found.faults))
    return found


def load_questionnaires(folder: QuestionnaireFolder | None = None) -> int:
    """Bring the questionnaires of every course up to the files (inside ``writing()``); returns how many changed."""
    files = folder or shipped()
    newest = newest_of_all()
    answered = set(db.session.scalars(sa.select(EvaluationResponse.questionnaire_id).distinct()))
    changed = 0
    for course_id, slug in db.session.execute(sa.select(Course.id, Course.slug).order_by(Course.id)).all():
        for stage, wanted in files.of(slug).items():
            there = newest.get((course_id, stage))
            if there is None or stage_text(there) != wanted:
                changed += 1
                put(course_id, wanted, there, frozen=there is not None and there.id in answered)
    db.session.flush()
    return changed


def newest_of_all() -> dict[tuple[int, str], Questionnaire]:
    """The newest version of every questionnaire, with its questions."""
    rows = db.session.scalars(
        sa.select(Questionnaire)
        .options(selectinload(Questionnaire.questions))
        .order_by(Questionnaire.version)
        .execution_options(populate_existing=True)
    )
    return {(row.course_id, row.stage): row for row in rows}


def put(course_id: int, wanted: StageText, there: Questionnaire | None, *, frozen: bool) -> Questionnaire:
    """Write down what a course asks at a stage: as a new version, or over one that nobody has answered."""
    if there is not None and not frozen:
        db.session.execute(sa.delete(Question).where(Question.questionnaire_id == there.id))
        db.session.expire(there, ["questions"])
        there.introduction = wanted.introduction
        db.session.add_all(rows_of(wanted, questionnaire_id=there.id))
        return there
    version = there.version + 1 if there else 1
    made = Questionnaire(
        course_id=course_id, stage=wanted.stage, version=version, introduction=wanted.introduction
    )
    made.questions = rows_of(wanted)
    db.session.add(made)
    return made


def rows_of(stage: StageText, **more: int) -> list[Question]:
    """The questions of a stage as rows."""
    return [
        Question(
            key=question.key,
            number=number,
            text=question.text,
            kind=question.kind,
            needed=question.needed,
            headline=question.headline,
            options=list(question.options),
            **more,
        )
        for number, question in enumerate(stage.questions, start=1)
    ]


def stage_text(stored: Questionnaire) -> StageText:
    """A stored questionnaire as a file would have it."""
    questions = tuple(
        QuestionText(q.key, q.text, q.kind, q.needed, q.headline, tuple(q.options)) for q in stored.questions
    )
    return StageText(stored.stage, stored.introduction, questions)


def newest(course_id: int, stage: str) -> Questionnaire | None:
    """What a course asks at a stage now, with its questions."""
    return db.session.scalar(
        sa.select(Questionnaire)
        .where(Questionnaire.course_id == course_id, Questionnaire.stage == stage)
        .options(selectinload(Questionnaire.questions))
        .order_by(Questionnaire.version.desc())
        .limit(1)
    )


def asked(course_id: int, stage: str) -> StageText:
    """What a course asks at a stage; of a course that has no questionnaire yet, what every course asks."""
    stored = newest(course_id, stage)
    return stage_text(stored) if stored else shipped().usual[stage]


def ensured(course_id: int, stage: str) -> Questionnaire:
    """The same as a row, made from what every course asks if there is none (a course made on the site)."""
    found = newest(course_id, stage)
    if found is None:  # two events of the course may come here at once
        db.session.execute(sa.select(Course.id).where(Course.id == course_id).with_for_update())
        found = newest(course_id, stage)
    if found is None:
        found = put(course_id, shipped().usual[stage], None, frozen=False)
        db.session.flush()
    return found
