"""The demonstration year for tests: built once a run, copied for each test that asks for ``demo_app``."""

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.attendance.models import Mark
from app.booking.models import Booking
from app.catalogue.models import Course, Event
from app.clock import start_of_day
from app.db import db, rebuilding
from app.demo.actions import build

AS_OF = date(2026, 11, 20)
NOW = start_of_day(AS_OF)
YEAR = sa.and_(
    Event.ends_at >= start_of_day(date(2021, 4, 1)), Event.ends_at < start_of_day(date(2022, 4, 1))
)


def count(statement: sa.Select[tuple[int]]) -> int:
    return db.session.scalars(statement).one()


def came() -> sa.Select[tuple[int]]:
    """Delegates who were present at one session or more; add the year, the course."""
    present = sa.select(Mark.booking_id).where(Mark.mark == "present")
    return (
        sa.select(sa.func.count(Booking.id))
        .join(Event, Event.id == Booking.event_id)
        .join(Course, Course.id == Event.course_id)
        .where(Booking.id.in_(present))
    )


def build_into(app: Flask, as_of: date = AS_OF) -> int:
    """Build the demonstration in an app's own database; returns how many rows."""
    with app.app_context():
        with rebuilding() as session:
            rows = build(session, as_of)
        db.session.remove()
        db.engine.dispose()
    return rows


@pytest.fixture(scope="session")
def demo_file(folder: Path, template: Path) -> Path:
    """The database of the demonstration, as of 20 November 2026."""
    from tests.conftest import build_app

    path = folder / "demonstration.sqlite"
    shutil.copyfile(template, path)
    build_into(build_app(folder, f"sqlite:///{path}", MAILBOX="folder"))  # as a demonstration has it
    return path


@pytest.fixture(scope="session")
def lasting_demo_app(folder: Path, demo_file: Path) -> Flask:
    """The one app on the demonstration, in demonstration mode."""
    from tests.conftest import build_app

    url = f"sqlite:///{folder / 'demonstration-test.sqlite'}"
    return build_app(folder, url, DEMONSTRATION=True, MAIL_TRANSPORT="demonstration")


@pytest.fixture
def demo_app(lasting_demo_app: Flask, folder: Path, demo_file: Path) -> Iterator[Flask]:
    """The app on a fresh copy of the demonstration, inside its context."""
    for end in ("-wal", "-shm"):
        (folder / f"demonstration-test.sqlite{end}").unlink(missing_ok=True)
    shutil.copyfile(demo_file, folder / "demonstration-test.sqlite")
    with lasting_demo_app.app_context():
        yield lasting_demo_app
        db.session.remove()
        db.engine.dispose()


def fingerprint(path: Path) -> str:
    """Of every statement that would make a database again."""
    with closing(sqlite3.connect(path)) as connection:
        return hashlib.sha256("\n".join(connection.iterdump()).encode()).hexdigest()
