"""Talking to somebody else's server: encrypted, for so long and no longer, and never led elsewhere by it."""

import contextlib
import http.client
import os
import socket
import ssl
import threading
from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit


def address_of(url: str, *, setting: str, travels: str) -> SplitResult:
    """The web address in a setting. Raises ValueError for one without TLS, unless it is on this machine.

    ``travels``: what would otherwise go there for everybody to read, as the beginning of a sentence.
    """
    try:
        found = urlsplit(url)
        host, usable = found.hostname or "", found.port != 0
    except ValueError:
        host, usable = "", False
    if not host or not usable or found.username or found.scheme not in ("https", "http"):
        raise ValueError(f"{setting} is no web address: say https://...")
    if found.scheme == "http" and not is_loopback(host):
        raise ValueError(f"{setting} has to begin with https://: {travels} there.")
    return found


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def connection_to(address: SplitResult, patience: float) -> http.client.HTTPConnection:
    """A connection that is not opened yet; ``patience`` is the seconds for one answer."""
    host, port = address.hostname or "", address.port
    if address.scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, port, timeout=patience, context=context)
    return http.client.HTTPConnection(host, port, timeout=patience)


def post(
    connection: http.client.HTTPConnection,
    address: SplitResult,
    body: bytes,
    headers: Mapping[str, str],
    *,
    longest: int,
) -> tuple[int, bytes]:
    """Post a body; the answer's status and as much of it as we take. A redirect is an answer like others."""
    path = (address.path or "/") + (f"?{address.query}" if address.query else "")
    connection.request("POST", path, body, dict(headers))
    answer = connection.getresponse()
    return answer.status, answer.read(longest)


def short(error: Exception) -> str:
    """What went wrong, short and in one line."""
    return " ".join((str(error) or type(error).__name__).split())[:200]


class Watch:
    """Ends a conversation that takes too long, at whatever point it is; whoever waits in it is told."""

    def __init__(self, line: socket.socket, seconds: float) -> None:
        # A second handle of the line, so that encrypting it changes nothing.
        self.line = socket.socket(fileno=os.dup(line.fileno()))
        self.over = False  # whether it took too long: what was read until then may be half of it
        self.timer = threading.Timer(seconds, self.hang_up)
        self.timer.daemon = True
        self.timer.start()

    def hang_up(self) -> None:
        """End it."""
        self.over = True
        with contextlib.suppress(OSError):
            self.line.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        """It ended in time."""
        self.timer.cancel()
        self.line.close()
