"""Calendar invites: one sitting for one person as iCalendar text. Pure: plain values in, text out.

What mail clients need was learnt from their bug trackers: METHOD in the calendar and in the MIME type alike, the
sender as ORGANIZER, the reader as the only ATTENDEE, one UID for ever and a SEQUENCE that rises, and a zone
written as two yearly rules. The ``icalendar`` package would write Europe/London as a list of 130 dates, which
Outlook misreads by an hour.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from ..clock import in_london

if TYPE_CHECKING:
    from icalendar import Calendar, Event

Method = Literal["REQUEST", "CANCEL"]

LONDON_ZONE = """\
BEGIN:VTIMEZONE
TZID:Europe/London
X-LIC-LOCATION:Europe/London
BEGIN:DAYLIGHT
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
TZNAME:BST
DTSTART:19700329T010000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
TZNAME:GMT
DTSTART:19701025T020000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
"""

# A name stands in quotes, and nothing in it can be escaped.
UNQUOTED = str.maketrans({'"': "'", "\\": "/"})


@dataclass(frozen=True, kw_only=True)
class Invite:
    """One sitting in one person's calendar, asked for (REQUEST) or taken back (CANCEL).

    ``sequence`` rises with every change and with the cancellation; ``uid`` never changes. The organizer, the
    attendee and the stamp may be left out where a letter carries the invite: the outbox puts in who sends it, to
    whom and when.
    """

    uid: str
    sequence: int
    title: str
    starts_at: datetime
    ends_at: datetime
    method: Method = "REQUEST"
    location: str = ""
    description: str = ""
    url: str = ""
    conference: str = ""  # where to join, when it is online: an address of ours that leads to today's link
    private: bool = False  # not for those who share the calendar: the address in it opens without signing in
    organizer_name: str = ""
    organizer_email: str = ""
    attendee_name: str = ""
    attendee_email: str = ""
    reply: bool = False  # whether somebody reads the answers, so that one is asked for
    stamp: datetime | None = None


def uid_of(whose: str, session: str) -> str:
    """The name of a sitting in a person's calendar, from two public ids: whose it is (a booking, a trainer), and its own.

    Nobody but its reader ever gets to see it, so that an answer which names it can be told from a made-up one. It holds no host name, so that it stays the same when the site moves to another address.
    """
    return f"{whose}-{session}@roundtable"


def invite_text(invite: Invite) -> str:
    """The text of an invite or of its cancellation, with the line ends of RFC 5545."""
    calendar = empty_calendar(invite.method)
    event = event_of(invite)
    add_address(event, "attendee", invite.attendee_email, invite.attendee_name, reply=invite.reply)
    calendar.add_component(event)
    return to_text(calendar)


def restamped(text: str, *, stamp: datetime) -> str:
    """The same invite, written at another instant: what is sent again says when."""
    return re.sub(r"(?m)^DTSTAMP:[0-9TZ]+", f"DTSTAMP:{stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}", text)


def readdressed(text: str, *, email: str) -> str:
    """The same invite for the same person at another address."""
    from icalendar import Calendar, vCalAddress

    calendar = Calendar.from_ical(text)
    calendar.subcomponents = [part for part in calendar.subcomponents if part.name != "VTIMEZONE"]
    for event in calendar.walk("VEVENT"):
        who = vCalAddress(f"mailto:{email}")
        who.params = event["attendee"].params
        event["attendee"] = who
    return to_text(calendar)


def empty_calendar(method: Method) -> "Calendar":
    """A calendar with its method; the zone comes in with ``to_text``."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//Roundtable//Training//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    return calendar


def event_of(invite: Invite) -> "Event":
    """The sitting itself. Properties without a value are left out: some readers refuse empty ones."""
    from icalendar import Event, vUri

    if invite.stamp is None:
        raise ValueError("an invite needs the instant it is written at")
    event = Event()
    event.add("uid", invite.uid)
    event.add("sequence", invite.sequence)
    event.add("dtstamp", invite.stamp.astimezone(UTC))
    event.add("dtstart", on_the_wall(invite.starts_at))
    event.add("dtend", on_the_wall(invite.ends_at))
    texts = {"summary": in_one_line(invite.title), "location": readable(invite.location)}
    for name, said in (texts | {"description": readable(invite.description)}).items():
        if said.strip():
            event.add(name, said)
    if invite.url:
        event.add("url", invite.url)
    if invite.conference:
        video = {"VALUE": "URI", "FEATURE": "VIDEO", "LABEL": "Join"}
        event.add("conference", vUri(invite.conference, params=video))
    add_standing(event, cancelled=invite.method == "CANCEL", private=invite.private)
    add_address(event, "organizer", invite.organizer_email, invite.organizer_name)
    return event


def add_standing(event: "Event", *, cancelled: bool, private: bool) -> None:
    """Whether it takes place and takes up time, in the words of RFC 5545 and in those of Outlook."""
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if cancelled else "OPAQUE")
    if private:
        event.add("class", "PRIVATE")
    for name in ("x-microsoft-cdo-busystatus", "x-microsoft-cdo-intendedstatus"):
        event.add(name, "FREE" if cancelled else "BUSY")
    event.add("x-microsoft-disallow-counter", "TRUE")


def readable(text: str) -> str:
    """Text without the control characters that RFC 5545 forbids; line ends and tabs stay."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))


def in_one_line(text: str) -> str:
    """The same with every run of blanks as one: for titles and names, in which nothing escapes a line end."""
    return " ".join(readable(text).split())


def on_the_wall(instant: datetime) -> datetime:
    """London time; UTC in the second of the two hours of autumn, which a wall clock cannot tell apart."""
    local = in_london(instant).replace(microsecond=0)
    return local.astimezone(UTC) if local.fold else local


def add_address(event: "Event", role: str, address: str, name: str, *, reply: bool = False) -> None:
    """Name the organizer or the attendee. An answer is asked for where somebody reads it."""
    from icalendar import vCalAddress

    if not address:
        return
    who = vCalAddress(f"mailto:{address}")
    if called := in_one_line(name).translate(UNQUOTED):
        who.params["CN"] = called
    if role == "attendee":
        who.params |= {
            "CUTYPE": "INDIVIDUAL",
            "ROLE": "REQ-PARTICIPANT",
            "PARTSTAT": "NEEDS-ACTION",
            "RSVP": "TRUE" if reply else "FALSE",
        }
    event.add(role, who)


def to_text(calendar: "Calendar") -> str:
    """The calendar as text, in the order it was put together, with the zone its times are in."""
    text = bytes(calendar.to_ical(sorted=False)).decode()
    head, events, rest = text.partition("BEGIN:VEVENT" if "BEGIN:VEVENT" in text else "END:VCALENDAR")
    return head + LONDON_ZONE.replace("\n", "\r\n") + events + rest
