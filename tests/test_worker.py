"""``flask work``: what leaves, what is tried again, what is started once, and that nothing is lost when it dies."""

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.cli.work import due_work
from app.clock import Clock
from app.db import db, writing
from app.notifications.actions import post
from app.notifications.calendar import Invite
from app.notifications.models import DueJob, Letter, LetterEvent
from app.notifications.transports import Smtp, Unsent, transport_for
from tests.factories import make_partnership
from tests.mail import Mail, SmtpServer, work_off
from tests.postgresql import free_port

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
INVITE = Invite(
    uid="booking-session@roundtable",
    sequence=0,
    title="Training: Neglect",
    starts_at=NOW + timedelta(days=28),
    ends_at=NOW + timedelta(days=28, hours=3),
)


def put_in(count: int = 1, **given: Any) -> None:
    """Letters in the outbox, to p0@, p1@, ..."""
    partnership = make_partnership()
    usual = {"partnership": partnership, "now": NOW, "sent_as": "x", "to_name": "Siân O'Neill"}
    with writing():
        for number in range(count):
            context: dict[str, Any] = {**usual, **given}
            post("test-mail", key=f"trial:{number}", to_email=f"p{number}@northshire.example", **context)


def states() -> dict[str, int]:
    """How many letters are in which state."""
    db.session.rollback()
    rows = db.session.execute(sa.select(Letter.state, sa.func.count()).group_by(Letter.state))
    return {row[0]: row[1] for row in rows}


def only_letter() -> Letter:
    """The one letter, as it is now."""
    db.session.expire_all()
    return db.session.scalars(sa.select(Letter)).one()


@pytest.mark.usefixtures("today")
def test_an_invite_arrives_as_it_was_written(app: Flask, smtp_server: SmtpServer):
    put_in(calendar=INVITE)
    with smtp_server.used_by(app):
        work_off(app)
    mail = smtp_server.to("p0@northshire.example")
    letter = only_letter()
    (part,) = mail.parts("text/calendar")
    assert part.get_param("method") == letter.calendar_method == "REQUEST"
    assert "METHOD:REQUEST\r\n" in mail.calendar
    assert mail.calendar == letter.calendar
    assert mail.parts("application/ics")[0].get_payload(decode=True) == letter.calendar.encode()
    assert (mail.subject, mail.message_id) == (letter.subject, letter.message_id)
    assert mail.content.isascii()
    assert mail.text.replace("\r\n", "\n") == letter.text
    assert (letter.state, letter.sent_at, letter.tries) == ("sent", NOW, 1)


@pytest.mark.usefixtures("today")
def test_what_is_not_due_stays(app: Flask, smtp_server: SmtpServer):
    put_in(due_at=NOW + timedelta(days=5))
    with smtp_server.used_by(app):
        work_off(app)
        assert smtp_server.mails == []
        work_off(app, at="2026-11-25T10:00:00+00:00")
    assert len(smtp_server.mails) == 1


@pytest.mark.usefixtures("today")
def test_a_refusal_for_good_is_not_tried_again(app: Flask, smtp_server: SmtpServer):
    smtp_server.refused["p0@northshire.example"] = "550 5.1.1 no such person"
    put_in(2)
    with smtp_server.used_by(app):
        work_off(app)
    assert states() == {"failed": 1, "sent": 1}
    fault = db.session.scalar(sa.select(Letter.fault).where(Letter.state == "failed"))
    assert fault == "Refused: 550 5.1.1 no such person"


def test_a_refusal_for_now_is_tried_again_until_it_is_given_up(
    app: Flask, smtp_server: SmtpServer, today: Any
):
    smtp_server.refused["p0@northshire.example"] = "451 try later"
    put_in()
    with smtp_server.used_by(app):
        for tries in range(1, 8):
            work_off(app)
            letter = only_letter()
            assert (letter.state, letter.tries) == ("queued", tries)
            today.move_to(letter.due_at)
        work_off(app)
    letter = only_letter()
    assert (letter.state, letter.tries, letter.fault) == ("failed", 8, "Refused: 451 try later")
    assert smtp_server.mails == []


@pytest.mark.usefixtures("today")
def test_a_server_that_is_away_costs_no_letter_a_try_and_is_said_once(app: Flask, smtp_server: SmtpServer):
    put_in(3)
    app.config.update(smtp_server.settings | {"SMTP_PORT": free_port()})
    try:
        for _ in range(3):
            work_off(app)
    finally:
        app.config["MAIL_TRANSPORT"] = "folder"
    assert states() == {"queued": 3}
    assert set(db.session.scalars(sa.select(Letter.tries))) == {0}
    (said,) = db.session.execute(sa.select(LetterEvent.what, LetterEvent.detail)).all()
    assert said.what == "failed"
    assert said.detail.startswith("The mail server cannot be used")


@pytest.mark.usefixtures("today")
def test_a_letter_that_cannot_be_put_together_keeps_nobody_waiting(app: Flask, smtp_server: SmtpServer):
    put_in(2)
    with writing() as session:
        session.execute(sa.update(Letter).where(Letter.key == "trial:0").values(to_email="not an address"))
    with smtp_server.used_by(app):
        work_off(app)
    assert states() == {"failed": 1, "sent": 1}


@pytest.mark.usefixtures("today")
def test_the_folder_holds_a_file_per_letter(app: Flask, tmp_path: Path):
    put_in(2)
    app.config["MAIL_FOLDER"] = str(tmp_path / "mail")
    work_off(app)
    found = {path.stem for path in (tmp_path / "mail").iterdir()}
    assert found == set(db.session.scalars(sa.select(Letter.public_id)))


@pytest.mark.usefixtures("today")
def test_in_the_demonstration_nothing_leaves(app: Flask, tmp_path: Path):
    put_in()
    app.config.update(MAIL_TRANSPORT="demonstration", MAIL_FOLDER=str(tmp_path / "mail"))
    try:
        work_off(app)
    finally:
        app.config["MAIL_TRANSPORT"] = "folder"
    assert states() == {"sent": 1}
    assert not (tmp_path / "mail").exists()


@pytest.mark.usefixtures("today")
def test_the_log_names_nobody(app: Flask, smtp_server: SmtpServer, caplog: pytest.LogCaptureFixture):
    smtp_server.refused["p0@northshire.example"] = "550 p0@northshire.example is unknown"
    put_in(2)
    logging.getLogger("roundtable").addHandler(caplog.handler)
    try:
        with smtp_server.used_by(app):
            work_off(app)
    finally:
        logging.getLogger("roundtable").removeHandler(caplog.handler)
    said = json.dumps([{**r.__dict__, "args": None} for r in caplog.records], default=str)
    assert "letter sent" in said
    assert "letter unsent" in said
    assert "northshire.example" not in said
    assert "Neill" not in said


@pytest.mark.usefixtures("today")
def test_due_work_is_done_once_a_minute(app: Flask, monkeypatch: pytest.MonkeyPatch, today: Any):
    done: list[datetime] = []

    def due(clock: Clock) -> None:
        done.append(clock())

    monkeypatch.setattr(due_work, "DUE", (due,))
    work_off(app)
    work_off(app)
    assert done == [NOW]
    today.shift(60)
    work_off(app)
    assert len(done) == 2
    assert all(db.session.scalars(sa.select(DueJob.finished_at)))


@pytest.mark.usefixtures("today")
def test_due_work_that_fails_is_said_and_does_not_stop_the_mail(
    app: Flask, smtp_server: SmtpServer, monkeypatch: pytest.MonkeyPatch
):
    def broken(now: datetime) -> None:
        raise ValueError(f"priya@northshire.example at {now}")

    monkeypatch.setattr(due_work, "DUE", (broken,))
    put_in()
    with smtp_server.used_by(app):
        work_off(app, expected=1)
    assert states() == {"sent": 1}


def test_as_if_it_were_another_time_is_for_the_demonstration_only(app: Flask):
    app.config["TESTING"] = False
    try:
        assert "--at is for the demonstration" in work_off(app, at="2026-11-25T10:00", expected=2)
        app.config["DEMONSTRATION"] = True
        work_off(app, at="2026-11-25T10:00")
    finally:
        app.config.update(TESTING=True, DEMONSTRATION=False)


@pytest.mark.parametrize("at", ["tomorrow", "2026-13-01"])
def test_a_time_that_is_none_is_refused(app: Flask, at: str):
    assert "2027-01-12T09:30" in work_off(app, at=at, expected=2)


@pytest.mark.parametrize(("name", "value"), [("MAIL_TRANSPORT", "pigeon"), ("SMTP_TLS", "maybe")])
def test_a_setting_we_do_not_know_is_said(app: Flask, smtp_server: SmtpServer, name: str, value: str):
    with pytest.raises(ValueError, match=value):
        transport_for({**app.config, **smtp_server.settings, name: value})


def test_an_unencrypted_server_is_not_given_the_letters_when_encryption_is_asked_for(
    smtp_server: SmtpServer,
):
    way = Smtp("127.0.0.1", smtp_server.port, tls="starttls", user="", password="", sender="a@b.example")
    with pytest.raises(Unsent, match="cannot be used") as refused:
        way.send(Mail([], b"Subject: x\n\n").message, to="p@northshire.example", name="x")
    assert refused.value.away
    assert smtp_server.mails == []


class Workers:
    """Real worker processes on this app's database, sending to this server."""

    def __init__(self, app: Flask, server: SmtpServer, *options: str) -> None:
        self.command = [str(Path(sys.executable).with_name("flask")), "--app", "wsgi", "work", *options]
        self.env = os.environ | {
            "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
            "ROUNDTABLE_FOLDER": str(app.config["FOLDER"]),
            "SECRET_KEY": "for tests only",
            **{name: str(value) for name, value in server.settings.items()},
        }
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, count: int) -> None:
        """Start so many."""
        for _ in range(count):
            process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.env, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
            )
            self.running.append(process)

    def wait_for(self, event: threading.Event) -> None:
        """Until it happened; if the workers end by themselves instead, what they said."""
        deadline = time.monotonic() + 90
        while not event.wait(0.1):
            ended = all(process.poll() is not None for process in self.running)
            assert not ended or event.is_set(), self.gone()
            assert time.monotonic() < deadline, "the workers did nothing"

    def kill(self) -> None:
        """End all of them at once, as a machine that loses power does."""
        for process in self.running:
            process.kill()

    def gone(self) -> list[str]:
        """Wait for their end; what they had logged."""
        said = [process.communicate(timeout=60)[1].decode() for process in self.running]
        self.running.clear()
        return said


@contextlib.contextmanager
def workers(app: Flask, server: SmtpServer, *options: str) -> Iterator[Workers]:
    """Workers that are gone at the end of the block, whatever happens."""
    found = Workers(app, server, *options)
    try:
        yield found
    finally:
        found.kill()
        found.gone()


def test_a_worker_asked_to_stop_finishes_the_letter_in_hand(app: Flask, smtp_server: SmtpServer):
    put_in(6)
    with workers(app, smtp_server, "--batch", "6") as force:
        asked = threading.Event()

        def ask(_mail: Mail) -> None:
            if not asked.is_set():
                force.running[0].send_signal(signal.SIGTERM)
                time.sleep(0.2)
                asked.set()

        smtp_server.before_answering = ask
        force.start(1)
        force.wait_for(asked)
        code = force.running[0].wait(60)
        (said,) = force.gone()
    assert code == 0
    assert "worker stopped" in said
    assert "northshire.example" not in said
    assert states() == {"sent": 1, "queued": 5}
    assert len(smtp_server.mails) == 1
    db.session.rollback()
    assert sorted(db.session.scalars(sa.select(Letter.tries))) == [0, 0, 0, 0, 0, 1]
