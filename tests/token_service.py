"""A sign-in service (OAuth 2) of the tests' own on loopback: it gives tokens as Microsoft's does, and says which hold.

``token_service`` is a fixture (brought in by conftest). Dovecot asks the same service about each token.
"""

import contextlib
import json
import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from app.notifications.oauth import Client, Tokens, tokens_of

TENANT, CLIENT, SECRET = "/northshire/oauth2/v2.0/token", "app-of-the-site", "Q~s3cret value+&="
SCOPE, REFRESH = "https://outlook.example/.default", "1//refresh-t0ken"
MAILBOX = "training@roundtable.example"
Answer = tuple[int, dict[str, str], bytes]


def fault(status: int, error: str, description: str = "") -> Answer:
    """How Microsoft says no."""
    said = {"error": error, "error_description": description, "trace_id": "0000"}
    return status, {}, json.dumps(said).encode()


class Ticking:
    """A clock of seconds that the test moves."""

    seconds = 1000.0

    def __call__(self) -> float:
        """How late it is."""
        return self.seconds


class TokenService:
    """What it was asked, which tokens hold, and what it says instead, if anything."""

    def __init__(self) -> None:
        service = self

        class Conversation(BaseHTTPRequestHandler):
            """One request."""

            def do_POST(self) -> None:
                """Answer it."""
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, headers, answer = service.answer(self, body)
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                with contextlib.suppress(OSError):  # they may have hung up
                    for byte in answer if service.drip else ():
                        self.wfile.write(bytes([byte]))
                        time.sleep(service.drip)
                    self.wfile.write(b"" if service.drip else answer)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.conversation = Conversation
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Conversation)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        self.forget()

    def forget(self) -> None:
        """As new. Numbers of tokens go on, so that none is given twice."""
        self.asked: list[dict[str, str]] = []
        self.holding: set[str] = set()
        self.given = getattr(self, "given", 0)
        self.seconds: object = 3600
        self.instead: Answer | None = None
        self.drip = 0.0  # seconds between two bytes of an answer

    @property
    def url(self) -> str:
        """Where tokens are asked for."""
        return f"http://127.0.0.1:{self.port}{TENANT}"

    def tokens(self, ticking: Ticking | None = None) -> Tokens:
        """The site's tokens from here, kept nowhere else."""
        return Tokens(Client(self.url, CLIENT, SECRET, SCOPE), ticking or Ticking())

    @contextlib.contextmanager
    def encrypted(self, folder: Path) -> Iterator[str]:
        """The same over TLS with the certificate in a folder; yields where tokens are asked for."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        with ThreadingHTTPServer(("127.0.0.1", 0), self.conversation) as server:
            server.handle_error = lambda *_: None  # type: ignore[method-assign]
            server.socket = context.wrap_socket(server.socket, server_side=True)
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            yield f"https://127.0.0.1:{server.server_address[1]}{TENANT}"
            server.shutdown()
            thread.join(10)

    @property
    def settings(self) -> dict[str, str]:
        """The app's settings that make it ask here."""
        return {
            "MAIL_OAUTH_TOKEN_URL": self.url,
            "MAIL_OAUTH_CLIENT_ID": CLIENT,
            "MAIL_OAUTH_CLIENT_SECRET": SECRET,
            "MAIL_OAUTH_SCOPE": SCOPE,
            "MAIL_OAUTH_REFRESH_TOKEN": "",
        }

    def answer(self, request: BaseHTTPRequestHandler, body: bytes) -> Answer:
        """A token, an answer about one, or why not."""
        said = dict(parse_qsl(body.decode("ascii"), strict_parsing=True))
        if request.path == "/introspect":
            holds = said["token"] in self.holding
            return (
                200,
                {},
                json.dumps({"active": holds, "email": MAILBOX} if holds else {"active": False}).encode(),
            )
        self.asked.append(said)
        if self.instead:
            return self.instead
        return self.refusal(request, said) or self.token()

    def refusal(self, request: BaseHTTPRequestHandler, said: dict[str, str]) -> Answer | None:
        """What is wrong with a request, as Microsoft tells it; None when nothing is."""
        if request.path != TENANT:
            return fault(400, "invalid_request", "AADSTS90002: Tenant 'elsewhere' not found.")
        if request.headers["Content-Type"] != "application/x-www-form-urlencoded":
            return fault(400, "invalid_request")
        if said.get("client_id") != CLIENT:
            return fault(
                400, "unauthorized_client", "AADSTS700016: Application was not found in the directory."
            )
        if said.get("client_secret") != SECRET:
            return fault(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.")
        if said.get("grant_type") == "refresh_token":
            return None if said.get("refresh_token") == REFRESH else fault(400, "invalid_grant")
        if said.get("grant_type") != "client_credentials":
            return fault(400, "unsupported_grant_type")
        return None if said.get("scope") == SCOPE else fault(400, "invalid_scope", "AADSTS1002012: no scope.")

    def token(self) -> Answer:
        """The next one."""
        self.given += 1
        token = f"eyJ-token.{self.given}_{'x' * 1500}"  # as long as real ones
        self.holding.add(token)
        said = {"token_type": "Bearer", "expires_in": self.seconds, "access_token": token}
        return 200, {}, json.dumps(said).encode()

    def withdraw(self) -> None:
        """No token given so far holds any more."""
        self.holding.clear()


@pytest.fixture(scope="session")
def lasting_token_service() -> Iterator[TokenService]:
    """The one of this run, for Dovecot knows its address."""
    service = TokenService()
    yield service
    service.server.shutdown()
    service.server.server_close()


@pytest.fixture
def token_service(lasting_token_service: TokenService) -> TokenService:
    """It as new, and the app without a token from it."""
    lasting_token_service.forget()
    tokens_of.cache_clear()
    return lasting_token_service
