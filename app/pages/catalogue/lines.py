"""The rows of lists of courses and dates, in the words that people read."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from ...accounts.rules import Role
from ...booking.models import Booking
from ...booking.rules import LIVE, State, closing_time
from ...catalogue.listing import CLOSES, listed_to, listing, where
from ...catalogue.models import Course
from ...catalogue.rules import KINDS, Search, way_of
from ...db import db
from ...partnerships.rules import DEFAULTS
from ...web.access import current_partnership, viewer
from ...web.filters import when

PER_PAGE = 25


class Line(NamedTuple):
    """One row: a date, or a course without one."""

    title: str
    href: str
    when: str  # "" when the course has no date
    where: str
    level: str  # Level 3, or ""
    about: str  # how and where it is taught, and what kind of training it is
    left: int  # places that one can take now: none while people wait
    of: int
    waiting: int
    kind: str  # date | closed | awaits date | by invitation | headcount | any time | external | no date
    provider: str
    book: str
    mine: tuple[str, str] | None  # state and address of one's own booking
    draft: bool


class Found(NamedTuple):
    """A page of rows, and how many there are in all."""

    lines: list[Line]
    found: int
    dated: int


def find(search: Search, *, now: datetime, page: int = 1, size: int = PER_PAGE) -> Found:
    """The rows of a page of a search, in the partnership's programme."""
    statement = listing(
        current_partnership().id, search, waiting=Booking.number_waiting, page=page, size=size
    )
    rows = db.session.execute(statement, looking(now)).all()
    mine = own_bookings([row.event_id for row in rows if row.event_id])
    lines = [line(row, mine.get(row.event_id), now) for row in rows]
    return Found(lines, rows[0].found if rows else 0, rows[0].dated if rows else 0)


def looking(now: datetime) -> dict[str, Any]:
    """Who looks at a list of dates, as its statement asks for it."""
    who = viewer()
    return listed_to(who and who.person.id, now=now, desk=who is not None and who.may(Role.ADMINISTRATOR))


def own_bookings(event_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """What the signed-in person has on these events: state, and the address of the booking."""
    who, ids = viewer(), list(event_ids)
    if who is None or not ids:
        return {}
    rows = db.session.execute(
        sa.select(Booking.event_id, Booking.state, Booking.public_id).where(
            Booking.person_id == who.person.id, Booking.state.in_(LIVE), Booking.event_id.in_(ids)
        )
    )
    return {event_id: (own_words(state), f"/bookings/{public_id}") for event_id, state, public_id in rows}


def own_words(state: str) -> str:
    """A live booking as its owner is told of it."""
    return {
        State.BOOKED: "You have a place",
        State.WAITING: "You are on the waiting list",
        State.OFFERED: "A place is offered to you",
    }.get(State(state), "You asked for a place")


def line(row: Any, mine: tuple[str, str] | None, now: datetime) -> Line:
    """A row of the listing as a line."""
    dated = row.event_id is not None
    full = dated and (row.places_left < 1 or row.waiting or row.starts_at is None)
    place = where(row)
    return Line(
        title=row.title,
        href=f"/events/{row.event_id}" if dated else f"/courses/{row.slug}",
        when=when(row.starts_at, row.ends_at) if dated else "",
        where=place,
        level=f"Level {row.level}" if row.level else "",
        about=place + kind_beside(row.kind),
        left=0 if full or not dated else row.places_left,
        of=row.booking_limit or 0,
        waiting=row.waiting if dated else 0,
        kind=kind_of(row, now),
        provider=row.provider,
        book=f"/events/{row.event_id}/book" if dated else "",
        mine=mine,
        draft=row.state == "draft",
    )


def closes(way: str, starts_at: datetime | None, setting: Any) -> datetime | None:
    """When booking closes for a date that is taught in a way; None while there is no date."""
    days = setting or DEFAULTS[CLOSES]
    return starts_at and closing_time(delivery=way, starts_at=starts_at, working_days=days)


def kind_of(row: Any, now: datetime) -> str:
    """What one can do with a row."""
    if row.event_id is not None:
        closes_at = closes(way_of(row.delivery, [bool(row.venue)]), row.starts_at, row.closing)
        open_to_all = "awaits date" if closes_at is None else "closed" if closes_at <= now else "date"
        return "headcount" if row.headcount_only else "by invitation" if row.by_invitation else open_to_all
    return {"e-learning": "any time", "external": "external"}.get(row.delivery, "no date")


def kind_beside(kind: str) -> str:
    """What kind of training it is, where that is not plain."""
    return f" \u00b7 {KINDS[kind]}" if kind in ("core", "seminar", "forum") else ""


def e_learning() -> list[tuple[str, str, str]]:
    """Slug, title and summary of the courses that can be taken at any time."""
    found = Course.offered_by(current_partnership().id).where(
        Course.published.is_(True), Course.delivery == "e-learning"
    )
    columns = found.with_only_columns(Course.slug, Course.title, Course.summary)
    return [(slug, title, summary) for slug, title, summary in db.session.execute(columns)]
