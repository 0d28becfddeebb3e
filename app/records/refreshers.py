"""Refreshers: when what somebody completed is to be done again, who is told of it, and the leads' digest.

The day is that of the last completion of the course, or of one that counts as it, plus the months the course says.
Whoever has a place on a coming date of it hears nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Affiliation, Person
from ..accounts.people import known_to
from ..booking.checks import settings_of
from ..booking.listing import other_dates
from ..booking.models import Booking
from ..booking.rules import State
from ..booking.told import senders, takes
from ..catalogue.models import Course, CourseEquivalent, CourseOffer, Event
from ..clock import Clock, london_day, start_of_day
from ..completions import lasting
from ..completions.models import Completion
from ..db import db, writing
from ..notifications.actions import post
from ..partnerships.models import Partnership
from . import digests

REFRESHER, DIGEST = "refresher", "refresher-digest"
# A lead sees what falls due in so many months, and what fell due in the last one.
LEAD_SEES, STILL_SEEN = 3, 1
Columns = sa.Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class Lasting:
    """A course that is to be refreshed, with everything that counts as it."""

    id: int
    title: str
    slug: str
    months: int
    counting: frozenset[int]
    told_before: tuple[int, ...] = lasting.TOLD_BEFORE


def lasting_courses(told_before: tuple[int, ...], *conditions: sa.ColumnElement[bool]) -> list[Lasting]:
    """The courses that are to be refreshed, by title."""
    wanted = sa.select(Course.id, Course.title, Course.slug, Course.refresh_every_months)
    wanted = wanted.where(Course.refresh_every_months > 0, *conditions).order_by(Course.title)
    rows = db.session.execute(wanted).all()
    counting: dict[int, set[int]] = {row.id: {row.id} for row in rows}
    others = sa.select(CourseEquivalent.course_id, CourseEquivalent.equivalent_id)
    for row in db.session.execute(others.where(CourseEquivalent.course_id.in_(counting))) if rows else ():
        counting[row.course_id].add(row.equivalent_id)
    return [
        Lasting(
            row.id, row.title, row.slug, row.refresh_every_months, frozenset(counting[row.id]), told_before
        )
        for row in rows
    ]


def in_programme(partnership_id: int, now: datetime) -> list[Lasting]:
    """Those that a partnership offers now, with how many months before people are told."""
    told_before = tuple(settings_of(partnership_id, now)["refresher_months"])
    mine = sa.exists().where(CourseOffer.course_id == Course.id, CourseOffer.partnership_id == partnership_id)
    return lasting_courses(told_before, mine, Course.published.is_(True))


def falling_due(course: Lasting, partnership_id: int, first: date, last: date, now: datetime) -> Columns:
    """Whose last completion falls due between two days and who has no place on a coming date, each with its time."""
    since = start_of_day(lasting.months_on(first, -course.months)) - timedelta(days=4)
    until = start_of_day(lasting.months_on(last, -course.months)) + timedelta(days=4)
    counts = Completion.course_id.in_(course.counting)
    again = sa.orm.aliased(Completion)
    later = sa.exists().where(
        again.person_id == Person.id, again.course_id.in_(course.counting), again.completed_at > until
    )
    return (
        sa.select(
            Person.id,
            Person.public_id,
            Person.name,
            Person.email,
            sa.func.max(Completion.completed_at).label("completed_at"),
        )
        .join(Completion, Completion.person_id == Person.id)
        .where(
            counts,
            Completion.completed_at.between(since, until),
            ~later,
            ~has_place(course, now),
            Person.closed_at.is_(None),
            known_to(partnership_id),
        )
        .group_by(Person.id, Person.public_id, Person.name, Person.email)
        .order_by(Person.name, Person.id)
    )


def has_place(course: Lasting, now: datetime) -> sa.ColumnElement[bool]:
    """The condition that a person has a place on a date of it to come."""
    ahead = sa.or_(Event.ends_at > now, Event.ends_at.is_(None))
    theirs = (Booking.event_id == Event.id, Booking.person_id == Person.id, Booking.state == State.BOOKED)
    return sa.exists().where(*theirs, Event.course_id.in_(course.counting), ahead).correlate(Person)


def due(clock: Clock) -> None:
    """Tell people, each in a transaction of its own; and leads once a month."""
    for partnership_id, since in senders(REFRESHER).items():
        courses = in_programme(partnership_id, clock())
        for course in courses:
            for _, person_id in notices(course, partnership_id, since, clock()):
                with writing():
                    tell(course, partnership_id, since, person_id, clock())
        month = digests.month_due(clock(), on_since=since)
        if month and courses:
            tell_leads(courses, partnership_id, month, clock)


def told_people(course: Lasting, partnership_id: int, now: datetime) -> Columns:
    """Those who may be told now: who take such letters, and whose day lies within the months before."""
    today = london_day(now)
    last = lasting.months_on(today, max(course.told_before))
    return falling_due(course, partnership_id, today, last, now).where(takes(REFRESHER))


def notices(course: Lasting, partnership_id: int, since: datetime, now: datetime) -> list[tuple[str, int]]:
    """The letters to people that are due and were not posted: their keys, and to whom by id."""
    rows = db.session.execute(told_people(course, partnership_id, now)).all()
    found = {key: row.id for row in rows if (key := key_of(course, row, since, now))}
    left = digests.not_posted(found)
    return [(key, person_id) for key, person_id in found.items() if key in left]


def key_of(course: Lasting, row: Any, since: datetime, now: datetime) -> str:
    """What names the letter that is due to somebody: once for each completion and step; "" for none."""
    before = lasting.notice(
        row.completed_at, course.months, now, on_since=since, told_before=course.told_before
    )
    done_on = london_day(row.completed_at)
    return f"person:{row.public_id}:{REFRESHER}:{course.id}:{done_on}:{before}" if before else ""


def tell(course: Lasting, partnership_id: int, since: datetime, person_id: int, now: datetime) -> None:
    """One letter, if it is still due: they may have booked or completed it since we looked. Inside ``writing()``."""
    wanted = told_people(course, partnership_id, now).where(Person.id == person_id)
    row = db.session.execute(wanted).first()
    key = key_of(course, row, since, now) if row else ""
    if row and key:
        write(course, db.session.get_one(Partnership, partnership_id), row, key=key, now=now)


def write(course: Lasting, partnership: Partnership, row: Any, *, key: str, now: datetime) -> None:
    """The letter itself, to somebody who completed the course then."""
    post(
        REFRESHER,
        key=key,
        to_email=row.email,
        to_name=row.name,
        partnership=partnership,
        now=now,
        about=f"person:{row.public_id}",
        expires_at=now + lasting.TOLD_WITHIN,
        course=course,
        done_on=london_day(row.completed_at),
        due_on=lasting.due_on(row.completed_at, course.months),
        dates=db.session.execute(other_dates(course.id, 0, now)).all(),
    )


@dataclass(frozen=True)
class Line:
    """Somebody in a lead's digest."""

    name: str
    title: str
    due_on: date


def tell_leads(courses: Sequence[Lasting], partnership_id: int, month: date, clock: Clock) -> None:
    """Tell each lead once a month who of their people is to refresh what; a lead to whom nobody falls due soon gets nothing."""
    now = clock()
    readers = {
        digests.key_of(DIGEST, partnership_id, month, reader.email): reader
        for reader in digests.leads_who_take(REFRESHER, partnership_id, london_day(now))
    }
    left = digests.not_posted(readers)
    people = list(people_due(courses, partnership_id, now)) if left else []
    for key in sorted(left):
        reader = readers[key]
        lines = dict.fromkeys(line for line, place in people if reader.leads(place))
        if any(line.due_on >= london_day(now) for line in lines):
            with writing():
                partnership = db.session.get_one(Partnership, partnership_id)
                write_digest(reader, list(lines), partnership, month, key=key, now=clock())


def write_digest(
    reader: digests.Reader,
    lines: list[Line],
    partnership: Partnership,
    month: date,
    *,
    key: str,
    now: datetime,
) -> None:
    """A lead's digest itself."""
    post(
        DIGEST,
        key=key,
        to_email=reader.email,
        to_name=reader.name,
        partnership=partnership,
        now=now,
        about=f"{DIGEST}:{month:%Y-%m}",
        expires_at=digests.sent_at(month) + digests.SENT_WITHIN,
        lines=sorted(lines, key=lambda line: (line.due_on, line.name, line.title)),
        today=london_day(now),
    )


def people_due(courses: Sequence[Lasting], partnership_id: int, now: datetime) -> Iterator[tuple[Line, Any]]:
    """Everybody who falls due soon or did lately, once for each place where they work today."""
    today = london_day(now)
    first, last = lasting.months_on(today, -STILL_SEEN), lasting.months_on(today, LEAD_SEES)
    for course in courses:
        people = falling_due(course, partnership_id, first, last, now).subquery()
        works = sa.select(
            people.c.name,
            people.c.completed_at,
            Affiliation.agency_id,
            Affiliation.setting_id,
            Affiliation.team_id,
        ).join(Affiliation, sa.and_(Affiliation.person_id == people.c.id, Affiliation.holds_on(today)))
        for row in db.session.execute(works):
            due_on = lasting.due_on(row.completed_at, course.months)
            if first <= due_on <= last:
                yield Line(row.name, course.title, due_on), row


@dataclass(frozen=True)
class Refresh:
    """A course that a person is to refresh by a day."""

    title: str
    slug: str
    done_on: date
    due_on: date

    def soon(self, today: date) -> bool:
        """Whether the day is so near that they are told of it."""
        return self.due_on <= lasting.months_on(today, max(lasting.TOLD_BEFORE))


# My learning asks this: a row for each course that the person has done, or one that counts as it, and that lasts.
DONE = (
    sa.select(
        Course.title,
        Course.slug,
        Course.refresh_every_months,
        sa.func.max(Completion.completed_at).label("completed_at"),
    )
    .join(
        Completion,
        sa.or_(
            Completion.course_id == Course.id,
            Completion.course_id.in_(
                sa.select(CourseEquivalent.equivalent_id)
                .where(CourseEquivalent.course_id == Course.id)
                .correlate(Course)
            ),
        ),
    )
    .where(
        Completion.person_id == sa.bindparam("person"),
        Course.refresh_every_months > 0,
        Course.published.is_(True),
    )
    .group_by(Course.id, Course.title, Course.slug, Course.refresh_every_months)
)


def refreshers_of(person_id: int) -> list[Refresh]:
    """When a person has to refresh what they have completed, soonest first."""
    found = []
    for row in db.session.execute(DONE, {"person": person_id}):
        due_on = lasting.due_on(row.completed_at, row.refresh_every_months)
        found.append(Refresh(row.title, row.slug, london_day(row.completed_at), due_on))
    return sorted(found, key=lambda one: (one.due_on, one.title))
