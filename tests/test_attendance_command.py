"""``flask attendance import``: what it says and writes, and its exit codes, on both databases."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from app.accounts.models import Person
from app.accounts.rules import Role
from app.attendance.actions import mark_delegates
from app.attendance.models import Mark, RegisterClosing
from app.attendance.report_models import AttendanceReport, KnownAddress, ReportFile, ReportMark
from app.attendance.reporting import due
from app.attendance.rules import MarkKind, Wanted
from app.audit.models import Trace
from app.booking.models import Booking
from app.catalogue.models import Event, EventSession
from app.clock import stopped_at
from app.completions.models import Completion
from app.db import db, writing
from app.records.actions import changing
from tests.attendance_reports import Call, Guest, Stay, as_teams_saves, teams_2022, zoom_unique
from tests.conftest import TODAY
from tests.factories import add, make_booking, make_course, make_event, make_person, make_trainer

START = TODAY - timedelta(hours=5)
END = START + timedelta(hours=3)


@pytest.fixture
def event(each_app: Flask, today: object) -> Event:
    """An event of this morning: Ada, Ben, Cleo and Dev are booked, Tom delivers."""
    found = make_event(make_course("Neglect"), starts=START)
    for name in ("Ada Adeyemi", "Ben Archer", "Cleo Brown", "Dev Chandra"):
        make_booking(found, make_person(name))
    make_trainer(found, make_person("Tom Trainer", Role.TRAINER))
    return found


def guest(name: str, email: str = "", begins: float = 0, ends: float = 180, **more: str) -> Guest:
    """Somebody in the meeting, by minutes."""
    return Guest(
        name, email, (Stay(START + timedelta(minutes=begins), START + timedelta(minutes=ends)),), **more
    )


ADA = guest("Adeyemi, Ada", "ada.adeyemi@northshire.example", 12)
BEN = guest("Ben Archer (Guest)", "", 0, 90)
GUESTS = (
    ADA,
    BEN,
    guest("Xavier Quill"),
    guest("Tom Trainer", "tom.trainer@northshire.example", role="Organizer"),
)


def file(
    folder: Path, *guests: Guest, name: str = "report.csv", opted_out: int = 0, title: str = "Neglect"
) -> str:
    """A report in a folder."""
    call = Call(title, guests or GUESTS, START, END, opted_out=opted_out)
    (folder / name).write_bytes(as_teams_saves(teams_2022(call)))
    return str(folder / name)


def run(app: Flask, event: Event, *words: str) -> Result:
    """The command."""
    event_id = event.id
    result = app.test_cli_runner().invoke(args=["attendance", "import", str(event_id), *words])
    db.session.rollback()
    return result


def as_json(result: Result) -> dict[str, Any]:
    """What it says to machines."""
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def marks() -> dict[str, tuple[str, int, int, str]]:
    """The marks there are, by name."""
    rows = sa.select(Person.name, Mark.mark, Mark.minutes_late, Mark.left_early, Mark.how).join(
        Booking, Booking.person_id == Person.id
    )
    return {row[0]: tuple(row[1:]) for row in db.session.execute(rows.join(Mark)).all()}


def number(model: type[Any]) -> int:
    """How many rows there are."""
    return db.session.scalars(sa.select(sa.func.count()).select_from(model)).one()


def test_a_report_marks_whoever_it_names_and_says_who_is_left(each_app: Flask, event: Event, tmp_path: Path):
    result = run(each_app, event, file(tmp_path, opted_out=1), "--json")
    assert result.exit_code == 0, result.output
    said = as_json(result)
    assert [(p["name"], p["seconds"], p["found"], p["delegate"]) for p in said["people"]] == [
        ("Adeyemi, Ada", 168 * 60, "matched", "Ada Adeyemi"),
        ("Ben Archer (Guest)", 90 * 60, "matched", "Ben Archer"),
        ("Tom Trainer", 180 * 60, "staff", None),
        ("Xavier Quill", 180 * 60, "unknown", None),
    ]
    assert said["missing"] == ["Cleo Brown", "Dev Chandra"] and said["below"] == ["Ben Archer"]
    assert said["unknown"] == ["Xavier Quill"] and said["ambiguous"] == []
    assert said["remarks"][0].startswith("The file says 5 attended and names 4")
    assert said["saved"] and said["report"]
    assert marks() == {
        "Ada Adeyemi": ("present", 12, 0, "report"),
        "Ben Archer": ("present", 0, 90, "report"),
    }


def test_a_dry_run_says_the_same_and_writes_nothing(each_app: Flask, event: Event, tmp_path: Path):
    path = file(tmp_path)
    dry = as_json(run(each_app, event, path, "--dry-run", "--json"))
    assert not dry["saved"] and marks() == {} and number(AttendanceReport) == 0
    real = as_json(run(each_app, event, path, "--json"))
    assert {k: v for k, v in dry.items() if k not in ("saved", "report")} == {
        k: v for k, v in real.items() if k not in ("saved", "report")
    }


def test_the_same_file_twice_changes_nothing(each_app: Flask, event: Event, tmp_path: Path):
    path = file(tmp_path)
    run(each_app, event, path)
    before = marks()
    again = run(each_app, event, path)
    assert again.exit_code == 0 and "in the register already" in again.stdout
    assert marks() == before and number(AttendanceReport) == 1


def test_a_meeting_that_was_restarted_is_joined_at_once_or_later(
    each_app: Flask, event: Event, tmp_path: Path
):
    first = file(tmp_path, guest("Ada Adeyemi", "", 0, 80), name="1.csv")
    second = file(tmp_path, guest("Ada Adeyemi", "", 90, 180), name="2.csv")
    run(each_app, event, first)
    assert marks()["Ada Adeyemi"] == ("present", 0, 100, "report")
    said = as_json(run(each_app, event, second, "--json"))
    assert marks()["Ada Adeyemi"] == ("present", 0, 10, "report")
    assert any("more than one file" in sentence for sentence in said["remarks"])
    both = as_json(
        run(each_app, make_event(make_course("Other"), starts=START), first, second, "--dry-run", "--json")
    )
    assert len(both["files"]) == 2


def test_a_mark_made_by_hand_is_kept_and_said(each_app: Flask, event: Event, tmp_path: Path):
    ada = db.session.scalars(
        sa.select(Booking).join(Person, Person.id == Booking.person_id).where(Person.name == "Ada Adeyemi")
    ).one()
    session_id = db.session.scalars(sa.select(EventSession.id)).one()
    with changing(event.id, now=TODAY) as locked:
        mark_delegates(locked, session_id, {ada.id: Wanted(MarkKind.ABSENT)}, by_id=ada.person_id, now=TODAY)
    said = as_json(run(each_app, event, file(tmp_path), "--json"))
    assert said["by_hand"] == ["Ada Adeyemi"]
    assert marks()["Ada Adeyemi"] == ("absent", 0, 0, "register")


def test_a_closed_register_wants_a_reason(each_app: Flask, event: Event, tmp_path: Path):
    add(RegisterClosing(event_id=event.id, closed_at=TODAY))
    path = file(tmp_path)
    refused = run(each_app, event, path)
    assert refused.exit_code == 1 and "Say why you correct this register" in refused.stderr
    assert marks() == {} and number(AttendanceReport) == 0
    assert run(each_app, event, path, "--why", "the report came late").exit_code == 0
    assert len(marks()) == 2
    assert number(Completion) == 1  # the certificate and the record follow


def test_a_file_of_another_day_or_event_is_refused(each_app: Flask, event: Event, tmp_path: Path):
    other = make_event(make_course("Other"), starts=TODAY - timedelta(days=40))
    result = run(each_app, other, file(tmp_path))
    assert result.exit_code == 1
    assert (
        "another meeting: it began on 20 November 2026" in result.stdout
        and "Nothing was written" in result.stdout
    )
    assert number(AttendanceReport) == 0


def test_what_is_no_report_is_told_plainly_with_the_files_name(each_app: Flask, event: Event, tmp_path: Path):
    good = file(tmp_path)
    for name, content, said in (
        ("empty.csv", b"", "empty.csv: The file is empty"),
        ("book.xlsx", b"PK\x03\x04....", "book.xlsx: This is an Excel workbook"),
        ("picture.csv", b"\x89PNG....", "picture.csv: This is a picture"),
    ):
        (tmp_path / name).write_bytes(content)
        result = run(each_app, event, good, str(tmp_path / name))
        assert result.exit_code == 1 and said in result.stderr
        assert as_json(run(each_app, event, str(tmp_path / name), "--json"))["refused"].startswith(said)
    assert marks() == {}


def test_unknown_events_and_files_are_usage_errors(each_app: Flask, event: Event, tmp_path: Path):
    assert (
        each_app.test_cli_runner().invoke(args=["attendance", "import", "99", file(tmp_path)]).exit_code == 2
    )
    assert run(each_app, event, str(tmp_path / "none.csv")).exit_code == 2
    assert run(each_app, event).exit_code == 2


def test_a_file_without_times_asks_of_which_session_it_is(each_app: Flask, event: Event, tmp_path: Path):
    with changing(event.id, now=TODAY):
        later = EventSession(event_id=event.id, starts_at=END, ends_at=END + timedelta(hours=1))
        db.session.add(later)
    path = tmp_path / "zoom.csv"
    path.write_bytes(zoom_unique(Call("Neglect", GUESTS, START, END), block=False).encode())
    asked = run(each_app, event, str(path))
    assert asked.exit_code == 1 and "Say --session" in asked.stdout and marks() == {}
    assert run(each_app, event, str(path), "--session", "9").exit_code == 2
    assert run(each_app, event, str(path), "--session", "2").exit_code == 0
    assert marks()["Ada Adeyemi"] == ("present", 0, 0, "report")


def test_an_address_that_was_remembered_is_matched(each_app: Flask, event: Event, tmp_path: Path):
    cleo = db.session.scalars(sa.select(Person).where(Person.name == "Cleo Brown")).one()
    add(KnownAddress(person_id=cleo.id, address="cleo@home.example", remembered_at=TODAY))
    run(each_app, event, file(tmp_path, guest("C.", "Cleo@Home.example")))
    assert marks() == {"Cleo Brown": ("present", 0, 0, "report")}


def test_the_trail_keeps_name_and_hash_and_the_clock_forgets_the_rows(
    each_app: Flask, event: Event, tmp_path: Path
):
    run(each_app, event, file(tmp_path))
    kept = db.session.scalars(sa.select(ReportFile)).one()
    (trail,) = db.session.scalars(sa.select(Trace).where(Trace.act == "attendance report saved")).all()
    assert kept.name in trail.why and kept.fingerprint in trail.why
    assert kept.raw is not None
    due(stopped_at(TODAY + timedelta(days=89)))
    assert db.session.scalars(sa.select(ReportFile.raw)).one() is not None
    due(stopped_at(TODAY + timedelta(days=91)))
    assert db.session.scalars(sa.select(ReportFile.raw)).one() is None
    assert (number(AttendanceReport), number(ReportMark), len(marks())) == (1, 2, 2)


def test_a_draft_is_forgotten_after_a_week(each_app: Flask, event: Event):
    with writing():
        draft = AttendanceReport(event_id=event.id, handed_in_at=TODAY)
        db.session.add(draft)
        db.session.flush()
        db.session.add(ReportFile(report_id=draft.id, name="x", fingerprint="y", kind="z", raw=b""))
    due(stopped_at(TODAY + timedelta(days=6)))
    assert number(AttendanceReport) == 1
    due(stopped_at(TODAY + timedelta(days=8)))
    assert (number(AttendanceReport), number(ReportFile)) == (0, 0)


def test_five_thousand_rows_are_read(each_app: Flask, event: Event, tmp_path: Path):
    crowd = [guest(f"Person Number {n}", f"p{n}@x.example", n % 60) for n in range(2500)]
    said = as_json(run(each_app, event, file(tmp_path, *crowd, ADA), "--json"))
    assert len(said["people"]) == 2501 and said["saved"]
    assert list(marks()) == ["Ada Adeyemi"]
