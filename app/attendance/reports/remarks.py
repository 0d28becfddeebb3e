"""What reports say that does not add up, in sentences. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from .attendees import Attendee
from .labels import folded
from .matching import Found, Match
from .presence import clipped, joined, length
from .settling import Placed, Sitting

FEW_WORDS = frozenset(
    {"the", "and", "for", "with", "training", "course", "meeting", "session", "level", "virtual"}
)


def remarks_on(
    placed: Sequence[Placed],
    said: Mapping[str, Sequence[str]],
    people: Sequence[Attendee],
    sittings: Sequence[Sitting],
    matches: Sequence[Match],
    *,
    now: datetime,
    title: str,
) -> Iterator[str]:
    """Everything a person should know before they confirm; of one file with its name, where there are several."""
    for one in placed:
        begins = f"{one.file.name}: " if len(placed) > 1 else ""
        of_file = (*one.file.meeting.remarks, *said[one.file.fingerprint])
        for sentence in (*of_place(one), *of_file, *of_numbers(one), *of_title(one, title)):
            yield begins + sentence
    usable = [one for one in placed if one.is_used]
    if usable:
        yield from of_times(people, sittings, now)
        yield from of_people(usable, people, matches)


def of_place(one: Placed) -> Iterator[str]:
    """A file that cannot be used, and why."""
    if one.problem:
        yield one.problem
    if one.other_day:
        yield (
            f"This is the report of another meeting: it began on {in_words(one.other_day)}, when this event has no "
            "session. Nothing of it is used."
        )


def in_words(day: date) -> str:
    """26 November 2026."""
    return f"{day.day} {day:%B %Y}"


def of_numbers(one: Placed) -> Iterator[str]:
    """How many attended, as the file says, beside how many it names: people may opt out of being listed."""
    said, named = one.file.meeting.people, len(distinct(one))
    if said is not None and said > named:
        missing = said - named
        out = "1 person" if missing == 1 else f"{missing} people"
        rows = "1 row" if named == 1 else f"{named} rows"
        yield (
            f"The file says {said} attended and names {named} ({rows}): {out} may have opted out of being listed, or "
            "the file is not whole."
        )
    elif said is not None and said < named:
        yield f"The file says {said} attended and names {named}: some may be in it under two names."


def distinct(one: Placed) -> set[str]:
    """Whom a file names."""
    entries = one.file.meeting.entries
    sums = [entry for entry in entries if entry.is_sum] or entries
    return {entry.addresses[0] if entry.addresses else folded(entry.name) for entry in sums}


def of_title(one: Placed, title: str) -> Iterator[str]:
    """A meeting that is called by no word of the course."""
    theirs = words(one.file.meeting.title)
    if title and theirs and not theirs & words(title):
        yield (
            f"The meeting was called \u201c{one.file.meeting.title[:120]}\u201d. Is it a meeting of this course? Its "
            "title has no word of it."
        )


def words(text: str) -> set[str]:
    """The words that say something."""
    return {word for word in re.findall(r"[^\W_]{3,}", folded(text)) if word not in FEW_WORDS}


def of_times(people: Sequence[Attendee], sittings: Sequence[Sitting], now: datetime) -> Iterator[str]:
    """Times outside the sessions, of people who never left, of a session that is not over."""
    spans = [span for person in people for span in person.spans]
    if not spans:
        return
    outside = [
        person
        for person in people
        if person.spans and not any(clipped(person.spans, s.starts_at, s.ends_at) for s in sittings)
    ]
    if outside:
        one = len(outside) == 1
        yield (
            f"{'1 person was' if one else f'{len(outside)} people were'} in the meeting only outside the times of the "
            f"event: {some(outside)}."
        )
    meeting = joined(spans)
    inside = [clip for s in sittings for clip in clipped(meeting, s.starts_at, s.ends_at)]
    if 2 * length(inside) < length(meeting):
        yield (
            "Most of the meeting lies outside the times of the event. Times are read as London time: if the file was "
            "downloaded on a computer with another clock, or the event ran at other times, put that right first."
        )
    if any(s.starts_at < now < s.ends_at and clipped(spans, s.starts_at, s.ends_at) for s in sittings):
        yield "A session is not over yet: the report ends when it was downloaded."


def of_people(
    placed: Sequence[Placed], people: Sequence[Attendee], matches: Sequence[Match]
) -> Iterator[str]:
    """People in several files, on the telephone, without a time of leaving."""
    if len(placed) > 1:
        both = sum(len(person.files) > 1 for person in people)
        if both:
            who = "1 person is" if both == 1 else f"{both} people are"
            yield f"{who} in more than one file: their times are joined."
    for one in placed:
        never = sum(entry.left_open for entry in one.file.meeting.entries)
        if never:
            who = "1 person" if never == 1 else f"{never} people"
            yield (
                f"Of {who} the list does not say when they left: it was downloaded before. They count as there until "
                "its last entry."
            )
    if phones := sum(match.attendee.telephone and match.found == Found.UNKNOWN for match in matches):
        who = "1 person" if phones == 1 else f"{phones} people"
        yield f"{who} joined by telephone and cannot be told by a name."
    several: dict[int, list[Match]] = {}
    for match in matches:
        if match.booking_id is not None:
            several.setdefault(match.booking_id, []).append(match)
    doubled = [found for found in several.values() if len(found) > 1]
    if doubled:
        who = "1 person is" if len(doubled) == 1 else f"{len(doubled)} people are"
        yield f"{who} in the report more than once, under several names or addresses: their times are joined."


def some(people: Sequence[Attendee], few: int = 5) -> str:
    """A few names, and how many more."""
    names = ", ".join(person.name for person in people[:few])
    return names if len(people) <= few else f"{names} and {len(people) - few} more"
