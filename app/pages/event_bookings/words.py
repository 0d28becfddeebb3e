"""Where people on an event stand, in words. Pure: rows in, words out."""

from collections.abc import Iterable, Mapping
from typing import Any

from ...booking.history import in_short
from ...booking.rules import State
from ...web.filters import listed, plural, when

Tag = tuple[str, str]

TAGS: dict[str, Tag] = {
    State.BOOKED: ("Has a place", "brand"),
    State.WALK_IN: ("Came without a booking", "brand"),
    State.OFFERED: ("Offered a place", "warn"),
    State.REQUESTED: ("Asked for a place", "warn"),
    State.WAITING: ("Waiting", "plain"),
}
# What calendars answered, the answer to know of first; who keeps the place needs no tag.
CALENDAR: dict[str, Tag] = {
    "declined": ("Declined in their calendar", "bad"),
    "tentative": ("May come, says their calendar", "warn"),
    "accepted": ("Accepted in their calendar", "plain"),
}
COUNTED = {
    State.BOOKED: ("person has a place", "people have a place"),
    State.WALK_IN: ("came without a booking", "came without a booking"),
    State.OFFERED: ("is offered one", "are offered one"),
    State.REQUESTED: ("has asked for one", "have asked for one"),
    State.WAITING: ("waits", "wait"),
}


def state_words(row: Any) -> str:
    """Where somebody stands, as a sheet says it: "Waiting, number 2"."""
    said = TAGS[row.state][0] if row.state in TAGS else in_short(row.state)
    return f"{said}, number {row.place}" if row.place else said


def state_and_part_one(row: Any) -> str:
    """The same, with part 1 where it is still to do, as paper says it."""
    return f"{state_words(row)}. Part 1 to do" if row.part_one_to_do else state_words(row)


def tags_of(row: Any) -> list[Tag]:
    """Where somebody stands, and what is still to do, as tags."""
    said, tone = TAGS.get(row.state, (in_short(row.state), "plain"))
    found = [(f"{said}, number {row.place}" if row.place else said, tone)]
    if row.state == State.OFFERED and row.offer_ends_at:
        found.append((f"Until {when(row.offer_ends_at)}", "plain"))
    if row.place and row.priority:
        found.append(("Priority", "strong"))
    if row.has_part_one and row.state in TAGS:
        found.append(("Part 1 to do", "bad") if row.part_one_to_do else ("Part 1 done", "good"))
    return found


def calendar_tags(partstats: Iterable[str]) -> list[Tag]:
    """What somebody's calendar answered; of several sessions the answer to know of."""
    given = set(partstats)
    return [tag for partstat, tag in CALENDAR.items() if partstat in given][:1]


def place_of_work(row: Any) -> str:
    """Hill Top Primary School (Schools and colleges); Northshire County Council, Early Help."""
    if row.setting:
        return f"{row.setting} ({row.agency})"
    return f"{row.agency}, {row.team}" if row.team else str(row.agency)


def in_words(counts: Mapping[str, int]) -> str:
    """How many there are: "16 people have a place, 1 has asked for one and 3 wait"."""
    found = [plural(counts[state], *words) for state, words in COUNTED.items() if counts.get(state)]
    return listed(found) if found else "Nobody is on it yet"


def number_gone(counts: Mapping[str, int]) -> int:
    """How many have been on it and no longer are."""
    return sum(number for state, number in counts.items() if state not in TAGS)
