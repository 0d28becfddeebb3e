"""The bookings of an event and everything that happened to them, as rows."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random

from ..booking.models import Booking, BookingChange, Interest
from ..booking.rules import State
from ..clock import from_london, london_day, start_of_day
from ..working_days import working_days_before
from .delegates import Delegate, Held, shuffled
from .events import is_over
from .rows import Row, Rows
from .seed import chance, public_id

STATES = {
    "came": State.BOOKED,
    "part": State.BOOKED,
    "excused": State.BOOKED,
    "absent": State.BOOKED,
    "booked": State.BOOKED,
    "walk-in": State.WALK_IN,
    "cancelled": State.CANCELLED,
    "late": State.CANCELLED,
}
POLICY = {"late_cancellation_working_days": 3, "clash_confirmed": False}
REASONS = (
    "Court hearing at the same time",
    "Ill",
    "Child protection conference at the same time",
    "Too few of us on shift",
    "Urgent visit",
)
NEEDS = ("Step-free access, please", "Hearing loop", "Vegetarian", "Captions, please", "No nuts")
SHORTLY = timedelta(minutes=4)


class BookingDesk:
    """Writes down who booked an event, when, and what became of it by the day of the demonstration."""

    def __init__(self, rows: Rows, *, course_ids: dict[str, int], as_of: date) -> None:
        self.rows, self.course_ids, self.as_of = rows, course_ids, as_of
        self.now = start_of_day(as_of)

    def add(self, held: Held) -> None:
        """Every booking of an event, in the order in which they were made."""
        draw = chance("bookings", held.plan.course, held.plan.starts_at, held.plan.scene)
        promoted = self.promoted(draw, held)
        times = {id(d): self.made_at(draw, held, d, id(d) in promoted) for d in held.delegates}
        for delegate in sorted(shuffled(draw, held.delegates), key=lambda d: times[id(d)]):
            self.book(draw, held, delegate, times[id(delegate)], id(delegate) in promoted)

    def book(self, draw: Random, held: Held, delegate: Delegate, made_at: datetime, waited: bool) -> None:
        """One booking with its history."""
        human, state = delegate.human, self.state(held, delegate)
        post = human.post_on(london_day(made_at)) or delegate.post
        ahead = not is_over(held.plan, self.as_of) and state == State.BOOKED
        delegate.booking = self.rows.row(
            Booking,
            public_id=public_id("booking", held.id, human.id),
            event_id=held.id,
            person_id=human.id,
            state=state.value,
            agency_id=post.employer.id,
            setting_id=post.place.id if post.place else None,
            team_id=post.team_id,
            sector=post.employer.sector,
            role_group=post.role_group,
            made_at=made_at,
            made_by_id=held.trainer_ids[0] if state == State.WALK_IN else human.id,
            joined_at=made_at,
            needs=draw.choice(NEEDS) if ahead and draw.random() < 0.07 else "",
            mobile=f"07700 900{draw.randint(0, 999):03d}" if ahead and draw.random() < 0.4 else "",
            policy=POLICY,
            invite_sequence=1 if state == State.CANCELLED else 0,
        )
        for change in self.history(draw, held, delegate, made_at, waited):
            self.rows.add(BookingChange, booking_id=delegate.booking["id"], **change)
        if state == State.CLOSED:
            self.remember(held, delegate)

    def state(self, held: Held, delegate: Delegate) -> State:
        """How the booking stands on the day."""
        if not held.plan.took_place:
            return State.EVENT_CANCELLED
        if delegate.fate == "waited":
            return State.CLOSED if is_over(held.plan, self.as_of) else State.WAITING
        return STATES[delegate.fate]

    def made_at(self, draw: Random, held: Held, delegate: Delegate, promoted: bool) -> datetime:
        """When somebody booked: some time in the seven weeks before, those who had to wait last of all."""
        start = london_day(held.plan.starts_at)
        if delegate.fate == "walk-in":
            return held.plan.starts_at + SHORTLY
        latest = min(start - timedelta(days=2), self.as_of - timedelta(days=1))
        days = draw.randint(10, 48) if held.plan.waited else draw.randint(0, 48)
        if delegate.fate in ("cancelled", "late"):
            latest, days = min(start - timedelta(days=12), self.as_of - timedelta(days=4)), days // 2
        if promoted or delegate.fate == "waited":
            days //= 5
        return from_london(latest - timedelta(days=days), time(draw.randint(7, 18), draw.randint(0, 59)))

    def promoted(self, draw: Random, held: Held) -> set[int]:
        """Of a full event: who waited first and got a place that somebody gave up in good time."""
        if not held.plan.waited:
            return set()
        booked = [d for d in held.delegates if d.expected]
        count = held.plan.cancelled - held.plan.late
        return {id(d) for d in draw.sample(booked, min(count, len(booked)))}

    def history(
        self, draw: Random, held: Held, delegate: Delegate, made_at: datetime, waited: bool
    ) -> Iterator[Row]:
        """The changes of a booking, from request to outcome."""
        by, state = delegate.booking["made_by_id"], State(delegate.booking["state"])
        first: State = State.WALK_IN if state == State.WALK_IN else State.BOOKED
        if waited or delegate.fate == "waited":
            first = State.WAITING
        yield {"at": made_at, "by_id": by, "to_state": first.value}
        if waited:
            at = min(made_at + timedelta(hours=draw.randint(3, 30)), held.plan.starts_at, self.now) - SHORTLY
            yield change(at, None, State.WAITING, State.BOOKED)
        if state == State.CANCELLED:
            at = self.cancelled_at(draw, held, delegate, made_at)
            late = delegate.fate == "late"
            why = draw.choice(REASONS) if late else ""
            yield change(at, by, State.BOOKED, state, why=why, late=late)
        elif state == State.CLOSED:
            yield change(held.plan.starts_at, None, State.WAITING, state)
        elif state == State.EVENT_CANCELLED:
            at = held.plan.starts_at - timedelta(hours=26)
            yield change(at, None, State.BOOKED, state, why=held.plan.cancelled_because)

    def cancelled_at(self, draw: Random, held: Held, delegate: Delegate, made_at: datetime) -> datetime:
        """When a place was given up: in good time, or within the three working days before."""
        limit = working_days_before(held.plan.starts_at, 3)
        if delegate.fate == "late":
            first, last = limit, min(held.plan.starts_at, self.now)
        else:
            first, last = made_at, min(limit, self.now)
        at = first + (last - first) * draw.uniform(0.1, 0.95)
        return at.replace(second=0, microsecond=0)

    def remember(self, held: Held, delegate: Delegate) -> None:
        """Who waited in vain is told of the next date; by now that is long past, except of this year."""
        at = held.plan.starts_at
        told = at + timedelta(days=90)
        self.rows.add(
            Interest,
            course_id=self.course_ids[held.plan.course],
            person_id=delegate.human.id,
            asked_at=at,
            why="waited in vain",
            ended_at=told if told < self.now else None,
        )


def change(
    at: datetime, by: int | None, was: State, became: State, *, why: str = "", late: bool = False
) -> Row:
    """One change of a booking."""
    return {
        "at": at,
        "by_id": by,
        "from_state": was.value,
        "to_state": became.value,
        "why": why,
        "late": late,
    }
