"""Two calendar readers that are not the one we write with: libical (C) and ical.js (node).

``read_with_both`` is what tests use: what both make of a calendar, alike and without a fault. A machine that lacks
one of them reads with the other and says so at the end; one that has neither skips. Where ``REQUIRE_CALENDARS`` is
1, as in continuous integration, either missing is a failure.
"""

import atexit
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from tests.machine import NOT_RUN, missing

SOURCE = Path(__file__).with_name("calendar_check.c")
SCRIPT = Path(__file__).with_name("calendar_read.mjs")
REQUIRED_BY = "REQUIRE_CALENDARS"
TO_INSTALL = {"libical": "apt-get install gcc libc6-dev libical-dev", "node": "apt-get install nodejs"}


@dataclass(frozen=True)
class Sitting:
    """What a reader understood of one event."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Understood:
    """What ical.js made of a calendar, beyond its sittings: method, and each event's texts and people."""

    method: str
    name: str
    names: Sequence[str]  # of the calendar's own properties
    parts: Sequence[str]
    events: Sequence[dict[str, Any]]

    @property
    def sittings(self) -> list[Sitting]:
        """Its events as both readers tell them."""
        return [Sitting(e["uid"], e["sequence"], instant(e["start"]), instant(e["end"])) for e in self.events]


def instant(seconds: float) -> datetime:
    """Seconds since 1970 as an instant."""
    return datetime.fromtimestamp(seconds, UTC)


def libical_is_here() -> bool:
    """Whether the C program can be built on this machine."""
    return shutil.which("gcc") is not None and Path("/usr/include/libical/ical.h").exists()


def node_is_here() -> bool:
    """Whether ical.js can be run on this machine."""
    return shutil.which("node") is not None


class Libical:
    """The C program, built once."""

    def __init__(self, folder: Path) -> None:
        self.program = folder / "calendar_check"
        command = ["gcc", "-Wall", "-Werror", "-o", str(self.program), str(SOURCE), "-lical"]
        subprocess.run(command, check=True)

    def read(self, text: str) -> tuple[list[Sitting], list[str]]:
        """The events it found, and what it finds wrong with the calendar."""
        run = subprocess.run([self.program], input=text.encode(), capture_output=True, check=False)
        lines = run.stdout.decode().splitlines()
        faults = [line.removeprefix("fault ") for line in lines if line.startswith("fault ")]
        assert run.returncode == bool(faults), run
        return [self.sitting(line) for line in lines if line.startswith("event ")], faults

    def sitting(self, line: str) -> Sitting:
        """One line of the program's answer."""
        found = dict(word.split("=", 1) for word in line.split()[1:])
        start, end = (
            datetime.strptime(found[name], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) for name in ("start", "end")
        )
        return Sitting(found["uid"], int(found["sequence"]), start, end)


class IcalJs:
    """The script, started once and asked a line at a time."""

    def __init__(self) -> None:
        command = ["node", str(SCRIPT)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        atexit.register(self.process.kill)

    def read(self, text: str) -> Understood:
        """What it understood. Raises ValueError with what it finds wrong with the calendar."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(text) + "\n")
        self.process.stdin.flush()
        found = json.loads(self.process.stdout.readline())
        if "fault" in found:
            raise ValueError(found["fault"])
        return Understood(**found)


@cache
def libical() -> Libical | None:
    """The C reader, built once for all tests of a run; None where this machine lacks it."""
    if not libical_is_here():
        return lacking("libical")
    return Libical(Path(tempfile.mkdtemp(prefix="calendar-check-")))


@cache
def ical_js() -> IcalJs | None:
    """The reader in node, started once for all tests of a run; None where this machine lacks it."""
    return IcalJs() if node_is_here() else lacking("node")


def lacking(what: str) -> None:
    """Say at the end of the run that one of the readers is missing; fail where it is required."""
    if os.environ.get(REQUIRED_BY) == "1":
        missing(what, TO_INSTALL[what], REQUIRED_BY)
    NOT_RUN.add(f"Not run: invites read with {what} ({TO_INSTALL[what]}).")


def read_with_libical(text: str) -> tuple[list[Sitting], list[str]]:
    """The events libical finds, and its complaints. Skips where it is missing."""
    reader = libical()
    return reader.read(text) if reader else missing("libical", TO_INSTALL["libical"], REQUIRED_BY)


def understood(text: str) -> Understood:
    """Everything ical.js makes of a calendar. Skips where node is missing."""
    reader = ical_js()
    return reader.read(text) if reader else missing("node", TO_INSTALL["node"], REQUIRED_BY)


def read_with_both(text: str) -> list[Sitting]:
    """The events as both readers understand them: alike, and without a fault."""
    c, script = libical(), ical_js()
    if script is None:
        found, faults = read_with_libical(text)
        assert faults == []
        return found
    found = script.read(text).sittings
    assert c is None or c.read(text) == (found, [])
    return found
