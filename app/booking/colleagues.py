"""Who is a colleague of whom, and whom a lead leads. Pure: plain values in, an answer out."""

from typing import NamedTuple, Protocol

from ..accounts.rules import Led

# How many colleagues anybody may book on a date; more is for their lead or the training team.
MOST_COLLEAGUES = 4


class Works(NamedTuple):
    """Where somebody works, by id."""

    agency_id: int
    setting_id: int | None = None
    team_id: int | None = None


class SomePlace(Protocol):
    """What a booking, an affiliation, a workplace and a lead's role all say."""

    @property
    def agency_id(self) -> int: ...
    @property
    def setting_id(self) -> int | None: ...
    @property
    def team_id(self) -> int | None: ...


def works(place: SomePlace) -> Works:
    """Where a booking was made from, or where an affiliation is."""
    return Works(place.agency_id, place.setting_id, place.team_id)


def is_colleague(one: Works, other: Works, *, umbrella: bool, near: bool = False) -> bool:
    """Whether two people work together.

    Of one agency; under an ``umbrella`` (which only groups) of one setting. ``near`` is the smallest unit that the
    first says they belong to: their setting, else their team, else the agency.
    """
    if one.agency_id != other.agency_id:
        return False
    if umbrella or (near and one.setting_id):
        return one.setting_id is not None and one.setting_id == other.setting_id
    return not (near and one.team_id) or one.team_id == other.team_id


def leads(led: Led, place: Works) -> bool:
    """Whether somebody who leads this leads people who work there."""
    if led.team_id:
        return led.team_id == place.team_id
    if led.setting_id:
        return led.setting_id == place.setting_id
    return led.agency_id == place.agency_id
