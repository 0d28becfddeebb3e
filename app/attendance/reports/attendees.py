"""The people of one or several reports: rows, times and devices of one person joined. Pure."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from .dates import Order, instant_of, stamp_of
from .labels import folded
from .names import is_telephone, normalised
from .presence import Span
from .report import Entry, Meeting

TOLERATED = timedelta(minutes=5)


class Timed(NamedTuple):
    """An entry with its times as instants. ``stated``: seconds of presence without any time."""

    file: int
    entry: Entry
    spans: tuple[Span, ...]
    stated: int


class Read(NamedTuple):
    """The entries of a file with their times, and what could not be read, a sentence each."""

    entries: tuple[Timed, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Attendee:
    """Somebody in the reports."""

    key: str
    name: str
    names: tuple[str, ...]  # normalised
    addresses: tuple[str, ...]  # in the order in which they are asked for: Email, then UPN
    spans: tuple[Span, ...]
    stated: tuple[tuple[int, int], ...]  # file and seconds without times
    organises: bool
    telephone: bool
    files: frozenset[int]
    lines: tuple[tuple[int, int], ...] = field(default=())  # file and line


def read_times(file: int, meeting: Meeting, order: Order) -> Read:
    """The entries of a file as times. Of Teams' sums only those count whose times the file does not hold."""
    remarks: list[str] = []
    entries = [entry for entry in with_upn(meeting.entries) if entry.name or entry.addresses]
    detailed = {identity(entry) for entry in entries if not entry.is_sum}
    found = []
    for entry in entries:
        if entry.is_sum and identity(entry) in detailed:
            found.append(Timed(file, entry, (), 0))
            continue
        found.append(Timed(file, entry, *times_of(entry, order, meeting.utc, remarks)))
    if nameless := len(meeting.entries) - len(entries):
        remarks.append(f"{nameless} rows have neither a name nor an address: they do not count.")
    return Read(tuple(found), (*shortened(remarks), *disagreeing(found)))


def identity(entry: Entry) -> str:
    """Whom an entry is about, within its file: by the first address, else the name."""
    return entry.addresses[0] if entry.addresses else folded(entry.name)


def with_upn(entries: Sequence[Entry]) -> Iterator[Entry]:
    """The entries, where the times name no address with the address that the sums have for that very name."""
    by_name: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for entry in entries:
        if entry.is_sum:
            by_name[folded(entry.name)].add(entry.addresses)
    for entry in entries:
        known = by_name.get(folded(entry.name), set())
        lone = not entry.is_sum and not entry.addresses and len(known) == 1
        yield entry._replace(addresses=next(iter(known))) if lone else entry


def times_of(entry: Entry, order: Order, utc: bool, remarks: list[str]) -> tuple[tuple[Span, ...], int]:
    """An entry's time of presence, from what is written of it; what is missing is filled with the stated duration."""
    start, end = (instant(entry, text, order, utc, remarks) for text in (entry.joined, entry.left))
    stated = entry.seconds or 0
    if start and end and end >= start:
        return (Span(start, end, entry.seconds if entry.is_sum else None),), 0
    if start and end:
        remarks.append(
            f"Line {entry.line}: {entry.name} leaves before they join, so their times do not count."
        )
        return (), stated
    if start and stated:
        return (Span(start, start + timedelta(seconds=stated)),), 0
    if end and stated:
        return (Span(end - timedelta(seconds=stated), end),), 0
    if (start or end) and not stated:
        missing = "leaving" if start else "joining"
        remarks.append(
            f"Line {entry.line}: {entry.name} has no time of {missing}, so this row does not count."
        )
    return (), stated


def instant(entry: Entry, text: str, order: Order, utc: bool, remarks: list[str]) -> datetime | None:
    """A written time; None for none, and for what is none, which is remarked."""
    stamp = stamp_of(text) if text else None
    found = instant_of(stamp, order, utc=utc) if stamp else None
    if text and found is None:
        remarks.append(f"Line {entry.line}: \u201c{text[:40]}\u201d is no day with a time.")
    return found


def shortened(remarks: list[str], most: int = 5) -> list[str]:
    """The first few of many remarks about lines, and how many more there are."""
    more = len(remarks) - most
    return remarks if more <= 0 else [*remarks[:most], f"The same or the like is true of {more} more rows."]


def disagreeing(entries: Iterable[Timed]) -> list[str]:
    """How many sums of the file are far from its own times."""
    stated: dict[str, int] = {}
    seen: dict[str, float] = defaultdict(float)
    for one in entries:
        if one.entry.is_sum and one.entry.seconds is not None:
            stated[identity(one.entry)] = one.entry.seconds
        for span in one.spans if not one.entry.is_sum else ():
            seen[identity(one.entry)] += (span.end - span.start).total_seconds()
    far = [
        who
        for who, seconds in seen.items()
        if who in stated and abs(stated[who] - seconds) > TOLERATED.seconds
    ]
    if not far:
        return []
    people = "1 person" if len(far) == 1 else f"{len(far)} people"
    return [f"For {people} the duration that the file states is not that of its own times. The times count."]


def attendees(reads: Iterable[Timed]) -> list[Attendee]:
    """Everybody in the files once: who shares an address is one person, and so is a name without any address.

    In the order of their names; the order of rows and files does not matter.
    """
    groups: dict[str, list[Timed]] = {}
    belongs: dict[str, str] = {}
    for one in reads:
        marks = list(one.entry.addresses) or [f"name:{folded(one.entry.name)}"]
        known = sorted({belongs[mark] for mark in marks if mark in belongs})
        home = known[0] if known else marks[0]
        group = groups.setdefault(home, [])
        group.append(one)
        for other in known[1:]:
            group.extend(groups.pop(other))
            belongs.update({mark: home for mark, where in belongs.items() if where == other})
        belongs.update(dict.fromkeys(marks, home))
    return sorted(map(attendee, groups.values()), key=lambda person: (person.names[:1], person.key))


def attendee(rows: Sequence[Timed]) -> Attendee:
    """One person of their rows."""
    ordered = sorted(rows, key=lambda one: (one.file, one.entry.line))
    shown = sorted({one.entry.name for one in ordered if one.entry.name}, key=lambda name: (-len(name), name))
    names = {normalised(name) for one in rows for name in (one.entry.name, *one.entry.other_names)} - {""}
    addresses = tuple(dict.fromkeys(by_column(ordered)))
    marks = "|".join(sorted(addresses)) or folded(shown[0] if shown else "")
    return Attendee(
        key=hashlib.sha256(marks.encode()).hexdigest()[:16],
        name=shown[0] if shown else addresses[0],
        names=tuple(sorted(names)),
        addresses=addresses,
        spans=tuple(sorted({span for one in rows for span in one.spans}, key=span_order)),
        stated=tuple(sorted((one.file, one.stated) for one in rows if one.stated)),
        organises=any(one.entry.organises for one in rows),
        telephone=any(is_telephone(name) for name in shown),
        files=frozenset(one.file for one in rows),
        lines=tuple((one.file, one.entry.line) for one in ordered),
    )


def by_column(rows: Sequence[Timed]) -> Iterator[str]:
    """The addresses of somebody's rows: all of the Email column first, then those of the UPN."""
    yield from sorted({one.entry.addresses[0] for one in rows if one.entry.addresses})
    yield from sorted({address for one in rows for address in one.entry.addresses[1:]})


def span_order(span: Span) -> tuple[datetime, datetime, int]:
    """By time."""
    return (span.start, span.end, -1 if span.at_most is None else span.at_most)
