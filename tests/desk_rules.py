"""What must be true of bookings whatever was done to them, read from the rows: for the machine and for the turmoil."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa

from app.booking.models import Approval, Booking, BookingChange, Nomination
from app.booking.rules import HOLDING, LIVE, State
from app.booking.waiting_list import last_working_day
from app.catalogue.models import Event
from app.db import db
from app.tallies.actions import event_rows
from app.tallies.models import EventTally


def in_line(booking: Booking) -> tuple[int, datetime, int]:
    """Where somebody stands: by priority, joining, and as written down."""
    return -booking.priority, booking.joined_at, booking.id


class Look:
    """The rows of some events, read once."""

    def __init__(self, event_ids: Collection[int]) -> None:
        self.event_ids = list(event_ids)
        events = sa.select(Event).where(Event.id.in_(self.event_ids))
        self.events = {event.id: event for event in db.session.scalars(events)}
        mine = Booking.event_id.in_(self.event_ids)
        self.rows = list(db.session.scalars(sa.select(Booking).where(mine).order_by(Booking.id)))
        wanted = sa.select(Nomination.event_id, sa.func.sum(Nomination.places)).group_by(Nomination.event_id)
        self.unnamed = Counter(dict(tuple(row) for row in db.session.execute(wanted)))
        self.chains: dict[int, list[BookingChange]] = {booking.id: [] for booking in self.rows}
        changes = sa.select(BookingChange).join(Booking, Booking.id == BookingChange.booking_id).where(mine)
        for change in db.session.scalars(changes.order_by(BookingChange.id)):
            self.chains[change.booking_id].append(change)

    def nothing_is_overfilled(self, before: Mapping[int, int]) -> dict[int, int]:
        """Places held is what it says, and above the limit only where it was so before; returns it by event."""
        found = {}
        for event_id, event in self.events.items():
            booked = sum(b.state in HOLDING for b in self.rows if b.event_id == event_id)
            found[event_id] = booked + self.unnamed[event_id]
            assert event.places_held == found[event_id]
            assert found[event_id] <= max(event.booking_limit, before.get(event_id, 0))
        return found

    def every_history_is_whole(self) -> None:
        """From nothing to the state it has, each change beginning where the one before ended, in order of time."""
        for booking in self.rows:
            chain = self.chains[booking.id]
            assert chain[0].from_state == ""
            assert [c.from_state for c in chain[1:]] == [c.to_state for c in chain[:-1]]
            assert chain[-1].to_state == booking.state
            assert [c.at for c in chain] == sorted(c.at for c in chain)

    def nobody_hoards(self, now: datetime) -> None:
        """One live booking a person and date, one place a person and course among the dates that are not over."""
        live = [(b.person_id, b.event_id) for b in self.rows if b.state in LIVE]
        assert len(live) == len(set(live))
        booked = [
            (b.person_id, self.events[b.event_id].course_id)
            for b in self.rows
            if b.state == State.BOOKED and not self.events[b.event_id].is_over(now)
        ]
        assert len(booked) == len(set(booked))

    def no_approval_was_skipped(self, desk_id: int) -> None:
        """Where a manager has to agree, a place is there because one did, or because the desk said why."""
        agreed = set(
            db.session.scalars(sa.select(Approval.booking_id).where(Approval.decision == "approved"))
        )
        for booking in self.rows:
            if booking.state in (State.BOOKED, State.OFFERED) and booking.policy.get("to_approve"):
                by_desk = [
                    c for c in self.chains[booking.id] if c.by_id == desk_id and c.to_state == "booked"
                ]
                assert booking.id in agreed or any(c.why for c in by_desk)

    def promotions_are_right(self) -> None:
        """By rule a place goes to nobody past the freeze, and past nobody who was not told why."""
        rows = {booking.id: booking for booking in self.rows}
        for chain in self.chains.values():
            for change in chain:
                by_rule = change.by_id is None and change.from_state == State.WAITING
                if by_rule and change.to_state in (State.BOOKED, State.OFFERED):
                    self.promoted(rows[change.booking_id], change)

    def promoted(self, given: Booking, change: BookingChange) -> None:
        """One place that the rule gave to somebody."""
        starts_at, _ = self.events[given.event_id].times
        assert change.at < last_working_day(starts_at)
        for other in self.rows:
            waits = other.event_id == given.event_id and other.state == State.WAITING
            # Priority that somebody has today they may not have had on that day.
            before = in_line(other)[1:] < in_line(given)[1:] and other.priority == given.priority
            if waits and before and self.waited_at(other, change):
                told = [c for c in self.chains[other.id] if c.from_state in (c.to_state, "offered")]
                assert told, f"booking {other.id} was passed over for {given.id}"

    def waited_at(self, booking: Booking, change: BookingChange) -> bool:
        """Whether somebody waited already when a place was given."""
        return any(c.id < change.id and c.to_state == State.WAITING for c in self.chains[booking.id])

    def tallies_are_true(self, now: datetime) -> None:
        """What is stored of the events is what their rows give."""
        for row in event_rows(self.event_ids, now=now):
            stored = db.session.get_one(EventTally, row["event_id"])
            assert (stored.counts, stored.digest) == (row["counts"], row["digest"])
