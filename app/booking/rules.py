"""The states of a booking, and the facts that the checks of ``refusals`` weigh. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from ..completions.rules import Requirement
from ..working_days import working_days_before
from .mix import Unit


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
    # Approval is asked while somebody waits, so that it need not be waited for when a place comes free.
    State.WAITING: frozenset(
        {
            State.OFFERED,
            State.BOOKED,
            State.DECLINED,
            State.WITHDRAWN,
            State.WALK_IN,
            State.CLOSED,
            State.EVENT_CANCELLED,
        }
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
    # Somebody was put on the register by mistake.
    State.WALK_IN: frozenset({State.WITHDRAWN}),
}


def may_become(was: State | None, becomes: State) -> bool:
    """Whether a booking in one state may go to the other; None is a booking not yet made."""
    return becomes in TRANSITIONS.get(was, frozenset())


Sitting = tuple[datetime, datetime]


def overlap(one: Iterable[Sitting], other: Collection[Sitting]) -> bool:
    """Whether any two of these sittings run at the same time; touching is no clash."""
    return any(start < ends and starts < end for start, end in one for starts, ends in other)


# Who has to agree before somebody is booked (``Course.approval``).
CONFIRM, MANAGER, LEAD = "confirm", "manager", "lead"


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
    audience: frozenset[str] = frozenset()  # role groups; empty is everybody
    several_places: bool = False  # the course allows places on several of its dates
    approval: str = ""
    part_one_by: datetime | None = None  # the deadline of what is required by one

    @property
    def awaits_date(self) -> bool:
        """Whether it has no date yet."""
        return not self.sittings


@dataclass(frozen=True, kw_only=True)
class Asker:
    """The person for whom a place is asked, as they work on this day."""

    unit: Unit
    role_group: str = ""
    invited: bool = False
    requirements: tuple[Requirement, ...] = ()
    waived: bool = False  # an administrator waived what is required, with a reason
    pence: int = 0  # what the place costs them
    price_words: str = ""  # the price, in a sentence
    price_text: str = ""  # the policy behind it, in the partnership's words
    terms: Mapping[str, Any] | None = None  # its sums as a booking keeps them; empty for who pays nothing
    leads: bool = False  # they are booked by a lead of theirs
    by_staff: bool = False  # an administrator or trainer books for them
    missed_often: bool = False  # they did not come so often lately that somebody has to agree


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
    charge_accepted: bool = False
    purchase_order: str = ""
    manager_confirmed: bool = False
    manager_name: str = ""
    manager_email: str = ""
    swap: bool = False  # gives up another date of the course when a place here is accepted
    party: str = ""  # the group somebody is booked with
    approved_why: str = ""  # staff only: why nobody is asked to approve


class Reason(StrEnum):
    """Why a place was refused; pages decide by it what to offer."""

    NOT_OPEN = "not open"
    AUDIENCE = "audience"
    ALREADY = "already"
    OTHER_DATE = "other date"
    CLASH = "clash"
    REQUIREMENT = "requirement"
    CHARGE = "charge"
    APPROVAL = "approval"
    MIX = "mix"
    FULL = "full"


# Why somebody who waits is passed over, as their history tells it.
OBSTACLES: Mapping[Reason, str] = {
    Reason.ALREADY: "there is another booking for this date",
    Reason.OTHER_DATE: "a place on another date of the course is held",
    Reason.CLASH: "a place on another course at the same time is held",
}
FIRST_COME_NOTE = "a place is offered to the first who accepts"
NOT_APPROVED = "nobody has approved it yet"
NOT_THIS_ONE = "the place was offered before and not wanted"


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A check says no: why, in a sentence a person reads, and a way forward: a booking, or a label and an address."""

    reason: Reason
    sentence: str
    booking: str = ""
    way: tuple[str, str] | None = field(default=None)


def closing_time(*, delivery: str, starts_at: datetime, working_days: Mapping[str, int]) -> datetime:
    """When booking closes: 17:00 so many working days before the first session; 0 means its start."""
    days = working_days.get(delivery, 0)
    return working_days_before(starts_at, days) if days else starts_at


def outcome(
    *, places_left: int, waiting: int, awaits_date: bool = False, obstacle: str = "", to_approve: bool = False
) -> State:
    """Checks 7 and 8: what a request becomes that nothing refuses.

    ``waiting`` people could take a place now and come first; ``obstacle`` is a cap that is reached.
    """
    if awaits_date or obstacle or waiting or places_left <= 0:
        return State.WAITING
    return State.REQUESTED if to_approve else State.BOOKED


def is_late(*, starts_at: datetime, now: datetime, working_days: int) -> bool:
    """Whether a cancellation now is late: fewer working days are left before the start than the policy says."""
    return now > working_days_before(starts_at, working_days)
