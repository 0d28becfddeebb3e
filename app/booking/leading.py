"""What an agency lead sees: the bookings made from what they lead, on the day they were made."""

from collections.abc import Sequence

import sqlalchemy as sa

from ..accounts.models import RoleGrant
from ..accounts.rules import Led, Role
from .colleagues import SomePlace, leads, works
from .models import Booking, Nomination

HasPlace = type[Booking | Nomination]


def led_of(grants: Sequence[RoleGrant]) -> list[Led]:
    """What these roles lead; a lead's role that does not say leads nothing."""
    return [
        Led(grant.agency_id, grant.setting_id, grant.team_id)
        for grant in grants
        if grant.role == Role.AGENCY_LEAD and grant.agency_id
    ]


def is_led(grants: Sequence[RoleGrant], place: SomePlace) -> bool:
    """Whether one of these roles leads people who work there."""
    return any(leads(led, works(place)) for led in led_of(grants))


def from_there(led: Sequence[Led], part: HasPlace = Booking) -> sa.ColumnElement[bool]:
    """The condition that a booking was made from there (or places are held for it)."""
    found: list[sa.ColumnElement[bool]] = [sa.false()]
    for agency_id, setting_id, team_id in led:
        if team_id:
            found.append(part.team_id == team_id)
        elif setting_id:
            found.append(part.setting_id == setting_id)
        else:
            found.append(part.agency_id == agency_id)
    return sa.or_(*found)
