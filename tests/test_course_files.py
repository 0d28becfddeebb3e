"""The folder of course files: read strictly, loaded without overwriting what the site says, written back the same."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.catalogue import actions
from app.catalogue.course_files import CourseFile, faults_between, parse_course, write_course
from app.catalogue.course_folder import SHIPPED, Loaded, load_courses, read_folder
from app.catalogue.models import Course, CourseOffer
from app.catalogue.rules import APPROVALS, DELIVERIES, KINDS, PART_ONE, STRENGTHS, CourseContent
from app.db import db, rebuilding, writing
from app.evaluation.loading import load_asked, read_questionnaires
from app.evaluation.models import EvaluationResponse, Question, Questionnaire
from app.evaluation.questionnaire_files import (
    QuestionText,
    StageText,
    parse_questionnaires,
    write_questionnaires,
)
from tests.factories import make_event, make_partnership

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
GOOD = """+++
title = "Neglect"
kind = "subject"
delivery = "virtual"
level = 2
requires = ["part-1"]
+++

What it is about.
"""
typable = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])
words = st.text(typable, min_size=1, max_size=30).map(str.strip).filter(bool)
texts = st.text(typable | st.sampled_from("\n\t"), max_size=60).map(str.strip)
lists = st.lists(words, max_size=4, unique=True).map(tuple)


def faults_of(text: str, slug: str = "neglect") -> list[str]:
    """The faults of a course file, as they are printed."""
    read = parse_course(slug, f"courses/{slug}/course.md", text)
    return [] if isinstance(read, CourseFile) else [str(fault) for fault in read]


def test_a_good_file_gives_the_course():
    read = parse_course("neglect", "courses/neglect/course.md", GOOD)
    assert isinstance(read, CourseFile)
    assert read.content == CourseContent(
        title="Neglect",
        kind="subject",
        delivery="virtual",
        level=2,
        required={"part-1": "to book"},
        description="What it is about.",
    )


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("level = 2", "level = 5", "5: level: must be 1 to 4"),
        ("level = 2", 'level = "2"', "5: level: must be a whole number"),
        ("level = 2", "level = true", "5: level: must be a whole number"),
        ("level = 2", "levle = 2", "5: levle: is not a key that is known here"),
        ('title = "Neglect"\n', "", "1: title: is missing"),
        ('"Neglect"', '"  "', "2: title: is empty"),
        ('"Neglect"', f'"{"x" * 201}"', "2: title: must have at most 200 characters (it has 201)"),
        ('"subject"', '"topic"', "3: kind: must be one of core, subject, seminar, e-learning, forum"),
        (
            '"virtual"',
            '"external"',
            "1: provider: is missing: a course of delivery external says whose it is",
        ),
        ('["part-1"]', '"part-1"', "6: requires: must be a list of texts"),
        ('["part-1"]', '["part-1", ""]', "6: requires: must be a list of texts, none of them empty"),
        ('["part-1"]', '["a", "a"]', "6: requires: says the same thing twice"),
        ("level = 2", 'audience_groups = ["Friends"]', '5: audience_groups: does not know "Friends"'),
        ("level = 2", 'provider_url = "javascript:x"', "5: provider_url: must begin with https://"),
        ("level = 2", 'published = "no"', "5: published: must be true or false"),
        (
            "level = 2",
            'requires_advised = ["part-1"]',
            '5: requires_advised: names "part-1", which is required in another strength already',
        ),
        ("level = 2", 'approval = "boss"', "5: approval: must be one of confirm, manager, lead"),
        ("level = 2", 'part_one = "drop"', "5: part_one: must be one of chase, release"),
        ("level = 2", 'part_one = ""', "5: part_one: is empty"),
        ("level = 2", 'copies_manager = "yes"', "5: copies_manager: must be true or false"),
        ("level = 2", "refresh_every_months = 0", "5: refresh_every_months: must be 1 to 120"),
        ("level = 2", "several_places = 1", "5: several_places: must be true or false"),
        ("level = 2", 'equivalents = "x"', "5: equivalents: must be a list of texts"),
        ("level = 2", "level = = 2", "5: is not TOML: Invalid value"),
        ("level = 2", 'title = "Again"', "5: is not TOML: Cannot overwrite a value"),
        ('"Neglect"', '"Ne\\u0000glect"', "2: title: holds a control character: take it out"),
        ('"Neglect"', '"Neglect\\nBcc: x"', "2: title: must be one line"),
        ("level = 2", 'themes = ["a\\u0007"]', "5: themes: holds a control character: take it out"),
        ("What it", "What\x00it", " holds a control character: take it out"),
        ("What it", "# What it", '9: begin headings with "## " (the page has its own first heading)'),
        ("+++\n\n", "\n", "1: must begin with +++, then the keys, then a line +++"),
    ],
)
def test_a_fault_names_file_line_and_key(old: str, new: str, fault: str):
    found = faults_of(GOOD.replace(old, new, 1))
    expected = f"courses/neglect/course.md:{fault}"
    assert expected in found


def test_every_fault_of_a_file_is_told_at_once():
    wrong = GOOD.replace("level = 2", "level = 9").replace('"subject"', '"topic"').replace("title", "titel")
    assert len(faults_of(wrong)) == 4


def test_a_key_within_a_text_of_many_lines_is_no_key():
    text = GOOD.replace("level = 2", 'audience = """\nlevel = 7\n"""\nlevel = 7')
    assert faults_of(text) == ["courses/neglect/course.md:8: level: must be 1 to 4"]


def test_a_folder_is_named_as_an_address():
    assert faults_of(GOOD, "Neglect_1") == [
        "courses/Neglect_1/course.md: its folder must be named in small letters, figures and hyphens"
    ]


def test_windows_line_ends_change_nothing():
    assert faults_of(GOOD.replace("\n", "\r\n")) == []


@given(
    st.builds(
        CourseContent,
        title=words,
        kind=st.sampled_from(list(KINDS)),
        delivery=st.sampled_from([delivery for delivery in DELIVERIES if delivery != "external"]),
        level=st.none() | st.integers(1, 4),
        minutes=st.none() | st.integers(1, 600),
        other_names=lists,
        outcomes=lists,
        themes=lists,
        audience=texts,
        do_first=texts,
        required=st.dictionaries(st.from_regex(r"[a-z]{1,9}", fullmatch=True), st.sampled_from(STRENGTHS)),
        equivalents=st.frozensets(st.from_regex(r"[a-z]{1,9}", fullmatch=True), max_size=4),
        part_one=st.sampled_from(list(PART_ONE)),
        approval=st.sampled_from(["", *APPROVALS]),
        copies_manager=st.booleans(),
        several_places=st.booleans(),
        refresh_every_months=st.none() | st.integers(1, 120),
        certificate_waits_for_after=st.booleans(),
        published=st.booleans(),
        description=texts.filter(lambda text: not text.startswith("# ") and "\n# " not in text),
    )
)
def test_any_course_reads_the_same_after_it_was_written(content: CourseContent):
    read = parse_course("neglect", "neglect", write_course(content))
    assert isinstance(read, CourseFile), [str(fault) for fault in read]
    assert read.content == content


def course_file(slug: str, title: str = "", **content: object) -> CourseFile:
    """A course as it stands in a file."""
    said = CourseContent(**{"title": title or slug, "kind": "subject", "delivery": "virtual", **content})  # type: ignore[arg-type]
    return CourseFile(slug, f"courses/{slug}/course.md", said)


def test_faults_that_show_only_beside_other_courses():
    courses = [
        course_file("a", required={"b": "to book"}),
        course_file("b", required={"a": "advised"}),
        course_file("c", "B", required={"nowhere": "by a deadline"}),
        course_file("d", equivalents=frozenset({"a", "d", "gone"})),
    ]
    assert [str(fault) for fault in faults_between(courses, {"a", "b", "c", "d"})] == [
        "courses/a/course.md:1: requires: goes round in a circle: a \u2192 b \u2192 a",
        "courses/b/course.md:1: requires_advised: goes round in a circle: b \u2192 a \u2192 b",
        'courses/c/course.md:1: requires_by_deadline: there is no course "nowhere"',
        "courses/c/course.md:1: title: is also the title of courses/b/course.md",
        "courses/d/course.md:1: equivalents: names the course itself",
        'courses/d/course.md:1: equivalents: there is no course "gone"',
    ]


def test_the_courses_that_ship_are_in_order_and_written_as_export_writes_them():
    found = read_folder()
    assert found.faults == []
    assert {"working-together", "strategy-discussions", "sudi-safer-sleep"} <= {c.slug for c in found.courses}
    for course in found.courses:
        assert (SHIPPED / course.slug / "course.md").read_text("utf-8") == write_course(course.content)
        assert course.content.summary and course.content.description and course.content.audience


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the folder that ships, to spoil."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "courses"))


def flask(app: Flask, *arguments: str) -> Result:
    """Run a command of the app."""
    db.session.rollback()
    return app.test_cli_runner().invoke(args=["courses", *arguments], catch_exceptions=False)


def spoil(folder: Path, slug: str, old: str, new: str) -> Path:
    """Change a course file."""
    path = folder / slug / "course.md"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


def test_check_says_every_fault_and_loads_nothing(app: Flask, copied: Path):
    spoil(copied, "neglect", "level = 1", "level = 7")
    (copied / "empty").mkdir()
    (copied / "safer-sleep" / "course.md").write_bytes(b"\xff\xfe")
    spoiled = (copied / "questionnaire.toml").read_text("utf-8").replace('kind = "text"', 'kind = "essay"', 1)
    (copied / "questionnaire.toml").write_text(spoiled, "utf-8")
    result = flask(app, "check", "--folder", str(copied))
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert "courses/empty/course.md: is missing: every folder of courses holds one" in lines
    assert "courses/safer-sleep/course.md: is not text in UTF-8" in lines
    assert [
        line for line in lines if "courses/neglect/course.md:" in line and "level: must be 1 to 4" in line
    ]
    assert [line for line in lines if "questionnaire.toml:" in line and "kind: must be one of" in line]
    # ... and what a course requires is not there when that course has a fault
    assert [line for line in lines if 'requires_advised: there is no course "safer-sleep"' in line]
    assert db.session.scalar(sa.select(sa.func.count(Course.id))) == 0


def test_check_is_content_with_what_ships(app: Flask):
    result = flask(app, "check")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "courses are in order" in result.stdout


def test_load_puts_the_courses_into_the_programme_and_the_second_time_changes_nothing(app: Flask):
    make_partnership()
    first, second = flask(app, "load"), flask(app, "load")
    assert (first.exit_code, second.exit_code) == (0, 0)
    courses = db.session.scalars(sa.select(Course)).all()
    assert (
        len(courses)
        == len(read_folder().courses)
        == db.session.scalar(sa.select(sa.func.count()).select_from(CourseOffer))
    )
    assert f"{len(courses)} same. Questionnaires: 0" in second.stdout
    assert db.session.scalar(sa.select(sa.func.count(Questionnaire.id))) == 3 * len(courses)


def test_load_takes_the_good_files_and_nothing_of_a_faulty_one(app: Flask, copied: Path):
    make_partnership()
    spoil(copied, "strategy-discussions", "level = 3", "level = 33")
    result = flask(app, "load", "--folder", str(copied))
    assert result.exit_code == 1
    assert "courses/strategy-discussions/course.md:" in result.stderr
    slugs = set(db.session.scalars(sa.select(Course.slug)))
    assert "working-together" in slugs and "strategy-discussions" not in slugs


def test_courses_without_a_partnership_are_offered_by_the_next_load(app: Flask):
    assert "no partnership on this site yet" in flask(app, "load").stdout
    partnership = make_partnership()
    flask(app, "load")
    assert len(db.session.scalars(Course.offered_by(partnership.id)).all()) == len(read_folder().courses)


def test_a_changed_file_changes_its_course(app: Flask, copied: Path):
    make_partnership()
    flask(app, "load", "--folder", str(copied))
    spoil(copied, "neglect", 'title = "Neglect"', 'title = "Neglect, and what helps"')
    result = flask(app, "load", "--folder", str(copied))
    assert "1 changed" in result.stdout
    course = db.session.scalar(sa.select(Course).where(Course.slug == "neglect"))
    assert course is not None and course.title == "Neglect, and what helps"
    assert " help" in course.search_text


def edit(slug: str, **changes: object) -> None:
    """Change a course as the site does."""
    with writing():
        course = db.session.scalars(sa.select(Course).where(Course.slug == slug)).one()
        said = {**vars(actions.content_of(course)), **changes}
        actions.edit_course(course, CourseContent(**said), now=NOW)


def test_a_course_edited_on_the_site_is_left_alone_and_said(app: Flask, copied: Path):
    make_partnership()
    flask(app, "load", "--folder", str(copied))
    edit("neglect", title="Neglect as we teach it")
    spoil(copied, "neglect", 'title = "Neglect"', 'title = "Neglect, and what helps"')
    result = flask(app, "load", "--folder", str(copied))
    assert "neglect was edited on the site and is left alone" in result.stdout
    course = db.session.scalars(sa.select(Course).where(Course.slug == "neglect")).one()
    assert course.title == "Neglect as we teach it"


def test_export_and_load_go_round_exactly(app: Flask, copied: Path, tmp_path: Path):
    make_partnership()
    flask(app, "load", "--folder", str(copied))
    edit("neglect", title='Neglect "as we" teach it', outcomes=("one\\two", "three"), level=None)
    edit(
        "physical-abuse",
        equivalents=frozenset({"neglect", "county-lines"}),
        part_one="release",
        approval="lead",
        copies_manager=True,
        several_places=True,
        refresh_every_months=36,
    )
    own = [StageText("after", "Hello", (QuestionText("knowledge", "How?", "rating", True, True),))]
    (copied / "neglect" / "questionnaire.toml").write_text(write_questionnaires(own), "utf-8")
    flask(app, "load", "--folder", str(copied))
    out = tmp_path / "out"
    assert flask(app, "export", "--folder", str(out)).exit_code == 0
    assert (out / "neglect" / "questionnaire.toml").read_text("utf-8") == write_questionnaires(own)
    assert not (out / "safer-sleep" / "questionnaire.toml").exists()
    again = flask(app, "load", "--folder", str(out))
    assert "28 same. Questionnaires: 0" in again.stdout.replace(str(len(read_folder().courses)), "28")
    course = db.session.scalars(sa.select(Course).where(Course.slug == "neglect")).one()
    assert course.edited_at is None  # its file says the same now
    assert "0 files" in flask(app, "export", "--folder", str(out)).stdout


def test_loading_says_what_becomes_of_each_course(app: Flask):
    with writing():
        became = load_courses([course_file("a"), course_file("b")], partnership_id=None, now=NOW)
    assert became == {"a": Loaded.NEW, "b": Loaded.NEW}
    with writing():
        became = load_courses([course_file("a"), course_file("b", "Other")], partnership_id=None, now=NOW)
    assert became == {"a": Loaded.SAME, "b": Loaded.CHANGED}


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('kind = "rating"', 'kind = "stars"', "12: kind: must be one of rating, text, choice"),
        ("[before]", "[befor]", "5: befor: is not a key that is known here"),
        ('key = "overall"', 'key = "knowledge"', '26: key: "knowledge" is asked twice at this stage'),
        ('key = "overall"', 'key = "Over all"', "26: key: must be small letters, figures and underscores"),
        ("needed = true", "needed = 1", "13: needed: must be true or false"),
        ('kind = "text"', 'kind = "choice"', "34: options: must be a list of two texts or more for a choice"),
        ("headline = true\n", "", 'headline: differs from the same question "knowledge" at an earlier stage'),
    ],
)
def test_a_fault_of_a_questionnaire_names_line_and_key(old: str, new: str, fault: str):
    text = (SHIPPED / "questionnaire.toml").read_text("utf-8")
    stages, faults = parse_questionnaires("q.toml", text.replace(old, new, 1))
    assert stages == []
    found = [str(found).removeprefix("q.toml:") for found in faults]
    without_lines = [said.partition(": ")[2] for said in found]
    assert fault.partition(": ")[2] in without_lines or fault in without_lines, found


def test_the_questionnaire_that_ships_asks_the_headline_question_at_every_stage():
    stages = read_questionnaires()[0][""]
    assert [stage.stage for stage in stages] == ["before", "after", "follow-up"]
    headlines = {q.key: q.text for stage in stages for q in stage.questions if q.headline}
    assert headlines == {"knowledge": "How would you rate your knowledge and skills on this subject?"}
    assert [q.key for q in stages[1].questions] == ["knowledge", "overall", "use", "comment"]


def asks(course_id: int, stage: str = "after") -> list[tuple[int, list[str]]]:
    """The versions of a course's questionnaire with their keys."""
    rows = db.session.execute(
        sa.select(Questionnaire.version, Question.key)
        .join(Question, Question.questionnaire_id == Questionnaire.id)
        .where(Questionnaire.course_id == course_id, Questionnaire.stage == stage)
        .order_by(Questionnaire.version, Question.number)
    )
    found: dict[int, list[str]] = {}
    for version, key in rows:
        found.setdefault(version, []).append(key)
    return sorted(found.items())


def test_wording_freezes_with_the_first_answer(app: Flask):
    event = make_event()
    slug = event.course.slug

    def load(key: str) -> int:
        text = StageText("after", "", (QuestionText(key, "How was it?", "rating"),))
        with writing():
            return load_asked({"": [text]}, [slug])

    assert (load("first"), load("first"), load("second")) == (1, 0, 1)
    assert asks(event.course_id) == [(1, ["second"])]
    with rebuilding() as session:
        asked = session.scalars(sa.select(Questionnaire)).one()
        session.add(
            EvaluationResponse(
                event_id=event.id, questionnaire_id=asked.id, stage="after", answered_at=NOW, how="paper"
            )
        )
    assert load("third") == 1
    assert asks(event.course_id) == [(1, ["second"]), (2, ["third"])]
    assert load("fourth") == 1
    assert asks(event.course_id) == [(1, ["second"]), (2, ["fourth"])]
