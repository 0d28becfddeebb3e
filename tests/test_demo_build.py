"""Building the demonstration: the same every time, and never over somebody's own rows."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.booking.models import Approval, ChargePolicy
from app.config import ROOT
from app.db import db, rebuilding
from app.demo.actions import build, standing
from app.partnerships.models import Partnership, PartnershipSetting
from tests.conftest import build_app
from tests.demonstration import AS_OF, NOW, YEAR, build_into, came, count, fingerprint


def test_the_command_builds_the_same_to_the_byte_in_another_process(
    folder: Path, template: Path, demo_file: Path
):
    """The other process orders its sets and dictionaries of text otherwise, so that none of them may matter."""
    again = folder / "demonstration-again.sqlite"
    again.write_bytes(template.read_bytes())
    settings = {
        "DATABASE_URL": f"sqlite:///{again}",
        "ROUNDTABLE_FOLDER": str(folder / "again"),
        "SITE_URL": "http://localhost",
        "SECRET_KEY": "for tests only",  # the hashes of approvers’ links are keyed
        "MAILBOX": "folder",  # invites ask for an answer where one is read
        "PYTHONHASHSEED": "20211231",
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "demo", "--as-of", AS_OF.isoformat()]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **settings}, check=True, capture_output=True)
    assert fingerprint(again) == fingerprint(demo_file)


def test_replacing_it_leaves_nothing_of_the_first_one(demo_app: Flask, demo_file: Path):
    with rebuilding() as session:
        session.add(Person(name="Left Over", email="left.over@demo.example", created_at=NOW))
        session.flush()
        build(session, AS_OF)
    path = Path(str(db.engine.url.database))
    db.session.remove()
    db.engine.dispose()
    assert fingerprint(path) == fingerprint(demo_file)


def test_the_command_leaves_a_demonstration_alone_and_replaces_it_when_asked(demo_app: Flask):
    run = demo_app.test_cli_runner()
    said = run.invoke(args=["demo", "--as-of", "2026-12-01"])
    assert said.exit_code == 0 and "Use --replace" in said.output
    assert standing(db.session()) == "2026-11-20"
    db.session.remove()
    said = run.invoke(args=["demo", "--as-of", "2026-12-01", "--replace"])
    assert said.exit_code == 0, said.output
    assert standing(db.session()) == "2026-12-01"


def test_a_database_that_is_somebodys_is_left_as_it_is(app: Flask):
    with rebuilding() as session:
        session.add(Partnership(slug="northshire", name="Northshire SCP", short_name="NSCP"))
    said = app.test_cli_runner().invoke(args=["demo", "--replace"])
    assert said.exit_code == 1 and "not a demonstration" in said.output
    assert db.session.scalars(sa.select(Partnership.slug)).all() == ["northshire"]


def test_a_day_in_the_years_it_shows_is_refused(app: Flask):
    said = app.test_cli_runner().invoke(args=["demo", "--as-of", "2022-01-10"])
    assert said.exit_code == 1 and "1 June 2024" in said.output


@pytest.mark.parametrize("as_of", [date(2027, 4, 4), date(2028, 2, 29), date(2026, 12, 25)], ids=str)
def test_it_builds_for_a_sunday_a_leap_day_and_christmas(folder: Path, template: Path, as_of: date):
    path = folder / f"demonstration-{as_of}.sqlite"
    path.write_bytes(template.read_bytes())
    assert build_into(build_app(folder, f"sqlite:///{path}"), as_of) > 50_000
    path.unlink()


CONTACT = {"short_name": "OSCP", "contact_email": "o@oscp.example", "contact_phone": "01632 960124"}


@pytest.mark.postgresql
def test_it_builds_on_postgresql_and_the_next_row_gets_a_free_id(postgresql_app: Flask):
    with rebuilding() as session:
        build(session, AS_OF)
    assert count(came().where(YEAR)) == 2_553
    with rebuilding() as session:
        session.add(
            PartnershipSetting(partnership_id=1, key="smallest_group", value=6, from_on=AS_OF, set_at=NOW)
        )
        session.add(Person(name="Newcomer", email="newcomer@demo.example", created_at=NOW))
        session.add(Partnership(slug="other", name="Another Safeguarding Children Partnership", **CONTACT))
    assert standing(db.session()) == "2026-11-20"


def test_its_desk_has_a_request_that_only_the_desk_can_answer(demo_app: Flask):
    approval = db.session.scalars(sa.select(Approval).where(Approval.approver_email == "")).one()
    assert (approval.booking.state, approval.mode) == ("requested", "lead")
    assert approval.booking.event.course.approval == "lead"
    assert approval.asked_at < NOW < approval.expires_at


def test_its_partner_and_relevant_agencies_pay_nothing(demo_app: Flask):
    [policy] = db.session.scalars(sa.select(ChargePolicy))
    assert {"partner", "relevant", "contributor", "reciprocal"} == set(policy.exempt)
