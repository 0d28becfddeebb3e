"""The current year and the months to come, from the pattern of a programme and the day it is built for. Pure.

An event's own plan depends on its month alone, so that it stays the same from day to day; only whether it is
over, and how full it is already, follow from the day.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

from ..clock import start_of_day
from ..partnerships.rules import reporting_year
from ..working_days import add_working_days, is_working_day
from .plan import CoursePlan, EventPlan, Good, Taken, YearPlan, sittings, trainers
from .seed import chance

AHEAD = timedelta(days=122)
BACK = timedelta(days=62)
FOLLOW_UP = timedelta(weeks=9)
Pattern = Mapping[str, Any]


def current_year(as_of: date, *, pattern: Pattern, modules: Mapping[str, Taken]) -> YearPlan:
    """Events from the start of the reporting year (two months back at least) to four months ahead."""
    start = reporting_year(as_of)
    staged = scenes(as_of)
    taken = {(d.slug, d.on) for d in staged}
    dates = [*(d for d in programme(as_of, pattern) if (d.slug, d.on) not in taken), *staged]
    ahead = [d for d in sorted(dates, key=lambda d: (d.on, d.slug)) if d.on >= as_of and not d.scene]
    stands = {id(d): pattern["coming"][n % len(pattern["coming"])] for n, d in enumerate(ahead)}
    events: dict[str, list[EventPlan]] = {}
    for d in dates:
        course = pattern["courses"][d.slug]
        event = coming(d, course, as_of, stands.get(id(d), {})) if d.on >= as_of else past(d, course, as_of)
        events.setdefault(d.slug, []).append(event)
    courses = [
        rated(slug, sorted(found, key=lambda e: e.starts_at), pattern["courses"][slug], as_of)
        for slug, found in sorted(events.items())
    ]
    return YearPlan(start=start, courses=tuple(courses), modules=so_far(modules, start, as_of))


class Dated:
    """A course on a day, before it is known how full it is."""

    def __init__(self, slug: str, on: date, at: str, number: int, scene: str = "") -> None:
        self.slug, self.on, self.at, self.number, self.scene = slug, on, at, number, scene

    @property
    def draw(self) -> Random:
        """Its own source of chance."""
        return chance("event", self.slug, self.on.strftime("%Y-%m"), self.scene)


def programme(as_of: date, pattern: Pattern) -> Iterator[Dated]:
    """The pattern laid over the months."""
    first, last = min(date(reporting_year(as_of), 4, 1), as_of - BACK), as_of + AHEAD
    month = first.replace(day=1)
    while month <= last:
        slugs = pattern["calendar"][str(month.month)]
        taken: set[date] = set()
        for place, slug in enumerate(slugs):
            on = teaching_day(month, (place + 0.5) / len(slugs), chance("day", slug, month), taken)
            at = chance("hour", slug, month).choice(("09:30", "09:30", "13:00"))
            if first <= on <= last:
                yield Dated(slug, on, at, 12 * month.year + month.month)
        month = (month + timedelta(days=31)).replace(day=1)


def teaching_day(month: date, share: float, draw: Random, taken: set[date]) -> date:
    """A free Tuesday, Wednesday or Thursday about that far into the month, and none of the weeks of Christmas."""
    days = [month + timedelta(days=n) for n in range(31)]
    fit = [d for d in days if d.month == month.month and d.weekday() in (1, 2, 3) and is_working_day(d)]
    fit = [d for d in fit if (d.month, d.day) < (12, 18) and (d.month, d.day) > (1, 5)]
    wanted = share * 28 + draw.randint(-2, 2)
    found = min((d for d in fit if d not in taken), key=lambda d: (abs(d.day - wanted), d))
    taken.add(found)
    return found


def scenes(as_of: date) -> list[Dated]:
    """What somebody who signs in finds.

    A register of today, a course to come, one to evaluate (its register is still open), one well behind; and at
    the desk a date that nobody delivers and one without a joining link.
    """
    today = as_of if is_working_day(as_of) else add_working_days(as_of, 1)
    return [
        Dated("working-together", today, "10:00", 0, "register"),
        Dated("criminal-exploitation", add_working_days(today, 4), "09:30", 0, "next"),
        Dated("parental-conflict", add_working_days(as_of, -2), "09:30", 0, "evaluate"),
        Dated("working-together", add_working_days(as_of, -31), "09:30", 1, "certificate"),
        Dated("self-harm-and-suicide", add_working_days(today, 3), "13:00", 0, "no trainer"),
        Dated("sudi-safer-sleep", add_working_days(today, 6), "13:00", 0, "no link"),
    ]


TRAINER = 41  # the number, in the pool, of the trainer to sign in as
DESK = ("no trainer", "no link")  # what the administrator has to mend


def frame(d: Dated, course: Pattern, as_of: date) -> dict[str, Any]:
    """What a past and a coming event have in common. No event is half over on the day."""
    again = course.get("again", 0)
    if d.on < as_of <= d.on + timedelta(days=again):
        again = 0
    own = d.scene and d.scene not in DESK
    team = [TRAINER, course["team"][d.number % len(course["team"])]] if own else course["team"]
    return {
        "course": d.slug,
        "sittings": sittings(d.on, d.at, course["minutes"], again),
        "capacity": course["capacity"] + (2 if d.scene in ("register", "next") else 0),
        "pool": () if d.scene == "no trainer" else trainers(team, 0 if d.scene else d.number),
        "expert": course.get("expert"),
        "venue": course.get("venue", ""),
        "scene": d.scene,
    }


def past(d: Dated, course: Pattern, as_of: date) -> EventPlan:
    """An event that is over: who came of those booked."""
    draw, shape = d.draw, frame(d, course, as_of)
    capacity = shape["capacity"]
    expected = min(capacity, round(capacity * (course["fill"] / 100 + draw.uniform(-0.1, 0.06))))
    excused = draw.randint(0, 2)
    absent = draw.randint(1, max(2, expected // 11))
    walk_ins = draw.choice((0, 0, 0, 1, 1, 2))
    cancelled = draw.randint(1, max(2, expected // 7))
    return EventPlan(
        came=expected - excused - absent + walk_ins,
        walk_ins=walk_ins,
        part=draw.randint(0, 2),
        excused=excused,
        absent=absent,
        cancelled=cancelled,
        late=draw.randint(0, min(cancelled, 3)),
        waited=draw.randint(2, 6) if expected == capacity else 0,
        **shape,
    )


def coming(d: Dated, course: Pattern, as_of: date, stands: Mapping[str, int]) -> EventPlan:
    """An event to come: nearer ones are fuller; where it is full, some wait."""
    shape = frame(d, course, as_of)
    capacity = shape["capacity"]
    if d.scene in DESK:
        return EventPlan(booked=capacity * 2 // 3, cancelled=1, **shape)
    if d.scene:
        return EventPlan(booked=capacity - 2, cancelled=3, late=1 if d.scene == "register" else 0, **shape)
    weeks = (d.on - as_of).days / 7
    if "waiting" in stands and weeks < 12:
        return EventPlan(booked=capacity, waited=stands["waiting"], cancelled=2, **shape)
    nearness = max(0.3, min(1.0, 1.25 - weeks / 16))
    return EventPlan(booked=int(capacity * stands["booked"] / 100 * nearness), cancelled=1, **shape)


def rated(slug: str, events: list[EventPlan], course: Pattern, as_of: date) -> CoursePlan:
    """A course of the year with the ratings of its past events, at the shares of the pattern, give or take."""
    over = [e for e in events if e.starts_at < start_of_day(as_of)]
    both = sum(e.came - e.walk_ins for e in over)
    pairs = round(both * 0.78)
    draw = chance("ratings", slug, reporting_year(as_of))
    before = pairs + round((both - pairs) * 0.3) + sum(e.absent for e in over) // 3
    after = pairs + round((both - pairs) * 0.4) + sum(e.walk_ins for e in over)
    long_over = [e for e in over if e.ends_at + FOLLOW_UP < start_of_day(as_of)]
    later = round(sum(e.came for e in long_over) * 0.25)
    return CoursePlan(
        course=slug,
        events=tuple(events),
        before=share_of(before, course["before"] + draw.randint(-4, 4)),
        after=share_of(after, course["after"] + draw.randint(-3, 3)),
        follow_up=share_of(later, course["after"] - draw.randint(2, 9)),
        pairs=pairs,
    )


def share_of(answered: int, hundredths: int) -> Good:
    """So many hundredths of those who answered."""
    return Good(good=min(answered, round(answered * hundredths / 100)), answered=answered)


def so_far(modules: Mapping[str, Taken], start: int, as_of: date) -> dict[str, Taken]:
    """E-learning of the year to the day, at nine tenths of the pace of the year that is given."""
    gone = max(0.0, (as_of - date(start, 4, 1)).days / 365) * 0.9
    return {
        slug: Taken(begun=int(m.begun * gone), completed=int(m.completed * gone))
        for slug, m in modules.items()
    }
