"""What a calendar answers (iTIP, RFC 5546), read line by line. Pure: text in, values out.

Our own reader of the few lines that count. It never fails and never keeps more than it needs, whatever it is given:
the first calendar's METHOD, and of its first VEVENT what names the invite, who answers and what. Lines of what is
inside the event (an alarm has an ATTENDEE of its own) are not its lines.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from ..clock import LONDON
from ..web.filters import when
from .mime import clean, one_line, tidy_address

MOST_LINES = 20_000
MOST_ATTENDEES = 20
COMMENT_LENGTH = 2_000
LINE = re.compile(r"([A-Za-z0-9-]{1,60})((?:;[^:\";]*(?:\"[^\"]*\"[^:\";]*)*)*):(.*)", re.DOTALL)
PARAMETER = re.compile(r';([A-Za-z0-9-]{1,60})=("[^"]*"|[^;]*)')
INSTANT = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(Z?)")
# Once in an event: what stands there twice is somebody's trick, not an answer.
ONCE = ("UID", "SEQUENCE", "DTSTAMP")
# How calendars call the time in London.
OURS = ("Europe/London", "GMT Standard Time")
COMMENTS = ("COMMENT", "X-CALENDARSERVER-PRIVATE-COMMENT", "X-CALENDARSERVER-ATTENDEE-COMMENT")


@dataclass(frozen=True)
class Attendee:
    """Somebody who answers, and what: ACCEPTED, TENTATIVE, DECLINED ..."""

    address: str
    partstat: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a calendar part says. ``fault`` is why it cannot be taken at its word, as a sentence; else ""."""

    method: str = ""
    uid: str = ""
    sequence: int | None = None
    stamp: datetime | None = None
    attendees: tuple[Attendee, ...] = ()
    comment: str = ""
    proposed: str = ""  # the start that a COUNTER proposes, in words
    fault: str = ""

    def by(self, addresses: set[str], sender: str) -> Attendee | None:
        """The answer of the person with these addresses; None when it is somebody else's.

        They are named as who answers, or the mail comes from them and names one person (by an alias of theirs).
        """
        named = [one for one in self.attendees if one.address in addresses]
        if named:
            return named[0] if len({one.partstat for one in named}) == 1 else None
        return self.attendees[0] if sender in addresses and len(self.attendees) == 1 else None


@dataclass
class Seen:
    """What was read so far of the first calendar and its first event."""

    methods: list[str] = field(default_factory=list)
    values: dict[str, list[str]] = field(default_factory=dict)
    attendees: list[Attendee] = field(default_factory=list)
    uids: set[str] = field(default_factory=set)
    events: int = 0
    crowd: int = 0
    many: bool = False


def read_answer(text: str) -> Answer:
    """What the calendar part of a mail says."""
    seen = Seen()
    within: list[str] = []
    for number, line in enumerate(unfolded(text)):
        if number > MOST_LINES:
            seen.many = True
            break
        found = LINE.fullmatch(line)
        if not found:
            continue
        name, value = found[1].upper(), found[3]
        if name == "BEGIN":
            within.append(value.strip().upper()[:20])
            seen.events += within == ["VCALENDAR", "VEVENT"]
            if len(within) > 10:
                seen.many = True
                break
        elif name == "END":
            if within and within.pop() == "VCALENDAR":
                break
        else:
            note(seen, within, name, found[2], value)
    return answer_of(seen)


def unfolded(text: str) -> list[str]:
    """The lines of a calendar, those that were broken put together."""
    return re.split(r"\r\n|\r|\n", re.sub(r"(\r\n|\r|\n)[ \t]", "", text))


def note(seen: Seen, within: list[str], name: str, parameters: str, value: str) -> None:
    """Keep a line, if it is one that counts where it stands."""
    if within == ["VCALENDAR"] and name == "METHOD":
        seen.methods.append(one_line(value, 20).upper())
    if within != ["VCALENDAR", "VEVENT"]:
        return
    if name == "UID":
        seen.uids.add(value.strip()[:255])
    if seen.events != 1:
        return
    if name == "ATTENDEE":
        seen.crowd += 1
        if seen.crowd <= MOST_ATTENDEES:
            said = {found[0].upper(): found[1].strip('"') for found in PARAMETER.findall(parameters)}
            seen.attendees.append(
                Attendee(tidy_address(value), one_line(said.get("PARTSTAT", ""), 20).upper())
            )
    elif name in (*ONCE, *COMMENTS, "DTSTART") and len(seen.values.setdefault(name, [])) < 2:
        zone = re.search(r';TZID="?([^";:]{1,80})', parameters)
        seen.values[name].append(value + (f" ({zone[1]})" if zone and name == "DTSTART" else ""))


def answer_of(seen: Seen) -> Answer:
    """What was read, put together."""

    def only(name: str) -> str:
        return seen.values.get(name, [""])[0]

    comments = [unescaped(said) for name in COMMENTS for said in seen.values.get(name, [])]
    found = Answer(
        method=seen.methods[0] if seen.methods else "",
        uid=clean(only("UID"), 255),
        sequence=number_of(only("SEQUENCE")),
        stamp=instant_of(only("DTSTAMP")),
        attendees=tuple(seen.attendees),
        comment=clean("\n".join(dict.fromkeys(filter(None, comments))), COMMENT_LENGTH),
        proposed=wall_time(only("DTSTART")) if seen.methods[:1] == ["COUNTER"] else "",
    )
    return replace(found, fault=fault_of(seen, found))


def fault_of(seen: Seen, found: Answer) -> str:
    """Why a calendar part cannot be taken at its word; "" when it can."""
    if len(seen.methods) > 1:
        return "Its calendar part says twice what it is."
    if not found.method:
        return "Its calendar part does not say what it is."
    if seen.many or seen.crowd > MOST_ATTENDEES:
        return "Its calendar part names more than an answer can."
    if len(seen.uids) > 1 or any(len(seen.values.get(name, ())) > 1 for name in ONCE):
        return "Its calendar part names more than one invite."
    return "" if found.uid else "Its calendar part does not say which invite it answers."


def number_of(text: str) -> int | None:
    """A SEQUENCE; None when there is none that could be one."""
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text.strip()) else None


def instant_of(text: str) -> datetime | None:
    """A DTSTAMP, which is in UTC by its definition; None when it cannot be read."""
    found = INSTANT.fullmatch(text.strip())
    try:
        return datetime(*map(int, found.groups()[:6]), tzinfo=UTC) if found else None  # type: ignore[misc, arg-type]
    except ValueError:
        return None


def wall_time(text: str) -> str:
    """A start in words: "Wed 20 January 2027, 2pm"; of another zone than ours as its clocks show it, with its name."""
    found = re.match(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)\d\d(Z?)(?: \((.*)\))?", clean(text, 120))
    if not found:
        return ""
    try:
        at = datetime(*(int(part) for part in found.groups()[:5]), tzinfo=UTC if found[6] else LONDON)  # type: ignore[misc, arg-type]
    except ValueError:
        return ""
    return when(at) + (f" ({found[7]})" if found[7] and found[7] not in OURS else "")


def unescaped(text: str) -> str:
    """A TEXT value as it was written."""
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], text, flags=re.DOTALL)
