"""The folder of course files: reading it, putting it into the database, writing it back.

``flask courses`` composes this with the questionnaires, which belong to evaluation; so does the demonstration.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import sqlalchemy as sa

from ..config import ROOT
from ..db import db
from . import actions
from .course_files import CourseFile, faults_between, parse_course, write_course
from .models import Course
from .toml_text import Fault

SHIPPED = ROOT / "courses"
COURSE_FILE = "course.md"
QUESTIONNAIRE_FILE = "questionnaire.toml"


class Loaded(StrEnum):
    """What became of a course file."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    LEFT_ALONE = "left alone"


@dataclass
class CourseFolder:
    """What a folder holds: the good course files in order of their slugs, and the faults of the others."""

    courses: list[CourseFile] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_folder(folder: Path = SHIPPED) -> CourseFolder:
    """Read every ``<slug>/course.md``; a course that requires a faulty or missing one is faulty itself."""
    found = CourseFolder()
    for path in sorted(
        place for place in folder.iterdir() if place.is_dir() and not place.name.startswith(".")
    ):
        read = read_course(path / COURSE_FILE, name_of(path / COURSE_FILE, folder))
        if isinstance(read, CourseFile):
            found.courses.append(read)
        else:
            found.faults += read
    while True:  # a fault in one course may leave another without what it requires
        between = faults_between(found.courses, {course.slug for course in found.courses})
        if not between:
            break
        wrong = {fault.file for fault in between}
        found.faults += between
        found.courses = [course for course in found.courses if course.name not in wrong]
    found.faults.sort()
    return found


def read_course(path: Path, name: str) -> CourseFile | list[Fault]:
    """Read one course file."""
    if not path.is_file():
        return [Fault(name, 0, "", "is missing: every folder of courses holds one")]
    text = read_text(path)
    if text is None:
        return [Fault(name, 0, "", "is not text in UTF-8")]
    return parse_course(path.parent.name, name, text)


def read_text(path: Path) -> str | None:
    """A file's text; None when it is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def name_of(path: Path, folder: Path) -> str:
    """A file as faults name it: ``courses/neglect/course.md``."""
    return f"{folder.name}/{path.relative_to(folder).as_posix()}"


def load_courses(
    files: Sequence[CourseFile], *, partnership_id: int | None, now: datetime
) -> dict[str, Loaded]:
    """Put course files into the database, in the programme of a partnership; says what became of each slug.

    A course that was edited on the site since it was loaded is left alone, unless its file says the same.
    """
    stored = {course.slug: course for course in db.session.scalars(sa.select(Course))}
    became: dict[str, Loaded] = {}
    for file in files:
        course = stored.get(file.slug)
        became[file.slug] = what_becomes(file, course)
        if course is None:
            course = stored[file.slug] = Course(slug=file.slug, created_at=now)
            db.session.add(course)
        if became[file.slug] in (Loaded.NEW, Loaded.CHANGED):
            actions.fill(course, file.content)
        if became[file.slug] is not Loaded.LEFT_ALONE:
            course.loaded_hash, course.edited_at = fingerprint(file), None
    db.session.flush()
    for file in files:  # once all are there, so that any may name any
        if became[file.slug] in (Loaded.NEW, Loaded.CHANGED):
            actions.set_others(stored[file.slug], file.content)
        if partnership_id is not None:
            actions.offer(stored[file.slug], partnership_id)
    return became


def what_becomes(file: CourseFile, course: Course | None) -> Loaded:
    """What loading the file does to the course that is there."""
    if course is None:
        return Loaded.NEW
    if course.loaded_hash == fingerprint(file) and course.edited_at is None:
        return Loaded.SAME
    if actions.content_of(course) == file.content:
        return Loaded.SAME
    return Loaded.CHANGED if course.edited_at is None else Loaded.LEFT_ALONE


def fingerprint(file: CourseFile) -> str:
    """64 characters that change with anything the file says."""
    return hashlib.sha256(write_course(file.content).encode()).hexdigest()


def export_courses(courses: Iterable[Course], folder: Path) -> list[Path]:
    """Write courses as files; returns those that were new or changed."""
    written = []
    for course in courses:
        path = folder / course.slug / COURSE_FILE
        if write_text(path, write_course(actions.content_of(course))):
            written.append(path)
    return written


def write_text(path: Path, text: str) -> bool:
    """Write a file unless it says that already; whether it was written."""
    if path.is_file() and read_text(path) == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return True
