"""Putting questionnaires into the database and back: of files, and what a new course asks."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import sqlalchemy as sa

from ..catalogue.course_folder import QUESTIONNAIRE_FILE, SHIPPED, name_of, read_text
from ..catalogue.models import Course
from ..catalogue.toml_text import Fault
from ..db import db
from .models import EvaluationResponse, Question, Questionnaire
from .questionnaire_files import STAGES, QuestionText, StageText, parse_questionnaires


def read_questionnaires(folder: Path = SHIPPED) -> tuple[dict[str, list[StageText]], list[Fault]]:
    """What each course asks, by slug ("" for every course without a file of its own), and the files' faults.

    A file with a fault gives nothing; its course is then not in the answer at all.
    """
    found: dict[str, list[StageText]] = {}
    faults: list[Fault] = []
    for path in [folder / QUESTIONNAIRE_FILE, *sorted(folder.glob(f"*/{QUESTIONNAIRE_FILE}"))]:
        name = name_of(path, folder)
        text = read_text(path) if path.is_file() else None
        if text is None:
            said = "is not text in UTF-8" if path.is_file() else "is missing: it holds what every course asks"
            faults.append(Fault(name, 0, "", said))
            continue
        stages, wrong = parse_questionnaires(name, text)
        faults += wrong
        if not wrong:
            found["" if path.parent == folder else path.parent.name] = stages
    return found, faults


def has_own(slug: str, folder: Path = SHIPPED) -> bool:
    """Whether a course has a questionnaire file of its own, good or faulty."""
    return (folder / slug / QUESTIONNAIRE_FILE).is_file()


def load_asked(asked: Mapping[str, Sequence[StageText]], slugs: Iterable[str], folder: Path = SHIPPED) -> int:
    """Give each course its own questions, or those that every course asks; a faulty file gives its course none.

    Returns how many questionnaires were new or changed. Inside ``writing()``.
    """
    rows = db.session.execute(
        sa.select(Course.slug, Course.id).where(Course.slug.in_(slugs)).order_by(Course.slug)
    )
    ids = {row.slug: row.id for row in rows}
    usual = [course_id for slug, course_id in ids.items() if not has_own(slug, folder)]
    changed = load_questionnaires(usual, asked[""]) if "" in asked else 0
    for slug, course_id in ids.items():
        if slug in asked:
            changed += load_questionnaires([course_id], asked[slug])
    return changed


def load_questionnaires(course_ids: Iterable[int], stages: Sequence[StageText]) -> int:
    """Give courses these questions at these stages; returns how many questionnaires were new or changed.

    Wording freezes with the first answer: then a new version takes over. Inside ``writing()``.
    """
    ids, wanted = list(course_ids), {stage.stage: stage for stage in stages}
    stored, answered, changed = stored_questionnaires(ids), answered_ones(ids), 0
    for course_id in ids:
        for name in STAGES:
            row, stage = stored.get((course_id, name)), wanted.get(name)
            if row is not None and (stage is None or text_of(row) != stage) and row.id not in answered:
                remove(row)
                version = row.version
            else:
                version = row.version + 1 if row else 1
            if stage is not None and (row is None or text_of(row) != stage):
                add(course_id, stage, version)
                changed += 1
    return changed


def stored_questionnaires(course_ids: Sequence[int]) -> dict[tuple[int, str], Questionnaire]:
    """The newest questionnaire of each course and stage, with its questions."""
    rows = db.session.scalars(
        sa.select(Questionnaire)
        .where(Questionnaire.course_id.in_(course_ids))
        .options(sa.orm.selectinload(Questionnaire.questions))
        .order_by(Questionnaire.version)
    )
    return {(row.course_id, row.stage): row for row in rows}


def answered_ones(course_ids: Sequence[int]) -> set[int]:
    """The ids of the questionnaires of these courses that somebody has answered."""
    return set(
        db.session.scalars(
            sa.select(Questionnaire.id).where(
                Questionnaire.course_id.in_(course_ids),
                sa.exists().where(EvaluationResponse.questionnaire_id == Questionnaire.id),
            )
        )
    )


def text_of(row: Questionnaire) -> StageText:
    """A stored questionnaire as a file would have it."""
    questions = tuple(
        QuestionText(
            key=question.key,
            text=question.text,
            kind=question.kind,
            needed=question.needed,
            headline=question.headline,
            options=tuple(question.options),
        )
        for question in row.questions
    )
    return StageText(row.stage, row.introduction, questions)


def add(course_id: int, stage: StageText, version: int) -> None:
    """Write a questionnaire down."""
    row = Questionnaire(
        course_id=course_id, stage=stage.stage, version=version, introduction=stage.introduction
    )
    row.questions = [
        Question(
            number=number,
            key=question.key,
            text=question.text,
            kind=question.kind,
            needed=question.needed,
            headline=question.headline,
            options=list(question.options),
        )
        for number, question in enumerate(stage.questions, 1)
    ]
    db.session.add(row)


def remove(row: Questionnaire) -> None:
    """Take a questionnaire away that nobody has answered."""
    db.session.flush()
    db.session.execute(sa.delete(Question).where(Question.questionnaire_id == row.id))
    db.session.execute(sa.delete(Questionnaire).where(Questionnaire.id == row.id))
