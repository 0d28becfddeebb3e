"""A small keep-alive HTTP client that costs little, so that what is measured is the server."""

import multiprocessing
import socket
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """Status, headers (lower case) and body of an answer."""

    status: int
    headers: dict[str, str]
    body: bytes


class Connection:
    """One kept-alive connection to the loopback interface."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self.port, self.cookie = port, cookie
        self.socket: socket.socket | None = None
        self.rest = b""

    def request(self, method: str, path: str, body: bytes = b"") -> Answer:
        """Send one request and read its answer; one new try when the server closed the line."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        if self.cookie:
            lines.append(f"Cookie: {self.cookie}")
        if method == "POST":
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
            lines.append(f"Referer: http://127.0.0.1:{self.port}{path}")
        message = ("\r\n".join(lines) + "\r\n\r\n").encode() + body
        try:
            return self._exchange(message)
        except (ConnectionError, IndexError):
            self.close()
            return self._exchange(message)

    def _exchange(self, message: bytes) -> Answer:
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=60)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(message)
        head = self._until(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines if line)}
        body = self._exactly(int(headers.get("content-length", "0")))
        if headers.get("connection", "").lower() == "close":
            self.close()
        if "set-cookie" in headers:
            self.cookie = headers["set-cookie"].split(";")[0]
        return Answer(int(first.split()[1]), headers, body)

    def _until(self, end: bytes) -> bytes:
        while end not in self.rest:
            self._more()
        found, _, self.rest = self.rest.partition(end)
        return found

    def _exactly(self, size: int) -> bytes:
        while len(self.rest) < size:
            self._more()
        found, self.rest = self.rest[:size], self.rest[size:]
        return found

    def _more(self) -> None:
        assert self.socket is not None
        chunk = self.socket.recv(262144)
        if not chunk:
            raise ConnectionError("closed")
        self.rest += chunk

    def close(self) -> None:
        """Hang up."""
        if self.socket:
            self.socket.close()
        self.socket, self.rest = None, b""


@dataclass(frozen=True)
class Measured:
    """Requests (or paths) per second, their 95th percentile in milliseconds, errors, and the answer's size."""

    per_second: float
    p95_ms: float
    errors: int
    size: int


Step = Callable[[Connection, Any], Answer]


def worker(
    step: Step, port: int, jobs: Sequence[tuple[str, Any]], seconds: float, out: Any, start: Any
) -> None:
    """One client: its jobs (cookie and argument) in turn, once each or again until the time is over."""
    connections = {cookie: Connection(port, cookie) for cookie, _ in jobs}
    times, errors, size, number = [], 0, 0, 0
    start.wait()
    end = time.perf_counter() + seconds
    while time.perf_counter() < end if seconds else number < len(jobs):
        cookie, argument = jobs[number % len(jobs)]
        began = time.perf_counter()
        answer = step(connections[cookie], argument)
        times.append(time.perf_counter() - began)
        errors += answer.status >= 400
        size = max(size, len(answer.body))
        number += 1
    out.put((times, errors, size))


def measure(
    step: Step, port: int, jobs: Sequence[tuple[str, Any]], *, clients: int, seconds: float = 0
) -> Measured:
    """Run the step from several client processes; with ``seconds`` for so long, else each job once."""
    context = multiprocessing.get_context("fork")
    out, start = context.Queue(), context.Barrier(clients + 1)
    shares = [jobs[n::clients] if not seconds else jobs for n in range(clients)]
    workers = [context.Process(target=worker, args=(step, port, s, seconds, out, start)) for s in shares if s]
    for process in workers:
        process.start()
    start.wait()
    began = time.perf_counter()
    results = [out.get() for _ in workers]
    spent = time.perf_counter() - began
    for process in workers:
        process.join()
    times = sorted(t for found, _, _ in results for t in found)
    p95 = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
    errors, size = sum(e for _, e, _ in results), max(s for _, _, s in results)
    return Measured(len(times) / spent, 1000 * p95, errors, size)


def get(connection: Connection, path: str) -> Answer:
    """Open a page."""
    return connection.request("GET", path)
