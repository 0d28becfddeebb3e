"""The rows of the catalogue: a row per coming date, and one per course without any. One statement for a page."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from ..clock import london_day, start_of_day
from ..db import UTCDateTime
from ..partnerships.models import PartnershipSetting
from .invitations import may_know_of
from .models import Course, CourseOffer, Event, EventSession, Venue
from .rules import DELIVERIES, Search, month_after

# Gives, for a column of event ids, how many wait there: bookings are above this floor, so pages hand it in.
CLOSES = "booking_closes_working_days"
Waiting = Callable[[Any], sa.Select[int]]


@lru_cache(maxsize=128)
def listing(
    partnership_id: int, search: Search, *, waiting: Waiting, page: int = 1, size: int = 25
) -> sa.Select[*tuple[Any, ...]]:
    """A page of the rows that a search finds: best titles first, then dates, the soonest first, then the others.

    ``found`` and ``dated`` count all rows of the search, and those of them that have a date. Executed with
    ``listed_to(...)``: the statement is kept, since putting it together costs more than running it.
    """
    rows = (
        programme(partnership_id)
        .add_columns(
            closeness(search.words).label("closeness"),
            undated_order().label("undated"),
            sa.func.count().over().label("found"),
            sa.func.count(Event.starts_at).over().label("dated"),
        )
        .where(Course.published.is_(True), *wanted(search, waiting))
        .order_by("closeness", "undated", Event.starts_at, Course.title)
        .limit(size)
        .offset((page - 1) * size)
        .subquery("row")
    )
    return sa.select(rows, *of_each(rows.c.event_id, waiting), closing(partnership_id)).order_by(
        rows.c.closeness, rows.c.undated, rows.c.starts_at, rows.c.title
    )


@lru_cache(maxsize=128)
def coming_dates(
    partnership_id: int,
    *,
    waiting: Waiting,
    course_id: int | None = None,
    until: datetime | None = None,
    drafts: bool = False,
) -> sa.Select[*tuple[Any, ...]]:
    """Every coming date (of one course, or before an instant), the soonest first; drafts only where asked for.

    Events that await their date come last; ``until`` leaves them out.

    Executed with ``listed_to(...)``.
    """
    conditions: list[ColumnElement[bool]] = [Event.id.is_not(None)]
    if course_id is not None:
        conditions.append(Course.id == course_id)
    else:
        conditions.append(Course.published.is_(True))
    if until is not None:
        conditions.append(Event.starts_at < until)
    rows = programme(partnership_id, drafts=drafts).where(*conditions).subquery("row")
    return sa.select(rows, *of_each(rows.c.event_id, waiting), closing(partnership_id)).order_by(
        rows.c.starts_at.is_(None), rows.c.starts_at, rows.c.title
    )


def programme(partnership_id: int, *, drafts: bool = False) -> sa.Select[*tuple[Any, ...]]:
    """The courses of a programme, each once per coming date or event that awaits one (or once without either).

    A date by invitation is there for those who were invited, and for the desk.
    """
    states = ("published", "postponed", "draft") if drafts else ("published", "postponed")
    known = may_know_of(sa.bindparam("person", type_=sa.Integer()), sa.bindparam("today", type_=sa.Date()))
    return (
        sa.select(
            Course.slug,
            Course.title,
            Course.kind,
            Course.delivery,
            Course.level,
            Course.provider,
            Event.id.label("event_id"),
            Event.state,
            Event.starts_at,
            Event.ends_at,
            Event.booking_limit,
            (Event.booking_limit - Event.places_held).label("places_left"),
            Event.by_invitation,
            Event.headcount_only,
        )
        .join(CourseOffer, CourseOffer.course_id == Course.id)
        .outerjoin(
            Event,
            sa.and_(
                Event.course_id == Course.id,
                Event.host_id == partnership_id,
                Event.state.in_(states),
                sa.or_(sa.bindparam("desk", type_=sa.Boolean()), known),
                sa.or_(Event.starts_at.is_(None), Event.starts_at > sa.bindparam("now", type_=UTCDateTime())),
            ),
        )
        .where(CourseOffer.partnership_id == partnership_id)
    )


def listed_to(person_id: int | None, *, now: datetime, desk: bool = False) -> dict[str, Any]:
    """What these statements are executed with: who looks (None: a visitor), and whether at the desk."""
    return {"now": now, "today": london_day(now), "person": person_id, "desk": desk}


def closing(partnership_id: int) -> ColumnElement[Any]:
    """The setting that says when booking closes, as it is ``today``."""
    today = sa.bindparam("today", type_=sa.Date())
    return PartnershipSetting.on(CLOSES, partnership_id, today).label("closing")


def of_each(event_id: Any, waiting: Waiting) -> tuple[ColumnElement[Any], ...]:
    """What is looked up for the rows of one page only: who waits, where the first session is, how many there are."""
    sessions = EventSession.event_id == event_id
    first = sa.select(Venue.name).join(EventSession, EventSession.venue_id == Venue.id).where(sessions)
    return (
        waiting(event_id).scalar_subquery().label("waiting"),
        first.order_by(EventSession.starts_at).limit(1).scalar_subquery().label("venue"),
        sa.select(sa.func.count(EventSession.id)).where(sessions).scalar_subquery().label("sessions"),
    )


def wanted(search: Search, waiting: Waiting) -> list[ColumnElement[bool]]:
    """The conditions of a search, one for each filter that was chosen."""
    found: list[ColumnElement[bool]] = [has_word(word) for word in search.words]
    if search.levels:
        found.append(Course.level.in_(search.levels))
    if search.kinds:
        found.append(Course.kind.in_(search.kinds))
    if search.deliveries:
        found.append(Course.delivery.in_(search.deliveries))
    if search.role_group:
        groups = sa.cast(Course.audience_groups, sa.Text)
        found.append(sa.or_(groups == "[]", groups.contains(f'"{search.role_group}"', autoescape=True)))
    if search.month:
        found.append(Event.starts_at >= start_of_day(search.month))
        found.append(Event.starts_at < start_of_day(month_after(search.month, 1)))
    if search.with_places:
        found.append(Event.places_held < Event.booking_limit)
        found.append(Event.starts_at.is_not(None))
        found.append(waiting(Event.id).correlate(Event).scalar_subquery() == 0)
    return found


def has_word(word: str, lines: str = "") -> ColumnElement[bool]:
    """Whether a word of the course begins so; ``lines`` says how many lines of its search text follow it."""
    return (sa.literal(" ") + Course.search_text).like(f"% {word}%{lines}")


def closeness(words: tuple[str, ...]) -> ColumnElement[int]:
    """0 when all words stand in the title, 1 when in the title or the other names, else 2."""
    if not words:
        return sa.literal(0)
    title = sa.and_(*(has_word(word, "\n%\n%") for word in words))
    names = sa.and_(*(has_word(word, "\n%") for word in words))
    return sa.case((title, 0), (names, 1), else_=2)


def undated_order() -> ColumnElement[int]:
    """Dates first, then what awaits its date; then e-learning, what one can ask for, what other providers give."""
    return sa.case(
        (Event.starts_at.is_not(None), 0),
        (Event.id.is_not(None), 1),
        (Course.delivery == "e-learning", 2),
        (Course.delivery == "external", 4),
        else_=3,
    )


def where(row: Any) -> str:
    """The venue of a date, or how it is taught; and in how many sessions."""
    online = (
        "Online" if row.delivery in ("virtual", "blended") and row.starts_at else DELIVERIES[row.delivery]
    )
    place = f"{row.venue}, and online" if row.venue and row.delivery == "blended" else row.venue or online
    return f"{place} \u00b7 {row.sessions} sessions" if row.sessions > 1 else place
