"""The servers that are measured, how soon they answer, and how much memory they hold."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from flask import Flask

from tests.bench.load import Server, family
from tests.postgresql import free_port
from tests.rush import Browser
from tests.web_servers import ROOT, gunicorn


def listening(port: int) -> Server:
    """The server that was started on that port."""
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            ours = environ.read_bytes().split(b"\0")
            parent = (environ.parent / "stat").read_text().rpartition(")")[2].split()[1]
            if f"BIND=127.0.0.1:{port}".encode() in ours and int(parent) == os.getpid():
                return Server(port, int(environ.parent.name))
    raise LookupError(f"nobody listens on {port}")


def keep_bytecode(folder: Path) -> None:
    """Compile everything once, as on a machine where the site has run before, whatever this shell says of it."""
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder)
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    env |= {"ROUNDTABLE_FOLDER": str(folder), "SECRET_KEY": "to compile only"}
    subprocess.run(
        [sys.executable, "-m", "gunicorn", "--check-config", "wsgi:app"], cwd=ROOT, env=env, check=True
    )


@contextlib.contextmanager
def site(app: Flask) -> Iterator[Server]:
    """The site as production serves it, with 2 workers."""
    with gunicorn(app) as port:
        yield listening(port)


@contextlib.contextmanager
def anchors(folder: Path) -> Iterator[Server]:
    """The bare pages, by the same server with the same settings."""
    port = free_port()
    more = {"ANCHOR_DATABASE": str(folder / "anchor.sqlite"), "BIND": f"127.0.0.1:{port}"}
    command = ["-m", "gunicorn", "-c", "tests/bench/gunicorn_anchor.py", "tests.bench.anchor:app"]
    process = subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, env={**os.environ, **more}, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(100):
            with contextlib.suppress(OSError):
                if Browser(port).get("/constant").status == 200:
                    break
            time.sleep(0.1)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=10)


def cold_start(app: Flask) -> float:
    """Seconds from starting the web server to its first page."""
    began = time.perf_counter()
    with gunicorn(app) as port:
        Browser(port).get("/courses")
        spent = time.perf_counter() - began
        time.sleep(1)  # a server that is stopped while its second worker starts takes its time
    return spent


def memory(pid: int) -> float:
    """Proportional set size of a process and its children in MiB: what they share is counted once."""
    found = 0
    for one in family(pid):
        with contextlib.suppress(OSError):
            rollup = Path(f"/proc/{one}/smaps_rollup").read_text()
            found += int(rollup.split("Pss:")[1].split()[0])
    return found / 1024


def highest_memory(pid: int) -> float:
    """The most that any worker of this web server ever held, in MiB: what an answer needs while it is made."""
    found = [0]
    for one in family(pid) - {pid}:
        with contextlib.suppress(OSError):
            found.append(int(Path(f"/proc/{one}/status").read_text().split("VmHWM:")[1].split()[0]))
    return max(found) / 1024


def worker_memory(app: Flask) -> float:
    """The background worker, a few seconds after its start."""
    env = {
        **os.environ,
        "ROUNDTABLE_FOLDER": str(app.config["FOLDER"]),
        "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
        "SECRET_KEY": app.config["SECRET_KEY"],
        "MAIL_TRANSPORT": "folder",
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "work"]
    silent = {"stderr": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    process = subprocess.Popen(command, cwd=ROOT, env=env, **silent)  # type: ignore[call-overload]
    try:
        time.sleep(8)
        return memory(process.pid)
    finally:
        process.terminate()
        process.wait(timeout=20)
