"""``make bench``: prints requests per second and 95th percentiles, each beside its bare anchor of the same run."""

import contextlib
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from tests.bench.load import Answer, Connection, Measured, get, measure
from tests.bench.scene import Scene, build, confirmed
from tests.postgresql import free_port
from tests.rush import Answer as Page
from tests.rush import Browser
from tests.web_servers import ROOT, gunicorn

CLIENTS = 8
SECONDS = float(os.environ.get("BENCH_SECONDS", "4"))


def line(name: str, found: Measured, anchor: Measured | None = None, note: str = "") -> None:
    """One measurement."""
    ratio = f"{found.per_second / anchor.per_second:6.2f} x" if anchor else "        "
    kilobytes = f"{found.size / 1000:7.1f} kB"
    print(
        f"{name:<44}{found.per_second:9.0f}/s {ratio} p95 {found.p95_ms:8.1f} ms {kilobytes}  errors {found.errors} {note}"
    )


@contextlib.contextmanager
def anchor_server(folder: Path) -> Iterator[int]:
    """The bare pages, by the same server with the same settings."""
    port = free_port()
    env = {
        **os.environ,
        "ANCHOR_DATABASE": str(folder / "anchor.sqlite"),
        "BIND": f"127.0.0.1:{port}",
        "WEB_CONCURRENCY": "2",
    }
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "-c",
        "tests/bench/gunicorn_anchor.py",
        "tests.bench.anchor:app",
    ]
    process = subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with contextlib.suppress(OSError):
                if Browser(port).get("/constant").status == 200:
                    break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=10)


def bare_transactions(folder: Path) -> float:
    """Write transactions per second of one process on SQLite in WAL: the price of a booking's commit."""
    connection = sqlite3.connect(folder / "bare.sqlite", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("CREATE TABLE place (id INTEGER PRIMARY KEY, held INTEGER)")
    connection.execute("INSERT INTO place VALUES (1, 0)")
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < 1:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE place SET held = held + 1 WHERE id = 1")
        connection.execute("COMMIT")
        count += 1
    connection.close()
    return count


def book(connection: Connection, event_id: int) -> Answer:
    """From the form to the confirmation: three requests."""
    path = f"/events/{event_id}/book"
    page = connection.request("GET", path)
    fields = Page(page.status, "", page.body.decode()).form()
    done = connection.request("POST", path, urlencode(fields).encode())
    return connection.request("GET", done.headers["location"]) if done.status == 303 else done


class RegisterSave:
    """Thirty marks in one request, as the page's form sends them."""

    def __init__(self, scene: Scene, fields: dict[str, str]) -> None:
        self.path = f"/events/{scene.register_event}/register"
        marks = {f"mark-{id}": "present" for id in scene.register_bookings}
        self.other = {**fields, **marks, f"mark-{scene.register_bookings[0]}": "absent"}
        self.all = {**fields, **marks}

    def __call__(self, connection: Connection, number: int) -> Answer:
        """Save, each time with one mark changed."""
        fields = self.all if number % 2 else self.other
        return connection.request("POST", self.path, urlencode(fields).encode())


def cold_start(scene: Scene) -> float:
    """Seconds from starting the web server to its first page."""
    began = time.perf_counter()
    with gunicorn(scene.app) as port:
        Browser(port).get("/courses")
        return time.perf_counter() - began


def memory(pids: list[int]) -> float:
    """Proportional set size of some processes and their children in MiB."""
    everybody, found = set(pids), 0
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            text = status.read_text()
            if int(text.split("PPid:")[1].split()[0]) in everybody:
                everybody.add(int(status.parent.name))
    for pid in everybody:
        with contextlib.suppress(OSError):
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            found += int(rollup.split("Pss:")[1].split()[0])
    return found / 1024


def serve_pages(scene: Scene, port: int, rows: Measured, constant: Measured) -> None:
    """Pages and changes, one after another."""
    everyone = [("", "/courses")]
    line(
        "catalogue, page of 200 coming events",
        measure(get, port, everyone, clients=CLIENTS, seconds=SECONDS),
        rows,
    )
    line(
        "event page", measure(get, port, [("", scene.event_path)], clients=CLIENTS, seconds=SECONDS), constant
    )
    dashboard = [(scene.member, "/impact?year=2021-22")]
    line("dashboard of 2021/22", measure(get, port, dashboard, clients=CLIENTS, seconds=SECONDS), rows)
    jobs = [(cookie, scene.roomy_event) for cookie in scene.cookies]
    line(
        "booking: form, post, confirmation", measure(book, port, jobs, clients=CLIENTS), note="(whole paths)"
    )
    print(f"{'':<44}{'booked, places held:':>20} {confirmed(scene.app, scene.roomy_event)} of {len(jobs)}")
    browser = Browser(port, scene.administrator)
    page = browser.get(f"/events/{scene.register_event}/register").text
    fields = {
        name: page.split(f'name="{name}" value="')[1].split('"')[0] for name in ("csrf_token", "session")
    }
    saves = [(browser.cookie, number) for number in (0, 1)]
    found = measure(RegisterSave(scene, fields), port, saves, clients=CLIENTS, seconds=SECONDS)
    line("register of 30 saved", found, note="(one request)")


def main() -> None:
    """Everything, printed."""
    with tempfile.TemporaryDirectory(prefix="roundtable-bench-") as name:
        folder = Path(name)
        began = time.perf_counter()
        scene = build(folder / "site")
        print(f"demonstration and {len(scene.cookies)} people built in {time.perf_counter() - began:.1f} s\n")
        with anchor_server(folder) as port:
            rows = measure(get, port, [("", "/rows")], clients=CLIENTS, seconds=SECONDS)
            constant = measure(get, port, [("", "/constant")], clients=CLIENTS, seconds=SECONDS)
            line("anchor: bare Flask, SQLite, Jinja, 200 rows", rows)
            line("anchor: bare Flask, constant page", constant)
        print(f"anchor: bare SQLite write transactions {bare_transactions(folder):14.0f}/s (one process)\n")
        with gunicorn(scene.app) as port:
            serve_pages(scene, port, rows, constant)
            print(f"\nmemory of web with its 2 workers: {memory([web_pid(port)]):.0f} MiB")
        print(f"memory of the background worker: {worker_memory(scene):.0f} MiB")
        print(f"cold start to the first page: {min(cold_start(scene) for _ in range(3)):.2f} s")


def web_pid(port: int) -> int:
    """The process that was started on that port."""
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            parts = environ.read_bytes().split(b"\0")
            parent = (environ.parent / "stat").read_text().rsplit(")")[1].split()[1]
            if f"BIND=127.0.0.1:{port}".encode() in parts and int(parent) == os.getpid():
                return int(environ.parent.name)
    return 0


def worker_memory(scene: Scene) -> float:
    """The background worker, a few seconds after its start."""
    config = scene.app.config
    env = {
        **os.environ,
        "ROUNDTABLE_FOLDER": str(config["FOLDER"]),
        "DATABASE_URL": config["SQLALCHEMY_DATABASE_URI"],
        "SECRET_KEY": config["SECRET_KEY"],
        "MAIL_TRANSPORT": "folder",
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "work"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=env, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    try:
        time.sleep(6)
        return memory([process.pid])
    finally:
        process.terminate()
        process.wait(timeout=20)


if __name__ == "__main__":
    main()
