"""The programme as a calendar that anybody may subscribe to: what is published and open to all."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from ..notifications.calendar import uid_of
from ..notifications.feed_text import Entry
from ..notifications.letters import link
from .calendar_rows import (
    SESSION_COLUMNS,
    SHOWN,
    SINCE,
    Part,
    Questions,
    Told,
    called_off_since,
    entry_of,
    kept_since,
    last_changed,
    numbered,
    questions,
    taken_away,
    told_of,
    with_sessions,
)
from .listing import Waiting, wanted
from .models import Course, CourseOffer, Event, EventChange
from .rules import DELIVERIES, Search, way_of


def found_in_programme(
    partnership_id: int, search: Search, *, waiting: Waiting, now: datetime, course_id: int | None = None
) -> Part:
    """What a programme (of one course, or of what a search finds) is made of, as far as anybody may know of it.

    Two statements, however many sessions there are.
    """
    return asked(partnership_id, search, waiting, course_id).ask(since=kept_since(now))


@lru_cache(maxsize=64)
def asked(partnership_id: int, search: Search, waiting: Waiting, course_id: int | None) -> Questions:
    """The statements for a programme; kept, since many ask the same."""
    conditions = [*open_to_all(partnership_id), *wanted(search, waiting)]
    if course_id is not None:
        conditions.append(Course.id == course_id)
    return questions(sessions_of_programme(conditions), of_programme(sa.select(Event.id)).where(*conditions))


def entries_in(part: Part) -> list[Entry]:
    """A programme as it was found as entries, in the order of time."""
    gone = taken_away(part.happened)
    rows = numbered(part.sessions.rows(), "event_id")
    found = [entry for row in rows for entry in entries_of(row, gone.pop(row.event_id, ()))]
    return sorted(found, key=lambda entry: (entry.starts_at, entry.uid))


def open_to_all(partnership_id: int) -> Sequence[sa.ColumnElement[bool]]:
    """The conditions that anybody may know of an event, and that it is not long over or long cancelled."""
    return (
        CourseOffer.partnership_id == partnership_id,
        Event.host_id == partnership_id,
        Course.published.is_(True),
        Event.by_invitation.is_(False),
        sa.or_(Event.state.in_(("published", "postponed")), called_off_since(SINCE)),
        sa.or_(Event.ends_at >= SINCE, Event.ends_at.is_(None)),
    )


def of_programme(select: Any) -> Any:
    """A select of events with their courses, in the programmes they are offered in."""
    return (
        select.select_from(Event)
        .join(Course, Course.id == Event.course_id)
        .join(CourseOffer, CourseOffer.course_id == Course.id)
    )


def sessions_of_programme(conditions: Sequence[sa.ColumnElement[bool]]) -> sa.Select[*tuple[Any, ...]]:
    """A row per session of these events, and one for an event that awaits its date."""
    changes = (
        sa.select(sa.func.count())
        .where(EventChange.event_id == Event.id, EventChange.what.in_(SHOWN))
        .correlate(Event)
    )
    columns = (
        Event.id.label("event_id"),
        Event.state,
        Event.created_at,
        Course.title,
        Course.delivery,
        Course.level,
        Course.edited_at,
        last_changed(*SHOWN).label("changed_at"),
        changes.scalar_subquery().label("changes"),
        *SESSION_COLUMNS,
    )
    return with_sessions(of_programme(sa.select(*columns)).where(*conditions))


def entries_of(row: Any, gone: Sequence[Told]) -> Iterator[Entry]:
    """A row of the programme as entries. Nobody's time is taken: who reads it has no place by that."""
    changed_at = max(filter(None, (row.created_at, row.changed_at, row.edited_at)))
    lost = "Cancelled" if row.state == "cancelled" else ""
    url = link(f"/events/{row.event_id}")
    for told in told_of(row, gone, changed_at=changed_at, lost=lost):
        way = DELIVERIES[way_of(row.delivery, [bool(told.place)])]
        kind = f"{way}, level {row.level}" if row.level else way
        yield entry_of(
            told,
            row.title,
            row.delivery,
            uid=public_uid(told.session),
            sequence=row.changes,
            description=f"{kind}. Places left, and to book: {url}",
            url=url,
            busy=False,
        )


def public_uid(session: str) -> str:
    """The name of a session in calendars of the programme: nobody can tell from it the UIDs of invites."""
    return uid_of("programme", hashlib.sha256(session.encode()).hexdigest()[:32])


def offered(partnership_id: int, slug: str) -> sa.Select[int, str]:
    """Id and title of a course that anybody may know of."""
    columns = sa.select(Course.id, Course.title).join(CourseOffer, CourseOffer.course_id == Course.id)
    return columns.where(
        CourseOffer.partnership_id == partnership_id, Course.slug == slug, Course.published.is_(True)
    )
