"""One app and one migrated template database per run; each test works on a fresh copy of it."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from hypothesis import settings as hypothesis_settings
from sqlalchemy.orm import close_all_sessions

from app import create_app
from app.cli.migrations import prepare as prepare_migrations
from app.db import db
from tests.browser import CheckedClient
from tests.calendar_laws import check_every_invite
from tests.demonstration import demo_app, demo_file, lasting_demo_app  # noqa: F401  (fixtures for all)
from tests.dovecot import dovecot, lasting_dovecot  # noqa: F401  (fixtures for all)
from tests.live import chromium  # noqa: F401  (a fixture for every test)
from tests.machine import NOT_RUN, missing
from tests.mail import smtp_server  # noqa: F401  (a fixture for every test)
from tests.postgresql import Cluster, find_binaries
from tests.texting import provider, texting  # noqa: F401  (fixtures for all)
from tests.token_service import lasting_token_service, token_service  # noqa: F401  (fixtures for all)

# A Friday in term time; tests that need another day travel themselves.
TODAY = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)

hypothesis_settings.register_profile("ci", max_examples=50, deadline=None)
hypothesis_settings.load_profile("ci")


def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in memory where there is one: copying a database is then almost free."""
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK):
        folder = memory / f"roundtable-tests-{os.getpid()}"
        folder.mkdir(exist_ok=True)
        return folder
    return tmp_path_factory.mktemp("database")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where this run keeps its databases."""
    found = shared_folder(tmp_path_factory)
    yield found
    shutil.rmtree(found, ignore_errors=True)


def build_app(folder: Path, url: str, **more: object) -> Flask:
    """The application as tests use it."""
    settings = {
        "TESTING": True,
        "FOLDER": folder,
        "SQLALCHEMY_DATABASE_URI": url,
        "SECRET_KEY": "for tests only",
        "SITE_URL": "http://localhost",
        "MAIL_TRANSPORT": "folder",
        "MAIL_FOLDER": str(folder / "mail"),
    }
    app = create_app(**{**settings, **more})
    prepare_migrations(app)
    app.test_client_class = CheckedClient
    return app


@pytest.fixture(scope="session")
def template(folder: Path) -> Path:
    """An empty database, brought up by the migrations."""
    from flask_migrate import upgrade

    path = folder / "template.sqlite"
    app = build_app(folder, f"sqlite:///{path}")
    with app.app_context():
        upgrade()
        db.session.remove()
        db.engine.dispose()
    return path


@pytest.fixture(scope="session")
def lasting_app(folder: Path, template: Path) -> Flask:
    """The one app of this run, on the file that ``app`` renews for each test."""
    return build_app(folder, f"sqlite:///{folder / 'test.sqlite'}")


@pytest.fixture
def app(lasting_app: Flask, folder: Path, template: Path) -> Iterator[Flask]:
    """The app on a fresh SQLite database, inside its context."""
    for end in (
        "",
        "-wal",
        "-shm",
    ):  # a new file, so that a connection a failed test left open stays with the old
        (folder / f"test.sqlite{end}").unlink(missing_ok=True)
    shutil.copyfile(template, folder / "test.sqlite")
    with lasting_app.app_context():
        yield lasting_app
        close_all_sessions()  # a failed test may have left one open, and the file is about to be replaced
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> CheckedClient:
    """A browser without script that checks every page it opens."""
    found = app.test_client()
    assert isinstance(found, CheckedClient)
    return found


@pytest.fixture
def today() -> Iterator[time_machine.Traveller]:
    """The clock stands still at TODAY."""
    with time_machine.travel(TODAY, tick=False) as traveller:
        yield traveller


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each part that could not run here."""
    for sentence in sorted(NOT_RUN):
        terminalreporter.write_line(sentence)


@pytest.fixture(scope="session")
def cluster(folder: Path) -> Iterator[Cluster]:
    """A PostgreSQL of our own, with the migrations applied to its template."""
    if find_binaries() is None:
        missing("PostgreSQL", "apt-get install postgresql", "REQUIRE_POSTGRESQL")
    with Cluster(folder / "postgresql") as found:
        yield found


@pytest.fixture(scope="session")
def lasting_postgresql_app(folder: Path, cluster: Cluster) -> Flask:
    """The one app of this run on PostgreSQL."""
    from flask_migrate import upgrade

    app = build_app(folder, cluster.create("template_roundtable"))
    with app.app_context():
        upgrade()
        db.session.remove()
        db.engine.dispose()
    return build_app(folder, cluster.create("test", template="template_roundtable"))


@pytest.fixture
def postgresql_app(lasting_postgresql_app: Flask, cluster: Cluster) -> Iterator[Flask]:
    """The app on a fresh PostgreSQL database, inside its context."""
    cluster.create("test", template="template_roundtable")
    with lasting_postgresql_app.app_context():
        yield lasting_postgresql_app
        close_all_sessions()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def each_app(request: pytest.FixtureRequest) -> Flask:
    """The app on either database: for transactions, constraints, migrations."""
    found = request.getfixturevalue("app" if request.param == "sqlite" else "postgresql_app")
    assert isinstance(found, Flask)
    return found


@pytest.fixture
def calendars_read(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a test did, both readers accept every invite that came of it, and each keeps the laws of its UID."""
    request.getfixturevalue("each_app" if "each_app" in request.fixturenames else "app")
    yield
    check_every_invite()
