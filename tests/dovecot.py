"""A Dovecot that the tests start themselves, from Debian's packages, on loopback only: IMAP with TLS and sign-in.

``dovecot`` is a fixture (brought in by conftest)::

    dovecot.deliver(raw)
    with dovecot.used_by(app):
        ...
"""

import contextlib
import imaplib
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.machine import missing
from tests.postgresql import free_port
from tests.token_service import TokenService

USER, PASSWORD = "training@roundtable.example", 'p"a\\ss w0rd'
BINARY = "/usr/sbin/dovecot"
SETTINGS = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
ssl_min_protocol = TLSv1.2
disable_plaintext_auth = yes
auth_mechanisms = plain login xoauth2
auth_failure_delay = 0
mail_location = maildir:{folder}/mail/box
first_valid_uid = 1
default_internal_user = {internal}
default_login_user = {login}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2
}}
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid={mail_uid} gid={mail_gid} home={folder}/mail
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""
# Of each token it asks the sign-in service of the tests whose it is.
TOKENS = """
introspection_mode = post
introspection_url = http://127.0.0.1:{port}/introspect
username_attribute = email
active_attribute = active
active_value = true
"""


class Dovecot:
    """Its folder, its two ports, and the mail it holds."""

    def __init__(self, folder: Path, tokens_port: int) -> None:
        self.folder, self.port, self.tls_port = folder, free_port(), free_port()
        self.tokens_port = tokens_port
        self.process: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        """Settings, a certificate of our own, one user; root hands the mail to a user who may not do anything."""
        shutil.rmtree(self.folder, ignore_errors=True)
        mail = self.folder / "mail"
        mail.mkdir(parents=True)
        me = pwd.getpwuid(os.geteuid())
        owner = pwd.getpwnam("mail") if me.pw_uid == 0 else me
        (self.folder / "users").write_text(f"{USER}:{PASSWORD}\n")
        (self.folder / "oauth2").write_text(TOKENS.format(port=self.tokens_port))
        make_certificate(self.folder)
        settings = {
            "internal": "dovecot" if me.pw_uid == 0 else me.pw_name,
            "login": "dovenull" if me.pw_uid == 0 else me.pw_name,
            "mail_uid": owner.pw_uid,
            "mail_gid": owner.pw_gid,
        }
        ports = {"port": self.port, "tls_port": self.tls_port}
        (self.folder / "conf").write_text(SETTINGS.format(folder=self.folder, **settings, **ports))
        for path in (self.folder, self.folder.parent, mail):
            path.chmod(0o755)
        shutil.chown(mail, owner.pw_uid, owner.pw_gid)

    def start(self) -> None:
        """Start it, and wait until it greets."""
        self.process = subprocess.Popen([BINARY, "-F", "-c", str(self.folder / "conf")])
        for _ in range(200):
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                imaplib.IMAP4("127.0.0.1", self.port, timeout=5).shutdown()
                return
            time.sleep(0.05)
        raise AssertionError("Dovecot does not start:\n" + (self.folder / "log").read_text()[-2000:])

    def stop(self) -> None:
        """End it, and every conversation with it."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)
            self.process = None

    @contextlib.contextmanager
    def signed_in(self) -> Iterator[imaplib.IMAP4]:
        """A conversation of the test's own, with the inbox open."""
        server = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        import ssl

        server.starttls(ssl.create_default_context(cafile=str(self.folder / "cert.pem")))
        server.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
        server.select()
        yield server
        server.logout()

    def deliver(self, *mails: bytes) -> None:
        """Put mails into the inbox, unread."""
        with self.signed_in() as server:
            for raw in mails:
                assert server.append("INBOX", "", None, raw)[0] == "OK"  # type: ignore[arg-type]

    def flags(self) -> list[bool]:
        """Of each mail, whether it was read."""
        with self.signed_in() as server:
            _, found = server.uid("FETCH", "1:*", "(FLAGS)")
            return [b"\\Seen" in one for one in found if isinstance(one, bytes)]

    def empty(self) -> None:
        """An inbox built anew: no mail, another UIDVALIDITY."""
        with self.signed_in() as server:
            server.uid("STORE", "1:*", "+FLAGS", r"(\Deleted)")
            server.expunge()

    def settings(self, tls: str = "tls") -> dict[str, object]:
        """The app's settings that make it read here."""
        return {
            "MAILBOX": "imap",
            "IMAP_HOST": "127.0.0.1",
            "IMAP_PORT": self.tls_port if tls == "tls" else self.port,
            "IMAP_TLS": tls,
            "IMAP_USER": USER,
            "IMAP_PASSWORD": PASSWORD,
            "IMAP_FOLDER": "INBOX",
        }

    @contextlib.contextmanager
    def used_by(self, app: Flask, tls: str = "tls", **more: object) -> Iterator[None]:
        """The app reads here inside the block, and trusts its certificate."""
        wanted = {**self.settings(tls), **more}
        before = {name: app.config[name] for name in wanted}
        app.config.update(wanted)
        trusted = os.environ.get("SSL_CERT_FILE")
        os.environ["SSL_CERT_FILE"] = str(self.folder / "cert.pem")
        try:
            yield
        finally:
            app.config.update(before)
            os.environ.pop("SSL_CERT_FILE")
            if trusted:
                os.environ["SSL_CERT_FILE"] = trusted


def make_certificate(folder: Path) -> None:
    """A certificate for 127.0.0.1 that nobody but the test trusts."""
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "3",
        "-subj",
        "/CN=127.0.0.1",
    ]
    files = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(folder / "key.pem")]
    subprocess.run(
        [*command, *files, "-out", str(folder / "cert.pem")], check=True, capture_output=True, cwd="/"
    )


@pytest.fixture(scope="session")
def lasting_dovecot(folder: Path, lasting_token_service: TokenService) -> Iterator[Dovecot]:
    """The one server of this run."""
    if not (Path(BINARY).exists() and Path("/usr/lib/dovecot/imap").exists() and shutil.which("openssl")):
        missing("Dovecot", "apt-get install dovecot-core dovecot-imapd openssl", "REQUIRE_DOVECOT")
    server = Dovecot(folder / "dovecot", lasting_token_service.port)
    server.prepare()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def dovecot(lasting_dovecot: Dovecot) -> Dovecot:
    """The server with an empty inbox."""
    lasting_dovecot.empty()
    return lasting_dovecot
