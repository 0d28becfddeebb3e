"""Attendance reports as Teams and Zoom write them, of every generation, for a meeting that a test describes."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import StringIO

from app.clock import LONDON

Cells = Sequence[object]
Written = Callable[[datetime], str]


@dataclass(frozen=True)
class Stay:
    """One time that somebody was in the meeting."""

    start: datetime
    end: datetime

    @property
    def seconds(self) -> int:
        """Its length."""
        return round((self.end - self.start).total_seconds())


@dataclass(frozen=True)
class Guest:
    """Somebody in the meeting."""

    name: str
    email: str = ""
    stays: tuple[Stay, ...] = ()
    role: str = "Presenter"
    upn: str = ""
    waited: tuple[Stay, ...] = ()

    @property
    def seconds(self) -> int:
        """All of it."""
        return sum(stay.seconds for stay in self.stays)


@dataclass(frozen=True)
class Call:
    """A meeting: what it was called, who was there. ``opted_out``: how many do not want to be listed."""

    title: str
    guests: tuple[Guest, ...]
    start: datetime
    end: datetime
    opted_out: int = 0
    written: Written = field(default=lambda at: british(at))

    @property
    def attended(self) -> int:
        """How many attended, as Teams counts."""
        return len(self.guests) + self.opted_out


def local(at: datetime) -> datetime:
    """London's time."""
    return at.astimezone(LONDON)


def british(at: datetime) -> str:
    """26/11/25, 16:16:54."""
    return f"{local(at):%d/%m/%y, %H:%M:%S}"


def american(at: datetime) -> str:
    """11/26/25, 4:16:54 PM, with the narrow blank that never breaks."""
    here = local(at)
    return f"{here.month}/{here.day}/{here:%y}, {here.hour % 12 or 12}:{here:%M:%S}\u202f{'PM' if here.hour > 11 else 'AM'}"


def french(at: datetime) -> str:
    """13/04/2021 à 09:01:31."""
    return f"{local(at):%d/%m/%Y} \u00e0 {local(at):%H:%M:%S}"


def dotted(at: datetime) -> str:
    """15.11.2022, 09:30:47."""
    return f"{local(at):%d.%m.%Y, %H:%M:%S}"


def iso(at: datetime) -> str:
    """2022-11-15 09:30:47."""
    return f"{local(at):%Y-%m-%d %H:%M:%S}"


def utc(at: datetime) -> str:
    """11/15/2022 9:30:47 AM, in UTC."""
    there = at.astimezone(UTC)
    return f"{there.month}/{there.day}/{there.year} {there.hour % 12 or 12}:{there:%M:%S} {'PM' if there.hour > 11 else 'AM'}"


def zoom_time(at: datetime) -> str:
    """11/15/2022 09:30:47 AM."""
    return f"{local(at):%m/%d/%Y %I:%M:%S %p}"


def spoken(seconds: int) -> str:
    """1h 2m 3s."""
    parts = ((seconds // 3600, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s"))
    return " ".join(f"{number}{unit}" for number, unit in parts if number) or "0s"


def sheet(rows: Sequence[Cells], separator: str = "\t", end: str = "\r\n") -> str:
    """Rows as a text."""
    out = StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator=end)
    writer.writerows(rows)
    return out.getvalue()


def teams_2020(call: Call, *, left: bool = True) -> str:
    """The list of who came in and went out, downloaded while the meeting ran."""
    happened = []
    for guest in call.guests:
        for stay in guest.stays:
            came = "Joined before" if stay.start <= call.start else "Joined"
            happened.append((stay.start, guest.name, came))
            if left or stay.end < call.end:
                happened.append((stay.end, guest.name, "Left"))
    rows: list[Cells] = [("Full Name", "User Action", "Timestamp")]
    return sheet([*rows, *((name, action, call.written(at)) for at, name, action in happened)])


def teams_2021(call: Call) -> str:
    """The block of the meeting, and a row for each time somebody came in."""
    rows: list[Cells] = [
        ("Meeting Summary",),
        ("Total Number of Participants", call.attended),
        ("Meeting Title", call.title),
        ("Meeting Start Time", call.written(call.start)),
        ("Meeting End Time", call.written(call.end)),
        (),
        ("Full Name", "Join Time", "Leave Time", "Duration", "Email", "Role", "Participant ID (UPN)"),
    ]
    for guest in call.guests:
        for stay in guest.stays:
            times = call.written(stay.start), call.written(stay.end), spoken(stay.seconds)
            rows.append((guest.name, *times, guest.email, guest.role, guest.upn))
    return sheet(rows)


def teams_2022(
    call: Call,
    *,
    zone: str = "",
    capitals: bool = True,
    webinar: bool = False,
    fourth: bool = False,
    activities: bool = True,
) -> str:
    """The three sections since 2022; with what a webinar adds, and the fourth section that may follow."""
    first, last, inside = (
        ("First Join", "Last Leave", "In-Meeting Duration")
        if capitals
        else ("First join", "Last leave", "In-meeting duration")
    )
    more = ("Registration Id", "Registered On", "Registration Status") if webinar else ()
    filled = ("7c2", "01/11/25, 10:00:00", "Approved") if webinar else ()
    rows: list[Cells] = [
        ("1. Summary",),
        ("Meeting title", call.title),
        ("Attended participants", call.attended),
        ("Start time" + zone, call.written(call.start)),
        ("End time" + zone, call.written(call.end)),
        ("Meeting duration", spoken(round((call.end - call.start).total_seconds()))),
        ("Average attendance time", spoken(2400)),
        (),
        ("2. Participants",),
        ("Name", first + zone, last + zone, inside, "Email", "Participant ID (UPN)", "Role", *more),
    ]
    for guest in call.guests:
        begins, ends = min(s.start for s in guest.stays), max(s.end for s in guest.stays)
        times = call.written(begins), call.written(ends), spoken(guest.seconds)
        rows.append((guest.name, *times, guest.email, guest.upn or guest.email, guest.role, *filled))
    if activities:
        rows += [(), ("3. In-Meeting Activities",)]
        rows.append(("Name", "Join Time" + zone, "Leave Time" + zone, "Duration", "Email", "Role"))
        for guest in call.guests:
            for stay in guest.stays:
                times = call.written(stay.start), call.written(stay.end), spoken(stay.seconds)
                rows.append((guest.name, *times, guest.email, guest.role))
    if fourth:
        rows += [(), ("4. Engagement",), ("Name", "Email", "Raised hand", "Reactions")]
        rows += [(guest.name, guest.email, 1, 3) for guest in call.guests]
    return sheet(rows)


def live_event(call: Call) -> str:
    """What a live event leaves."""
    rows: list[Cells] = [
        ("SessionId", "ParticipantId", "FullName", "UserAgent", "UtcEventTimestamp", "Action", "Role")
    ]
    for number, guest in enumerate(call.guests):
        for stay in guest.stays:
            who = ("9f1", guest.email or f"id-{number}", guest.name, "Edge, version 120")
            rows.append((*who, utc(stay.start), "Joined", "Attendee"))
            rows.append((*who, utc(stay.end), "Left", "Attendee"))
    return sheet(rows, ",")


def zoom(call: Call, *, block: bool = True, blank: Cells = (), original: str = "Original Name") -> str:
    """The participants of a Zoom meeting, a row for each time."""
    rows: list[Cells] = []
    if block:
        rows = [
            (
                "Meeting ID",
                "Topic",
                "Start Time",
                "End Time",
                "User Email",
                "Duration (Minutes)",
                "Participants",
            ),
            (
                "987 6543 2101",
                call.title,
                zoom_time(call.start),
                zoom_time(call.end),
                "host@northshire.example",
                round((call.end - call.start).total_seconds() / 60),
                call.attended,
            ),
            blank,
        ]
    waiting = any(guest.waited for guest in call.guests)
    heads = (f"Name ({original})", "User Email", "Join Time", "Leave Time", "Duration (Minutes)", "Guest")
    rows.append((*heads, "Recording Consent", *(("In Waiting Room",) if waiting else ())))
    for guest in call.guests:
        for stays, room in ((guest.waited, "Yes"), (guest.stays, "No")):
            for stay in stays:
                times = zoom_time(stay.start), zoom_time(stay.end), -(-stay.seconds // 60)
                rows.append((guest.name, guest.email, *times, "Yes", "", *((room,) if waiting else ())))
    return sheet(rows, ",")


def zoom_unique(call: Call, *, block: bool = True) -> str:
    """ "Show unique users": only how long, once for each."""
    whole = zoom(call, block=block).splitlines()
    above = whole[:3] if block else []
    rows: list[Cells] = [("Name (Original Name)", "User Email", "Total Duration (Minutes)", "Guest")]
    rows += [(guest.name, guest.email, -(-guest.seconds // 60), "Yes") for guest in call.guests]
    return "\r\n".join([*above, sheet(rows, ",")])


GENERATIONS: dict[str, Callable[[Call], str]] = {
    "Teams 2020": teams_2020,
    "Teams 2021": teams_2021,
    "Teams 2022": teams_2022,
    "Teams 2022, small letters": lambda call: teams_2022(call, capitals=False),
    "Teams webinar, four sections": lambda call: teams_2022(call, webinar=True, fourth=True),
    "Teams live event": live_event,
    "Zoom with its block": zoom,
    "Zoom, the blank row full of commas": lambda call: zoom(call, blank=("", "", "", "")),
    "Zoom without block": lambda call: zoom(call, block=False),
    "Zoom, small letters": lambda call: zoom(call, original="original name"),
}


def as_teams_saves(text: str) -> bytes:
    """UTF-16 with its mark, as it comes."""
    return text.encode("utf-16")
