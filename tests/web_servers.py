"""The site in server processes of its own, on the database of a test, and client processes that rush at it."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask

from app.accounts.models import Person
from tests.postgresql import free_port
from tests.rush import Answer, Browser

__all__ = ["Answer", "Browser", "gunicorn", "rush", "session_cookie", "turmoil"]

ROOT = Path(__file__).resolve().parent.parent


def session_cookie(app: Flask, person: Person) -> str:
    """What the browser of somebody who signed in would send."""
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    content = {"_user_id": f"{person.public_id}.{person.session_number}", "_fresh": True}
    return f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps(content)}"


@contextlib.contextmanager
def gunicorn(app: Flask, *, workers: int = 2) -> Iterator[int]:
    """The site as production serves it, on the app's database, in processes of its own; yields the port."""
    port = free_port()
    env = {
        **os.environ,
        "ROUNDTABLE_FOLDER": str(app.config["FOLDER"]),
        "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
        "SECRET_KEY": app.config["SECRET_KEY"],
        "SITE_URL": f"http://localhost:{port}",
        "BIND": f"127.0.0.1:{port}",
        "WEB_CONCURRENCY": str(workers),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    log = Path(app.config["FOLDER"]) / "gunicorn.log"
    with log.open("w") as output:
        command = [sys.executable, "-m", "gunicorn", "wsgi:app"]
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=output, stderr=output)
        try:
            wait_until_ready(port, process, log)
            yield port
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)


def wait_until_ready(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Return as soon as the site answers; fail with the server's own words when it does not within a minute."""
    for _ in range(600):
        with contextlib.suppress(OSError, http.client.HTTPException):
            if Browser(port).get("/readyz").status == 200:
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise AssertionError(f"gunicorn does not answer:\n{log.read_text()[-4000:]}")


def rush(port: int, visits: list[tuple[str, str]], *, clients: int) -> list[dict[str, Any]]:
    """Everybody sends their form at once, from that many processes; what each of them saw.

    A visit is the address of the form and the cookie of the person.
    """
    command = [sys.executable, str(Path(__file__).with_name("rush.py"))]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes: list[Any] = [subprocess.Popen(command, **pipes) for _ in range(clients)]  # type: ignore[call-overload]
    for number, process in enumerate(processes):
        task = {"port": port, "visits": visits[number::clients]}
        process.stdin.write(json.dumps(task) + "\n")
        process.stdin.flush()
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    return [seen for process in processes for seen in json.loads(process.communicate(timeout=30)[0])]


def turmoil(
    port: int, events: list[int], cookies: list[str], desk: str, *, clients: int, seconds: float
) -> dict[int, int]:
    """People who book and give up at random for so long, from that many processes, and a desk that moves the limit.

    Returns how often each status was answered.
    """
    command = [sys.executable, str(Path(__file__).with_name("turmoil.py"))]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes: list[Any] = [subprocess.Popen(command, **pipes) for _ in range(clients)]  # type: ignore[call-overload]
    for number, process in enumerate(processes):
        task = {"port": port, "events": events, "seconds": seconds, "seed": 1000 * number}
        task |= {"cookies": cookies[number::clients], "desk": desk if number == 0 else ""}
        process.stdin.write(json.dumps(task) + "\n")
        process.stdin.flush()
    found: dict[int, int] = {}
    for process in processes:
        for status, count in json.loads(process.communicate(timeout=seconds + 60)[0]).items():
            found[int(status)] = found.get(int(status), 0) + count
    return found
