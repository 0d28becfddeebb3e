"""The order of a waiting list, and to whom free places go, by how near the start is. Pure: facts in, an answer out.

domain.md, "Waiting list": first by priority, then by joining. More than 10 working days before the start a place
is booked at once; 10 down to 5 it is an offer that is held; under 5 an offer to as many as there are places plus
three, for the first who accepts; from the start of the last working day the administrator rings people up.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from ..clock import london_day, start_of_day
from ..working_days import add_working_days, working_days_after, working_days_before
from .mix import Mix, Unit


class Band(StrEnum):
    """How a free place finds somebody."""

    DIRECT = "direct"
    HELD = "held"
    FIRST_COME = "first come"
    SHORT_NOTICE = "short notice"
    OVER = "over"


def last_working_day(starts_at: datetime) -> datetime:
    """When the last working day before the start begins: midnight in London."""
    return start_of_day(add_working_days(london_day(starts_at), -1))


def band(*, starts_at: datetime, now: datetime, settings: Mapping[str, Any]) -> Band:
    """The band of an instant; exactly on a boundary is the nearer one."""
    ladder = (
        (Band.OVER, starts_at),
        (Band.SHORT_NOTICE, last_working_day(starts_at)),
        (Band.FIRST_COME, working_days_before(starts_at, settings["offers_held_until_working_days"])),
        (Band.HELD, working_days_before(starts_at, settings["booked_at_once_until_working_days"])),
    )
    return next((found for found, begins_at in ladder if now >= begins_at), Band.DIRECT)


def offer_ends_at(*, starts_at: datetime, now: datetime, settings: Mapping[str, Any], held: bool) -> datetime:
    """Until when an offer stands: 17:00 after its working days, at the latest the start of the last working day."""
    last = last_working_day(starts_at)
    return min(working_days_after(now, settings["offer_working_days"]), last) if held else last


@dataclass(frozen=True, kw_only=True)
class Waiter:
    """Somebody who waits. ``obstacle`` is what does not hold for them now, in words; "" if all does."""

    booking_id: int
    joined_at: datetime
    unit: Unit
    priority: int = 0
    obstacle: str = ""
    offered: bool = False  # one of those who may take a place by being first


def in_order(waiters: Iterable[Waiter]) -> list[Waiter]:
    """By priority, then first come, first served; two of one instant in the order they were written down."""
    return sorted(waiters, key=lambda waiter: (-waiter.priority, waiter.joined_at, waiter.booking_id))


@dataclass(frozen=True, kw_only=True)
class Turn:
    """Who is next, and who is passed over on the way, each with why."""

    next: tuple[Waiter, ...] = ()
    passed_over: tuple[tuple[Waiter, str], ...] = ()


def next_in_line(waiters: Iterable[Waiter], *, places: int, mix: Mix) -> Turn:
    """To whom so many free places go. ``mix`` counts those who get one.

    An obstacle behind the last one served stood in nobody's way, so nobody is told of it.
    """
    given: list[Waiter] = []
    passed: list[tuple[Waiter, str]] = []
    passed_before_last = 0
    for waiter in in_order(waiters):
        if len(given) >= places:
            break
        why = waiter.obstacle or mix.obstacle(waiter.unit, places_left=places - len(given))
        if why:
            passed.append((waiter, why))
        else:
            given.append(waiter)
            mix.add(waiter.unit)
            passed_before_last = len(passed)
    return Turn(next=tuple(given), passed_over=tuple(passed[:passed_before_last]))


def first_come(waiters: Iterable[Waiter], *, places: int, extra: int, mix: Mix) -> Turn:
    """To whom places are offered that go to the first who accepts: so many people and ``extra`` more.

    Who has such an offer already counts. None of them holds a place, so a cap stands in the way only when it is
    reached already.
    """
    wanted = places + extra if places else 0
    chosen: list[Waiter] = []
    passed: list[tuple[Waiter, str]] = []
    passed_before_last = 0
    for waiter in in_order(waiters):
        if len(chosen) >= wanted:
            break
        why = waiter.obstacle or mix.obstacle(waiter.unit, places_left=places)
        if why:
            passed.append((waiter, why))
        else:
            chosen.append(waiter)
            passed_before_last = len(passed)
    fresh = tuple(waiter for waiter in chosen if not waiter.offered)
    return Turn(next=fresh, passed_over=tuple(passed[:passed_before_last]) if fresh else ())


def could_take_a_place(waiters: Iterable[Waiter], *, places_left: int, mix: Mix) -> bool:
    """Whether anybody who waits could take a place now: then a newcomer joins them."""
    return places_left > 0 and any(
        not (waiter.obstacle or mix.obstacle(waiter.unit, places_left=places_left)) for waiter in waiters
    )
