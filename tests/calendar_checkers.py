"""Two calendar readers that are not the one we write with: libical (C) and vobject (Python)."""

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import vobject

SOURCE = Path(__file__).with_name("calendar_check.c")


@dataclass(frozen=True)
class Sitting:
    """What a reader understood of one event."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime


def libical_is_here() -> bool:
    """Whether the C program can be built on this machine."""
    return shutil.which("gcc") is not None and Path("/usr/include/libical/ical.h").exists()


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


def read_with_vobject(text: str) -> list[Sitting]:
    """The events as vobject understands them, by the zone written in the calendar."""
    calendar = vobject.readOne(text)
    return [
        Sitting(
            event.uid.value,
            int(event.sequence.value),
            event.dtstart.value.astimezone(UTC),
            event.dtend.value.astimezone(UTC),
        )
        for event in calendar.vevent_list
    ]


@cache
def built() -> Libical:
    """The C program, once for all tests of a run."""
    return Libical(Path(tempfile.mkdtemp(prefix="calendar-check-")))


def read_with_both(text: str) -> list[Sitting]:
    """The events as both readers understand them: alike, and without a fault. One alone where libical is missing."""
    found = read_with_vobject(text)
    if libical_is_here():
        assert built().read(text) == (found, [])
    return found
