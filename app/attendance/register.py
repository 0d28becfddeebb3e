"""Reading registers: who is on one, with their marks; what is missing; how past ones went."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ..accounts.agencies import known_to
from ..accounts.models import Affiliation, Agency, Person, Setting
from ..booking.delegates import has_part_one, part_one_to_do
from ..booking.models import Booking, Headcount
from ..booking.rules import LIVE, ON_THE_REGISTER, State
from ..catalogue.models import Event, EventSession
from ..clock import london_day
from ..db import db
from ..pool.models import EventTrainer
from .models import HeadcountMark, Mark, RegisterClosing
from .rules import MarkKind, first_letter

LISTED = tuple(sorted(ON_THE_REGISTER))
MARKED_BY = aliased(Person)
FEW = 8  # people to choose from on a phone


def sessions(event_id: int) -> Sequence[EventSession]:
    """The sessions of an event with their venues, in order."""
    return db.session.scalars(EventSession.of(event_id)).all()


def delegates(event_id: int, session_id: int) -> list[Any]:
    """Everybody on the register, by family name, with their mark in a session."""
    rows = db.session.execute(
        sa.select(
            Booking.id,
            Booking.public_id,
            Booking.state,
            Booking.needs,
            Booking.mobile,
            Person.name,
            Agency.name.label("agency"),
            Setting.name.label("setting"),
            Mark.mark,
            Mark.minutes_late,
            Mark.left_early,
            Mark.why,
            Mark.marked_at,
            Mark.how,
            MARKED_BY.name.label("marked_by"),
            has_part_one(Event.course_id).label("has_part_one"),
            part_one_to_do().label("part_one_to_do"),
        )
        .join(Event, Event.id == Booking.event_id)
        .join(Person, Person.id == Booking.person_id)
        .join(Agency, Agency.id == Booking.agency_id)
        .outerjoin(Setting, Setting.id == Booking.setting_id)
        .outerjoin(Mark, sa.and_(Mark.booking_id == Booking.id, Mark.session_id == session_id))
        .outerjoin(MARKED_BY, MARKED_BY.id == Mark.marked_by_id)
        .where(Booking.event_id == event_id, Booking.state.in_(LISTED))
    ).all()
    return sorted(rows, key=by_family_name)


def marks_of(event_id: int, session_id: int) -> list[Any]:
    """Everybody's mark in a session as it stands now: ``mark`` is None where there is none."""
    here = sa.and_(Mark.booking_id == Booking.id, Mark.session_id == session_id)
    mark = (Mark.mark, Mark.minutes_late, Mark.left_early, Mark.why, Mark.marked_at, Mark.how)
    rows = db.session.execute(
        sa.select(Booking.public_id, *mark, MARKED_BY.name.label("marked_by"))
        .outerjoin(Mark, here)
        .outerjoin(MARKED_BY, MARKED_BY.id == Mark.marked_by_id)
        .where(Booking.event_id == event_id, Booking.state.in_(LISTED))
    )
    return list(rows.all())


def by_family_name(row: Any) -> tuple[str, list[str], str, int]:
    """The order of a register."""
    return (first_letter(row.name), [word.casefold() for word in row.name.split()[-1:]], row.name, row.id)


def unmarked(event_id: int) -> list[Any]:
    """A row for each session and person without a mark in it: session by session, by family name."""
    rows = db.session.execute(
        sa.select(
            Booking.id,
            Booking.public_id,
            Person.name,
            Agency.name.label("agency"),
            Setting.name.label("setting"),
            EventSession.id.label("session_id"),
            EventSession.public_id.label("session"),
            EventSession.starts_at,
            EventSession.ends_at,
        )
        .join(Person, Person.id == Booking.person_id)
        .join(Agency, Agency.id == Booking.agency_id)
        .outerjoin(Setting, Setting.id == Booking.setting_id)
        .join(EventSession, EventSession.event_id == Booking.event_id)
        .outerjoin(Mark, sa.and_(Mark.booking_id == Booking.id, Mark.session_id == EventSession.id))
        .where(Booking.event_id == event_id, Booking.state.in_(LISTED), Mark.id.is_(None))
    ).all()
    return sorted(rows, key=lambda row: (row.starts_at, by_family_name(row)))


def closing(event_id: int) -> RegisterClosing | None:
    """When and by whom the register was closed; None while it is open."""
    return db.session.get(RegisterClosing, event_id)


def summaries(event_ids: Sequence[int]) -> dict[int, Any]:
    """Of each of these events: how many are on its register, how many of them came, and when it was closed."""
    came = sa.exists().where(Mark.booking_id == Booking.id, Mark.mark == MarkKind.PRESENT)
    listed, there = sa.func.count(), sa.func.count(sa.case((came, 1)))
    rows = db.session.execute(
        sa.select(Booking.event_id, listed.label("listed"), there.label("came"), RegisterClosing.closed_at)
        .outerjoin(RegisterClosing, RegisterClosing.event_id == Booking.event_id)
        .where(Booking.event_id.in_(event_ids), Booking.state.in_(LISTED))
        .group_by(Booking.event_id, RegisterClosing.closed_at)
    )
    return {row.event_id: row for row in rows}


def people_called(name: str, *, event_id: int, partnership_id: int, now: datetime) -> list[Any]:
    """Those a trainer may mean who is told a name in the room: a few who are not on the register yet.

    Every word begins a word of the name. Who waited for a place on this event comes first.
    """
    words = name.replace("-", " ").split()[:6]
    if sum(map(len, words)) < 3:
        return []
    listed = sa.exists().where(
        Booking.person_id == Person.id, Booking.event_id == event_id, Booking.state.in_(LISTED)
    )
    found = people_at_work(event_id=event_id, partnership_id=partnership_id, now=now)
    return list(db.session.execute(found.where(~listed, *(begins(word) for word in words)).limit(FEW)).all())


def person_with(email: str, *, event_id: int, partnership_id: int, now: datetime) -> list[Any]:
    """The person of an address, once for each place of work."""
    found = people_at_work(event_id=event_id, partnership_id=partnership_id, now=now)
    return list(db.session.execute(found.where(Person.email == email)).all()) if email else []


def people_at_work(
    *, event_id: int, partnership_id: int, now: datetime
) -> sa.Select[str, str, int, str, str, bool]:
    """People whom the partnership knows and who work somewhere: a row for each place of work."""
    waited = sa.exists().where(
        Booking.person_id == Person.id,
        Booking.event_id == event_id,
        Booking.state.in_(sorted(LIVE | {State.CLOSED})),
    )
    return (
        sa.select(
            Person.public_id,
            Person.name,
            Affiliation.id.label("affiliation"),
            Agency.name.label("agency"),
            Setting.name.label("setting"),
            waited.label("waited"),
        )
        .join(Affiliation, sa.and_(Affiliation.person_id == Person.id, Affiliation.holds_on(london_day(now))))
        .join(Agency, Agency.id == Affiliation.agency_id)
        .outerjoin(Setting, Setting.id == Affiliation.setting_id)
        .where(Person.closed_at.is_(None), known_to(partnership_id))
        .order_by(waited.desc(), sa.func.lower(Person.name), Person.id, Affiliation.id)
    )


def begins(word: str) -> sa.ColumnElement[bool]:
    """The condition that a word begins one of the words of a person's name."""
    names = sa.func.replace(Person.name, "-", " ", type_=sa.String)
    return (sa.literal(" ") + names).icontains(f" {word}", autoescape=True)


def headcounts(event_id: int) -> list[Any]:
    """The organisations of a headcount-only event that did not cancel, with how many came."""
    rows = (
        sa.select(Headcount.id, Headcount.organisation, Headcount.expected, HeadcountMark.came)
        .outerjoin(HeadcountMark, HeadcountMark.headcount_id == Headcount.id)
        .where(Headcount.event_id == event_id, Headcount.cancelled_at.is_(None))
        .order_by(Headcount.organisation)
    )
    return list(db.session.execute(rows).all())


def delivers(event_id: int, person_id: int) -> bool:
    """Whether a person delivers this event."""
    found = sa.select(EventTrainer.id).where(
        EventTrainer.event_id == event_id, EventTrainer.person_id == person_id
    )
    return db.session.scalar(found) is not None


def came_by(person_id: int) -> frozenset[int]:
    """Which of a person's bookings were there in some session."""
    there = sa.select(Mark.booking_id).join(Booking, Booking.id == Mark.booking_id)
    return frozenset(
        db.session.scalars(there.where(Booking.person_id == person_id, Mark.mark == MarkKind.PRESENT))
    )
