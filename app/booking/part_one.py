"""Part 1 by a deadline (domain.md, check 4): when somebody is reminded, and what the clock does at the deadline. Pure.

A reminder whose moment had passed when the place was booked is never sent, and after a time without a worker only
the last one is: nobody gets three at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

from ..clock import from_london, london_day
from ..completions.rules import deadline
from ..partnerships.rules import DEFAULTS
from ..working_days import add_working_days, working_days_after

AT_BOOKING, AT_DEADLINE = "booking", "deadline"
AT = time(10)  # in London
FRESH = timedelta(days=1)  # how long after booking the reminder "at booking" still is one


class Step(StrEnum):
    """What is due about a place whose part 1 is not done."""

    REMIND = "remind"
    CHASE = "chase"
    RELEASE = "release"


@dataclass(frozen=True)
class Due:
    """A step and the moment it belongs to: "booking", how many working days before the start, or "deadline"."""

    step: Step
    moment: str


@dataclass(frozen=True, kw_only=True)
class Unfinished:
    """A place whose part 1 is not done, with the terms it was booked under; numbers are working days."""

    starts_at: datetime
    booked_at: datetime
    working_days: int  # the deadline is so many before the start
    reminders: Sequence[int]
    at_deadline: str  # "chase" or "release"
    evidence_waiting: bool = False
    dated_at: datetime | None = None  # when the event was last given other times

    @property
    def deadline(self) -> datetime:
        """When it has to be done; never after the course has begun."""
        return min(deadline(self.starts_at, working_days=self.working_days), self.starts_at)


def deadline_under(policy: Mapping[str, Any], starts_at: datetime) -> datetime:
    """The deadline of a booking with that policy; the usual number of days where it keeps none."""
    days = {**DEFAULTS, **policy}["part_one_working_days"]
    return min(deadline(starts_at, working_days=days), starts_at)


def moments(place: Unfinished) -> list[tuple[datetime, str]]:
    """When the person is reminded before the deadline, in order: at booking, then at 10:00 on each of the days."""
    found = [(place.booked_at, AT_BOOKING)]
    for count in place.reminders:
        day = add_working_days(london_day(place.starts_at), -count)
        found.append((from_london(day, AT), str(count)))
    return sorted(moment for moment in found if place.booked_at <= moment[0] < place.deadline)


def due(place: Unfinished, now: datetime) -> Due | None:
    """What is due now; doing it once for each moment is the caller's part.

    Nothing while evidence waits to be checked, once the course has begun, or after the deadline for somebody who was
    booked after it (by staff, or with a waiver that was taken back). A place is released at the deadline or, when
    nobody worked then, by 17:00 of the next working day; later a person decides, and the desk shows it. Nor is it
    released where the date was moved so near that the deadline had passed by then: nobody could have met it.
    """
    if place.evidence_waiting or now >= place.starts_at:
        return None
    if now < place.deadline:
        passed = [(at, name) for at, name in moments(place) if at <= now]
        stale = not passed or (passed[-1][1] == AT_BOOKING and now - place.booked_at > FRESH)
        return None if stale else Due(Step.REMIND, passed[-1][1])
    if place.booked_at >= place.deadline:
        return None
    in_time = now <= working_days_after(place.deadline, 1)
    could_be_met = place.dated_at is None or place.dated_at < place.deadline
    releases = place.at_deadline == "release" and in_time and could_be_met
    return Due(Step.RELEASE if releases else Step.CHASE, AT_DEADLINE)
