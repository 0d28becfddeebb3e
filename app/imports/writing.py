"""Plans to rows of the catalogue: courses, venues and events."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..catalogue.actions import AS_THEY_ARE, LISTS
from ..catalogue.models import Course, CourseOffer, Event, EventChange, EventSession, Venue
from ..catalogue.rules import search_text_of, slug_from
from ..db import db
from .course_rows import CoursePlan, VenuePlan
from .event_rows import EventPlan
from .made import Made


def add_courses(made: Made, plans: Iterable[CoursePlan], *, partnership_id: int, now: datetime) -> None:
    """Courses, in the programme of the partnership."""
    taken = set(db.session.scalars(sa.select(Course.slug)))
    for plan in plans:
        slug = slug_from(plan.content.title, taken)
        taken.add(slug)
        values: dict[str, Any] = {name: getattr(plan.content, name) for name in AS_THEY_ARE}
        values |= {name: list(getattr(plan.content, name)) for name in LISTS}
        values |= {"slug": slug, "search_text": search_text_of(plan.content)}
        course_id = made.add(Course, plan.line, **values, created_at=now, edited_at=now)
        made.add(CourseOffer, plan.line, course_id=course_id, partnership_id=partnership_id)


def add_venues(made: Made, plans: Iterable[VenuePlan]) -> None:
    """Venues."""
    for plan in plans:
        made.add(Venue, plan.line, **plan.values)


def add_events(
    made: Made, plans: Iterable[EventPlan], *, host_id: int, by: str, why: str, now: datetime
) -> list[int]:
    """Events with their sessions and their first line of history; returns their ids."""
    return [add_event(made, plan, host_id=host_id, by=by, why=why, now=now) for plan in plans]


def add_event(made: Made, plan: EventPlan, *, host_id: int, by: str, why: str, now: datetime) -> int:
    """One of them."""
    event_id = made.add(
        Event,
        plan.line,
        course_id=plan.course_id,
        host_id=host_id,
        state=plan.state,
        took_place=plan.state != "cancelled",
        starts_at=plan.sessions[0][1].starts_at,
        ends_at=max(session.ends_at for _, session, _ in plan.sessions),
        capacity=plan.capacity,
        booking_limit=plan.booking_limit,
        notes=plan.notes,
        minimum=plan.minimum,
        minimum_by=plan.minimum_by,
        by_invitation=plan.by_invitation,
        headcount_only=plan.headcount_only,
        created_at=now,
    )
    for line, session, venue_id in plan.sessions:
        made.add(
            EventSession,
            line,
            event_id=event_id,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            venue_id=venue_id,
            joining_url=session.joining_url,
        )
    history = {"event_id": event_id, "at": now, "by": by, "what": "created", "why": why}
    made.add(EventChange, plan.line, **history, was=None, now=plan.capacity)
    return event_id
