"""Ways out for a letter: an SMTP server, a folder of .eml files, or nowhere (the demonstration).

A transport sends one mail or raises ``Unsent``. It holds its connection open between letters until closed.
"""

import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Protocol

from .oauth import NotSignedIn, Tokens, tokens_for
from .rules import is_about_the_address, is_about_the_sender
from .xoauth2 import sign_in_to_smtp

PATIENCE = 30  # seconds for one answer of a mail server


class Unsent(Exception):
    """The mail did not leave. ``for_good``: trying again is no use. ``away``: nothing else will leave now either.

    ``blameless``: it never came to this mail, so the try does not count. ``no_such_address``: the reader's mail
    server takes no mail for them. ``unsure``: it may have left.
    """

    def __init__(
        self,
        fault: str,
        *,
        for_good: bool = False,
        away: bool = False,
        blameless: bool = False,
        no_such_address: bool = False,
        unsure: bool = False,
    ) -> None:
        super().__init__(fault)
        self.fault, self.for_good, self.away = fault, for_good, away
        self.blameless, self.no_such_address = blameless, no_such_address
        self.unsure = unsure


class Transport(Protocol):
    """What the worker sends with."""

    def send(self, mail: EmailMessage, *, to: str, name: str) -> None:
        """Send the mail to one address; ``name`` is the letter's own, for a file. Raises Unsent."""

    def close(self) -> None:
        """Let go of the server, if one is held."""


class Demonstration:
    """Keeps letters where they are: in the outbox, to be read there."""

    def send(self, mail: EmailMessage, *, to: str, name: str) -> None:
        """Nothing leaves this machine."""

    def close(self) -> None:
        """Nothing is held."""


class Folder:
    """Writes each mail as a file, whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, mail: EmailMessage, *, to: str, name: str) -> None:
        """Write ``<name>.eml``; the same letter sent twice is the same file."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            draft = self.folder / f".{name}.part"
            draft.write_bytes(mail.as_bytes())
            draft.replace(self.folder / f"{name}.eml")
        except OSError as error:
            fault = f"The mail folder cannot be written: {error.strerror}"
            raise Unsent(fault, away=True, blameless=True) from error

    def close(self) -> None:
        """Nothing is held."""


class Smtp:
    """Hands mails to an SMTP server. ``tls`` is "none", "starttls" or "tls" (encrypted from the first byte)."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        tls: str,
        user: str,
        password: str,
        sender: str,
        tokens: Tokens | None = None,
        patience: int = PATIENCE,
    ) -> None:
        if tls not in ("none", "starttls", "tls"):
            raise ValueError(f"SMTP_TLS is {tls!r}: say none, starttls or tls")
        self.host, self.port, self.tls, self.patience = host, port, tls, patience
        self.user, self.password, self.tokens, self.sender = user, password, tokens, sender
        self.server: smtplib.SMTP | None = None

    def connect(self) -> smtplib.SMTP:
        """The server, greeted, encrypted and signed in to as the settings say."""
        if self.tls == "tls":
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=self.patience, context=context
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.patience)
        try:
            if self.tls == "starttls":
                server.starttls(context=ssl.create_default_context())
            self.sign_in(server)
        except BaseException:
            server.close()
            raise
        return server

    def sign_in(self, server: smtplib.SMTP) -> None:
        """Say who we are, with a token or a password, or to a server that lets us send as we are."""
        if self.tokens:
            sign_in_to_smtp(server, self.user, self.tokens)
        elif self.user:
            server.login(self.user, self.password)

    def send(self, mail: EmailMessage, *, to: str, name: str) -> None:
        """Send over the open connection. A server that hung up between two letters is rung once more."""
        if self.server is not None and not still_there(self.server):
            self.close()
        try:
            self.server = self.server or self.connect()
        except (OSError, smtplib.SMTPException, NotSignedIn) as error:
            fault = f"The mail server cannot be used: {said(error)}"
            raise Unsent(fault, away=True, blameless=True) from error
        try:
            self.server.send_message(mail, from_addr=self.sender, to_addrs=[to])
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
            raise refusal(error) from error
        except smtplib.SMTPSenderRefused as error:
            raise sender_refused(error) from error
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise Unsent(f"The mail server broke off: {said(error)}", away=True) from error

    def close(self) -> None:
        """Say goodbye; a server that is already gone is no fault."""
        server, self.server = self.server, None
        if server is not None:
            try:
                server.quit()
            except (OSError, smtplib.SMTPException):
                server.close()


def still_there(server: smtplib.SMTP) -> bool:
    """Whether the server still answers on this connection."""
    try:
        return server.noop()[0] == 250
    except (OSError, smtplib.SMTPException):
        return False


def refusal(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> Unsent:
    """The server takes this mail not, or not now; or none of ours, because we may not send as MAIL_FROM."""
    fault, code = f"Refused: {said(error)}", code_of(error)
    if is_about_the_sender(said(error)):
        return Unsent(
            f"The mail server does not let us send as MAIL_FROM: {said(error)}", away=True, blameless=True
        )
    about_reader = isinstance(error, smtplib.SMTPRecipientsRefused) and is_about_the_address(
        code, said(error)
    )
    return Unsent(fault, for_good=code >= 500, no_such_address=about_reader and code >= 500)


def sender_refused(error: smtplib.SMTPSenderRefused) -> Unsent:
    """The server does not let us send, whatever it is; only a mail that is too long (552) is to blame itself."""
    if error.smtp_code == 552:
        return Unsent(f"Refused: {said(error)}", for_good=True)
    return Unsent(f"The mail server takes nothing from us: {said(error)}", away=True, blameless=True)


def code_of(error: smtplib.SMTPException) -> int:
    """The server's code: 4xx for now, 5xx for good; 0 when it gave none."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max(code for code, _ in error.recipients.values())
    return int(getattr(error, "smtp_code", 0))


def said(error: Exception) -> str:
    """What the other side said, short and in one line."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "; ".join(
            f"{code} {text.decode(errors='replace')}" for code, text in error.recipients.values()
        )
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return f"{error.smtp_code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"[:300]
    return (str(error) or type(error).__name__)[:300]


def transport_for(config: Mapping[str, Any]) -> Transport:
    """The transport the installation's settings ask for. Raises ValueError for one we do not know."""
    kind = config["MAIL_TRANSPORT"]
    if kind == "demonstration":
        return Demonstration()
    if kind == "folder":
        return Folder(Path(config["MAIL_FOLDER"]))
    if kind != "smtp":
        raise ValueError(f"MAIL_TRANSPORT is {kind!r}: say smtp, folder or demonstration")
    return Smtp(
        config["SMTP_HOST"],
        config["SMTP_PORT"],
        tls=config["SMTP_TLS"],
        user=config["SMTP_USER"],
        password=config["SMTP_PASSWORD"],
        sender=config["MAIL_FROM"],
        tokens=tokens_for(config, "SMTP"),
    )
