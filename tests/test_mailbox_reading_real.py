"""The mailbox as it is read: from a real IMAP server and from folders, whatever breaks off in the middle."""

import json
import socket
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.booking.models import Booking
from app.catalogue.models import EventSession
from app.clock import stopped_at
from app.db import db, rebuilding
from app.mailbox import reading
from app.mailbox.imap import Imap
from app.mailbox.incoming import Away, Incoming
from app.mailbox.models import IncomingMail, InviteReply, MailboxState
from app.mailbox.reading import read_all
from app.mailbox.sources import source_for
from app.notifications.models import Letter
from tests.dovecot import PASSWORD, USER, Dovecot
from tests.factories import make_booking, make_event, make_person
from tests.mail import work_off
from tests.postgresql import free_port

MAILS = Path(__file__).parent / "mails"
NOW = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)


def raw(name: str) -> bytes:
    return (MAILS / f"{name}.eml").read_bytes()


@pytest.fixture
def booking(app: Flask) -> Booking:
    """Priya has a place, and her invite a UID that the mails name."""
    assert app
    found = make_booking(make_event(), make_person("Priya Practitioner"), public_id="PriyasBooking001")
    with rebuilding() as session:
        session.execute(sa.update(EventSession).values(public_id="SessionNumber001"))
    return found


def kinds() -> list[str]:
    """What came in, oldest first."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(IncomingMail.kind).order_by(IncomingMail.id)))


def read_mailbox(app: Flask, now: datetime = NOW) -> list[str]:
    """One round; the kinds of what it took in."""
    source = source_for(app.config)
    assert source is not None
    return [taken.kind for _, taken in read_all(source, stopped_at(now))]


@pytest.mark.parametrize("tls", ["tls", "starttls"])
@pytest.mark.usefixtures("booking")
def test_unread_mail_is_taken_in_over_tls_and_marked_as_read(app: Flask, dovecot: Dovecot, tls: str):
    dovecot.deliver(raw("gmail-accepted"), raw("question"))
    with dovecot.used_by(app, tls):
        assert read_mailbox(app) == ["reply", "unknown"]
        assert dovecot.flags() == [True, True]
        assert read_mailbox(app) == []
    assert kinds() == ["reply", "unknown"]


@pytest.mark.usefixtures("booking")
def test_the_worker_reads_the_mailbox_every_minute(app: Flask, dovecot: Dovecot):
    dovecot.deliver(raw("iphone-declined"))
    with dovecot.used_by(app):
        work_off(app, at="2026-11-20T13:00")
    assert kinds() == ["reply"]
    assert db.session.scalar(sa.select(Letter.state).where(Letter.message == "calendar-declined")) == "sent"


@pytest.mark.usefixtures("app")
def test_a_certificate_that_nobody_vouches_for_is_refused(app: Flask, dovecot: Dovecot, tmp_path: Path):
    with dovecot.used_by(app), pytest.MonkeyPatch.context() as patch:
        other = tmp_path / "none.pem"
        other.write_text("")
        patch.setenv("SSL_CERT_FILE", str(other))
        with pytest.raises(Away, match="(?i)certificate"):
            read_mailbox(app)


@pytest.mark.parametrize(
    "wrong", [{"IMAP_PASSWORD": "guess"}, {"IMAP_FOLDER": "No such"}, {"IMAP_USER": 'a" NOOP'}]
)
def test_what_the_server_refuses_is_said(app: Flask, dovecot: Dovecot, wrong: dict[str, str]):
    with dovecot.used_by(app, **wrong), pytest.raises(Away, match="mailbox"):
        read_mailbox(app)


@pytest.mark.usefixtures("booking")
def test_a_broken_or_huge_mail_does_not_stop_the_others(app: Flask, dovecot: Dovecot):
    huge = b"From: a@b.example\r\nSubject: big\r\nMessage-ID: <big@b.example>\r\n\r\n" + b"x" * 5_000_000
    dovecot.deliver(
        huge, b"\xff\xfe\x00", b"Content-Type: multipart/mixed; boundary=\r\n\r\n--", raw("android-declined")
    )
    with dovecot.used_by(app):
        assert read_mailbox(app) == ["refused", "unknown", "unknown", "reply"]
    assert dovecot.flags() == [True] * 4
    kept = db.session.scalars(sa.select(IncomingMail).order_by(IncomingMail.id)).first()
    assert kept is not None
    assert (kept.message_id, kept.subject) == ("<big@b.example>", "big")
    assert len(kept.raw or b"") < 100_000


class Breaking(Imap):
    """A server whose line is cut just before a mail is marked as read."""

    def taken(self, mail: Incoming) -> None:
        """Cut it."""
        assert self.server is not None
        self.server.sock.shutdown(socket.SHUT_RDWR)
        super().taken(mail)


@pytest.mark.usefixtures("booking")
def test_a_line_cut_in_the_middle_loses_and_doubles_nothing(app: Flask, dovecot: Dovecot):
    dovecot.deliver(raw("iphone-declined"), raw("question"))
    with dovecot.used_by(app):
        broken = Breaking(
            "127.0.0.1", dovecot.tls_port, tls="tls", user=USER, password=PASSWORD, folder="INBOX"
        )
        with pytest.raises(Away):
            list(read_all(broken, stopped_at(NOW)))
        assert kinds() == ["reply"]
        assert dovecot.flags() == [False, False]
        assert read_mailbox(app) == ["duplicate", "unknown"]
        assert dovecot.flags() == [True, True]
    assert kinds() == ["reply", "unknown"]
    assert len(db.session.scalars(sa.select(InviteReply)).all()) == 1
    asked = sa.select(sa.func.count()).where(Letter.message == "calendar-declined")
    assert db.session.scalar(asked) == 1


@pytest.mark.usefixtures("booking")
def test_a_folder_built_anew_with_old_mail_changes_nothing(app: Flask, dovecot: Dovecot):
    dovecot.deliver(raw("android-declined"))
    with dovecot.used_by(app):
        read_mailbox(app)
        dovecot.empty()
        dovecot.deliver(raw("android-declined"))
        assert read_mailbox(app) == ["duplicate"]
    assert kinds() == ["reply"]


def test_a_server_that_drips_is_left_after_a_while():
    """It greets a byte at a time, for ever: the time for one answer never runs out, that of the round does."""
    ended = threading.Event()

    def drip(line: socket.socket) -> None:
        connection, _ = line.accept()
        with connection:
            connection.sendall(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hello\r\n")
            while not ended.wait(0.05):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = threading.Thread(target=drip, args=(listening,))
        server.start()
        port = listening.getsockname()[1]
        slow = Imap("127.0.0.1", port, tls="none", user="u", password="p", folder="INBOX", budget=0.5)
        with pytest.raises(Away):
            list(slow.mails())
        slow.close()
        ended.set()
        server.join(10)
    assert not server.is_alive()


@pytest.mark.usefixtures("booking")
def test_a_mailbox_that_is_away_stops_no_mail_and_is_tried_more_and_more_rarely(app: Flask):
    away = {"MAILBOX": "imap", "IMAP_HOST": "127.0.0.1", "IMAP_PORT": free_port(), "IMAP_TLS": "none"}
    before = {name: app.config[name] for name in away}
    app.config.update(away)
    try:
        tried = []
        for minute in range(40):
            reading.due(stopped_at(NOW + timedelta(minutes=minute)))
            state = db.session.scalars(sa.select(MailboxState)).one()
            tried.append(state.tries)
        assert state.away_since_at == NOW
        assert state.fault.startswith("The mailbox cannot be read")
        assert tried[-1] < 8
        work_off(app, at="2026-11-20T15:00")
    finally:
        app.config.update(before)


def test_a_mailbox_that_is_back_is_away_no_longer(app: Flask, tmp_path: Path):
    with app.app_context():
        reading.note_away("gone", NOW)
        app.config.update(MAILBOX="folder", MAILBOX_FOLDER=str(tmp_path))
        try:
            reading.due(stopped_at(NOW + timedelta(hours=1)))
        finally:
            app.config.update(MAILBOX="none")
        assert db.session.scalars(sa.select(MailboxState.away_since_at)).one() is None


@pytest.mark.usefixtures("booking")
def test_a_folder_is_read_once_and_its_files_are_put_aside(app: Flask, tmp_path: Path):
    for name in ("iphone-declined", "question"):
        (tmp_path / f"{name}.eml").write_bytes(raw(name))
    (tmp_path / "notes.txt").write_text("no mail")
    (tmp_path / "link.eml").symlink_to(tmp_path / "notes.txt")
    app.config.update(MAILBOX="folder", MAILBOX_FOLDER=str(tmp_path))
    try:
        assert read_mailbox(app) == ["reply", "unknown"]
        assert sorted(p.name for p in (tmp_path / "read").iterdir()) == [
            "iphone-declined.eml",
            "question.eml",
        ]
        (tmp_path / "question.eml").write_bytes(raw("question"))
        assert read_mailbox(app) == ["duplicate"]
        assert len(list((tmp_path / "read").iterdir())) == 3
    finally:
        app.config.update(MAILBOX="none")


@pytest.mark.usefixtures("booking")
def test_the_command_says_of_each_mail_what_it_was_and_what_it_did(app: Flask, tmp_path: Path):
    for name in ("android-declined", "bounce-of-another", "out-of-office", "question"):
        (tmp_path / f"{name}.eml").write_bytes(raw(name))
    run = app.test_cli_runner().invoke
    first = run(args=["mail", "read", "--folder", str(tmp_path), "--json"])
    assert first.exit_code == 0, first.output
    said = [json.loads(line) for line in first.output.splitlines()]
    assert [(one["file"], one["kind"], one["did"]) for one in said] == [
        ("android-declined.eml", "reply", "asked" if clock.now().year == 2026 else "noted"),
        ("bounce-of-another.eml", "bounce", "ignored"),
        ("out-of-office.eml", "auto-reply", "ignored"),
        ("question.eml", "unknown", "parked"),
    ]
    assert said[0] | {"did": "", "why": ""} == {
        "file": "android-declined.eml",
        "message_id": "<1f0dd1c9-android-mail@northshire.example>",
        "from": "priya.practitioner@northshire.example",
        "kind": "reply",
        "uid": "PriyasBooking001-SessionNumber001@roundtable",
        "partstat": "DECLINED",
        "sequence": 0,
        "booking": "PriyasBooking001",
        "did": "",
        "why": "",
    }
    again = run(args=["mail", "read", "--folder", str(tmp_path)])
    assert again.output.splitlines()[0] == (
        "android-declined.eml: duplicate from priya.practitioner@northshire.example, nothing. This mail came before."
    )
    assert len(kinds()) == 4


def test_the_command_says_when_there_is_no_mailbox_or_it_is_away(app: Flask):
    run = app.test_cli_runner().invoke
    assert "No mailbox is set up" in run(args=["mail", "read"]).output
    app.config.update(MAILBOX="imap", IMAP_PORT=free_port(), IMAP_TLS="none", IMAP_HOST="127.0.0.1")
    try:
        away = run(args=["mail", "read"])
    finally:
        app.config.update(MAILBOX="none")
    assert away.exit_code == 1
    assert "The mailbox cannot be read" in away.output


def test_what_people_wrote_is_forgotten_a_season_after_it_was_seen_to(app: Flask):
    with app.app_context():
        for number, state in enumerate(("done", "open")):
            row = {
                "message_id": str(number),
                "kind": "unknown",
                "did": "parked",
                "state": state,
                "text": "words",
            }
            with rebuilding() as session:
                session.add(IncomingMail(received_at=NOW, **row))
        reading.forget(NOW + timedelta(days=91))
        texts = sa.select(IncomingMail.text).order_by(IncomingMail.id)
        assert db.session.scalars(texts).all() == ["", "words"]
