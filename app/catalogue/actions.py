"""Making and changing courses and events. Inside ``writing()`` or ``changing(event)``; never commits."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from ..db import db
from ..errors import Refused
from .made_once import made_just_now
from .models import (
    Course,
    CourseEquivalent,
    CourseOffer,
    CourseRequirement,
    Event,
    EventChange,
    EventSession,
    Venue,
)
from .plans import DRAFT, EventPlan, SessionPlan
from .rules import CourseContent, search_text_of, slug_from

AS_THEY_ARE = (
    "title",
    "kind",
    "delivery",
    "level",
    "minutes",
    "summary",
    "description",
    "audience",
    "do_first",
    "content_note",
    "provider",
    "provider_url",
    "joining",
    "certificate_waits_for_after",
    "part_one",
    "approval",
    "copies_manager",
    "several_places",
    "refresh_every_months",
    "published",
)
CHANGEABLE = (
    *("capacity", "booking_limit", "notes", "content_note", "state"),
    *("minimum", "minimum_by", "link_shown_hours"),
    *("by_invitation", "headcount_only"),
)
TOLD_ELSEWHERE = "People are booked on this date or deliver it: change its times and venue on their own page, which tells them."
HAS_CLAIMS = "People or organisations are on this date, so whether organisations send numbers stays as it is."
LISTS = ("other_names", "outcomes", "audience_groups", "themes")


def content_of(course: Course) -> CourseContent:
    """Everything a stored course says about itself."""
    values: dict[str, Any] = {name: getattr(course, name) for name in AS_THEY_ARE}
    values |= {name: tuple(getattr(course, name)) for name in LISTS}
    required = db.session.execute(CourseRequirement.of(course.id))
    values["required"] = {slug: strength for slug, _, _, strength in required}
    return CourseContent(**values, equivalents=frozenset(db.session.scalars(CourseEquivalent.of(course.id))))


def fill(course: Course, content: CourseContent) -> None:
    """Give a course its content, and the text that searches look at."""
    for name in AS_THEY_ARE:
        setattr(course, name, getattr(content, name))
    for name in LISTS:
        setattr(course, name, list(getattr(content, name)))
    course.search_text = search_text_of(content)


def set_others(course: Course, content: CourseContent) -> None:
    """Replace what comes before a course and what counts as it. A slug that no course has raises KeyError."""
    db.session.flush()
    ids = ids_of({*content.required, *content.equivalents})
    for table in (CourseRequirement, CourseEquivalent):
        db.session.execute(sa.delete(table).where(table.course_id == course.id))
    for slug, strength in content.required.items():
        db.session.add(CourseRequirement(course_id=course.id, required_id=ids[slug], strength=strength))
    for slug in content.equivalents:
        db.session.add(CourseEquivalent(course_id=course.id, equivalent_id=ids[slug]))


def ids_of(slugs: Iterable[str]) -> Mapping[str, int]:
    """The ids of courses by their slugs."""
    rows = db.session.execute(sa.select(Course.slug, Course.id).where(Course.slug.in_(slugs)))
    return {row.slug: row.id for row in rows}


def create_course(content: CourseContent, *, partnership_id: int, now: datetime) -> Course:
    """Make a course on the site, in the programme of a partnership."""
    slug = slug_from(content.title, db.session.scalars(sa.select(Course.slug)))
    course = Course(slug=slug, created_at=now, edited_at=now)
    fill(course, content)
    db.session.add(course)
    set_others(course, content)
    offer(course, partnership_id)
    return course


def edit_course(course: Course, content: CourseContent, *, now: datetime) -> None:
    """Change a course on the site; from now on its file no longer overwrites it."""
    fill(course, content)
    set_others(course, content)
    course.edited_at = now


def offer(course: Course, partnership_id: int) -> None:
    """Put a course into the programme of a partnership; doing it twice changes nothing."""
    db.session.flush()
    if db.session.get(CourseOffer, (course.id, partnership_id)) is None:
        db.session.add(CourseOffer(course_id=course.id, partnership_id=partnership_id))


def schedule_event(
    course: Course, plan: EventPlan, *, host_id: int, by: str, now: datetime, series: str = ""
) -> Event:
    """Make an event of a course. The caller settles it (``records.actions.settle``) in the same block.

    A button pressed twice makes it once.
    """
    # Two presses at once come one after the other.
    db.session.refresh(course, with_for_update={"key_share": True})
    before = db.session.scalars(made_just_now(course.id, host_id, plan, by=by, now=now)).first()
    if before:
        return before
    event = Event(
        course_id=course.id,
        host_id=host_id,
        state=plan.state,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        capacity=plan.capacity,
        booking_limit=plan.booking_limit,
        notes=plan.notes,
        content_note=plan.content_note,
        minimum=plan.minimum,
        minimum_by=plan.minimum_by,
        link_shown_hours=plan.link_shown_hours,
        by_invitation=plan.by_invitation,
        headcount_only=plan.headcount_only,
        series=series,
        created_at=now,
    )
    db.session.add(event)
    db.session.flush()
    db.session.add_all(session_of(event, session) for session in plan.sessions)
    note(event, "created", None, plan.capacity, by=by, now=now)
    return event


def change_event(
    event: Event, plan: EventPlan, *, times_are_fixed: bool, has_claims: bool, by: str, now: datetime
) -> list[str]:
    """Change an event inside ``changing(event)``; returns what changed, in the words of ``EventChange.what``.

    ``times_are_fixed``: somebody has to be told of other times or venues, which is done elsewhere. ``has_claims``: people have
    a claim on it, so it stays published, and as it is booked.
    """
    sessions = db.session.scalars(EventSession.of(event.id)).all()
    times = [(session.starts_at, session.ends_at) for session in sessions]
    planned = [(session.starts_at, session.ends_at) for session in plan.sessions]
    if times_are_fixed and (times != planned or other_venues(sessions, plan)):
        raise Refused(TOLD_ELSEWHERE)
    if has_claims and plan.state == DRAFT:
        raise Refused("People are booked on this date, so it cannot become a draft again.")
    if has_claims and plan.headcount_only != event.headcount_only:
        raise Refused(HAS_CLAIMS)
    changed = change_values(event, plan, by=by, now=now)
    if times != planned:
        replace_sessions(event, plan)
        note(event, "times", as_texts(times), as_texts(planned), by=by, now=now)
        return [*changed, "times"]
    for session, wanted in zip(sessions, plan.sessions, strict=True):
        changed += change_place(event, session, wanted, by=by, now=now)
    return list(dict.fromkeys(changed))


def other_venues(sessions: Sequence[EventSession], plan: EventPlan) -> bool:
    """Whether one of the sessions (at the times that are planned) is to meet somewhere else."""
    stored = [session.venue.name if session.venue else "" for session in sessions]
    return stored != [session.venue for session in plan.sessions]


def change_values(event: Event, plan: EventPlan, *, by: str, now: datetime) -> list[str]:
    """Change places, notes and state, each with its row of history."""
    changed = []
    for name in CHANGEABLE:
        was, becomes = getattr(event, name), getattr(plan, name)
        if was != becomes and not (name == "state" and was == "postponed"):
            setattr(event, name, becomes)
            note(event, name.replace("_", " "), as_kept(was), as_kept(becomes), by=by, now=now)
            changed.append(name.replace("_", " "))
    return changed


def as_kept(value: Any) -> Any:
    """A value as it stands in an event's history."""
    return value.isoformat() if isinstance(value, date) else value


def replace_sessions(event: Event, plan: EventPlan) -> None:
    """Give an event other sessions; nobody has an invite for the old ones."""
    db.session.execute(sa.delete(EventSession).where(EventSession.event_id == event.id))
    db.session.add_all(session_of(event, session) for session in plan.sessions)
    event.starts_at, event.ends_at = plan.starts_at, plan.ends_at


def change_place(
    event: Event, session: EventSession, wanted: SessionPlan, *, by: str, now: datetime
) -> list[str]:
    """Change where a session is, or its joining link. The link itself stays out of the history."""
    changed = []
    venue = venue_of(wanted)
    if venue is not session.venue:
        was = session.venue.name if session.venue else ""
        session.venue = venue
        note(event, "venue", was, wanted.venue, by=by, now=now)
        changed.append("venue")
    if wanted.joining_url != session.joining_url:
        session.joining_url = wanted.joining_url
        note(event, "joining link", None, None, by=by, now=now)
        changed.append("joining link")
    return changed


def session_of(event: Event, plan: SessionPlan) -> EventSession:
    """A planned session as a row."""
    return EventSession(
        event_id=event.id,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        venue=venue_of(plan),
        joining_url=plan.joining_url,
    )


def venue_of(plan: SessionPlan) -> Venue | None:
    """The venue of that name, made if it is new; None for a session without one."""
    if not plan.venue:
        return None
    venue = db.session.scalar(sa.select(Venue).where(Venue.name == plan.venue))
    if venue is None:
        venue = Venue(name=plan.venue, address=plan.address, postcode=plan.postcode)
        db.session.add(venue)
        db.session.flush()
    return venue


def as_texts(times: list[tuple[datetime, datetime]]) -> list[list[str]]:
    """Times as they are kept in an event's history."""
    return [[starts_at.isoformat(), ends_at.isoformat()] for starts_at, ends_at in times]


def note(
    event: Event, what: str, was: Any, becomes: Any, *, by: str, now: datetime, why: str = ""
) -> EventChange:
    """Write down what happened to an event; ``by`` is a person's public id, "" the clock."""
    change = EventChange(event_id=event.id, at=now, by=by, what=what, was=was, now=becomes, why=why)
    db.session.add(change)
    return change
