"""``flask courses``: the folder of course files into the database and back."""

import sys
from collections import Counter
from pathlib import Path

import click
import sqlalchemy as sa
from flask.cli import AppGroup

from .. import clock
from ..catalogue import course_folder
from ..catalogue.course_folder import QUESTIONNAIRE_FILE, SHIPPED, Loaded
from ..catalogue.models import Course
from ..catalogue.toml_text import Fault
from ..db import db, writing
from ..evaluation import loading
from ..evaluation.questionnaire_files import STAGES, write_questionnaires
from ..web.filters import plural
from .imports import import_command
from .partnership import partnership_of_site

commands = AppGroup("courses", help="Course files: check them, load them, write the site's courses back.")
commands.add_command(import_command("courses"))
from_folder = click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=SHIPPED,
    help="The folder of course files. [default: the one that ships]",
)


@commands.command("check")
@from_folder
def check(folder: Path) -> None:
    """Say every fault of the files with its place; exit 1 if there is any. Loads nothing."""
    found = course_folder.read_folder(folder)
    asked, faults = loading.read_questionnaires(folder)
    say(found.faults + faults)
    if found.faults or faults:
        sys.exit(1)
    own = len(asked) - 1
    courses = plural(len(found.courses), "course is", "courses are")
    click.echo(f"{courses} in order, {own} with questions of their own.")


@commands.command("load")
@from_folder
def load(folder: Path) -> None:
    """Put new and changed courses into the database; leave alone what was edited on the site."""
    found = course_folder.read_folder(folder)
    asked, faults = loading.read_questionnaires(folder)
    partnership = partnership_of_site()
    with writing():
        became = course_folder.load_courses(
            found.courses, partnership_id=partnership.id if partnership else None, now=clock.now()
        )
        questionnaires = loading.load_asked(asked, [course.slug for course in found.courses], folder)
    say(found.faults + faults)
    for slug, what in became.items():
        if what is Loaded.LEFT_ALONE:
            click.echo(
                f"{slug} was edited on the site and is left alone. flask courses export writes it back."
            )
    counts = Counter(became.values())
    said = ", ".join(f"{counts[what]} {what}" for what in Loaded if counts[what]) or "none"
    click.echo(f"Courses: {said}. Questionnaires: {questionnaires} new or changed.")
    if partnership is None:
        click.echo(
            "There is no partnership on this site yet, so they are in nobody's programme. Load again then."
        )
    if found.faults or faults:
        sys.exit(1)


@commands.command("export")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=SHIPPED,
    help="Where to write them. [default: the folder that ships]",
)
def export(folder: Path) -> None:
    """Write the site's courses and questions as files, for review; loading them again changes nothing."""
    courses = list(db.session.scalars(sa.select(Course).order_by(Course.slug)))
    written = course_folder.export_courses(courses, folder)
    usual, faults = loading.read_questionnaires(SHIPPED)
    if faults:
        say(faults)
        sys.exit(1)
    stored = loading.stored_questionnaires([course.id for course in courses])
    if course_folder.write_text(
        folder / QUESTIONNAIRE_FILE, (SHIPPED / QUESTIONNAIRE_FILE).read_text("utf-8")
    ):
        written.append(folder / QUESTIONNAIRE_FILE)
    for course in courses:
        stages = [loading.text_of(stored[course.id, s]) for s in STAGES if (course.id, s) in stored]
        path = folder / course.slug / QUESTIONNAIRE_FILE
        if stages == usual[""] or not stages:
            path.unlink(missing_ok=True)
        elif course_folder.write_text(path, write_questionnaires(stages)):
            written.append(path)
    for path in written:
        click.echo(f"wrote {path}")
    click.echo(f"{plural(len(courses), 'course')}, {plural(len(written), 'file')} new or changed.")


def say(faults: list[Fault]) -> None:
    """Every fault on a line of its own."""
    for fault in sorted(faults):
        click.echo(str(fault), err=True)
