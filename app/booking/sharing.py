"""Who shares an event's places: the picture as it fills, what rules would do before they are kept, and keeping them.

Keeping belongs inside ``changing(event)``; nothing commits, and nobody loses a place.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Agency, Setting
from ..catalogue.actions import note
from ..catalogue.models import Event
from ..db import db
from .checks import settings_of
from .holders import rule_of
from .mix import AGENCY, SECTOR, SETTING, Mix, Rule, Unit
from .models import Booking, MixRule, Nomination
from .promoting import Line, free_places_taken, is_asked, line_of, turn_of
from .rules import HOLDING
from .waiting_list import Band, band, in_order

NO_PLACE, ASKED_FIRST = "no place is free", "others are asked first"
# What becomes of whoever is next; then the same of a number of them: tried, and one or many as things are.
WORDS = {
    Band.DIRECT: "Gets a place",
    Band.HELD: "Is offered a place",
    Band.FIRST_COME: "Is asked: the first to accept has it",
    Band.SHORT_NOTICE: "Can be rung",
    Band.OVER: "",
}
HEADLINES = {
    Band.DIRECT: ("would get a place", "can get a place", "can get a place"),
    Band.HELD: ("would be offered a place", "is offered a place", "are offered a place"),
    Band.FIRST_COME: ("would be asked", "is asked", "are asked"),
    Band.SHORT_NOTICE: ("could be rung", "can be rung", "can be rung"),
    Band.OVER: ("would get a place", "can get a place", "can get a place"),
}


@dataclass(frozen=True)
class Share:
    """A sector or an agency: how many places it holds, and what the next from there would meet."""

    name: str
    held: int
    why: str  # why the next one would wait; "" when there is a place


@dataclass(frozen=True)
class Fate:
    """What would become of somebody who waits."""

    name: str
    place_of_work: str
    word: str  # what happens to them; "" for whoever goes on waiting
    why: str  # and why they do


def kept_rules(event_id: int) -> list[tuple[MixRule, str]]:
    """The rules of an event as they were entered, each with the name of its agency, setting or sector."""
    rows = (
        sa.select(MixRule, Agency.name, Setting.name)
        .outerjoin(Agency, Agency.id == MixRule.agency_id)
        .outerjoin(Setting, Setting.id == MixRule.setting_id)
        .where(MixRule.event_id == event_id)
        .order_by(MixRule.id)
    )
    return [(rule, agency or setting or rule.sector) for rule, agency, setting in db.session.execute(rows)]


def holders_of(event_id: int) -> Counter[tuple[Unit, str]]:
    """How many places are held from where (with the agency's name): by people, and by leads without names."""
    found: Counter[tuple[Unit, str]] = Counter()
    people = sa.select(
        Booking.agency_id, Booking.setting_id, Booking.sector, Agency.name, sa.func.count().label("number")
    ).join(Agency, Agency.id == Booking.agency_id)
    people = people.where(Booking.event_id == event_id, Booking.state.in_(HOLDING))
    unnamed = sa.select(
        Nomination.agency_id, Nomination.setting_id, Agency.sector, Agency.name, Nomination.places
    ).join(Agency, Agency.id == Nomination.agency_id)
    unnamed = unnamed.where(Nomination.event_id == event_id, Nomination.places > 0)
    grouped = people.group_by(Booking.agency_id, Booking.setting_id, Booking.sector, Agency.name)
    for rows in (grouped, unnamed):
        for agency_id, setting_id, sector, name, number in db.session.execute(rows):
            found[Unit(agency_id, setting_id, sector), name] += number
    return found


def in_force(rules: Sequence[tuple[MixRule, str]], now: datetime) -> list[Rule]:
    """Those of the rules that hold now, as ``Mix`` weighs them."""
    return [rule_of(rule, name) for rule, name in rules if rule.until_at is None or rule.until_at > now]


def mix_with(rules: Sequence[Rule], event_id: int) -> Mix:
    """These rules with those who hold the places."""
    mix = Mix(rules)
    for (unit, _), number in holders_of(event_id).items():
        mix.add(unit, number)
    return mix


def shares(event: Event, rules: Sequence[Rule]) -> tuple[list[Share], list[Share]]:
    """The sectors and the agencies that hold places, most first, and what the next from there would meet."""
    mix, holders = mix_with(rules, event.id), holders_of(event.id)
    by_sector: Counter[str] = Counter()
    by_agency: Counter[tuple[int, str, str]] = Counter()
    for (unit, name), number in holders.items():
        by_sector[unit.sector] += number
        by_agency[unit.agency_id, name, unit.sector] += number
    left = event.places_left
    sectors = [
        Share(name or "Not known", held, met(mix, Unit(0, None, name), left))
        for name, held in by_sector.items()
    ]
    agencies = [
        Share(name, held, met(mix, Unit(id, None, sector), left))
        for (id, name, sector), held in by_agency.items()
    ]
    return [sorted(found, key=lambda share: (-share.held, share.name)) for found in (sectors, agencies)]  # type: ignore[return-value]


def met(mix: Mix, unit: Unit, left: int) -> str:
    """Why the next from there would wait; "" when there is a place."""
    return mix.obstacle(unit, places_left=left) or ("" if left else NO_PLACE)


def preview(event: Event, rules: Sequence[Rule], now: datetime) -> list[Fate]:
    """What would become of each of those who wait, first in line first, were these the rules."""
    line = line_of(event, now)
    if line is None:
        return []
    mix, left = mix_with(rules, event.id), event.places_left
    turn = turn_of(line, places=left, mix=mix)
    reached = {waiter.booking_id for waiter in (*turn.next, *(one for one in line.waiters if one.offered))}
    left -= 0 if line.band is Band.FIRST_COME else len(turn.next)
    found = []
    for waiter in in_order(line.waiters):
        booking, person = line.rows[waiter.booking_id]
        if waiter.booking_id in reached:
            found.append(Fate(person.name, booking.sector, word_for(line, booking), ""))
        else:
            why = waiter.obstacle or met(mix, waiter.unit, left) or ASKED_FIRST
            found.append(Fate(person.name, booking.sector, "", why))
    return found


def word_for(line: Line, booking: Booking) -> str:
    """What becomes of somebody whose turn it is."""
    return WORDS[Band.HELD if line.band is Band.DIRECT and is_asked(line, booking) else line.band]


def headline(event: Event, number: int, now: datetime, *, tried: bool) -> str:
    """For so many people: "1 would get a place", "4 are asked"."""
    starts_at = event.starts_at
    settings = settings_of(event.host_id, now)
    near = band(starts_at=starts_at, now=now, settings=settings) if starts_at else Band.DIRECT
    would, one, many = HEADLINES[near]
    return f"{number or 'nobody'} {would if tried else one if number <= 1 else many}"


def keep(event: Event, rules: Sequence[MixRule], *, by: str, now: datetime) -> list[Booking]:
    """These are the rules from now on; returns who got a place, or an offer of one, because of them."""
    was = [as_kept(rule) for rule, _ in kept_rules(event.id)]
    becomes = [as_kept(rule) for rule in rules]
    if was == becomes:
        return []
    db.session.execute(sa.delete(MixRule).where(MixRule.event_id == event.id))
    db.session.add_all(rules)
    note(event, "mix", was, becomes, by=by, now=now)
    db.session.flush()
    return free_places_taken(event, now, newly=False)


def as_kept(rule: MixRule) -> dict[str, Any]:
    """A rule as it stands in an event's history."""
    target = {AGENCY: rule.agency_id, SETTING: rule.setting_id, SECTOR: rule.sector or None}[rule.of]
    until = rule.until_at.isoformat() if rule.until_at else None
    return {"kind": rule.kind, "of": rule.of, "target": target, "places": rule.places, "until": until}
