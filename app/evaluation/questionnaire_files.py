"""Questionnaire files: a TOML table per stage, with its questions in order. Pure: text in, questions or faults out.

``courses/questionnaire.toml`` is what every course asks, unless its folder has a ``questionnaire.toml`` of its own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..catalogue.toml_text import Entries, Fault, TomlFile, written

STAGES = ("before", "after", "follow-up")
KINDS = ("rating", "text", "choice")
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class QuestionText:
    """One question as a file has it."""

    key: str
    text: str
    kind: str
    needed: bool = False
    headline: bool = False
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class StageText:
    """The questions of one stage, in order."""

    stage: str
    introduction: str
    questions: tuple[QuestionText, ...]


def parse_questionnaires(name: str, text: str) -> tuple[list[StageText], list[Fault]]:
    """Read a questionnaire file strictly: the stages it has, or its faults (then no stage)."""
    file = TomlFile(name, text)
    root = file.root()
    stages = [read_stage(stage, root.table_at(stage)) for stage in STAGES if stage in root.table]
    root.finish()
    if not file.faults and not stages:
        root.fault(
            "before", "is missing: a questionnaire has at least one of the stages " + ", ".join(STAGES)
        )
    if not file.faults:
        check_same_questions(file, stages)
    return ([], sorted(file.faults)) if file.faults else (stages, [])


def read_stage(stage: str, table: Entries) -> StageText:
    """The introduction and the questions of one stage."""
    introduction = table.text("introduction")
    questions = tuple(read_question(entry) for entry in table.tables_at("question"))
    if not questions:
        table.fault("question", "is missing: a stage asks at least one question")
    keys = [question.key for question in questions]
    for number, key in enumerate(keys):
        if key and key in keys[:number]:
            table.file.fault(
                (*table.path, "question", number, "key"), f'"{key}" is asked twice at this stage'
            )
    heads = [number for number, question in enumerate(questions) if question.headline]
    for number in heads[1:]:
        place = (*table.path, "question", number, "headline")
        table.file.fault(place, "is true for another question of this stage already")
    table.finish()
    return StageText(stage, introduction, questions)


def read_question(entry: Entries) -> QuestionText:
    """One question."""
    question = QuestionText(
        key=entry.text("key", needed=True),
        text=entry.text("text", needed=True, longest=500),
        kind=entry.one_of("kind", KINDS),
        needed=entry.yes("needed", usual=False),
        headline=entry.yes("headline", usual=False),
        options=entry.texts("options"),
    )
    entry.finish()
    if question.key and not KEY.fullmatch(question.key):
        entry.fault("key", "must be small letters, figures and underscores")
    if question.kind == "choice" and len(question.options) < 2:
        entry.fault("options", "must be a list of two texts or more for a choice")
    if question.kind != "choice" and question.options:
        entry.fault("options", "belong to questions of kind choice only")
    if question.headline and question.kind != "rating":
        entry.fault("headline", "must be a question of kind rating")
    return question


def check_same_questions(file: TomlFile, stages: Sequence[StageText]) -> None:
    """A key means the same at every stage: its kind, its options, and whether it is the headline question."""
    first: dict[str, QuestionText] = {}
    for stage in stages:
        for number, question in enumerate(stage.questions):
            before = first.setdefault(question.key, question)
            for key in ("kind", "options", "headline"):
                if getattr(before, key) != getattr(question, key):
                    place = (stage.stage, "question", number, key)
                    file.fault(place, f'differs from the same question "{question.key}" at an earlier stage')


def write_questionnaires(stages: Sequence[StageText]) -> str:
    """Stages as a file; reading it gives the same stages again."""
    return "\n".join(written_stage(stage) for stage in stages)


def written_stage(stage: StageText) -> str:
    """One stage as lines of TOML."""
    lines = f"[{stage.stage}]\n" + written({"introduction": stage.introduction})
    for question in stage.questions:
        table = {
            "key": question.key,
            "text": question.text,
            "kind": question.kind,
            "needed": question.needed or None,
            "headline": question.headline or None,
            "options": question.options,
        }
        lines += f"\n[[{stage.stage}.question]]\n{written(table)}"
    return lines
