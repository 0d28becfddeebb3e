"""Reading the mailbox with a token: against a real Dovecot that asks whether it holds."""

import contextlib
import json
import logging
import socket
import threading

import pytest
import sqlalchemy as sa
from flask import Flask

from app.clock import stopped_at
from app.db import db
from app.mailbox import reading
from app.mailbox.imap import Imap
from app.mailbox.incoming import Away
from app.mailbox.models import MailboxState
from app.notifications.oauth import REST, tokens_for
from tests.dovecot import Dovecot
from tests.test_mailbox_reading_real import NOW, raw, read_mailbox
from tests.token_service import MAILBOX, Ticking, TokenService


def settings(service: TokenService) -> dict[str, str]:
    """What makes the app read with a token."""
    return {**service.settings, "IMAP_SIGN_IN": "oauth", "IMAP_USER": MAILBOX, "IMAP_PASSWORD": ""}


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_the_mailbox_is_read_with_a_token(
    app: Flask, dovecot: Dovecot, token_service: TokenService, tls: str
):
    dovecot.deliver(raw("question"))
    with dovecot.used_by(app, tls, **settings(token_service)):
        assert read_mailbox(app) == ["unknown"]
    assert dovecot.flags() == [True]
    assert len(token_service.asked) == 1


def test_the_mailbox_keeps_its_token_and_asks_anew_when_it_is_refused(
    app: Flask, dovecot: Dovecot, token_service: TokenService
):
    with dovecot.used_by(app, **settings(token_service)):
        kept = tokens_for(app.config, "IMAP")
        assert kept is not None
        kept.ticking = ticking = Ticking()
        for _ in range(3):
            read_mailbox(app)
        assert len(token_service.asked) == 1
        token_service.withdraw()
        with pytest.raises(Away, match="refuses the token for IMAP_USER"):
            read_mailbox(app)
        assert len(token_service.asked) == 1
        ticking.seconds += REST
        dovecot.deliver(raw("question"))
        assert read_mailbox(app) == ["unknown"]
        assert len(token_service.asked) == 2


def test_a_mailbox_that_we_may_not_read_is_said_and_written_down(
    app: Flask, dovecot: Dovecot, token_service: TokenService
):
    wanted = settings(token_service) | {"IMAP_USER": "somebody.else@roundtable.example"}
    with dovecot.used_by(app, **wanted):
        reading.due(stopped_at(NOW))
    state = db.session.scalars(sa.select(MailboxState)).one()
    assert state.away_since_at == NOW
    assert state.fault == (
        "The mailbox cannot be read: the server refuses the token for IMAP_USER: check that address, and that the"
        " application may read it (IMAP.AccessAsApp, and full access to the mailbox)"
    )


class Scripted:
    """An IMAP server that says what Exchange Online says where Dovecot would not."""

    def __init__(self, *, offers: str = "AUTH=XOAUTH2", select: bytes = b"OK done") -> None:
        self.offers, self.select = offers.encode(), select
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.heard: list[bytes] = []

    def converse(self) -> None:
        """One conversation."""
        line, _ = self.listening.accept()
        with line, line.makefile("rwb", buffering=0) as file:
            file.write(b"* OK [CAPABILITY IMAP4rev1 " + self.offers + b"] hello\r\n")
            while said := file.readline():
                tag, _, command = said.strip().partition(b" ")
                self.heard.append(command)
                if command.startswith(b"CAPABILITY"):
                    file.write(b"* CAPABILITY IMAP4rev1 " + self.offers + b"\r\n" + tag + b" OK done\r\n")
                elif command.startswith(b"AUTHENTICATE"):
                    file.write(b"+ \r\n")
                    self.heard.append(file.readline())
                    file.write(tag + b" OK AUTHENTICATE completed.\r\n")
                else:
                    file.write(tag + b" " + (self.select if b"SELECT" in command else b"OK done") + b"\r\n")

    def __enter__(self) -> "Scripted":
        self.thread = threading.Thread(target=self.converse)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.thread.join(10)
        self.listening.close()


def box_at(server: Scripted, service: TokenService) -> Imap:
    """The mailbox there, with tokens."""
    where = {"tls": "none", "user": MAILBOX, "password": "", "folder": "INBOX"}
    return Imap("127.0.0.1", server.port, **where, tokens=service.tokens())


@pytest.mark.parametrize("answer", [b"BAD", b"NO"])
def test_an_application_that_may_not_open_the_mailbox_is_said(token_service: TokenService, answer: bytes):
    with Scripted(select=answer + b" User is authenticated but not connected.") as server:
        box = box_at(server, token_service)
        with contextlib.closing(box), pytest.raises(Away, match="IMAP.AccessAsApp, and full access"):
            list(box.mails())


def test_an_imap_server_without_tokens_is_given_none(token_service: TokenService):
    with Scripted(offers="AUTH=PLAIN") as server:
        box = box_at(server, token_service)
        with contextlib.closing(box), pytest.raises(Away, match="takes no token .* IMAP_HOST"):
            list(box.mails())
    assert not [said for said in server.heard if b"AUTHENTICATE" in said]
    assert token_service.asked == []


def test_a_mailbox_whose_secret_is_wrong_is_said_without_the_secret_in_any_log(
    app: Flask, dovecot: Dovecot, token_service: TokenService, caplog: pytest.LogCaptureFixture
):
    logging.getLogger("roundtable").addHandler(caplog.handler)
    wanted = settings(token_service) | {"MAIL_OAUTH_CLIENT_SECRET": "gu3ss"}
    try:
        with dovecot.used_by(app, **wanted):
            reading.due(stopped_at(NOW))
    finally:
        logging.getLogger("roundtable").removeHandler(caplog.handler)
    state = db.session.scalars(sa.select(MailboxState)).one()
    assert "check MAIL_OAUTH_CLIENT_SECRET" in state.fault
    logged = json.dumps([record.__dict__ for record in caplog.records], default=str)
    assert "MAIL_OAUTH_CLIENT_SECRET" in logged
    assert "gu3ss" not in logged + state.fault


@pytest.mark.parametrize("command", [["work", "--once"], ["mail", "read"]])
def test_the_commands_name_a_setting_that_is_missing(app: Flask, command: list[str]):
    app.config.update(MAILBOX="imap", IMAP_SIGN_IN="oauth")
    try:
        result = app.test_cli_runner().invoke(args=command)
    finally:
        app.config.update(MAILBOX="none", IMAP_SIGN_IN="password")
    assert result.exit_code == 2
    assert "IMAP_SIGN_IN is oauth: say IMAP_USER, MAIL_OAUTH_TOKEN_URL" in result.output
