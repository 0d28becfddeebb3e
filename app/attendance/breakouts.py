"""Breakout groups of an event: made, made again, read, wiped. Changes inside ``changing(event)``; nothing commits."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Agency, Person, Setting
from ..booking.models import Booking
from ..catalogue.models import Event
from ..db import db
from ..errors import Refused
from .breakout_models import Breakout, BreakoutPlace
from .breakout_rules import Member, Wish, deal, number_of_groups, unmet
from .models import Mark
from .register import LISTED, by_family_name
from .rules import MarkKind

MOST_WISHES = 5


def on_list(event_id: int, session_id: int | None = None) -> sa.ColumnElement[bool]:
    """The condition that a booking is on an event's register, and marked as present where a session is named."""
    listed = sa.and_(Booking.event_id == event_id, Booking.state.in_(LISTED))
    if session_id is None:
        return listed
    here = sa.exists().where(
        Mark.booking_id == Booking.id, Mark.session_id == session_id, Mark.mark == MarkKind.PRESENT
    )
    return sa.and_(listed, here.correlate(Booking))


def members(event_id: int, session_id: int | None = None) -> list[Member]:
    """Who is put into groups: everybody on the register, or those who are present in a session."""
    columns = (Booking.id, Booking.sector, Booking.agency_id, Booking.setting_id, Booking.role_group)
    rows = db.session.execute(sa.select(*columns).where(on_list(event_id, session_id)).order_by(Booking.id))
    return [Member(*row) for row in rows]


def make(
    event: Event,
    *,
    groups: int | None = None,
    size: int | None = None,
    session_id: int | None = None,
    wishes: Sequence[Wish] = (),
    seed: int,
    by: Person,
    now: datetime,
) -> Breakout:
    """Put people into groups: so many, or of at most so many. Raises Refused where there is nobody."""
    there = members(event.id, session_id)
    if not there:
        raise Refused(
            "Nobody is marked as here yet. Mark who came first, or take everybody on the list."
            if session_id
            else "Nobody has a place yet, so there is nobody to put into groups."
        )
    number = number_of_groups(len(there), groups=groups, size=size)
    found = Breakout(
        event_id=event.id,
        session_id=session_id,
        number=number,
        seed=seed,
        wishes=[list(wish) for wish in wishes],
        made_at=now,
        made_by_id=by.id,
    )
    db.session.add(found)
    db.session.flush()
    dealt = deal(there, number, seed, wishes)
    db.session.add_all(
        BreakoutPlace(breakout_id=found.id, booking_id=one.booking, number=group)
        for group, people in enumerate(dealt, start=1)
        for one in people
    )
    return found


def again(
    event: Event, before: Breakout, *, session_id: int | None, seed: int, by: Person, now: datetime
) -> Breakout:
    """As many groups with the same wishes, dealt anew among those who are there now."""
    wishes = wishes_of(before)
    return make(event, groups=before.number, session_id=session_id, wishes=wishes, seed=seed, by=by, now=now)


def wishes_of(breakout: Breakout) -> list[Wish]:
    """What was wished for these groups."""
    return [Wish(*wish) for wish in breakout.wishes]


def people_of(breakout: Breakout) -> list[Any]:
    """Who is in which group: group by group, by family name; without those who gave up their place since."""
    rows = db.session.execute(
        sa.select(
            BreakoutPlace.number,
            Booking.id,
            Booking.public_id,
            Booking.agency_id,
            Booking.role_group,
            Person.name,
            Person.email,
            Agency.name.label("agency"),
            Setting.name.label("setting"),
        )
        .join(Booking, Booking.id == BreakoutPlace.booking_id)
        .join(Person, Person.id == Booking.person_id)
        .join(Agency, Agency.id == Booking.agency_id)
        .outerjoin(Setting, Setting.id == Booking.setting_id)
        .where(BreakoutPlace.breakout_id == breakout.id, Booking.state.in_(LISTED))
    ).all()
    return sorted(rows, key=lambda row: (row.number, by_family_name(row)))


def by_group(people: Sequence[Any]) -> list[tuple[int, list[Any]]]:
    """The same as groups with their numbers."""
    return [(number, list(rows)) for number, rows in groupby(people, key=lambda row: row.number)]


def open_wishes(breakout: Breakout, people: Sequence[Any]) -> list[tuple[str, str, str]]:
    """The wishes that could not be kept: what was wished, and both names."""
    names = {row.id: row.name for row in people}
    groups = [[Member(row.id, "", None, None, "") for row in rows] for _, rows in by_group(people)]
    return [(w.kind, names[w.one], names[w.other]) for w in unmet(groups, wishes_of(breakout))]


def names_on_register(event_id: int) -> list[Any]:
    """Everybody on the register by family name, to choose from."""
    rows = db.session.execute(
        sa.select(Booking.id, Booking.public_id, Person.name)
        .join(Person, Person.id == Booking.person_id)
        .where(on_list(event_id))
    ).all()
    return sorted(rows, key=by_family_name)


def wipe(event_id: int) -> None:
    """Forget every group of an event."""
    mine = sa.select(Breakout.id).where(Breakout.event_id == event_id)
    db.session.execute(sa.delete(BreakoutPlace).where(BreakoutPlace.breakout_id.in_(mine)))
    db.session.execute(sa.delete(Breakout).where(Breakout.event_id == event_id))
