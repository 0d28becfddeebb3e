"""A real SMTP server on loopback that keeps what it is given, and ways to read it.

``smtp_server`` is a fixture of every test (conftest brings it in)::

    with smtp_server.used_by(app):
        work_off(app)
    assert "You have a place" in smtp_server.to("priya@northshire.example").text
"""

import contextlib
import re
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from flask import Flask

from app.clock import Clock, stopped_at
from app.db import db
from app.notifications.models import Letter
from tests.postgresql import free_port


class Mail:
    """A mail as it was received: its bytes, who it was for, and its parts."""

    def __init__(self, recipients: list[str], content: bytes) -> None:
        self.recipients, self.content = recipients, content
        parsed = message_from_bytes(content, policy=default)
        assert isinstance(parsed, EmailMessage)
        self.message = parsed

    @property
    def subject(self) -> str:
        """The subject, decoded."""
        return str(self.message["Subject"])

    @property
    def message_id(self) -> str:
        """What names it in the world's mail."""
        return str(self.message["Message-ID"]).strip()

    def parts(self, kind: str) -> list[EmailMessage]:
        """Every part of that content type."""
        return [
            p for p in self.message.walk() if p.get_content_type() == kind and isinstance(p, EmailMessage)
        ]

    @property
    def text(self) -> str:
        """What it says as plain text."""
        return str(self.parts("text/plain")[0].get_content())

    @property
    def html(self) -> str:
        """What it says as HTML."""
        return str(self.parts("text/html")[0].get_content())

    @property
    def calendar(self) -> str:
        """The one calendar part, byte for byte."""
        (part,) = self.parts("text/calendar")
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        return content.decode()

    def links(self) -> list[str]:
        """Every address in its text."""
        return re.findall(r"https?://\S+", self.text)


class SmtpServer:
    """The server: what it received, whom it refuses, and what to do when a mail comes in."""

    def __init__(self) -> None:
        self.host, self.port = "127.0.0.1", free_port()
        self.mails: list[Mail] = []
        self.refused: dict[str, str] = {}  # address to answer, e.g. "550 no such person"
        self.before_keeping: Callable[[Mail], None] = lambda _mail: None
        self.before_answering: Callable[[Mail], None] = lambda _mail: None
        self.arrived = threading.Condition()

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        """Take the recipient, or give the answer prepared for them."""
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:
        """Keep the mail."""
        content = envelope.content
        assert isinstance(content, bytes)
        mail = Mail([str(r) for r in envelope.rcpt_tos], content)
        self.before_keeping(mail)
        with self.arrived:
            self.mails.append(mail)
            self.arrived.notify_all()
        self.before_answering(mail)
        return "250 kept"

    def wait_for(self, count: int, seconds: float = 15) -> None:
        """Until so many mails came."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.mails) >= count, seconds), (
                f"{len(self.mails)} of {count} mails came in {seconds} s"
            )

    def all_to(self, address: str) -> list[Mail]:
        """What this address received, oldest first."""
        return [m for m in self.mails if address in m.recipients]

    def to(self, address: str) -> Mail:
        """The newest mail to this address."""
        found = self.all_to(address)
        assert found, f"no mail to {address}; there is some to {[m.recipients for m in self.mails]}"
        return found[-1]

    @property
    def settings(self) -> dict[str, object]:
        """The app's settings that make it send here."""
        return {"MAIL_TRANSPORT": "smtp", "SMTP_HOST": self.host, "SMTP_PORT": self.port, "SMTP_TLS": "none"}

    @contextlib.contextmanager
    def used_by(self, app: Flask) -> Iterator[None]:
        """The app sends here inside the block."""
        before = {name: app.config[name] for name in self.settings}
        app.config.update(self.settings)
        try:
            yield
        finally:
            app.config.update(before)


@pytest.fixture
def smtp_server() -> Iterator[SmtpServer]:
    """A mail server of this test's own."""
    server = SmtpServer()
    controller = Controller(server, hostname=server.host, port=server.port)
    controller.start()
    yield server
    controller.stop()


def work_off(app: Flask, *, at: str = "", expected: int = 0) -> str:
    """Run a worker in this process until nothing is due; returns what it said."""
    db.session.remove()
    result = app.test_cli_runner().invoke(args=["work", "--once", *(["--at", at] if at else [])])
    assert result.exit_code == expected, f"{result.output}\n{result.exception!r}"
    return result.output


def letters_of(message: str) -> list[Letter]:
    """The letters of a wording in the outbox, oldest first."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(Letter).where(Letter.message == message).order_by(Letter.id)))


def twice(due: Callable[[Clock], None], *moments: datetime) -> None:
    """What the clock does at these moments; twice each, since two workers may."""
    for now in moments:
        due(stopped_at(now))
        due(stopped_at(now))
    db.session.rollback()
