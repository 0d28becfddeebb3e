"""Signing in to a mail server with a token (OAuth 2) instead of a password: asking for it and keeping it.

The token is kept in this process's memory until shortly before it ends. It is asked for as the application itself
(client credentials), or with a refresh token where one is set, as Google wants it. No secret stands in an exception.
"""

import functools
import http.client
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from .oauth_answers import Given, answered
from .remote import Watch, address_of, connection_to, is_loopback, post, short

PATIENCE = 10  # seconds for one answer
BUDGET = 20  # seconds for a whole answer, however slowly it comes
LONGEST_ANSWER = 100_000
SPARE = 300  # seconds before its end from which on a token is no longer used
REST = 60  # seconds between two requests that bring nothing new
KINDS = ("password", "oauth")
NEEDED = ("MAIL_OAUTH_TOKEN_URL", "MAIL_OAUTH_CLIENT_ID", "MAIL_OAUTH_CLIENT_SECRET")


class NotSignedIn(Exception):
    """We cannot sign in, and why, as a sentence for the administrator. It holds no secret."""


class TokenRefused(NotSignedIn):
    """The mail server does not take the token."""


@dataclass(frozen=True)
class Client:
    """Who we are to the sign-in service, and where it is."""

    url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = ""
    refresh_token: str = field(default="", repr=False)

    def body(self) -> bytes:
        """What is posted to it."""
        asked = {"client_id": self.client_id, "client_secret": self.client_secret}
        if self.refresh_token:
            asked |= {"grant_type": "refresh_token", "refresh_token": self.refresh_token}
        else:
            asked |= {"grant_type": "client_credentials"}
        return urlencode(asked | ({"scope": self.scope} if self.scope else {})).encode()


class Tokens:
    """The token of one client. After a failure, and after a token that is refused, a minute passes until the next."""

    def __init__(self, client: Client, ticking: Callable[[], float] = time.monotonic) -> None:
        self.client, self.ticking = client, ticking
        self.address = address_of(client.url, setting=NEEDED[0], travels="the client secret travels")
        self.kept, self.fault = "", ""
        self.asked_at, self.ends_at = float("-inf"), float("-inf")

    def token(self) -> str:
        """The one that is kept, or a new one. Raises NotSignedIn."""
        if self.kept and self.ticking() < self.ends_at:
            return self.kept
        if self.fault and self.rests():
            raise NotSignedIn(self.fault)
        return self.ask()

    def instead_of(self, refused: str) -> str | None:
        """Another one than that which a server refused; None when that one was asked for a moment ago."""
        if refused == self.kept:
            if self.rests():
                return None
            self.kept = ""
        return self.token()

    def rests(self) -> bool:
        """Whether the service was asked so recently that it is left alone."""
        return self.ticking() < self.asked_at + REST

    def ask(self) -> str:
        """Ask for one, and keep it."""
        self.kept, self.fault, self.asked_at = "", "", self.ticking()
        found = self.answer()
        if not isinstance(found, Given):
            self.fault = found
            raise NotSignedIn(found)
        self.kept = found.token
        self.ends_at = self.asked_at + found.seconds - min(SPARE, found.seconds / 2)
        return self.kept

    def answer(self) -> Given | str:
        """What the sign-in service says."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        connection = connection_to(self.address, PATIENCE)
        try:
            connection.connect()
            watch = Watch(connection.sock, BUDGET)
            try:
                said = post(connection, self.address, self.client.body(), headers, longest=LONGEST_ANSWER)
            finally:
                watch.end()
            if watch.over:
                raise TimeoutError("it takes too long to answer")
        except (OSError, http.client.HTTPException, UnicodeError) as error:
            return f"the sign-in service at {self.address.hostname} cannot be reached: {short(error)}"
        finally:
            connection.close()
        return answered(*said)


def signed_in(tokens: Tokens, attempt: Callable[[str], None]) -> None:
    """Sign in with the token; one that was kept and is refused is asked for anew, once. Raises NotSignedIn."""
    token = tokens.token()
    try:
        attempt(token)
    except TokenRefused:
        other = tokens.instead_of(token)
        if other is None:
            raise
        attempt(other)


@functools.cache
def tokens_of(client: Client) -> Tokens:
    """This process's tokens of a client: reading and sending use the same."""
    return Tokens(client)


def tokens_for(config: Mapping[str, Any], server: str) -> Tokens | None:
    """What signs in to a ``server`` ("SMTP" or "IMAP"); None for a password. Raises ValueError for wrong settings."""
    kind = config[f"{server}_SIGN_IN"]
    if kind not in KINDS:
        raise ValueError(f"{server}_SIGN_IN is {kind!r}: say password or oauth")
    if kind == "password":
        return None
    missing = [name for name in (f"{server}_USER", *NEEDED) if not config[name]]
    if not config["MAIL_OAUTH_SCOPE"] and not config["MAIL_OAUTH_REFRESH_TOKEN"]:
        missing.append("MAIL_OAUTH_SCOPE")
    if missing:
        raise ValueError(f"{server}_SIGN_IN is oauth: say {', '.join(missing)} too")
    if re.search(r"[^\x21-\x7e]", config[f"{server}_USER"]):
        raise ValueError(f"{server}_USER holds a sign that no address has")
    if config[f"{server}_TLS"] == "none" and not is_loopback(config[f"{server}_HOST"]):
        raise ValueError(f"{server}_TLS is none: a token is sent encrypted only, so say starttls or tls")
    return tokens_of(
        Client(
            url=config["MAIL_OAUTH_TOKEN_URL"],
            client_id=config["MAIL_OAUTH_CLIENT_ID"],
            client_secret=config["MAIL_OAUTH_CLIENT_SECRET"],
            scope=config["MAIL_OAUTH_SCOPE"],
            refresh_token=config["MAIL_OAUTH_REFRESH_TOKEN"],
        )
    )
