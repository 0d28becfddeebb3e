"""A machine that does to a course what people do to it, in any order, with the real actions and the real clock work.

Two dates of one course, eight people, a manager who answers or not. After each step it looks at the rows: nothing is
overfilled, the list kept its order, nobody was passed over without a reason or promoted past the freeze, no approval
was skipped, the history is complete, the tallies are true. ``test_booking_machine.py`` runs it on both databases.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.accounts.rules import Role
from app.booking import actions, deciding, offers, overriding
from app.booking.changing_hands import waiting_booking
from app.booking.models import Approval, Booking
from app.booking.moving import move_to, swapped_for
from app.booking.promoting import line_of
from app.booking.rules import Asked, State
from app.booking.waiting_list import Band, band
from app.booking.workplaces import workplaces_of
from app.catalogue.models import Event
from app.clock import from_london, stopped_at
from app.db import db, writing
from app.errors import Refused
from app.partnerships.rules import DEFAULTS
from app.records import approvals, waiting_lists
from app.records.actions import changing, changing_both, changing_for, settle
from tests.desk_rules import Look
from tests.factories import make_agency, make_course, make_event, make_person, numbers

BEGIN = from_london(date(2026, 11, 2), time(10))
STARTS = (date(2026, 12, 18), date(2027, 1, 15))
who, which = st.integers(0, 7), st.integers(0, 1)
any_of = st.integers(0, 60)


class BookingMachine(RuleBasedStateMachine):
    """One course with two dates, and everybody who wants something of it."""

    @initialize(
        approval=st.sampled_from(["", "", "manager"]),
        places=st.integers(1, 3),
        days=st.sampled_from([0, 26, 36, 42, 45]),
        elsewhere=st.integers(0, 3),
    )
    def begin(self, approval: str, places: int, days: int, elsewhere: int) -> None:
        """A new course with its dates and its people: what earlier runs left behind is over for them."""
        title = f"Course {next(numbers)}"
        course = make_course(title, approval=approval)
        self.now = BEGIN
        self.events = [
            make_event(course, from_london(day, time(9, 30)), capacity=places).id for day in STARTS
        ]
        with writing():
            for event_id in self.events:
                settle(event_id, now=self.now)
        health = make_agency("Northshire NHS Trust", sector="Health")
        self.people = [make_person(agency=health if n % 2 else None).id for n in range(8)]
        self.ada = make_person(f"Ada {title}", Role.ADMINISTRATOR).id
        self.held = dict.fromkeys(self.events, 0)
        self.touched: list[int] = []
        for number in range(elsewhere):
            self.ask(number, 1, True, False)
        for number in range(8):
            self.ask(number, 0, True, number % 3 == 0)
        self.time_goes_by(24 * days)

    def person(self, person_id: int) -> Any:
        """A row of today's session."""
        from app.accounts.models import Person

        return db.session.get_one(Person, person_id)

    def bookings(self, *states: str) -> list[Booking]:
        """The bookings of this run in these states, as they were made."""
        wanted = sa.select(Booking).where(Booking.event_id.in_(self.events))
        wanted = wanted.where(Booking.state.in_(states)) if states else wanted
        return list(db.session.scalars(wanted.order_by(Booking.id)))

    def one(self, number: int, *states: str) -> Booking | None:
        """Any of them; None when there is none."""
        found = self.bookings(*states)
        return found[number % len(found)] if found else None

    def change(self, event_id: int, act: Callable[[Event], Any]) -> None:
        """One change as a page makes it; what a rule forbids leaves nothing behind."""
        self.now += timedelta(minutes=1)
        self.touched = [event_id]
        db.session.rollback()
        try:
            with changing(event_id, now=self.now) as event:
                act(event)
        except Refused:
            self.touched = []
            db.session.rollback()

    def on_booking(self, booking: Booking | None, act: Callable[[Booking], Any]) -> None:
        """The same for a booking."""
        if booking is not None:
            booking_id = booking.id
            self.change(
                booking.event_id,
                lambda _: act(db.session.get_one(Booking, booking_id, populate_existing=True)),
            )

    def with_the_other_date(self, booking: Booking | None, act: Callable[[Booking], Any]) -> None:
        """The same for a booking that may be taken in exchange for a place on the other date."""
        if booking is None:
            return
        self.now += timedelta(minutes=1)
        booking_id, old = booking.id, swapped_for(booking)
        self.touched = [booking.event_id, *([old.event_id] if old else [])]
        db.session.rollback()
        try:
            again = db.session.get_one(Booking, booking_id, populate_existing=True)
            with changing_for(again, now=self.now):
                act(again)
        except Refused:
            self.touched = []
            db.session.rollback()

    @rule(person=who, event=which, or_wait=st.sampled_from([True, True, False]), swap=st.booleans())
    def asks(self, person: int, event: int, or_wait: bool, swap: bool) -> None:
        """Somebody asks for a place."""
        self.ask(person, event, or_wait, swap)

    def ask(self, person: int, event: int, or_wait: bool, swap: bool) -> None:
        """The request itself."""
        asker = self.person(self.people[person])
        asked = Asked(or_wait=or_wait, swap=swap and or_wait, manager_email="moira@northshire.example")
        [works] = workplaces_of(asker.id, self.now.date())
        self.change(
            self.events[event],
            lambda locked: actions.book(locked, asker, works, by=asker, now=self.now, asked=asked),
        )

    @rule(number=any_of)
    def cancel_again(self, number: int) -> None:
        """Places come free more often than anything else happens."""
        self.cancel(number)

    @rule(number=any_of)
    def cancel(self, number: int) -> None:
        """Somebody gives up a place."""
        self.on_booking(
            self.one(number, State.BOOKED),
            lambda booking: actions.cancel(booking, by=booking.person, now=self.now, why="Court"),
        )

    @rule(number=any_of)
    def withdraw(self, number: int) -> None:
        """Somebody leaves the list, or takes a request or an offer back."""
        self.on_booking(
            self.one(number, State.WAITING, State.REQUESTED, State.OFFERED),
            lambda booking: actions.withdraw(booking, by=booking.person, now=self.now),
        )

    @rule(number=any_of, keep=st.booleans())
    def let_go(self, number: int, keep: bool) -> None:
        """Somebody says no to an offer."""
        self.on_booking(
            self.offered(number),
            lambda booking: offers.decline(booking, by=booking.person, now=self.now, keep=keep),
        )

    def offered(self, number: int) -> Booking | None:
        """Any booking with an offer that is open."""
        found = [b for b in self.bookings(State.OFFERED, State.WAITING) if b.offer_ends_at]
        return found[number % len(found)] if found else None

    @rule(number=any_of)
    def accept(self, number: int) -> None:
        """Somebody says yes to an offer, perhaps in exchange for the other date."""
        self.with_the_other_date(
            self.offered(number), lambda booking: offers.accept(booking, by=booking.person, now=self.now)
        )

    @rule(number=any_of, or_wait=st.booleans())
    def change_date(self, number: int, or_wait: bool) -> None:
        """Somebody moves to the other date."""
        booking = self.one(number, State.BOOKED)
        if booking is None:
            return
        self.now += timedelta(minutes=1)
        other = next(event for event in self.events if event != booking.event_id)
        booking_id, here = booking.id, booking.event_id
        self.touched = list(self.events)
        db.session.rollback()
        try:
            with changing_both(here, other, now=self.now) as (_, target):
                again = db.session.get_one(Booking, booking_id, populate_existing=True)
                asked = Asked(or_wait=or_wait)
                move_to(again, target, by=again.person, now=self.now, asked=asked, why="A hearing")
        except Refused:
            self.touched = []
            db.session.rollback()

    @rule(event=which, limit=st.integers(0, 5))
    def set_limit(self, event: int, limit: int) -> None:
        """The desk raises or lowers the limit."""

        def act(locked: Event) -> None:
            locked.booking_limit = limit
            actions.free_places_taken(locked, self.now)

        self.change(self.events[event], act)

    @rule(number=any_of, priority=st.integers(0, 1))
    def give_priority(self, number: int, priority: int) -> None:
        """The desk puts somebody first."""
        self.on_booking(
            self.one(number, State.WAITING),
            lambda booking: overriding.set_priority(
                booking, priority, by=self.person(self.ada), now=self.now, why="Her case is in court"
            ),
        )

    @rule(number=any_of)
    def give_place(self, number: int) -> None:
        """The desk rings somebody on the short-notice list."""
        self.with_the_other_date(
            self.one(number, State.WAITING),
            lambda booking: overriding.give_place(
                booking, by=self.person(self.ada), now=self.now, why="Answered the phone"
            ),
        )

    @rule(person=who, event=which)
    def add_above(self, person: int, event: int) -> None:
        """The desk adds somebody above the limit."""
        asker, ada = self.person(self.people[person]), self.person(self.ada)
        [works] = workplaces_of(asker.id, self.now.date())
        asked = Asked(manager_email="moira@northshire.example", approved_why="Her manager rang")

        def act(row: Event | Booking) -> None:
            there = row.event if isinstance(row, Booking) else row
            overriding.add_above_limit(there, asker, works, by=ada, now=self.now, asked=asked, why="Court")

        waits = waiting_booking(self.events[event], asker.id)
        if waits:
            self.with_the_other_date(waits, act)
        else:
            self.change(self.events[event], act)

    @rule(number=any_of)
    def release(self, number: int) -> None:
        """A place is taken back because part 1 is not done."""
        self.on_booking(
            self.one(number, State.BOOKED),
            lambda booking: actions.release(booking, by=None, now=self.now, why="part 1 is not done"),
        )

    @rule(number=any_of, yes=st.booleans())
    def manager_answers(self, number: int, yes: bool) -> None:
        """A manager opens the link and presses one of the two buttons."""
        mine = sa.select(Approval).join(Booking, Booking.id == Approval.booking_id)
        mine = mine.where(Booking.event_id.in_(self.events), Approval.decision == "").order_by(Approval.id)
        found = list(db.session.scalars(mine))
        if not found:
            return
        approval_id, event_id = found[number % len(found)].id, found[number % len(found)].booking.event_id

        def act(_: Event) -> None:
            approval = db.session.get_one(Approval, approval_id, populate_existing=True)
            if yes:
                deciding.approve(approval, now=self.now)
            else:
                deciding.decline(approval, why="Cannot be spared", now=self.now)

        self.change(event_id, act)

    @precondition(lambda self: self.now < from_london(date(2027, 1, 20), time(0)))
    @rule(hours=st.sampled_from([1, 6, 24, 24, 72, 24 * 7]))
    def clock(self, hours: int) -> None:
        """The clock jumps."""
        self.time_goes_by(hours)

    def time_goes_by(self, hours: int) -> None:
        """Later the worker does what is due by then."""
        self.now += timedelta(hours=hours)
        self.touched = list(self.events)
        db.session.rollback()
        self.what_is_due()
        db.session.rollback()

    def what_is_due(self) -> None:
        """What the worker does."""
        waiting_lists.due(stopped_at(self.now))
        approvals.due(stopped_at(self.now))

    @invariant()
    def the_rules_hold(self) -> None:
        """One look at the rows after each step."""
        if hasattr(self, "events"):
            db.session.rollback()
            db.session.expire_all()
            look = Look(self.events)
            self.held = look.nothing_is_overfilled(self.held)
            look.every_history_is_whole()
            look.nobody_hoards(self.now)
            look.no_approval_was_skipped(self.ada)
            look.promotions_are_right()
            look.tallies_are_true(self.now)
            self.a_free_place_is_nobodys_who_could_have_it()

    def a_free_place_is_nobodys_who_could_have_it(self) -> None:
        """On what was changed just now no place is free, while places are given by rule, that somebody could take.

        What a change of one date makes possible on the other is found by the clock.
        """
        for event in (db.session.get_one(Event, event_id) for event_id in self.touched):
            when = band(starts_at=event.times[0], now=self.now, settings=DEFAULTS)
            if event.places_left and when in (Band.DIRECT, Band.HELD):
                line = line_of(event, self.now)
                assert line is None or not [
                    waiter
                    for waiter in line.waiters
                    if not waiter.obstacle
                    and not line.mix.obstacle(waiter.unit, places_left=event.places_left)
                ]

    def teardown(self) -> None:
        """After the start of the second date nothing of this run is left for the clock of the next."""
        if hasattr(self, "events"):
            db.session.rollback()
            over: datetime = from_london(date(2027, 2, 1), time(0))
            waiting_lists.due(stopped_at(over))
            approvals.due(stopped_at(over))
            assert not self.bookings(State.WAITING, State.OFFERED, State.REQUESTED)
            db.session.rollback()
