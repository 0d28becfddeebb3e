"""What a bulletin can announce: bookings know how many wait and when booking closes, the bulletin knows neither."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ..booking.models import Booking
from ..booking.rules import closing_time
from ..bulletin import sending, subscribing
from ..bulletin.composing import new_since
from ..bulletin.models import Bulletin
from ..bulletin.rules import MOST_WEEKS, Available, NewCourse, OpenDate, is_new
from ..catalogue.listing import CLOSES, closing, listed_to, of_each, programme, where
from ..catalogue.models import Course, CourseOffer, Event
from ..catalogue.rules import way_of
from ..clock import Clock
from ..db import db
from ..partnerships.rules import DEFAULTS
from ..web.filters import day


def available(bulletin: Bulletin, now: datetime) -> Available:
    """What could be announced now; of one that was approved also why something chosen no longer can be."""
    dates = open_dates(bulletin.partnership_id, now=now)
    chosen: list[int] = list(bulletin.chosen.get("events", ()))
    there = {found.event_id for found in dates}
    return Available(
        dates=dates,
        courses=courses_of(bulletin, now=now),
        gone=why_gone([event_id for event_id in chosen if event_id not in there], now=now),
    )


def open_dates(partnership_id: int, *, now: datetime) -> tuple[OpenDate, ...]:
    """Published dates with a place that anybody may book now, and for which nobody waits; the soonest first."""
    bookable = (
        Course.published.is_(True),
        Event.state == "published",
        Event.by_invitation.is_(False),
        Event.headcount_only.is_(False),
        Event.starts_at < now + timedelta(weeks=MOST_WEEKS),
        Event.places_held < Event.booking_limit,
    )
    rows = programme(partnership_id).add_columns(Course.audience_groups, Event.places_held).where(*bookable)
    row = rows.subquery("row")
    asked = sa.select(row, *of_each(row.c.event_id, Booking.number_waiting), closing(partnership_id))
    found = db.session.execute(asked.order_by(row.c.starts_at, row.c.event_id), listed_to(None, now=now))
    return tuple(date_of(row) for row in found if not row.waiting and closes_at(row) > now)


def closes_at(row: Any) -> datetime:
    """When booking closes for a row of the programme."""
    way = way_of(row.delivery, [bool(row.venue)])
    return closing_time(delivery=way, starts_at=row.starts_at, working_days=row.closing or DEFAULTS[CLOSES])


def date_of(row: Any) -> OpenDate:
    """A row of the programme as a bulletin tells it."""
    return OpenDate(
        event_id=row.event_id,
        slug=row.slug,
        title=row.title,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        where=where(row),
        left=row.places_left,
        booked=row.places_held,
        level=row.level,
        delivery=row.delivery,
        groups=tuple(row.audience_groups),
    )


def courses_of(bulletin: Bulletin, *, now: datetime) -> tuple[NewCourse, ...]:
    """The new courses of a draft; of an approved one those that were chosen and are still published."""
    rows = db.session.execute(
        sa.select(Course)
        .join(CourseOffer, CourseOffer.course_id == Course.id)
        .where(CourseOffer.partnership_id == bulletin.partnership_id, Course.published.is_(True))
        .order_by(Course.title)
    )
    courses = list(rows.scalars())
    if bulletin.state != "draft":
        return tuple(course_of(c) for c in courses if c.slug in bulletin.chosen.get("courses", ()))
    beginning = min((course.created_at for course in courses), default=now)
    since = new_since(bulletin.partnership_id, now=now)
    return tuple(course_of(c) for c in courses if is_new(c.created_at, beginning=beginning, since=since))


def course_of(course: Course) -> NewCourse:
    """A course as a bulletin tells it."""
    return NewCourse(
        slug=course.slug,
        title=course.title,
        summary=course.summary,
        level=course.level,
        delivery=course.delivery,
        groups=tuple(course.audience_groups),
    )


def why_gone(event_ids: Collection[int], *, now: datetime) -> dict[int, str]:
    """A sentence for each date that can no longer be announced."""
    if not event_ids:
        return {}
    events = sa.select(Event, Course.title).join(Course, Course.id == Event.course_id)
    waiting = Booking.number_waiting(Event.id).correlate(Event).scalar_subquery()
    found = db.session.execute(events.add_columns(waiting.label("waiting")).where(Event.id.in_(event_ids)))
    return {
        event.id: f"{title}, {day(event.starts_at)}: {why(event, number, now)}"
        for event, title, number in found
    }


def why(event: Event, waiting: int, now: datetime) -> str:
    """What happened to a date."""
    ladder = (
        ("it was cancelled", event.state == "cancelled"),
        ("it was postponed", event.state == "postponed" or event.awaits_date),
        ("it has begun", event.has_begun(now)),
        ("it is by invitation now", event.by_invitation),
        ("it is full", waiting > 0 or event.places_left < 1),
    )
    return next((words for words, holds in ladder if holds), "it can no longer be booked")


def due(clock: Clock) -> None:
    """What the clock starts: bulletins whose time has come, and addresses to forget."""
    sending.due(clock, available)
    subscribing.due(clock)
