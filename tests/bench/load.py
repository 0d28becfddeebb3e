"""A small keep-alive HTTP client that costs little, so that what is measured is the server."""

import contextlib
import multiprocessing
import os
import socket
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
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

    def request(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Sequence[str] = (),
        *,
        kind: str = "application/x-www-form-urlencoded",
    ) -> Answer:
        """Send one request and read its answer; one new try when the server closed the line."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", *headers]
        if self.cookie:
            lines.append(f"Cookie: {self.cookie}")
        if method == "POST":
            lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
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
        if headers.get("transfer-encoding") == "chunked":
            body = b"".join(iter(self._chunk, b""))
        else:
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

    def _chunk(self) -> bytes:
        """The next piece of a body whose length nobody knew beforehand; empty at its end."""
        size = int(self._until(b"\r\n"), 16)
        chunk = self._exactly(size)
        self._exactly(2)
        return chunk

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
    """Requests (or paths) per second, 50th and 95th percentile in milliseconds, errors, and the answer's size.

    ``cpu_ms`` is what one of them costs the server in processor time: it hardly moves when the machine is busy.
    """

    per_second: float
    p50_ms: float
    p95_ms: float
    errors: int
    size: int
    cpu_ms: float


Step = Callable[[Connection, Any], Answer]


@dataclass(frozen=True)
class Server:
    """Where a server listens, and its first process."""

    port: int
    pid: int

    def cpu_ms(self) -> float:
        """Processor time of its processes so far."""
        ticks = 0
        for pid in family(self.pid):
            with contextlib.suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                ticks += int(fields[11]) + int(fields[12])
        return 1000 * ticks / os.sysconf("SC_CLK_TCK")


def family(pid: int) -> set[int]:
    """A process and its children."""
    found = {pid}
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            if int(status.read_text().split("PPid:")[1].split()[0]) == pid:
                found.add(int(status.parent.name))
    return found


def client(
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
    step: Step, server: Server, jobs: Sequence[tuple[str, Any]], *, clients: int, seconds: float = 0
) -> Measured:
    """Run the step from several client processes; with ``seconds`` for so long, else each job once."""
    context = multiprocessing.get_context("fork")
    shares = [share for n in range(clients) if (share := jobs if seconds else jobs[n::clients])]
    out, start = context.Queue(), context.Barrier(len(shares) + 1)
    processes = [
        context.Process(target=client, args=(step, server.port, share, seconds, out, start))
        for share in shares
    ]
    for process in processes:
        process.start()
    start.wait()
    began, cpu_before = time.perf_counter(), server.cpu_ms()
    results = [out.get() for _ in processes]
    spent, cpu_ms = time.perf_counter() - began, server.cpu_ms() - cpu_before
    for process in processes:
        process.join()
    times = sorted(t for found, _, _ in results for t in found)
    cuts = statistics.quantiles(times, n=20) if len(times) > 1 else times * 19
    errors, size = sum(e for _, e, _ in results), max(s for _, _, s in results)
    return Measured(len(times) / spent, 1000 * cuts[9], 1000 * cuts[18], errors, size, cpu_ms / len(times))


def median(rounds: Sequence[Measured]) -> Measured:
    """The middle of several rounds, figure by figure; every error counts."""

    def middle(name: str) -> float:
        return statistics.median(getattr(one, name) for one in rounds)

    return Measured(
        middle("per_second"),
        middle("p50_ms"),
        middle("p95_ms"),
        sum(one.errors for one in rounds),
        max(one.size for one in rounds),
        middle("cpu_ms"),
    )


def get(connection: Connection, path: str) -> Answer:
    """Open a page."""
    return connection.request("GET", path)
