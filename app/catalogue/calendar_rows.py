"""Sessions as calendars are told of them: those an event has, and those that were taken away from it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from ..clock import london_day, start_of_day
from ..notifications.feed_text import Entry
from ..raw_rows import Found, Question
from .models import Event, EventChange, EventSession, Venue

# How long a calendar still shows what was called off, and the programme what is over.
KEPT = timedelta(days=30)
# What happens to an event that calendars show.
SHOWN = ("times", "venue", "state")
ONLINE = "Online"
# What the statements are asked with: from when on what was called off, and what is over, is still shown.
SINCE: Any = sa.bindparam("since")
OVER_SINCE: Any = sa.bindparam("over_since")
# What every select behind a feed has of a session; without one the event awaits its date.
SESSION_COLUMNS = (
    EventSession.public_id.label("session"),
    EventSession.starts_at,
    EventSession.ends_at,
    Venue.name.label("venue"),
    Venue.address,
    Venue.postcode,
)


class Told(NamedTuple):
    """A session as calendars are told of it: number ``number`` of ``of``; ``lost``: what became of it."""

    session: str
    starts_at: datetime
    ends_at: datetime
    place: str
    number: int
    of: int
    changed_at: datetime
    lost: str = ""

    def title(self, course: str) -> str:
        """The course, and which of its sessions."""
        return f"{course} ({self.number} of {self.of})" if self.of > 1 else course


class Part(NamedTuple):
    """What a calendar is made of, as it was found: sessions, and what happened to the times of their events."""

    sessions: Found
    happened: Found


class Questions(NamedTuple):
    """The two statements that a part of a calendar is found by. They know ``since``, the beginning of what is kept."""

    sessions: Question
    happened: Question

    def ask(self, **values: object) -> Part:
        """What they find with these values; of events that are not there nothing happened."""
        sessions = self.sessions.ask(**values)
        return Part(sessions, self.happened.ask(**values) if sessions.given else self.happened.nothing())


def questions(sessions: Any, event_ids: sa.Select[int]) -> Questions:
    """A select of sessions, and what happened to the times of these events that calendars are still told of."""
    return Questions(Question(sessions), Question(happened_to(event_ids)))


def kept_since(now: datetime, days: timedelta = KEPT) -> datetime:
    """The beginning of the day from which on something is still shown: what leaves a feed leaves it at midnight."""
    return start_of_day(london_day(now - days))


def last_changed(*what: str) -> sa.ScalarSelect[datetime]:
    """When something of that kind last happened to the event of a row; NULL for never."""
    mine = EventChange.event_id == Event.id, EventChange.what.in_(what)
    return sa.select(sa.func.max(EventChange.at)).where(*mine).correlate(Event).scalar_subquery()


def called_off_since(since: Any) -> sa.ColumnElement[bool]:
    """The condition that people knew of the event of a row before it was cancelled, not longer ago than that."""
    cancelled = sa.cast(EventChange.now, sa.Text) == '"cancelled"'
    known = sa.cast(EventChange.was, sa.Text) != '"draft"'
    mine = EventChange.event_id == Event.id, EventChange.what == "state", EventChange.at >= since
    return sa.and_(Event.state == "cancelled", sa.exists().where(*mine, cancelled, known).correlate(Event))


def happened_to(event_ids: sa.Select[int]) -> Any:
    """The times that events had and got, not longer ago than ``since``."""
    return (
        sa.select(EventChange.event_id, EventChange.at, EventChange.was, EventChange.now)
        .where(EventChange.event_id.in_(event_ids), EventChange.what == "times", EventChange.at >= SINCE)
        .order_by(EventChange.id)
    )


def taken_away(happened: Found) -> dict[int, list[Told]]:
    """The sessions that calendars knew and that were taken away, by event."""
    found: dict[int, list[Told]] = {}
    for row in happened.rows():
        lost = "Cancelled" if row.now else "Postponed"
        found.setdefault(row.event_id, []).extend(missing(row.was, row.now, at=row.at, lost=lost))
    return found


def missing(was: Any, becomes: Any, *, at: datetime, lost: str) -> Iterator[Told]:
    """The sessions of before that are not among those of after, as an event's history keeps them.

    A change while nobody knew of the event keeps no names of sessions: nothing is missing then.
    """
    names = {row[3] for row in becomes or () if len(row) > 3}
    known = [row for row in was or () if len(row) > 3]
    read = datetime.fromisoformat
    for number, (starts_at, ends_at, place, session, *_) in enumerate(known, 1):
        if session not in names:
            yield Told(session, read(starts_at), read(ends_at), place, number, len(known), at, lost)


def where(told: Told, delivery: str) -> str:
    """Where a session is, in the words of a calendar."""
    return told.place or (ONLINE if delivery in ("virtual", "blended") else "Venue to be announced")


def entry_of(told: Told, course: str, delivery: str, *, label: str = "", **own: Any) -> Entry:
    """A session as an entry: what every calendar says of it, and what is this one's own."""
    return Entry(
        title=f"{label}{told.title(course)}",
        starts_at=told.starts_at,
        ends_at=told.ends_at,
        changed_at=told.changed_at,
        location=where(told, delivery),
        lost=told.lost,
        **own,
    )


def address_in(row: Any) -> str:
    """Where the session of a row is, on one line; "" when it is online."""
    return ", ".join(part for part in (row.venue, row.address, row.postcode) if part)


def with_sessions(select: Any) -> Any:
    """The same with the sessions of its events and where they are, in the order of time."""
    return (
        select.outerjoin(EventSession, EventSession.event_id == Event.id)
        .outerjoin(Venue, Venue.id == EventSession.venue_id)
        .order_by(Event.id, EventSession.starts_at)
    )


def numbered(rows: list[Any], of: str) -> list[Any]:
    """The rows, each with its number among those that have the same ``of``, in the order of time, and how many they are.

    Here and not by the database: it took half of the time of finding them.
    """
    how_many = Counter(getattr(row, of) for row in rows if row.session is not None)
    so_far: Counter[Any] = Counter()
    for row in rows:
        whose = getattr(row, of)
        so_far[whose] += 1
        row.number, row.of = so_far[whose], how_many[whose]
    return rows


def told_of(row: Any, gone: Sequence[Told], *, changed_at: datetime, lost: str) -> Iterator[Told]:
    """The session of a row as calendars are told of it, and before it those that its event no longer has."""
    for session in gone:
        yield session._replace(
            changed_at=max(session.changed_at, changed_at), lost=lost if lost else session.lost
        )
    if row.session is not None:
        yield Told(
            row.session,
            row.starts_at,
            row.ends_at,
            address_in(row),
            row.number,
            row.of,
            changed_at,
            lost,
        )
