"""What the review shows: of each session who was there, of each row that is nobody's yet whom it may be."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ...attendance.confirming import of_report, says_the_same
from ...attendance.report_facts import Cell, Gathered, is_by_hand
from ...attendance.reports.matching import Found, Match
from ...attendance.reports.names import Known, normalised, suggestions
from ...attendance.reports.review import minutes_in_all
from ...attendance.rules import MarkKind
from ...catalogue.models import EventSession
from ...web.filters import clock_time, plural

MOST_SHOWN = 100  # rows to decide about; a file with more of them is another meeting's
MARK_WORDS = {MarkKind.PRESENT: "here", MarkKind.ABSENT: "absent", MarkKind.EXCUSED: "excused"}
WAYS = {
    "register": "on the register",
    "link": "by the link",
    "check-in": "by checking in",
    "import": "by an import",
}
HOW = {"address": "by address", "name": "by name", "decided": "as was decided"}


@dataclass(frozen=True)
class Line:
    """A delegate in a session. ``field`` is what is asked about them, "" where nothing is."""

    name: str
    workplace: str
    field: str
    minutes: int
    times: str
    said: str
    mark: str
    rows: str


@dataclass(frozen=True)
class Part:
    """A session and who was in it."""

    session: EventSession
    matched: list[Line]
    below: list[Line]
    by_hand: list[Line]
    missing: list[Line]


@dataclass(frozen=True)
class Row:
    """An attendee who is nobody's yet. ``likely`` and ``booked`` are booking ids in addresses with names."""

    key: str
    name: str
    addresses: str
    minutes: int
    why: str
    likely: list[tuple[str, str]]
    booked: list[tuple[str, str]]
    known: list[tuple[str, str]]


def parts(found: Gathered) -> list[Part]:
    """The sessions that the files tell of."""
    rows = rows_by_booking(found.review.of(Found.MATCHED))
    return [part(found, session, rows) for session in found.sessions if session.id in found.review.covered]


def rows_by_booking(matches: Iterable[Match]) -> dict[int, list[Match]]:
    """The rows that are of each delegate."""
    by_booking: dict[int, list[Match]] = {}
    for match in matches:
        if match.booking_id is not None:
            by_booking.setdefault(match.booking_id, []).append(match)
    return by_booking


def part(found: Gathered, session: EventSession, rows: Mapping[int, list[Match]]) -> Part:
    """One of them."""
    matched, below, by_hand, missing = list[Line](), list[Line](), list[Line](), list[Line]()
    for booking_id in found.people:
        cell, mark = found.review.there(booking_id, session.id), found.marks.get((booking_id, session.id))
        shown = line(found, (booking_id, session.id), session, rows.get(booking_id, []))
        if cell is None:
            missing.append(shown)
        elif is_by_hand(mark) and not says_the_same(mark, of_report(cell)):
            by_hand.append(shown)
        elif not cell.minutes.enough:
            below.append(shown)
        else:
            matched.append(shown)
    return Part(session, matched, below, by_hand, missing)


def line(found: Gathered, at: Cell, session: EventSession, rows: Sequence[Match]) -> Line:
    """A delegate in a session."""
    person, cell, mark = found.people[at[0]], found.review.presences.get(at), found.marks.get(at)
    named = [f"{row.attendee.name}, {HOW.get(row.how, row.how)}" for row in rows]
    return Line(
        name=person.name,
        workplace=person.setting or person.agency,
        field=f"mark-{session.public_id}-{person.public_id}",
        minutes=cell.minutes.there if cell else 0,
        times=span(cell.present.first, cell.present.last) if cell else "",
        said=minutes_said(cell.minutes.late, cell.minutes.early) if cell else "",
        mark=mark_said(mark),
        rows="; ".join(named),
    )


def span(first: datetime | None, last: datetime | None) -> str:
    """9:42am to 12:30pm; "" where the file has no times."""
    return f"{clock_time(first)} to {clock_time(last)}" if first and last else ""


def minutes_said(late: int, early: int) -> str:
    """12 minutes late, 5 minutes missing at the end or in between."""
    said = [f"{plural(late, 'minute')} late"] if late else []
    said += [f"{plural(early, 'minute')} missing later on"] if early else []
    return ", ".join(said)


def mark_said(mark: Any) -> str:
    """The mark there is: "absent, marked by Tom Trainer on the register"; "" for none."""
    if mark is None:
        return ""
    said = MARK_WORDS[mark.mark]
    more = minutes_said(mark.minutes_late, mark.left_early)
    by = f" by {mark.by}" if mark.by else ""
    return f"{said}{', ' + more if more else ''}, marked{by} {WAYS.get(mark.how, 'by a report')}"


def undecided(found: Gathered, known: Mapping[str, list[tuple[str, str]]]) -> list[Row]:
    """The rows that a person has to decide about: those that could be two people first."""
    there = {id for id, _ in found.review.presences}
    free = [Known(id, normalised(row.name)) for id, row in found.people.items() if id not in there]
    matches = [*found.review.of(Found.AMBIGUOUS), *found.review.of(Found.UNKNOWN)][:MOST_SHOWN]
    return [undecided_row(found, match, free, there, known.get(match.attendee.key, [])) for match in matches]


def undecided_row(
    found: Gathered, match: Match, free: Sequence[Known], there: set[int], known: list[tuple[str, str]]
) -> Row:
    """One of them, with whom it may be."""
    who = match.attendee
    likely = list(match.candidates) or suggestions(who.names, free)
    others = [id for id in found.people if id not in likely and id not in there]
    return Row(
        key=who.key,
        name=who.name,
        addresses=", ".join(who.addresses),
        minutes=minutes_in_all(who),
        why=match.how,
        likely=[option(found, id) for id in likely],
        booked=[option(found, id) for id in others],
        known=known,
    )


def option(found: Gathered, booking_id: int) -> tuple[str, str]:
    """A delegate to choose."""
    row = found.people[booking_id]
    return row.public_id, f"{row.name}, {row.setting or row.agency}"


def stamp(found: Gathered) -> str:
    """By what the register that was looked at is told from one that somebody has changed since."""
    marks = sorted(
        (*cell, mark.mark, mark.minutes_late, mark.left_early, mark.how) for cell, mark in found.marks.items()
    )
    return hashlib.sha256(repr((marks, sorted(found.people))).encode()).hexdigest()[:24]
