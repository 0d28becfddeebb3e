"""What becomes of sessions and of the calendars that know them when an event changes. Pure: values in, values out."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import Literal

from ..catalogue.plans import SessionPlan
from ..catalogue.rules import month_after
from ..clock import from_london, london_day
from ..working_days import END_OF_DAY, add_working_days, working_days_before

# Changes within ten minutes are told as one, unless the course starts so soon that nobody can wait for it.
GATHERED = timedelta(minutes=10)
AT_ONCE = timedelta(hours=2)


@dataclass(frozen=True, kw_only=True)
class Sitting:
    """A session as a calendar knows it: the public id of its row, which it outlives; number ``number`` of ``of``."""

    session: str
    starts_at: datetime
    ends_at: datetime
    place: str = ""
    number: int = 1
    of: int = 1


@dataclass(frozen=True, kw_only=True)
class Message:
    """What one calendar is told about one session."""

    method: Literal["REQUEST", "CANCEL"]
    sitting: Sitting


def numbered(sittings: Iterable[Sitting]) -> tuple[Sitting, ...]:
    """The sessions in order of time, each with its number."""
    ordered = sorted(sittings, key=lambda sitting: sitting.starts_at)
    return tuple(
        replace(sitting, number=number, of=len(ordered)) for sitting, number in zip(ordered, count(1))
    )


def continued(stored: Sequence[Sitting], plans: Sequence[SessionPlan]) -> list[str]:
    """Which stored session each planned one goes on from; "" for a new one.

    What the plan names comes first, then the same start, then the same day, then whatever is left in order of
    time: as many sessions as can keep their place in people's calendars do.
    """
    found = [""] * len(plans)
    for alike in (named, same_start, same_day, anything):
        for place, plan in sorted(enumerate(plans), key=lambda pair: pair[1].starts_at):
            left = [sitting for sitting in stored if sitting.session not in found]
            if not found[place]:
                found[place] = next((old.session for old in left if alike(old, plan)), "")
    return found


def named(old: Sitting, plan: SessionPlan) -> bool:
    """Whoever planned it said so."""
    return old.session == plan.session


def same_start(old: Sitting, plan: SessionPlan) -> bool:
    """It begins when it did."""
    return old.starts_at == plan.starts_at


def same_day(old: Sitting, plan: SessionPlan) -> bool:
    """It is on the day on which it was."""
    return london_day(old.starts_at) == london_day(plan.starts_at)


def anything(_old: Sitting, _plan: SessionPlan) -> bool:
    """A session is better moved than taken out and put in again."""
    return True


def messages(
    known: Sequence[Sitting], now_are: Sequence[Sitting], *, now: datetime, unsure: Collection[str] = ()
) -> list[Message]:
    """What a calendar that knows some sessions has to be told, so that it ends with others.

    Nothing is said of a session that is over, nor of one that stays as it is, unless it is ``unsure`` (by its public
    id) whether it was heard of.
    """
    before = {sitting.session: sitting for sitting in known}
    stays = {sitting.session for sitting in now_are}
    asked = [s for s in now_are if s.session in unsure or before.get(s.session) != s]
    gone = [s for s in known if s.session not in stays]
    said = [
        *(Message(method="REQUEST", sitting=sitting) for sitting in asked),
        *(Message(method="CANCEL", sitting=sitting) for sitting in gone),
    ]
    return [message for message in said if message.sitting.ends_at > now]


def ahead(sessions: Iterable[Sitting | SessionPlan], now: datetime) -> list[datetime]:
    """When those of the sessions start that have not begun: only these can change, and only they are in a hurry."""
    return [session.starts_at for session in sessions if session.starts_at > now]


def not_over(sittings: Iterable[Sitting], now: datetime) -> tuple[Sitting, ...]:
    """Those that somebody can still come to: of the others nobody is told."""
    return tuple(sitting for sitting in sittings if sitting.ends_at > now)


def told_at(now: datetime, *starts: datetime | None) -> datetime:
    """When letters about a change leave: ten minutes on, at once if the course starts (or started) within two hours."""
    soon = any(start is not None and start - now < AT_ONCE for start in starts)
    return now if soon else now + GATHERED


def soonest_changed(
    was: Sequence[Sitting], becomes: Sequence[Sitting], now: datetime
) -> tuple[Sitting | None, Sitting | None] | None:
    """The first session that changes less than two hours before it starts: as it was, and as it is (or is no more).

    None where nothing changes so soon: then a mail is quick enough.
    """
    before, after = {s.session: s for s in was}, {s.session: s for s in becomes}
    changed = [
        (before.get(name), after.get(name))
        for name in before | after
        if differs(before.get(name), after.get(name))
    ]
    soon = [
        (min(s.starts_at for s in pair if s), pair)
        for pair in changed
        if any(s and timedelta() <= s.starts_at - now < AT_ONCE for s in pair)
    ]
    return min(soon, key=lambda found: found[0])[1] if soon else None


def differs(one: Sitting | None, other: Sitting | None) -> bool:
    """Whether people have to go elsewhere or at another time."""
    if one is None or other is None:
        return True
    return (one.starts_at, one.ends_at, one.place) != (other.starts_at, other.ends_at, other.place)


def free_until(starts_at: datetime, now: datetime, *, late_days: int, after_change: int) -> datetime:
    """Until when a place can be given up without counting as late, after its date was changed by somebody else.

    As long as the policy of the booking gives, and at least so many working days from the change; never past the
    start.
    """
    usual = working_days_before(starts_at, late_days)
    grace = from_london(add_working_days(london_day(now), after_change), END_OF_DAY)
    return min(starts_at, max(usual, grace))


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many people (and organisations) a change reaches."""

    booked: int = 0
    waiting: int = 0
    trainers: int = 0
    asked: int = 0  # to deliver it, without an answer yet
    organisations: int = 0


# What a change means for each kind of people, one and many: "60 people get a changed invite".
WORDS = {
    "event-changed": (
        ("person gets a changed invite", "people get a changed invite"),
        ("person who waits is told by mail", "people who wait are told by mail"),
    ),
    "event-dated": (
        ("person who kept a place gets an invite", "people who kept a place get an invite"),
        (
            "person waits: the first in the list get the free places",
            "people wait: the first in the list get the free places",
        ),
    ),
    "event-postponed": (
        (
            "person keeps the place, and the date is taken out of their calendar",
            "people keep their places, and the date is taken out of their calendars",
        ),
        ("person who waits keeps their place in the list", "people who wait keep their places in the list"),
    ),
    "event-cancelled": (
        (
            "person loses the place and is offered other dates",
            "people lose their places and are offered other dates",
        ),
        (
            "person who waits is told, and hears of the next date",
            "people who wait are told, and hear of the next date",
        ),
    ),
}
TRAINERS = ("trainer is told, with a changed calendar", "trainers are told, with a changed calendar")
ASKED = (
    "person who was asked to deliver it is told",
    "people who were asked to deliver it are told",
)
ORGANISATIONS = ("organisation that holds places is told", "organisations that hold places are told")


def reach_words(kind: str, counts: Counts) -> list[str]:
    """Whom a change reaches and what it means for them, a sentence without its full stop for each kind of people."""
    booked, waiting = WORDS[kind]
    found = (
        (counts.booked, booked),
        (counts.waiting, waiting),
        (counts.trainers, TRAINERS),
        (counts.asked, ASKED),
        (counts.organisations, ORGANISATIONS),
    )
    said = [f"{number:,} {one if number == 1 else many}" for number, (one, many) in found if number]
    return said or ["Nobody has to be told"]


# How a series goes on: weeks, or months on the same weekday (the second Tuesday).
STEPS = {
    "week": "Every week",
    "2 weeks": "Every 2 weeks",
    "4 weeks": "Every 4 weeks",
    "month": "Every month, on the same weekday",
    "term": "Every term (4 months), on the same weekday",
}
WEEKS = {"week": 1, "2 weeks": 2, "4 weeks": 4}
MONTHS = {"month": 1, "term": 4}


def repeated(first: date, step: str, *, times: int) -> list[date]:
    """The days that follow a first one in a pattern of ``STEPS``."""
    if step in WEEKS:
        return [first + timedelta(weeks=WEEKS[step] * number) for number in range(1, times + 1)]
    return [same_weekday(first, MONTHS[step] * number) for number in range(1, times + 1)]


def same_weekday(day: date, months: int) -> date:
    """The same weekday of a later month: the second Tuesday, the last where there is no fifth."""
    first = month_after(day, months)
    found = first + timedelta(days=(day.weekday() - first.weekday()) % 7 + (day.day - 1) // 7 * 7)
    return found if found.month == first.month else found - timedelta(weeks=1)
