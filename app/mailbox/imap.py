"""Mail from an IMAP server. Of a mail that is larger than we read only the beginning is fetched."""

import contextlib
import imaplib
import re
import socket
import ssl
from collections.abc import Iterator
from typing import Any

from ..notifications.oauth import NotSignedIn, Tokens
from ..notifications.remote import Watch
from ..notifications.xoauth2 import IMAP_REFUSED, NOT_THEIRS, sign_in_to_imap
from .incoming import A_ROUND, BUDGET, Away, Incoming
from .mime import HEADER_BYTES, MOST_BYTES

PATIENCE = 10  # seconds for one answer of the server


class OnLine(imaplib.IMAP4):
    """An IMAP conversation on a line that is there already: the library would talk before anybody watches."""

    def __init__(self, line: socket.socket) -> None:
        self.line = line
        super().__init__()

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return self.line


class Imap:
    """The unread mails of a folder on an IMAP server; those taken in are marked as read.

    ``tls`` is "tls" (encrypted from the first byte), "starttls" or "none". Nothing is remembered from one visit to
    the next, so that a folder that was built anew (another UIDVALIDITY) confuses nobody: the mail's own Message-ID
    says whether it came before.
    """

    key = "imap_uid"

    def __init__(
        self,
        host: str,
        port: int,
        *,
        tls: str,
        user: str,
        password: str,
        folder: str,
        tokens: Tokens | None = None,
        budget: float = BUDGET,
    ) -> None:
        if tls not in ("none", "starttls", "tls"):
            raise ValueError(f"IMAP_TLS is {tls!r}: say none, starttls or tls")
        self.host, self.port, self.tls = host, port, tls
        self.user, self.password, self.tokens = user, password, tokens
        self.folder, self.budget = folder, budget
        self.server: imaplib.IMAP4 | None = None
        self.watch: Watch | None = None

    def connect(self) -> imaplib.IMAP4:
        """The server, encrypted and signed in to as the settings say, with the folder open."""
        line = socket.create_connection((self.host, self.port), PATIENCE)
        self.watch = Watch(line, self.budget)
        if self.tls == "tls":
            line = ssl.create_default_context().wrap_socket(line, server_hostname=self.host)
        server = self.server = OnLine(line)
        server.host = self.host
        if self.tls == "starttls":
            server.starttls(ssl.create_default_context())
        self.sign_in(server)
        answer, said = server.select(quoted(self.folder))
        if answer != "OK" and NOT_THEIRS in words(said):
            raise NotSignedIn(IMAP_REFUSED)
        if answer != "OK":
            raise Away(f"The mailbox has no folder {self.folder}: {words(said)}")
        return server

    def sign_in(self, server: imaplib.IMAP4) -> None:
        """Say who we are, so that no sign in the name or the password can be taken for a command."""
        if self.tokens:
            sign_in_to_imap(server, self.user, self.tokens)
        elif "AUTH=PLAIN" in server.capabilities:
            secret = f"\0{self.user}\0{self.password}".encode()
            server.authenticate("PLAIN", lambda _: secret)
        else:
            server.login(quoted(self.user), self.password)

    def mails(self) -> Iterator[Incoming]:
        """What nobody has read, oldest first, as many as a round takes."""
        with failing_as_away():
            server = self.connect()
            _, found = server.uid("SEARCH", "UNSEEN")
            uids = (found[0] or b"").split()[:A_ROUND]
        for uid in uids:
            with failing_as_away():
                mail = fetched(server, uid.decode("ascii"))
            if mail is not None:
                yield mail

    def taken(self, mail: Incoming) -> None:
        """Mark it as read."""
        assert self.server is not None
        with failing_as_away():
            self.server.uid("STORE", mail.name, "+FLAGS.SILENT", r"(\Seen)")

    def close(self) -> None:
        """Say goodbye; a server that is already gone is no fault."""
        server, self.server = self.server, None
        if server is not None:
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                server.logout()
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                server.shutdown()
        if self.watch is not None:
            self.watch.end()


@contextlib.contextmanager
def failing_as_away() -> Iterator[None]:
    """Whatever goes wrong with a server is that it is away."""
    try:
        yield
    except (OSError, imaplib.IMAP4.error, UnicodeError, NotSignedIn) as error:
        said = error.args[0] if error.args and isinstance(error.args[0], bytes) else str(error)
        why = IMAP_REFUSED if NOT_THEIRS in str(said) else words([said])
        raise Away(f"The mailbox cannot be read: {why or type(error).__name__}") from error


def fetched(server: imaplib.IMAP4, uid: str) -> Incoming | None:
    """One mail without marking it; None when it is gone. The server cannot make us take more than we ask for."""
    _, answer = server.uid("FETCH", uid, "(RFC822.SIZE)")
    said = re.search(rb"RFC822\.SIZE (\d{1,12})", b" ".join(flat(answer)))
    if said is None:
        return None
    size = int(said[1])
    wanted = HEADER_BYTES if size > MOST_BYTES else MOST_BYTES
    _, answer = server.uid("FETCH", uid, f"(BODY.PEEK[]<0.{wanted}>)")
    raw = next((part[1] for part in answer if isinstance(part, tuple)), None)
    return Incoming(uid, raw[:wanted], size) if isinstance(raw, bytes) else None


def flat(answer: list[Any]) -> Iterator[bytes]:
    """The bytes of a server's answer, whatever its shape."""
    for part in answer:
        yield from (
            piece for piece in (part if isinstance(part, tuple) else (part,)) if isinstance(piece, bytes)
        )


def quoted(text: str) -> str:
    """A string of the protocol; one with a line end in it is none."""
    if re.search(r"[\r\n\0]", text):
        raise ValueError("a line end in an IMAP setting")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def words(said: list[Any]) -> str:
    """What the other side said, short and in one line."""
    text = " ".join(part.decode(errors="replace") if isinstance(part, bytes) else str(part) for part in said)
    return " ".join(text.split())[:300]
