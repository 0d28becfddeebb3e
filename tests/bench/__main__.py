"""``make bench``: requests per second and percentiles, each beside its bare anchor of the same minutes.

``python -m tests.bench catalogue event`` measures only these. A page and its anchor take turns, and the medians of
the rounds are printed: on a busy machine both suffer alike, so the ratios are what counts. ``BENCH_SECONDS`` is how
long each of the two is measured in all.
"""

import argparse
import os
import re
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.bench.load import Answer, Connection, Measured, Server, Step, get, measure, median
from tests.bench.processes import (
    anchors,
    cold_start,
    highest_memory,
    keep_bytecode,
    memory,
    site,
    worker_memory,
)
from tests.bench.reports import ROWS as REPORT_ROWS
from tests.bench.reports import import_report, marks_of, report
from tests.bench.scene import LAST, PEOPLE, Scene, absent, build, confirmed, own_calendar, waiting
from tests.bench.year import ROWS as SHEET_ROWS
from tests.bench.year import build_year

CLIENTS = 8
ROUNDS = 5
SECONDS = float(os.environ.get("BENCH_SECONDS", "10"))
ROWS, CONSTANT = "/rows", "/constant"
HIDDEN = re.compile(rb'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@dataclass(frozen=True)
class Bench:
    """The site and the bare pages, both up."""

    scene: Scene
    site: Server
    bare: Server

    def beside(
        self, name: str, step: Step, jobs: Sequence[tuple[str, Any]], anchor: str, *, clients: int = CLIENTS
    ) -> None:
        """Measure a step and its anchor in turns, and print both."""
        found, base = [], []
        for _ in range(ROUNDS):
            base.append(measure(get, self.bare, [("", anchor)], clients=clients, seconds=SECONDS / ROUNDS))
            found.append(measure(step, self.site, jobs, clients=clients, seconds=SECONDS / ROUNDS))
        ratios = [ours.per_second / bare.per_second for ours, bare in zip(found, base, strict=True)]
        line(name, median(found), f"{statistics.median(ratios):5.2f} x {anchor}")
        line(f"  beside {anchor}", median(base))


def line(name: str, found: Measured, note: str = "") -> None:
    """One measurement."""
    print(
        f"{name:<50}{found.per_second:7.0f}/s {found.cpu_ms:7.2f} ms cpu  p50 {found.p50_ms:7.1f} ms  "
        f"p95 {found.p95_ms:7.1f} ms {found.size / 1000:7.1f} kB  errors {found.errors}  {note}",
        flush=True,
    )


def catalogue(bench: Bench) -> None:
    """The list as everybody opens it."""
    name = "catalogue: the first 25 of 200 coming events"
    bench.beside(name, get, [("", "/courses")], ROWS)


def event(bench: Bench) -> None:
    """A date's page, signed out."""
    bench.beside("event page", get, [("", bench.scene.event_path)], CONSTANT)


def dashboard(bench: Bench) -> None:
    """The year, as an L&WD member opens it."""
    bench.beside("dashboard of 2021/22", get, [(bench.scene.member, "/impact?year=2021-22")], ROWS)


def hidden(page: Answer) -> dict[str, str]:
    """The hidden fields of a page's forms: all that somebody sends who types nothing."""
    return {name.decode(): value.decode() for name, value in HIDDEN.findall(page.body)}


def book(connection: Connection, event_id: int) -> Answer:
    """From the form to the confirmation: three requests."""
    path = f"/events/{event_id}/book"
    fields = hidden(connection.request("GET", path))
    done = connection.request("POST", path, urlencode(fields).encode())
    return connection.request("GET", done.headers["location"]) if done.status == 303 else done


def booking(bench: Bench) -> None:
    """Everybody books the same event once, eight at a time, after a few whose bookings warm the servers up."""
    jobs = [(cookie, bench.scene.roomy_event) for cookie in bench.scene.cookies]
    measure(book, bench.site, jobs[PEOPLE:], clients=CLIENTS)
    jobs = jobs[:PEOPLE]
    around = [measure(get, bench.bare, [("", ROWS)], clients=CLIENTS, seconds=1)]
    found = measure(book, bench.site, jobs, clients=CLIENTS)
    around.append(measure(get, bench.bare, [("", ROWS)], clients=CLIENTS, seconds=1))
    name = f"booking: form, post, confirmation; {len(jobs)} people"
    line(name, found, f"{found.per_second / median(around).per_second:5.2f} x {ROWS}; whole paths")
    booked, held = confirmed(bench.scene.app, bench.scene.roomy_event)
    print(f"  confirmed {booked}, places held {held}")


def want_a_place(connection: Connection, event_id: int) -> Answer:
    """From the event's page to the confirmation, or to a place in the waiting list once it is full: 4 or 5 requests."""
    path = f"/events/{event_id}/book"
    connection.request("GET", f"/events/{event_id}")
    answer = connection.request("GET", path)
    for _ in range(2):
        answer = connection.request("POST", path, urlencode(hidden(answer)).encode())
        if answer.status == 303:
            return connection.request("GET", answer.headers["location"])
        # 409: the last place went in the meantime, and the page offers the list.
    return answer


def rush(bench: Bench) -> None:
    """Everybody wants the last places at once, fifty at a time."""
    event_id = bench.scene.last_places
    jobs = [(cookie, event_id) for cookie in bench.scene.cookies[:PEOPLE]]
    around = [measure(get, bench.bare, [("", ROWS)], clients=CLIENTS, seconds=1)]
    found = measure(want_a_place, bench.site, jobs, clients=50)
    around.append(measure(get, bench.bare, [("", ROWS)], clients=CLIENTS, seconds=1))
    name = f"rush: {PEOPLE} people, 50 at a time, for {LAST} places"
    line(name, found, f"{found.per_second / median(around).per_second:5.2f} x {ROWS}; whole paths")
    booked, held = confirmed(bench.scene.app, event_id)
    waits = waiting(bench.scene.app, event_id)
    print(
        f"  confirmed {booked}, waiting {waits}, errors {found.errors}, "
        f"oversold {max(0, held - LAST, booked - LAST)}"
    )


class RegisterSave:
    """All marks of a register in one request, as the page's form sends them; each time all of them are others."""

    def __init__(self, path: str, page: Answer, bookings: Sequence[str]) -> None:
        self.path = path
        sent = hidden(page)
        self.bodies = [
            urlencode(sent | {f"mark-{id}": mark for id in bookings}).encode()
            for mark in ("present", "absent")
        ]

    def __call__(self, connection: Connection, number: int) -> Answer:
        """Save."""
        return connection.request("POST", self.path, self.bodies[number])


class Tick:
    """One mark of a register, as a phone sends it when somebody is tapped."""

    def __init__(self, path: str, page: Answer) -> None:
        self.path, self.sent = path, hidden(page)

    def __call__(self, connection: Connection, booking: str) -> Answer:
        """Send it."""
        tick = {name: self.sent[name] for name in ("csrf_token", "session")} | {f"mark-{booking}": "absent"}
        return connection.request("POST", self.path, urlencode(tick).encode(), ["X-Ticks: 1"])


def ticks(bench: Bench) -> None:
    """Everybody on a register of 200 is ticked once, on four phones at once."""
    event_id, bookings = bench.scene.registers[PEOPLE]
    path = f"/events/{event_id}/register"
    connection = Connection(bench.site.port, bench.scene.administrator)
    tick = Tick(path, connection.request("GET", path))
    around = [measure(get, bench.bare, [("", ROWS)], clients=4, seconds=1)]
    found = measure(tick, bench.site, [(connection.cookie, booking) for booking in bookings], clients=4)
    around.append(measure(get, bench.bare, [("", ROWS)], clients=4, seconds=1))
    name = f"{len(bookings)} single ticks, four phones at once"
    line(name, found, f"{found.per_second / median(around).per_second:5.2f} x {ROWS}")
    print(f"  marked absent {absent(bench.scene.app, event_id)} of {len(bookings)}")


def register(bench: Bench) -> None:
    """A register of 30 and one of 200, opened and saved by one trainer each; the first also saved by eight at once."""
    for many, (event_id, bookings) in bench.scene.registers.items():
        path = f"/events/{event_id}/register"
        connection = Connection(bench.site.port, bench.scene.administrator)
        save = RegisterSave(path, connection.request("GET", path), bookings)
        jobs = [(connection.cookie, number) for number in (0, 1)]
        bench.beside(f"register of {many} opened", get, [(connection.cookie, path)], ROWS, clients=1)
        bench.beside(f"register of {many} saved, one trainer", save, jobs, ROWS, clients=1)
        if many == 30:
            bench.beside(f"register of {many} saved, eight at once", save, jobs, ROWS)


def reports(bench: Bench) -> None:
    """A Teams report of a thousand rows: handed in, looked through, saved; the middle of five, each another file."""
    event_id = bench.scene.meeting
    connection, found = Connection(bench.site.port, bench.scene.administrator), []
    for number in range(5):
        page = connection.request("GET", f"/events/{event_id}/attendance-reports")
        token, content = hidden(page)["csrf_token"], report(bench.scene, event_id, number)
        spent, answer = import_report(connection, event_id, content, token=token, hidden=hidden)
        assert answer.status == 303, answer.status
        found.append(spent)
    read, looked, saved = (statistics.median(times) for times in zip(*found, strict=True))
    print(
        f"Teams report of {REPORT_ROWS:,} rows, 200 people: handed in {read * 1000:.0f} ms, "
        f"looked through {looked * 1000:.0f} ms, saved {saved * 1000:.0f} ms; marks {marks_of(bench.scene, event_id)}"
    )


def ask_again(connection: Connection, job: tuple[str, str]) -> Answer:
    """A calendar asks for a feed whose ETag it has: 304."""
    path, etag = job
    return connection.request("GET", path, headers=[f"If-None-Match: {etag}"])


def feeds(bench: Bench) -> None:
    """Calendars to follow: the programme of 200 coming dates, and somebody's own 200 bookings; whole, and unchanged."""
    own = own_calendar(bench.scene.app, 200)
    for name, path in (("feed of the programme", "/programme.ics"), ("somebody's own feed", own)):
        first = Connection(bench.site.port).request("GET", path)
        many = first.body.count(b"BEGIN:VEVENT")
        bench.beside(f"{name}, {many} entries", get, [("", path)], ROWS)
        bench.beside(f"{name}, unchanged (304)", ask_again, [("", (path, first.headers["etag"]))], ROWS)


def desk(bench: Bench) -> None:
    """The desk of a busy year, an event's list, and a sheet of 10,000 bookings with the memory it takes."""
    year = build_year(Path(bench.scene.app.config["FOLDER"]).parent / "year")
    with site(year.app) as server:
        ours = Bench(bench.scene, server, bench.bare)
        for name, path in (
            ("desk of 500 events, 15,000 bookings", "/desk"),
            ("who is on a date", year.list_path),
        ):
            ours.beside(f"{name}; one administrator", get, [(year.administrator, path)], ROWS, clients=1)
        for kind in ("csv", "xlsx"):
            before = highest_memory(server.pid)
            jobs = [(year.administrator, year.sheet_path.format(kind=kind))] * 5
            line(f"sheet of {SHEET_ROWS:,} bookings as {kind}", measure(get, server, jobs, clients=1))
            print(
                f"  the highest memory of a web process rose by {highest_memory(server.pid) - before:.1f} MiB"
            )


def transactions(bench: Bench) -> None:
    """Write transactions per second of one process on SQLite in WAL: the price of a booking's commit."""
    connection = sqlite3.connect(Path(bench.scene.app.config["FOLDER"]) / "bare.sqlite", isolation_level=None)
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
    print(f"anchor: {count} bare SQLite write transactions/s of one process")


def space(bench: Bench) -> None:
    """Memory, of a web server that has answered every kind of page, and of the worker."""
    pages = (("", "/courses"), ("", bench.scene.event_path), (bench.scene.member, "/impact?year=2021-22"))
    for job in (*pages, (bench.scene.cookies[0], "/learning")):
        measure(get, bench.site, [job], clients=CLIENTS, seconds=1)
    web, worker = memory(bench.site.pid), worker_memory(bench.scene.app)
    print(
        f"memory: web with 2 workers {web:.0f} MiB + background worker {worker:.0f} MiB = {web + worker:.0f} MiB"
    )


def start(bench: Bench) -> None:
    """From the command to the first page, the best and the middle of five."""
    spent = sorted(cold_start(bench.scene.app) for _ in range(5))
    print(f"cold start to the first page: {spent[0]:.2f} s at best, {spent[2]:.2f} s in the middle of five")


PARTS: dict[str, Callable[[Bench], None]] = {
    part.__name__: part
    for part in (
        transactions,
        catalogue,
        event,
        dashboard,
        booking,
        rush,
        register,
        ticks,
        reports,
        feeds,
        desk,
        space,
        start,
    )
}


def main() -> None:
    """Build the scene, start the servers, measure what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument(
        "part", nargs="*", help=f"what to measure: {', '.join(PARTS)} (all of it when none is named)"
    )
    chosen = parser.parse_args().part or list(PARTS)
    if wrong := set(chosen) - set(PARTS):
        parser.error(f"there is no {', '.join(sorted(wrong))}")
    with tempfile.TemporaryDirectory(prefix="roundtable-bench-") as name:
        keep_bytecode(Path(name) / "bytecode")
        began = time.perf_counter()
        scene = build(Path(name) / "site")
        print(
            f"demonstration and people built in {time.perf_counter() - began:.1f} s, load {os.getloadavg()[0]:.1f}\n"
        )
        with anchors(Path(name)) as bare, site(scene.app) as server:
            for part in chosen:
                PARTS[part](Bench(scene, server, bare))


if __name__ == "__main__":
    main()
