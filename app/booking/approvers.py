"""Who is asked to agree to a booking: the line manager it names, or the leads of where the person works."""

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from ..accounts.models import Person, RoleGrant
from ..accounts.rules import Role, tidy_email, tidy_name
from ..clock import london_day
from ..db import db
from ..errors import Refused
from .models import Booking

OWN_PLACE = "Nobody decides about their own place. Ask a colleague at the desk, or whoever has to agree."


def refuse_own(person_id: int, by: Person | None) -> None:
    """Raises Refused for somebody who would agree to a place for themselves."""
    if by is not None and by.id == person_id:
        raise Refused(OWN_PLACE)


class Approver(NamedTuple):
    """A name and an address; no account is needed."""

    name: str
    email: str


def approvers_of(booking: Booking, mode: str, now: datetime) -> list[Approver]:
    """Whom to ask first; nobody when there is nobody but the person themselves."""
    if mode == "manager":
        return others(booking, [Approver(booking.manager_name, booking.manager_email)])
    return next(iter(leads_of(booking, now)), [])


def others(booking: Booking, named: list[Approver]) -> list[Approver]:
    """These approvers, tidied and each once, without the person themselves and without those who have no address."""
    own = tidy_email(booking.person.email or "")
    tidied = {tidy_email(one.email): Approver(tidy_name(one.name), tidy_email(one.email)) for one in named}
    return [one for email, one in tidied.items() if email and email != own]


def leads_of(booking: Booking, now: datetime) -> list[list[Approver]]:
    """The agency leads who may agree, nearest first: those of the team, then of the setting, then of the agency."""
    levels: list[list[Approver]] = [[], [], []]
    for team, setting, name, email in db.session.execute(grants(booking, now)):
        levels[0 if team else 1 if setting else 2].append(Approver(name, email or ""))
    return [found for level in levels if (found := others(booking, level))]


def grants(booking: Booking, now: datetime) -> sa.Select[int | None, int | None, str, str | None]:
    """The grants of agency leads that cover where the booking was made from."""
    day = london_day(now)
    of_team = sa.and_(RoleGrant.team_id.is_not(None), RoleGrant.team_id == booking.team_id)
    of_setting = sa.and_(
        RoleGrant.team_id.is_(None),
        RoleGrant.setting_id.is_not(None),
        RoleGrant.setting_id == booking.setting_id,
    )
    of_agency = sa.and_(
        RoleGrant.team_id.is_(None),
        RoleGrant.setting_id.is_(None),
        RoleGrant.agency_id == booking.agency_id,
    )
    return (
        sa.select(RoleGrant.team_id, RoleGrant.setting_id, Person.name, Person.email)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            RoleGrant.role == Role.AGENCY_LEAD.value,
            RoleGrant.partnership_id == booking.event.host_id,
            RoleGrant.from_on <= day,
            sa.or_(RoleGrant.until_on.is_(None), RoleGrant.until_on >= day),
            Person.closed_at.is_(None),
            sa.or_(of_team, of_setting, of_agency),
        )
        .order_by(Person.name, Person.id)
    )
