"""Who may book an event by invitation: named people, and everybody of a named agency or setting.

Inviting and taking back belong to an event: call them inside ``changing(event)``. Nothing here commits.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Affiliation, Agency, Person, Setting
from ..db import db
from .models import Event, EventInvitation


@dataclass(frozen=True, kw_only=True)
class Invited:
    """One invitation as it is asked for: an address with a name, or an agency, or a setting."""

    email: str = ""
    name: str = ""
    agency_id: int | None = None
    setting_id: int | None = None

    @property
    def key(self) -> tuple[str, int | None, int | None]:
        """What makes two invitations the same one."""
        return self.email, self.agency_id, self.setting_id


def is_invited(event_id: int, *, email: str, agency_id: int, setting_id: int | None) -> bool:
    """Whether somebody with that address who works there was invited. One statement."""
    ways = [EventInvitation.agency_id == agency_id]
    if email:
        ways.append(EventInvitation.email == email)
    if setting_id is not None:
        ways.append(EventInvitation.setting_id == setting_id)
    found = sa.exists().where(EventInvitation.event_id == event_id, sa.or_(*ways))
    return bool(db.session.scalar(sa.select(found)))


def invites_somebody(
    event_id: Any, person_id: "int | sa.BindParameter[Any]", day: "date | sa.BindParameter[Any]"
) -> sa.ColumnElement[bool]:
    """The condition that a person was invited: by their address, or by where they work that day."""
    address = sa.select(Person.email).where(Person.id == person_id).scalar_subquery()
    there = sa.or_(
        Affiliation.agency_id == EventInvitation.agency_id,
        Affiliation.setting_id == EventInvitation.setting_id,
    )
    works = sa.exists().where(Affiliation.person_id == person_id, Affiliation.holds_on(day), there)
    named = sa.and_(EventInvitation.email != "", EventInvitation.email == address)
    return sa.exists().where(EventInvitation.event_id == event_id, sa.or_(named, works))


def may_know_of(
    person_id: "int | sa.BindParameter[Any]", day: "date | sa.BindParameter[Any]"
) -> sa.ColumnElement[bool]:
    """The condition that an event is listed to a person: it is open, or they were invited."""
    return sa.or_(Event.by_invitation.is_(False), invites_somebody(Event.id, person_id, day))


def invitations_of(event_id: int) -> sa.Select[EventInvitation, str, str]:
    """An event's invitations with the names of agency and setting ("" without), organisations first, then by name."""
    names = (sa.func.coalesce(Agency.name, ""), sa.func.coalesce(Setting.name, ""))
    order = sa.func.lower(sa.func.coalesce(Agency.name, Setting.name, EventInvitation.name))
    return (
        sa.select(EventInvitation, *names)
        .outerjoin(Agency, Agency.id == EventInvitation.agency_id)
        .outerjoin(Setting, Setting.id == EventInvitation.setting_id)
        .where(EventInvitation.event_id == event_id)
        .order_by(EventInvitation.email != "", order, EventInvitation.email, EventInvitation.id)
    )


def invite(event: Event, wanted: Iterable[Invited], *, by: str, now: datetime) -> list[EventInvitation]:
    """Invite them; returns the new invitations. Who is invited already stays so, told or not.

    The database cannot keep twins apart, because its key has empty parts: the event's lock does.
    """
    rows = db.session.scalars(sa.select(EventInvitation).where(EventInvitation.event_id == event.id))
    known = {(row.email, row.agency_id, row.setting_id) for row in rows}
    new = []
    for one in wanted:
        if one.key not in known:
            known.add(one.key)
            new.append(
                EventInvitation(
                    event_id=event.id,
                    email=one.email,
                    name=one.name,
                    agency_id=one.agency_id,
                    setting_id=one.setting_id,
                    invited_at=now,
                    by=by,
                )
            )
    db.session.add_all(new)
    return new


def take_back(event: Event, invitation_id: int) -> EventInvitation | None:
    """Take an invitation back; returns what it was, None when there is none. Who has booked keeps their place."""
    found = db.session.get(EventInvitation, invitation_id)
    if found is None or found.event_id != event.id:
        return None
    db.session.delete(found)
    return found


def copy_invitations(from_event_id: int, to_event_id: int, *, by: str = "", now: datetime) -> int:
    """Invite to another event of a series whoever is invited to this one; returns how many are new there.

    They have not been told of the other one yet.
    """
    rows = db.session.scalars(
        sa.select(EventInvitation)
        .where(EventInvitation.event_id == from_event_id)
        .order_by(EventInvitation.id)
    ).all()
    wanted = [
        Invited(email=row.email, name=row.name, agency_id=row.agency_id, setting_id=row.setting_id)
        for row in rows
    ]
    return len(invite(db.session.get_one(Event, to_event_id), wanted, by=by, now=now))
