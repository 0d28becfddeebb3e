"""Who gets a place: states of a booking and the checks. Pure: facts in, an answer out.

The checks run in the order of domain.md, "Booking"; the first that refuses answers, in words that say what the
person can do instead. Here are 1 (open), 3 (no second booking, no clash) and 8 (places). Required courses (4)
are shown as what to do first and do not refuse yet; audience, charge, approval and mix (2, 5, 6, 7) come with
the booking desk, each as one more line of ``refusal``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ..working_days import working_days_before


class State(StrEnum):
    """The states of a booking (domain.md, "Booking")."""

    REQUESTED = "requested"
    BOOKED = "booked"
    WAITING = "waiting"
    OFFERED = "offered"
    WALK_IN = "walk-in"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    MOVED = "moved"
    SUBSTITUTED = "substituted"
    RELEASED = "released"
    EVENT_CANCELLED = "event cancelled"


HOLDING = frozenset({State.BOOKED, State.OFFERED, State.REQUESTED})
LIVE = HOLDING | {State.WAITING}
# Whom a register lists.
ON_THE_REGISTER = frozenset({State.BOOKED, State.WALK_IN})

TRANSITIONS: Mapping[State | None, frozenset[State]] = {
    None: frozenset({State.REQUESTED, State.BOOKED, State.WAITING, State.WALK_IN}),
    State.REQUESTED: frozenset(
        {
            State.BOOKED,
            State.WAITING,
            State.DECLINED,
            State.EXPIRED,
            State.WITHDRAWN,
            State.WALK_IN,
            State.EVENT_CANCELLED,
        }
    ),
    State.WAITING: frozenset(
        {State.OFFERED, State.BOOKED, State.WITHDRAWN, State.WALK_IN, State.CLOSED, State.EVENT_CANCELLED}
    ),
    State.OFFERED: frozenset(
        {
            State.BOOKED,
            State.WAITING,
            State.WITHDRAWN,
            State.LAPSED,
            State.WALK_IN,
            State.CLOSED,
            State.EVENT_CANCELLED,
        }
    ),
    State.BOOKED: frozenset(
        {State.CANCELLED, State.MOVED, State.SUBSTITUTED, State.RELEASED, State.EVENT_CANCELLED}
    ),
}


def may_become(was: State | None, becomes: State) -> bool:
    """Whether a booking in one state may go to the other; None is a booking not yet made."""
    return becomes in TRANSITIONS.get(was, frozenset())


Sitting = tuple[datetime, datetime]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The event on which somebody asks for a place."""

    event_id: int
    course_id: int
    state: str
    by_invitation: bool
    headcount_only: bool
    closes_at: datetime | None  # None while it awaits its date: it can be waited for
    sittings: tuple[Sitting, ...]


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A live booking of the person on any event."""

    booking: str
    event_id: int
    course_id: int
    title: str
    state: State
    sittings: tuple[Sitting, ...]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What somebody says when they ask for a place. ``or_wait``: they take the waiting list if it is full."""

    needs: str = ""
    mobile: str = ""
    clash_confirmed: bool = False
    or_wait: bool = False


class Reason(StrEnum):
    """Why a place was refused; pages decide by it what to offer."""

    NOT_OPEN = "not open"
    ALREADY = "already"
    OTHER_DATE = "other date"
    CLASH = "clash"
    FULL = "full"


# Why somebody who waits is passed over, as their history tells it.
OBSTACLES: Mapping[Reason, str] = {
    Reason.ALREADY: "there is another booking for this date",
    Reason.OTHER_DATE: "a place on another date of the course is held",
    Reason.CLASH: "a place on another course at the same time is held",
}


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A check says no: why, in a sentence a person reads, and the booking that stands in the way, if one does."""

    reason: Reason
    sentence: str
    booking: str = ""


def closing_time(*, delivery: str, starts_at: datetime, working_days: Mapping[str, int]) -> datetime:
    """When booking closes: 17:00 so many working days before the first session; 0 means its start."""
    days = working_days.get(delivery, 0)
    return working_days_before(starts_at, days) if days else starts_at


def not_open(wanted: Wanted, *, now: datetime, by_staff: bool) -> Refusal | None:
    """Check 1. Staff and trainers may book until the end of the first session."""
    closes_at = min(wanted.sittings)[1] if by_staff and wanted.sittings else wanted.closes_at
    if wanted.state == "cancelled":
        sentence = "This date has been cancelled. Look at the other dates, or ask us to tell you of the next."
    elif wanted.state not in ("published", "postponed"):
        sentence = "Booking for this date has not opened yet."
    elif wanted.headcount_only:
        sentence = (
            "Places on this date are booked by organisations, with numbers. Write to the training team."
        )
    elif wanted.by_invitation and not by_staff:
        sentence = "This date is by invitation. Ask the training team if you should have been invited."
    elif closes_at is not None and now >= closes_at:
        sentence = "Booking for this date has closed. Look at the other dates, or ring the training team."
    else:
        return None
    return Refusal(reason=Reason.NOT_OPEN, sentence=sentence)


def second_booking(wanted: Wanted, claims: Sequence[Claim], *, becomes: State) -> Refusal | None:
    """Check 3: no live booking for this event, no place on another date of the course (waiting for one is fine)."""
    for claim in claims:
        if claim.event_id == wanted.event_id:
            held = "are on the waiting list for" if claim.state == State.WAITING else "have a place on"
            return Refusal(
                reason=Reason.ALREADY, sentence=f"You already {held} this date.", booking=claim.booking
            )
    if becomes == State.WAITING:
        return None
    other = next((c for c in claims if c.course_id == wanted.course_id and c.state in HOLDING), None)
    if other is None:
        return None
    return Refusal(
        reason=Reason.OTHER_DATE,
        sentence="You have a place on another date of this course. Keep it, or cancel it before you book this one.",
        booking=other.booking,
    )


def clash(wanted: Wanted, claims: Sequence[Claim]) -> Claim | None:
    """The first place the person holds on another course whose sessions overlap these; touching is no clash."""
    for claim in claims:
        if claim.state in HOLDING and claim.course_id != wanted.course_id:
            for start, end in claim.sittings:
                if any(start < ends and starts < end for starts, ends in wanted.sittings):
                    return claim
    return None


def unconfirmed_clash(wanted: Wanted, claims: Sequence[Claim], *, confirmed: bool) -> Refusal | None:
    """Check 3, last part: a clash is said and must be confirmed."""
    found = None if confirmed else clash(wanted, claims)
    if found is None:
        return None
    return Refusal(
        reason=Reason.CLASH,
        sentence=f"You have a place on {found.title} at that time. Confirm that you want this one too.",
        booking=found.booking,
    )


def no_place(*, becomes: State, or_wait: bool) -> Refusal | None:
    """Check 8, for somebody who asked for a place and nothing else: they decide whether to wait."""
    if becomes != State.WAITING or or_wait:
        return None
    return Refusal(
        reason=Reason.FULL, sentence="The last place has just gone. You can join the waiting list."
    )


def outcome(*, places_left: int, waiting: int) -> State:
    """Check 8: ``waiting`` people could take a place now and come first; else a place; else the list."""
    return State.BOOKED if places_left > 0 and not waiting else State.WAITING


def refusal(
    wanted: Wanted,
    claims: Sequence[Claim],
    *,
    becomes: State,
    now: datetime,
    asked: Asked,
    by_staff: bool = False,
) -> Refusal | None:
    """The first check that refuses a booking which would otherwise be ``becomes``; None when all hold."""
    return (
        not_open(wanted, now=now, by_staff=by_staff)
        or second_booking(wanted, claims, becomes=becomes)
        or unconfirmed_clash(wanted, claims, confirmed=asked.clash_confirmed)
        or no_place(becomes=becomes, or_wait=asked.or_wait)
    )


def is_late(*, starts_at: datetime, now: datetime, working_days: int) -> bool:
    """Whether a cancellation now is late: fewer working days are left before the start than the policy says."""
    return now > working_days_before(starts_at, working_days)
