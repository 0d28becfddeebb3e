"""What an invite of ours says, read back from its own text. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from ..clock import from_london

AS_WRITTEN = "%Y%m%dT%H%M%S"
ENDING = "@roundtable"


@dataclass(frozen=True, kw_only=True)
class Said:
    """One sitting as an invite told it."""

    uid: str
    method: str
    sequence: int
    title: str
    starts_at: datetime
    ends_at: datetime
    location: str = ""


def read_back(text: str) -> Said:
    """The one sitting of an invite that ``calendar`` wrote."""
    unfolded = re.sub(r"\r?\n[ \t]", "", text)
    head, _, event = unfolded.partition("BEGIN:VEVENT")
    said = dict(reversed([line.partition(":")[::2] for line in event.splitlines()]))
    return Said(
        uid=said["UID"],
        method=re.findall(r"(?m)^METHOD:(\w+)", head)[0],
        sequence=int(said["SEQUENCE"]),
        title=plain(said.get("SUMMARY", "")),
        starts_at=instant(said, "DTSTART"),
        ends_at=instant(said, "DTEND"),
        location=plain(said.get("LOCATION", "")),
    )


def instant(said: dict[str, str], name: str) -> datetime:
    """A time of the event: of the wall clock in London, or in UTC."""
    if name in said:
        return datetime.strptime(said[name], AS_WRITTEN + "Z").replace(tzinfo=UTC)
    wall = datetime.strptime(said[f"{name};TZID=Europe/London"], AS_WRITTEN)  # noqa: DTZ007
    return from_london(wall.date(), wall.time())


def plain(text: str) -> str:
    """Text without the backslashes that protect it."""
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], text)


def session_of(uid: str, whose: str) -> str:
    """The public id of the session that a UID names, of somebody whose public id is known."""
    return uid.removeprefix(f"{whose}-").removesuffix(ENDING)
