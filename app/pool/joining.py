"""Asking to join the training pool, and what is decided. Inside ``writing()``."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from ..accounts.agencies import standing_on
from ..accounts.models import Affiliation, Agency, Person
from ..audit.actions import trace
from ..catalogue.models import Course
from ..clock import london_day
from ..db import adding_alone, db
from ..errors import Refused
from ..partnerships.models import Partnership
from . import letters, releases
from .approving import approve
from .member_rules import POOL, why_not_join
from .members import member_today
from .membership import Details, join
from .models import PoolApplication, PoolMember
from .trail import ASKED, DECLINED, WITHDREW

SAID = {
    "member": "You belong to the training pool already.",
    "waiting": "You have asked already. The training team looks at it and writes to you.",
    "agency": (
        "The training pool are people of partner and relevant agencies, and yours is none now. Ring the training team "
        "if that is wrong."
    ),
}
A_YEAR = timedelta(days=365)


def standings_of(person_id: int, partnership_id: int, today: date) -> list[str]:
    """What the agencies somebody works for are to a partnership today."""
    stands = standing_on(partnership_id, today)
    wanted = (
        sa.select(stands)
        .select_from(Affiliation)
        .join(Agency, Agency.id == Affiliation.agency_id)
        .where(Affiliation.person_id == person_id, Affiliation.holds_on(today))
    )
    return [standing for standing in db.session.scalars(wanted) if standing]


def waiting_of(person_id: int, partnership_id: int) -> PoolApplication | None:
    """What somebody asked and nobody has decided."""
    wanted = PoolApplication.waiting_for(partnership_id).where(PoolApplication.person_id == person_id)
    return db.session.scalar(wanted)


def why_not(person: Person, partnership_id: int, now: datetime) -> str:
    """Why somebody cannot ask, as a word of ``SAID``; "" when they can."""
    today = london_day(now)
    return why_not_join(
        standings=standings_of(person.id, partnership_id, today),
        is_member=member_today(person.id, partnership_id, today) is not None,
        is_waiting=waiting_of(person.id, partnership_id) is not None,
    )


def ask_to_join(
    person: Person,
    partnership: Partnership,
    details: Details,
    *,
    courses: Sequence[Course],
    train_the_trainer_on: date | None,
    manager: tuple[str, str],
    now: datetime,
) -> PoolApplication:
    """Write down that somebody would like to join. Raises Refused where they cannot."""
    adding_alone(PoolApplication)
    if why := why_not(person, partnership.id, now):
        raise Refused(SAID[why])
    application = PoolApplication(
        partnership_id=partnership.id,
        person_id=person.id,
        person=person,
        asked_at=now,
        course_ids=[course.id for course in courses],
        train_the_trainer_on=train_the_trainer_on,
        manager_name=manager[0],
        manager_email=manager[1],
        state="waiting",
        **(vars(details) | {"areas": list(details.areas)}),
    )
    db.session.add(application)
    trace(at=now, actor=person.public_id, act=ASKED, subject=person.public_id)
    db.session.flush()
    return application


def refuse_decided(application: PoolApplication) -> None:
    """Read what became of it meanwhile; raise Refused if it is decided."""
    db.session.refresh(application, ["state"], with_for_update=True)
    if application.state != "waiting":
        raise Refused(f"This was {application.state} already.")


def decided(application: PoolApplication, state: str, *, by: Person, now: datetime, why: str = "") -> None:
    """Write down what became of it."""
    application.state, application.decided_at = state, now
    application.decided_by_id, application.why = by.id, why.strip()


def withdraw(application: PoolApplication, *, now: datetime) -> None:
    """They would not, after all."""
    refuse_decided(application)
    person = application.person
    decided(application, "withdrawn", by=person, now=now)
    trace(at=now, actor=person.public_id, act=WITHDREW, subject=person.public_id)


def decline(
    application: PoolApplication, partnership: Partnership, *, why: str, by: Person, now: datetime
) -> None:
    """Not now, and why; they are told."""
    refuse_decided(application)
    decided(application, "declined", by=by, now=now, why=why)
    trace(at=now, actor=by.public_id, act=DECLINED, subject=application.person.public_id)
    letters.tell_declined(application, partnership, why=why, now=now)


def accept(
    application: PoolApplication,
    partnership: Partnership,
    *,
    courses: Sequence[Course],
    delivers_as: str,
    until_on: date | None,
    by: Person,
    now: datetime,
) -> PoolMember:
    """Take somebody in: the membership, the role of a trainer, what they may deliver; their manager is asked.

    All of it or nothing. Raises Refused where they can no longer join.
    """
    refuse_decided(application)
    member = join(
        application.person,
        standing=POOL,
        partnership=partnership,
        details=details_of(application),
        by=by,
        now=now,
    )
    member.train_the_trainer_on = application.train_the_trainer_on
    for course in courses:
        approve(member, course, delivers_as=delivers_as, until_on=until_on, by=by, now=now)
    decided(application, "accepted", by=by, now=now)
    letters.tell_accepted(application, courses, partnership, now=now)
    if application.manager_email:
        releases.ask(
            member,
            name=application.manager_name,
            email=application.manager_email,
            until_on=london_day(now) + A_YEAR,
            by=by,
            now=now,
        )
    return member


def details_of(application: PoolApplication) -> Details:
    """What they wrote, as it is kept of a member."""
    written = {name: getattr(application, name) for name in Details.__dataclass_fields__}
    return Details(**(written | {"areas": tuple(application.areas)}))
