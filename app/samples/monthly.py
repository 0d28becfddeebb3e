"""Mails of the clock to people and to those who lead them: refreshers that fall due, who went and who did not."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ..accounts.models import Person, RoleGrant
from ..accounts.rules import Role
from ..booking.leading import from_there, led_of
from ..booking.models import Booking
from ..catalogue.models import Course
from ..clock import london_day
from ..completions import lasting
from ..completions.models import Completion
from ..db import db
from ..records import digests, refreshers, who_went
from .kinds import PERSON, Condition
from .table import ours, sample

USUAL_MONTHS = 36  # where the course of the sample lasts for good
FEW = 3


@dataclass(frozen=True)
class Done:
    """Somebody who completed a course, as the letter names them."""

    public_id: str
    name: str
    email: str | None
    completed_at: datetime


def has_completed(_now: datetime) -> list[Condition]:
    """People who have completed something."""
    return [sa.exists().where(Completion.person_id == Person.id)]


def leads_people(_now: datetime) -> list[Condition]:
    """Agency leads from whose people somebody has booked."""
    mine = RoleGrant.person_id == Person.id, RoleGrant.role == Role.AGENCY_LEAD.value
    booked = Booking.agency_id == RoleGrant.agency_id
    return [sa.exists().where(*mine, booked).correlate(Person)]


def months_of(course: Course) -> int:
    """How long it lasts."""
    return course.refresh_every_months or USUAL_MONTHS


@sample("refresher", kind=PERSON, where=has_completed)
def has_to_refresh(person: Person, now: datetime) -> None:
    """What they completed last is to be done again."""
    done = db.session.scalars(Completion.of(person.id).limit(1)).one()
    course = done.course
    lasts = refreshers.Lasting(course.id, course.title, course.slug, months_of(course), frozenset())
    row = Done(person.public_id, person.name, person.email, done.completed_at)
    refreshers.write(lasts, ours(), row, key="sample", now=now)


def reader_of(person: Person) -> digests.Reader:
    """A lead with everything they lead."""
    grants = db.session.scalars(sa.select(RoleGrant).where(RoleGrant.person_id == person.id)).all()
    return digests.Reader(person.email or "", person.name, led_of(grants))


@sample("refresher-digest", kind=PERSON, where=leads_people)
def leads_who_have_to_refresh(person: Person, now: datetime) -> None:
    """Their people, with the days on which what they completed would fall due soonest."""
    reader, today = reader_of(person), london_day(now)
    theirs = sa.select(Booking.person_id).where(from_there(reader.led))
    done = (
        sa.select(Person.name, Course.title)
        .join(Completion, Completion.person_id == Person.id)
        .join(Course, Course.id == Completion.course_id)
        .where(Person.id.in_(theirs))
        .order_by(Completion.completed_at.desc(), Completion.id)
        .limit(FEW)
    )
    lines = [
        refreshers.Line(row.name, row.title, lasting.months_on(today, number))
        for number, row in enumerate(db.session.execute(done), 1)
    ]
    if lines:
        month = digests.month_of(today)
        refreshers.write_digest(reader, lines, ours(), month, key="sample", now=now)


@sample("who-went", kind=PERSON, where=leads_people)
def leads_who_went(person: Person, now: datetime) -> None:
    """What became of their people in the last month in which they had a course."""
    reader, month = reader_of(person), digests.month_of(london_day(now))
    for _ in range(12):
        rows = [pair for pair in who_went.attended(ours().id, month) if reader.leads(pair[0])]
        if rows:
            who_went.write(reader, rows, ours(), month, key="sample", now=now)
            return
        month = digests.month_before(month)
