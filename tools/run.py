"""``make run``: bring the database up, load the catalogue and the demonstration, start web server and worker.

Stops both cleanly on Ctrl-C. A second start finds everything done and answers at once.
"""

import argparse
import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from ctypes.util import find_library
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
HOST = "127.0.0.1"


def say(sentence: str) -> None:
    """One line of what is going on."""
    print(sentence, flush=True)


def environment(port: int) -> dict[str, str]:
    """The surroundings of web and worker: what is set already wins."""
    folder = os.environ.get("ROUNDTABLE_FOLDER") or str(ROOT / "var")
    usual = {
        "ROUNDTABLE_FOLDER": folder,
        "SITE_URL": f"http://localhost:{port}",
        "DEMONSTRATION": "0" if os.environ.get("MAIL_TRANSPORT") == "smtp" else "1",
        "MAIL_TRANSPORT": "demonstration",
        "PYTHONUNBUFFERED": "1",
        "BIND": f"{HOST}:{port}",
    }
    return {**usual, **os.environ, "BIND": usual["BIND"]}


def flask(*words: str, env: dict[str, str]) -> None:
    """Run one of the site's commands; stop with its exit code when it fails."""
    result = subprocess.run([str(BIN / "flask"), "--app", "wsgi", *words], cwd=ROOT, env=env, check=False)
    if result.returncode:
        sys.exit(result.returncode)


def newest_migration() -> str:
    """The revision of the newest migration: the number its file name begins with."""
    return max(path.name.split("_")[0] for path in (ROOT / "migrations/versions").glob("0*.py"))


def revision_of(path: Path) -> str:
    """The revision an SQLite database is at, without loading the app; "" when it has none."""
    if not path.exists():
        return ""
    reading = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    with contextlib.closing(reading), contextlib.suppress(sqlite3.Error):
        return str(reading.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    return ""


def prepare(env: dict[str, str]) -> None:
    """Bring the database up and fill it; what is there already is left alone."""
    folder = Path(env["ROUNDTABLE_FOLDER"])
    folder.mkdir(parents=True, exist_ok=True)
    ready = folder / "ready"
    up_to_date = "DATABASE_URL" not in env and revision_of(folder / "roundtable.sqlite") == newest_migration()
    if not up_to_date:
        say("Bringing the database up …")
        flask("db", "upgrade", env=env)
    if not (up_to_date and ready.exists()):
        fill(env)
        ready.touch()


def fill(env: dict[str, str]) -> None:
    """The demonstration, or for a partnership of its own the catalogue alone."""
    say_what_is_missing()
    if env["DEMONSTRATION"] == "1":
        say("Building the demonstration: the partnership, its catalogue and its year (under a minute) …")
        flask("demo", env=env)
    else:
        say("Loading the catalogue …")
        flask("courses", "load", env=env)


def drop_stale(folder: Path) -> bool:
    """Take away compressed copies that are older than their files; returns whether any have to be made.

    Browsers are given the copy. After an update of the site it would be yesterday's script for today's page.
    """
    copies = [path for path in folder.rglob("*") if path.suffix in (".gz", ".br")]
    stale = [c for c in copies if c.stat().st_mtime < c.with_suffix("").stat().st_mtime]
    for path in stale:
        path.unlink()
    return bool(stale) or not copies


def compress() -> None:
    """Lay compressed copies beside the static files, where they are not there or not of today's files."""
    if drop_stale(ROOT / "app/static"):
        command = [sys.executable, "-m", "whitenoise.compress", "-q", "app/static"]
        subprocess.run(command, cwd=ROOT, check=False)


def wait_until_up(port: int, web: subprocess.Popen[bytes]) -> bool:
    """Whether the web server answers within 30 seconds."""
    for _ in range(300):
        if web.poll() is not None:
            return False
        with contextlib.suppress(OSError, urllib.error.URLError):
            urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=2).close()
            return True
        time.sleep(0.1)
    return False


def stop(processes: list[subprocess.Popen[bytes]]) -> None:
    """Ask every process to end, and wait for it."""
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=15)
        if process.poll() is None:
            process.kill()


def start(command: list[str], env: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start a process of the site; its log goes into a file, so that the address stays in sight."""
    with log.open("ab") as file:
        return subprocess.Popen(command, cwd=ROOT, env=env, stdout=file, stderr=file, start_new_session=True)


def say_what_is_missing() -> None:
    """Say by name what documents need; the site runs without."""
    if find_library("pango-1.0") is None:
        say("PDF certificates need Pango: apt-get install libpango-1.0-0 libpangoft2-1.0-0")


def main() -> int:
    """Prepare, start, wait for Ctrl-C, stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    env = environment(parser.parse_args().port)
    port = int(env["BIND"].rpartition(":")[2])
    prepare(env)
    compress()
    log = Path(env["ROUNDTABLE_FOLDER"]) / "server.log"
    web = start([str(BIN / "gunicorn"), "wsgi:app"], env, log)
    worker = start([str(BIN / "flask"), "--app", "wsgi", "work"], env, log)
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    try:
        if not wait_until_up(port, web):
            say(f"The web server did not start; {log} says why.")
            say(f"Is port {port} taken? Try: make run PORT={port + 1}")
            return 1
        say(
            f"\nRoundtable is at http://localhost:{port}  (sign in as anybody: http://localhost:{port}/sign-in/demo)"
        )
        say(f"Its log is {log}. Stop it with Ctrl-C.")
        while web.poll() is None and worker.poll() is None:
            time.sleep(0.5)
        return 1
    except KeyboardInterrupt:
        say("\nStopping …")
        return 0
    finally:
        stop([web, worker])


if __name__ == "__main__":
    sys.exit(main())
