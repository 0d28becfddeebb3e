"""Letters over encrypted connections, with a certificate that is checked and a password."""

import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from app.notifications.transports import Smtp, Unsent
from tests.mail import SmtpServer

MAIL = EmailMessage()
MAIL["Subject"] = "Training"
MAIL.set_content("Hello")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of this machine's own for "localhost", with its key in the same file."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed here: apt-get install openssl")
    folder = tmp_path_factory.mktemp("certificate")
    made, key = folder / "made.pem", folder / "key.pem"
    subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "3650",
                "-subj",
                "/CN=localhost",
            ),
            *("-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(made)),
        ],
        check=True,
        capture_output=True,
    )
    both = folder / "both.pem"
    both.write_text(made.read_text() + key.read_text())
    return both


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine trusts that certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


def server_context(certificate: Path) -> ssl.SSLContext:
    """The server's side of the encryption."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def only_ours(_server: object, _session: object, _envelope: object, _kind: str, given: object) -> AuthResult:
    """Let nobody in but the site."""
    known = isinstance(given, LoginPassword) and (given.login, given.password) == (b"site", b"secret")
    return AuthResult(success=known, handled=known)


class Ours(Controller):
    """A server that asks for STARTTLS and a password."""

    certificate: Path

    def factory(self) -> SMTP:
        """One conversation."""
        return SMTP(
            self.handler,
            tls_context=server_context(self.certificate),
            require_starttls=True,
            authenticator=only_ours,
            auth_required=True,
        )


class Encrypted(Controller):
    """A server encrypted from the first byte. It rings itself once, to see whether it is up."""

    certificate: Path

    def _trigger_server(self) -> None:
        context = ssl.create_default_context(cafile=self.certificate)
        with (
            socket.create_connection((self.hostname, self.port), 5) as line,
            context.wrap_socket(line, server_hostname="localhost") as call,
        ):
            call.recv(100)


@pytest.fixture
def starttls_server(certificate: Path) -> Iterator[SmtpServer]:
    """It says nothing in the clear."""
    server = SmtpServer()
    controller = Ours(server, hostname="localhost", port=server.port)
    controller.certificate = certificate
    controller.start()
    yield server
    controller.stop()


@pytest.fixture
def tls_server(certificate: Path) -> Iterator[SmtpServer]:
    """Encrypted from the first byte."""
    server = SmtpServer()
    controller = Encrypted(
        server, hostname="localhost", port=server.port, ssl_context=server_context(certificate)
    )
    controller.certificate = certificate
    controller.start()
    yield server
    controller.stop()


def way(server: SmtpServer, *, tls: str = "starttls", user: str = "", password: str = "") -> Smtp:
    """The way to this server."""
    sender = "training@roundtable.example"
    return Smtp("localhost", server.port, tls=tls, user=user, password=password, sender=sender)


@pytest.mark.usefixtures("trusted")
def test_a_letter_goes_encrypted_and_with_the_password(starttls_server: SmtpServer):
    transport = way(starttls_server, user="site", password="secret")
    for number in range(2):
        transport.send(MAIL, to=f"p{number}@northshire.example", name="x")
    transport.close()
    assert [m.recipients for m in starttls_server.mails] == [
        ["p0@northshire.example"],
        ["p1@northshire.example"],
    ]


@pytest.mark.usefixtures("trusted")
def test_a_wrong_password_is_said_and_keeps_the_letter(starttls_server: SmtpServer):
    with pytest.raises(Unsent, match="cannot be used: 535") as refused:
        way(starttls_server, user="site", password="wrong").send(MAIL, to="p@northshire.example", name="x")
    assert refused.value.away
    assert not refused.value.for_good


def test_a_certificate_nobody_vouches_for_is_not_accepted(starttls_server: SmtpServer):
    with pytest.raises(Unsent, match="certificate verify failed"):
        way(starttls_server, user="site", password="secret").send(MAIL, to="p@northshire.example", name="x")
    assert starttls_server.mails == []


@pytest.mark.usefixtures("trusted")
def test_a_letter_goes_to_a_server_that_is_encrypted_from_the_first_byte(tls_server: SmtpServer):
    transport = way(tls_server, tls="tls")
    transport.send(MAIL, to="p@northshire.example", name="x")
    transport.close()
    assert len(tls_server.mails) == 1


def test_a_server_that_hung_up_between_two_letters_is_rung_again(smtp_server: SmtpServer):
    transport = Smtp("127.0.0.1", smtp_server.port, tls="none", user="", password="", sender="a@b.example")
    transport.send(MAIL, to="p@northshire.example", name="x")
    assert transport.server is not None
    transport.server.close()
    transport.send(MAIL, to="p@northshire.example", name="x")
    transport.close()
    assert len(smtp_server.mails) == 2
