"""The floors of the house: imports look down only, packages of one floor do not know each other."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "app"
FLOORS = (
    ("db", "clock", "working_days", "errors", "config", "raw_rows"),
    ("notifications", "partnerships", "audit"),
    ("accounts",),
    ("catalogue", "web"),
    ("completions", "bulletin"),
    ("booking", "pool", "elearning"),
    ("attendance", "delivery", "materials"),
    ("evaluation",),
    ("tallies",),
    ("records", "reviews", "planning"),
    ("impact", "mailbox"),
    ("meetings", "privacy", "imports", "samples"),
    ("demo",),  # beside pages and cli in the house, but a command has to start it
    ("pages", "cli"),
    ("__init__", "tables"),
)
FLOOR = {name: number for number, names in enumerate(FLOORS) for name in names}
# web sits beside catalogue and may not know it; pages, cli and demo compose and do not know each other.
PURE = {
    "rules.py",
    "statistics.py",
    "charts.py",
    "calendar.py",
    "feed_text.py",
    "phones.py",
    "markup.py",
    "scorm.py",
    "figures.py",
    "definitions.py",
    "prices.py",
    "approval_rules.py",
    "chase_rules.py",
    "check_in_rules.py",
    "short_codes.py",
    "part_one.py",
    "reminders.py",
    "lasting.py",
    "evidence_files.py",
    "material_files.py",
    "message_table.py",
    "fields.py",
    "shipped.py",
    "wording_checks.py",
    "wording_faults.py",
    "timing_rules.py",
    "outcome_rules.py",
    "breakout_rules.py",
    "override_rules.py",
    "replies.py",
    "bounces.py",
    "mime.py",
    "sorting.py",
    "oauth_answers.py",
}
PURE_FOLDERS = {"reports"}  # attendance/reports: files of Teams and Zoom
VAGUE = {
    "util",
    "utils",
    "helper",
    "helpers",
    "manager",
    "service",
    "services",
    "common",
    "misc",
    "data",
    "info",
}
FILES = sorted(p for p in APP.rglob("*.py") if "static" not in p.parts)


def room(path: Path) -> str:
    """The package (or the single file of the ground floor) a file belongs to."""
    first = path.relative_to(APP).parts[0]
    return first.removesuffix(".py")


def imports(path: Path) -> set[str]:
    """Every module a file imports, absolute, function bodies included."""
    found: set[str] = set()
    package = ["app", *path.relative_to(APP).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            found |= {f"{module}.{alias.name}" for alias in node.names} | {module}
    return found


def rooms_imported(path: Path) -> set[str]:
    """The rooms of the house a file reaches into."""
    found = set()
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "app" and len(parts) > 1 and parts[1] in FLOOR:
            found.add(parts[1])
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(APP)))
def test_a_file_imports_only_from_floors_below_its_own(path: Path):
    own = room(path)
    assert own in FLOOR, f"{own} has no floor: put it into the house first"
    wrong = {other for other in rooms_imported(path) if other != own and FLOOR[other] >= FLOOR[own]}
    if own in (*FLOORS[0], *FLOORS[-1]):  # single files, not packages: beside each other, without a circle
        wrong -= set(FLOORS[FLOOR[own]])
    assert not wrong, f"{path.relative_to(ROOT)} (floor {FLOOR[own]}) imports {sorted(wrong)}"


PURE_FILES = [p for p in FILES if p.name in PURE or p.parent.name in PURE_FOLDERS]


@pytest.mark.parametrize("path", PURE_FILES, ids=lambda p: str(p.relative_to(APP)))
def test_a_pure_file_knows_neither_flask_nor_the_database(path: Path):
    outside = {name.split(".")[0] for name in imports(path)}
    assert not outside & {"flask", "sqlalchemy", "flask_login", "flask_wtf", "flask_sqlalchemy"}
    assert not {n for n in imports(path) if n == "app.db" or n.endswith(".models") or n == "app.clock.now"}


def test_nothing_in_the_app_imports_the_demonstration():
    assert not [p for p in FILES if room(p) not in ("demo", "cli") and "demo" in rooms_imported(p)]


def test_no_file_has_a_name_that_says_nothing():
    assert not [p for p in FILES if p.stem in VAGUE or p.parent.name in VAGUE]


def test_files_stay_readable():
    long = {str(p.relative_to(ROOT)): n for p in FILES if (n := len(p.read_text().splitlines())) > 300}
    assert not long, f"over 300 lines: {long}"


def test_now_is_asked_in_pages_and_commands_only():
    allowed = {"pages", "cli", "web", "clock"}
    wrong = [
        str(p.relative_to(APP)) for p in FILES if room(p) not in allowed and "clock.now()" in p.read_text()
    ]
    assert not wrong


def test_the_web_server_starts_without_the_libraries_that_few_pages_need(tmp_path: Path):
    heavy = "matplotlib", "numpy", "weasyprint", "docx", "lxml", "alembic", "icalendar", "holidays", "psycopg"
    look = f"import sys, wsgi; print([name for name in {heavy} if name in sys.modules])"
    env = {**os.environ, "ROUNDTABLE_FOLDER": str(tmp_path), "DATABASE_URL": ""}
    found = subprocess.run(
        [sys.executable, "-c", look], env=env, cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert found.stdout.strip() == "[]", found.stdout + found.stderr


def stale_clocks(path: Path) -> set[str]:
    """The lines in which a lock on an event is held, and ``now`` is what the clock said before it was."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        locks = isinstance(node, ast.With) and any("changing" in ast.unparse(w) for w in node.items)
        if not locks:
            continue
        assert isinstance(node, ast.With)
        names = [n for line in node.body for n in ast.walk(line) if isinstance(n, ast.Name) and n.id == "now"]
        first = min(names, key=lambda name: (name.lineno, name.col_offset), default=None)
        if first is not None and not isinstance(first.ctx, ast.Store):
            found.add(f"{path.relative_to(APP)}:{first.lineno}")
    return found


def test_whoever_changes_an_event_reads_the_clock_once_its_lock_is_held():
    """What waited for the lock happens later: otherwise a history is not in the order of time."""
    lock_holders = [
        p for p in FILES if room(p) == "pages" or (room(p) == "records" and p.name != "actions.py")
    ]
    assert set.union(*map(stale_clocks, lock_holders)) == set()
