"""Mails of the training pool: taken in, declined, may they be released, what the manager said."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..accounts.models import Person
from ..pool import letters
from ..pool.approving import deliverable
from ..pool.models import PoolApplication, PoolMember, ReleaseRequest
from ..pool.releases import token_of
from .kinds import Kind
from .table import ours, sample

NOT_NOW = "We have enough people for these courses this year. Please ask again in spring."


def applications(partnership_id: int) -> sa.Select[Any]:
    """People who asked to join."""
    wanted = sa.select(PoolApplication).join(Person, Person.id == PoolApplication.person_id)
    wanted = wanted.options(joinedload(PoolApplication.person))
    mine = PoolApplication.partnership_id == partnership_id, Person.email.is_not(None)
    return wanted.where(*mine).order_by(PoolApplication.id.desc())


def requests(partnership_id: int) -> sa.Select[Any]:
    """Managers who were asked."""
    wanted = sa.select(ReleaseRequest).join(PoolMember, PoolMember.id == ReleaseRequest.member_id)
    wanted = wanted.join(Person, Person.id == PoolMember.person_id)
    mine = PoolMember.partnership_id == partnership_id, Person.email.is_not(None)
    return wanted.where(*mine).order_by(ReleaseRequest.id.desc())


APPLICATION = Kind(
    noun="wish to join",
    rows=applications,
    key=PoolApplication.public_id,
    searched=(Person.name, Person.email),
    label=lambda row: row.person.name,
    about=letters.about_application,
)
RELEASE = Kind(
    noun="release",
    rows=requests,
    key=ReleaseRequest.public_id,
    searched=(Person.name, ReleaseRequest.manager_name, ReleaseRequest.manager_email),
    label=lambda row: f"{row.member.person.name}, released by {row.manager_name or row.manager_email}",
    about=letters.about_release,
)


@sample("pool-accepted", kind=APPLICATION)
def is_taken_in(row: PoolApplication, now: datetime) -> None:
    """A coordinator took them in."""
    courses = [course for course in deliverable(row.partnership_id) if course.id in row.course_ids]
    letters.tell_accepted(row, courses, ours(), now=now)


@sample("pool-declined", kind=APPLICATION)
def is_declined(row: PoolApplication, now: datetime) -> None:
    """A coordinator did not."""
    letters.tell_declined(row, ours(), why=NOT_NOW, now=now)


@sample("release-asked", kind=RELEASE)
def manager_is_asked(row: ReleaseRequest, now: datetime) -> None:
    """Their manager is asked."""
    letters.ask_release(row, ours(), token_of(row), now=now)


@sample("release-answered", kind=RELEASE)
def manager_agreed(row: ReleaseRequest, now: datetime) -> None:
    """Their manager agreed."""
    row.answer = "agreed"
    letters.tell_release(row, ours(), now=now)
