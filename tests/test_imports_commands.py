"""``flask courses|venues|events|bookings import FILE``: exit codes, sentences and JSON."""

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from click.testing import Result
from flask import Flask

from app.catalogue.models import Course, Event, Venue
from app.db import db, writing
from app.imports.models import ImportBatch
from tests.factories import make_course, make_event, make_partnership
from tests.imported import AT_WORK, bookings, csv_of
from tests.test_imports_loading import COURSES, EVENTS, PAST, VENUES


@pytest.fixture(autouse=True)
def somewhere(app: Flask, today: time_machine.Traveller) -> None:
    make_partnership()


def flask(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=list(words))


def saved(folder: Path, content: bytes, name: str = "old.csv") -> str:
    (folder / name).write_bytes(content)
    return str(folder / name)


def as_json(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def number(model: type[Any]) -> int:
    return db.session.scalars(sa.select(sa.func.count()).select_from(model)).one()


def test_each_kind_of_file_has_its_command(app: Flask, tmp_path: Path):
    for kind, content in (("courses", COURSES), ("venues", VENUES), ("events", EVENTS)):
        result = flask(app, kind, "import", saved(tmp_path, content))
        assert result.exit_code == 0, result.output
        assert " loaded. To take them back: flask imports undo " in result.stdout
    rows = bookings(("Neglect", "10/03/2026", "Ann Archer", "", "Nowhere", "", "came", ""))
    result = flask(app, "bookings", "import", saved(tmp_path, rows))
    assert result.exit_code == 1 and "Line 2, Agency: \u201cNowhere\u201d is no agency" in result.stderr
    assert (number(Course), number(Venue), number(Event)) == (2, 1, 3)


def test_a_dry_run_says_every_fault_with_its_line_and_writes_nothing(app: Flask, tmp_path: Path):
    make_event(make_course("Neglect"), starts=PAST)
    rows = bookings(
        ("Neglect", "31/02/2026", "Ann Archer", "ann@", AT_WORK, "", "came", ""),
        ("Neglct", "10/03/2026", "Bea Booked", "bea@x.example", "", "", "perhaps", ""),
    )
    result = flask(app, "bookings", "import", saved(tmp_path, rows), "--dry-run", "--json")
    assert result.exit_code == 1
    assert as_json(result) == {
        "rows": 2,
        "good": 0,
        "batch": None,
        "faults": [
            {"line": 2, "column": "Agency", "message": "\u201cNorthshire County Council\u201d is no agency, school or setting here."
             " If it is not in the list of agencies, write \u201cOther organisations\u201d as agency, this name as setting, "
             "and yes under \u201cNew setting\u201d"},
            {"line": 2, "column": "Email", "message": "\u201cann@\u201d is not an email address"},
            {"line": 2, "column": "Starts", "message": "31 February 2026 is not a date"},
            {"line": 3, "column": "Agency", "message": "is empty: every row needs it"},
            {"line": 3, "column": "Came", "message": "\u201cperhaps\u201d is not one of: came, absent, excused, walk-in"},
            {"line": 3, "column": "Course", "message": "\u201cNeglct\u201d is no course here. Did you mean \u201cNeglect\u201d?"},
        ],
    }  # fmt: skip
    good = flask(app, "venues", "import", saved(tmp_path, VENUES), "--dry-run")
    assert good.exit_code == 0 and "1 row can be loaded. This was a dry run" in good.stdout
    assert number(Venue) == number(ImportBatch) == 0


def test_the_same_file_once_more_says_so_and_changes_nothing(app: Flask, tmp_path: Path):
    path = saved(tmp_path, VENUES)
    first = as_json(flask(app, "venues", "import", path, "--json"))
    assert first["batch"] and first["rows"] == first["good"] == 1 and first["faults"] == []
    for more in ((), ("--dry-run",)):
        again = flask(app, "venues", "import", path, *more)
        assert again.exit_code == 0
        assert (
            f"was loaded on 20 November 2026 already, as {first['batch']}. Nothing was changed."
            in again.stdout
        )
    assert as_json(flask(app, "venues", "import", path, "--json"))["batch"] == first["batch"]


def test_what_is_no_table_is_refused_with_exit_code_1(app: Flask, tmp_path: Path):
    picture = saved(tmp_path, b"\x89PNG\r\n\x1a\n", "people.csv")
    result = flask(app, "bookings", "import", picture, "--json")
    assert result.exit_code == 1
    assert as_json(result)["faults"][0]["message"].startswith("This is a picture, whatever its name says.")
    assert "This is a picture" in flask(app, "bookings", "import", picture).stderr


def test_a_missing_column_is_a_fault_of_the_headings_and_can_be_named(app: Flask, tmp_path: Path):
    path = saved(tmp_path, csv_of(("Rooms", "Post code"), ("Hill Top Centre", "NO1 2AB")))
    result = flask(app, "venues", "import", path)
    assert result.exit_code == 1
    assert "Line 1: No column is chosen for \u201cName\u201d: every row needs it" in result.stderr
    assert flask(app, "venues", "import", path, "--column", "Name=Rooms").exit_code == 0
    assert flask(app, "venues", "import", path, "--column", "Nome=Rooms").exit_code == 2
    assert db.session.scalars(sa.select(Venue.name)).all() == ["Hill Top Centre"]


def test_a_batch_is_listed_and_taken_back_by_its_name(app: Flask, tmp_path: Path):
    flask(app, "venues", "import", saved(tmp_path, VENUES))
    (line,) = flask(app, "imports", "list").stdout.splitlines()
    batch = line.split()[0]
    assert line.endswith("venues, old.csv, 20 November 2026")
    assert "is gone again" in flask(app, "imports", "undo", batch).stdout
    assert "already" in flask(app, "imports", "undo", batch).stdout
    assert flask(app, "imports", "list").stdout.strip().endswith("taken back on 20 November 2026")
    assert flask(app, "imports", "undo", "nothing").exit_code == 2
    assert number(Venue) == 0


def test_what_stands_against_taking_a_batch_back_is_said_with_exit_code_1(app: Flask, tmp_path: Path):
    flask(app, "courses", "import", saved(tmp_path, COURSES))
    make_event(db.session.scalars(sa.select(Course).where(Course.slug == "neglect")).one())
    batch = db.session.scalars(sa.select(ImportBatch.public_id)).one()
    result = flask(app, "imports", "undo", batch)
    assert result.exit_code == 1 and result.stderr.strip() == "Row 3, Neglect: has a date"
    assert number(Course) == 2


@pytest.mark.parametrize("public_id", ["-q8Vx0nJt2LbW5sA", "--8Vx0nJt2LbW5sA"])
def test_a_batch_whose_id_begins_with_a_dash_is_taken_back_too(app: Flask, tmp_path: Path, public_id: str):
    flask(app, "courses", "import", saved(tmp_path, COURSES))
    with writing():
        db.session.scalars(sa.select(ImportBatch)).one().public_id = public_id
    assert flask(app, "imports", "undo", public_id).exit_code == 0
    assert number(Course) == 0
