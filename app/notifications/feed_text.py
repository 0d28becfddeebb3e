"""Calendars to subscribe to, as iCalendar text. Pure: plain values in, text out.

A feed is asked for every hour by everybody who has it, and is up to two hundred entries long, so it is written here
line by line (about twenty times sooner than by ``icalendar``). Nothing in it says when it was written: DTSTAMP is when
an entry last changed, so that a feed in which nothing changed is byte for byte the same. Nobody is an ATTENDEE.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from .calendar import LONDON_ZONE, UNQUOTED, on_the_wall

# How often a calendar may ask, where it listens to us at all: Google comes every 8 to 24 hours whatever we say.
EVERY = "PT1H"
LINE = 75  # octets, RFC 5545
# Control characters that no text may hold, and the separators that some readers take for the end of a line.
UNWRITABLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")
# What a feed looks like is part of its ETag: raise it when this file writes the same entries in another way.
LOOK = 2


class Entry(NamedTuple):
    """A session in a calendar that somebody subscribes to.

    ``busy``: its time is taken. ``online``: its address is where one joins. ``private``: it is not for those who share the
    calendar, because that address opens without signing in.
    """

    uid: str
    sequence: int
    title: str
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    location: str
    description: str
    url: str
    lost: str = ""  # "Cancelled", "Postponed", or "" while it takes place
    busy: bool = True
    online: bool = False
    private: bool = False


class Feed(NamedTuple):
    """A calendar by its name, with the address that publishes it."""

    name: str
    organizer_name: str
    organizer_email: str
    entries: Sequence[Entry]

    @property
    def fingerprint(self) -> str:
        """Another for every other content; cheaper to have than the text."""
        return hashlib.blake2b(repr((LOOK, *self)).encode("utf-8", "replace"), digest_size=16).hexdigest()


def feed_text(feed: Feed) -> str:
    """The whole calendar, with the line ends of RFC 5545."""
    name = in_one_line(feed.name)
    organizer = organizer_line(feed.organizer_name, feed.organizer_email)
    head = [
        "BEGIN:VCALENDAR",
        "PRODID:-//Roundtable//Training//EN",
        "VERSION:2.0",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        folded(f"NAME:{name}"),
        folded(f"X-WR-CALNAME:{name}"),
        "X-WR-TIMEZONE:Europe/London",
        f"REFRESH-INTERVAL;VALUE=DURATION:{EVERY}",
        f"X-PUBLISHED-TTL:{EVERY}",
        *LONDON_ZONE.splitlines(),
    ]
    lines = [line for entry in feed.entries for line in entry_lines(entry, organizer)]
    return "\r\n".join((*head, *lines, "END:VCALENDAR", ""))


def entry_lines(entry: Entry, organizer: str) -> Iterator[str]:
    """One session; properties without a value are left out, because some readers refuse empty ones."""
    changed = in_utc(entry.changed_at)
    free = bool(entry.lost) or not entry.busy
    yield "BEGIN:VEVENT"
    yield folded(f"UID:{entry.uid}")
    yield f"SEQUENCE:{entry.sequence}"
    yield f"DTSTAMP:{changed}"
    yield f"LAST-MODIFIED:{changed}"
    yield f"DTSTART{time_of(entry.starts_at)}"
    yield f"DTEND{time_of(entry.ends_at)}"
    yield folded(f"SUMMARY:{escaped(f'{entry.lost}: {entry.title}' if entry.lost else entry.title)}")
    for name, text in (("LOCATION", entry.location), ("DESCRIPTION", entry.description)):
        if writable(text).strip():
            yield folded(f"{name}:{escaped(text)}")
    if entry.url:
        yield folded(f"URL:{entry.url}")
    if entry.online and not entry.lost:
        yield folded(f"CONFERENCE;VALUE=URI;FEATURE=VIDEO;LABEL=Join:{entry.url}")
    if entry.private:
        yield "CLASS:PRIVATE"
    yield organizer
    yield "STATUS:CANCELLED" if entry.lost else "STATUS:CONFIRMED"
    yield "TRANSP:TRANSPARENT" if free else "TRANSP:OPAQUE"
    yield f"X-MICROSOFT-CDO-BUSYSTATUS:{'FREE' if free else 'BUSY'}"
    yield "END:VEVENT"


def organizer_line(name: str, email: str) -> str:
    """Who publishes it: PUBLISH asks for that."""
    quoted = UNWRITABLE.sub(" ", " ".join(name.split())).translate(UNQUOTED).replace("^", "^^").strip()
    return folded(f'ORGANIZER;CN="{quoted}":mailto:{email}' if quoted else f"ORGANIZER:mailto:{email}")


def time_of(instant: datetime) -> str:
    """What follows the name of a property that is an instant: London time where that says which it is."""
    local = on_the_wall(instant)
    written = f"{local.year:04d}{local.month:02d}{local.day:02d}T{local.hour:02d}{local.minute:02d}{local.second:02d}"
    return f":{written}Z" if local.tzinfo is UTC else f";TZID=Europe/London:{written}"


def in_utc(instant: datetime) -> str:
    """An instant as calendars write UTC."""
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def writable(text: str) -> str:
    """A text without what no calendar may hold; its line ends stay."""
    return UNWRITABLE.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))


def escaped(text: str) -> str:
    """A text as the value of a property, its line ends written out."""
    return writable(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def in_one_line(text: str) -> str:
    """A name, without line ends."""
    return escaped(" ".join(text.split()))


def folded(line: str) -> str:
    """A line cut into pieces of at most 75 octets, never inside a character."""
    if len(line) <= LINE and line.isascii():
        return line
    pieces: list[bytes] = []
    rest = line.encode("utf-8", "replace")
    while len(rest) > LINE - bool(pieces):
        cut = LINE - bool(pieces)
        while rest[cut] & 0xC0 == 0x80:
            cut -= 1
        pieces.append(rest[:cut])
        rest = rest[cut:]
    return b"\r\n ".join([*pieces, rest]).decode()
