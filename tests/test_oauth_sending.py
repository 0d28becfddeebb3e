"""Sending with a token: against a real SMTP server that asks whether it holds."""

import contextlib
import json
import ssl
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope
from flask import Flask

from app.db import db, writing
from app.notifications.actions import post
from app.notifications.models import Letter
from app.notifications.oauth import REST, Tokens, tokens_of
from app.notifications.transports import Smtp, Unsent
from tests.dovecot import make_certificate
from tests.factories import make_partnership
from tests.mail import SmtpServer, work_off
from tests.test_mailbox_reading_real import NOW
from tests.token_service import MAILBOX, Ticking, TokenService, fault

MAIL = EmailMessage()
MAIL["Subject"] = "Training"
MAIL.set_content("Hello")


class AskingServer(SmtpServer):
    """It lets in whoever has a token that the sign-in service says is good for the mailbox."""

    def __init__(self, service: TokenService) -> None:
        super().__init__()
        self.service = service
        self.conversations: list[list[str]] = []  # what was said to its questions
        self.no = ""  # what it says instead of asking
        self.after_data = ""  # what it says of every mail

    @property
    def settings(self) -> dict[str, object]:
        """The app's settings that make it send here, signed in."""
        signed_in = {"SMTP_SIGN_IN": "oauth", "SMTP_USER": MAILBOX, "SMTP_TLS": "starttls"}
        return super().settings | self.service.settings | signed_in

    async def auth_XOAUTH2(self, server: Any, _given: list[str]) -> AuthResult:
        """The conversation as Exchange and Gmail have it."""
        first = (await server.challenge_auth("")).decode()
        said = [first]
        self.conversations.append(said)
        good = {f"user={MAILBOX}\x01auth=Bearer {token}\x01\x01" for token in self.service.holding}
        if first in good and not self.no:
            return AuthResult(success=True)
        said.append((await server.challenge_auth(json.dumps({"status": "400"}))).decode())
        await server.push(self.no or "535 5.7.3 Authentication unsuccessful")
        return AuthResult(success=False, handled=True)

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        """Keep the mail, or refuse it as a whole."""
        return self.after_data or await super().handle_DATA(server, session, envelope)


class LongLines(SMTP):
    """It takes an answer as long as a token."""

    line_length_limit = 12_288


class Exchange(Controller):
    """A server that lets nobody send who did not sign in, and asks nobody who is not encrypted."""

    certificate: Path

    def factory(self) -> SMTP:
        """One conversation."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate / "cert.pem", self.certificate / "key.pem")
        return LongLines(self.handler, tls_context=context, require_starttls=True, auth_required=True)


@pytest.fixture
def asking_server(
    token_service: TokenService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[AskingServer]:
    """A mail server of this test's own, whose certificate this machine trusts."""
    make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    server = AskingServer(token_service)
    controller = Exchange(server, hostname=server.host, port=server.port)
    controller.certificate = tmp_path
    controller.start()
    yield server
    controller.stop()


def send(server: SmtpServer, tokens: Tokens, tls: str = "starttls", to: str = "p@northshire.example") -> None:
    """One mail over a connection of its own."""
    transport = Smtp(
        server.host, server.port, tls=tls, user=MAILBOX, password="", sender=MAILBOX, tokens=tokens
    )
    with contextlib.closing(transport):
        transport.send(MAIL, to=to, name="x")


def test_a_server_without_tokens_is_said(app: Flask, smtp_server: SmtpServer, token_service: TokenService):
    assert app
    with pytest.raises(Unsent, match="takes no token.*SMTP_HOST") as refused:
        send(smtp_server, token_service.tokens(), "none")
    assert refused.value.away
    assert refused.value.blameless
    assert token_service.asked == []


def test_letters_go_with_a_token_that_is_asked_for_once(
    asking_server: AskingServer, token_service: TokenService
):
    ours = token_service.tokens()
    for number in range(2):
        send(asking_server, ours, to=f"p{number}@northshire.example")
    assert len(asking_server.mails) == 2
    assert len(token_service.asked) == 1


def test_a_token_that_no_longer_holds_is_asked_for_anew_once(
    asking_server: AskingServer, token_service: TokenService
):
    ours = token_service.tokens(ticking := Ticking())
    ours.token()
    token_service.withdraw()
    ticking.seconds += REST
    send(asking_server, ours)
    assert len(asking_server.mails) == 1
    assert len(token_service.asked) == 2
    refused, taken = asking_server.conversations
    assert refused[1:] == [""]
    assert len(taken) == 1


def test_a_sender_that_the_server_refuses_keeps_the_letter_and_asks_nobody_in_vain(
    asking_server: AskingServer, token_service: TokenService
):
    asking_server.no = "535 5.7.3 Authentication unsuccessful"
    ours = token_service.tokens()
    for _ in range(3):
        with pytest.raises(Unsent, match=r"refuses the token for SMTP_USER.*SMTP\.SendAsApp.*535") as refused:
            send(asking_server, ours)
        assert refused.value.blameless
        assert not refused.value.for_good
        assert not any(token in str(refused.value) for token in token_service.holding)
    assert len(token_service.asked) == 1


@pytest.mark.parametrize(
    ("no", "said"),
    [
        (
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
            "switched off",
        ),
        ("454 4.7.0 Temporary authentication failure", "for now"),
    ],
)
def test_sending_that_is_switched_off_or_broken_is_told_apart(
    asking_server: AskingServer, token_service: TokenService, no: str, said: str
):
    asking_server.no = no
    with pytest.raises(Unsent, match=said) as refused:
        send(asking_server, token_service.tokens())
    assert refused.value.away


def test_the_worker_sends_with_a_token_and_says_beside_the_letter_why_it_cannot(
    app: Flask, asking_server: AskingServer, token_service: TokenService
):
    with writing():
        post(
            "test-mail",
            key="trial:0",
            to_email="p@northshire.example",
            to_name="Siân O'Neill",
            partnership=make_partnership(),
            now=NOW,
            sent_as="x",
        )
    with asking_server.used_by(app):
        token_service.instead = fault(401, "invalid_client", "AADSTS7000222: expired")
        work_off(app)
        db.session.rollback()
        letter = db.session.scalars(sa.select(Letter)).one()
        assert (letter.state, letter.tries) == ("queued", 0)
        assert letter.fault == (
            "The mail server cannot be used: the client secret has run out: make a new one and put it into"
            " MAIL_OAUTH_CLIENT_SECRET (AADSTS7000222)"
        )
        token_service.instead = None
        tokens_of.cache_clear()  # as a minute later, or in a worker started anew
        work_off(app)
    assert len(asking_server.mails) == 1


@pytest.mark.parametrize(
    "no",
    [
        "554 5.2.252 SendAsDenied; training@roundtable.example not allowed to send as other@roundtable.example",
        "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
    ],
)
def test_an_address_that_we_may_not_send_from_costs_no_letter(
    asking_server: AskingServer, token_service: TokenService, no: str
):
    asking_server.after_data = no
    with pytest.raises(Unsent, match="does not let us send as MAIL_FROM") as refused:
        send(asking_server, token_service.tokens())
    assert (refused.value.away, refused.value.blameless, refused.value.for_good) == (True, True, False)
