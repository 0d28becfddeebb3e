"""Whatever is done in whatever order, and however long the mail server is away: calendars end as the bookings are."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.accounts.models import Person
from app.accounts.rules import Role
from app.booking import actions as booking_actions
from app.booking import moving
from app.booking.models import Booking
from app.booking.rules import Asked, State
from app.booking.workplaces import workplaces_of
from app.catalogue.models import Event, EventSession
from app.catalogue.plans import SessionPlan
from app.db import db, writing
from app.delivery import actions
from app.delivery.standing_in import cannot_come, stand_in
from app.errors import Refused
from app.notifications.models import Letter, LetterEvent
from app.pool.models import EventTrainer
from app.records.actions import changing
from tests.calendar_laws import calendars_told, check_every_invite, let_mail_leave
from tests.conftest import TODAY
from tests.factories import make_course, make_event, make_person

HOURS = timedelta(hours=3)
DAY = timedelta(days=1)
START = TODAY.replace(hour=9, minute=30) + 60 * DAY
PEOPLE = ("Priya Patel", "Omar Other", "Sam Substitute")

acts = st.one_of(
    st.tuples(st.just("book"), st.sampled_from(PEOPLE)),
    st.tuples(st.just("cancel"), st.sampled_from(PEOPLE)),
    st.tuples(st.just("substitute"), st.sampled_from(PEOPLE)),
    st.tuples(st.just("reschedule"), st.lists(st.integers(0, 5), min_size=1, max_size=3, unique=True)),
    st.tuples(st.just("venue"), st.sampled_from(["", "Hill House", "Low Hall"])),
    st.tuples(st.just("give date"), st.lists(st.integers(0, 5), min_size=1, max_size=3, unique=True)),
    st.tuples(st.just("postpone"), st.none()),
    st.tuples(st.just("trainer"), st.booleans()),
    st.tuples(st.just("wait"), st.sampled_from([1, 9, 11, 600])),
    st.tuples(st.just("mail leaves"), st.none()),
)


class Story:
    """One date and what is done about it, by a clock of its own."""

    def __init__(self) -> None:
        self.now = TODAY
        self.ada, self.tom = person("Ada Administrator", Role.ADMINISTRATOR), person("Tom Trainer")
        self.people = {name: person(name) for name in PEOPLE}
        self.event = make_event(make_course(), START, capacity=10)

    def do(self, act: str, given: Any) -> None:
        """One thing; what is refused changes nothing."""
        if act == "wait":
            self.now += timedelta(minutes=given)
        elif act == "mail leaves":
            let_mail_leave(self.now)
        else:
            try:
                with changing(self.event.id, now=self.now) as event:
                    ACTS[act](self, event, given)
            except Refused:
                db.session.rollback()

    def held_by(self, name: str) -> Booking | None:
        """Somebody's place on the date."""
        mine = (Booking.person_id == self.people[name].id, Booking.event_id == self.event.id)
        return db.session.scalar(sa.select(Booking).where(*mine, Booking.state == State.BOOKED))

    def book(self, event: Event, name: str) -> None:
        """Somebody books a place."""
        someone = self.people[name]
        [works] = workplaces_of(someone.id, self.now.date())
        asked = Asked(or_wait=True)
        booking_actions.book(event, someone, works, by=someone, now=self.now, asked=asked)

    def cancel(self, _event: Event, name: str) -> None:
        """Somebody gives their place up."""
        booking = self.held_by(name)
        if booking:
            booking_actions.cancel(booking, by=booking.person, now=self.now, why="Court")

    def substitute(self, _event: Event, name: str) -> None:
        """Sam has it instead."""
        booking, sam = self.held_by(name), self.people["Sam Substitute"]
        if booking and name != sam.name and not self.held_by(sam.name):
            [works] = workplaces_of(sam.id, self.now.date())
            moving.substitute(booking, sam, works, by=self.ada, now=self.now, asked=Asked())

    def reschedule(self, event: Event, days: list[int]) -> None:
        """Other days, maybe more or fewer of them."""
        plans = [
            SessionPlan(starts_at=START + DAY * n, ends_at=START + DAY * n + HOURS) for n in sorted(days)
        ]
        actions.reschedule(event, plans, by=self.ada, now=self.now)

    def give_date(self, event: Event, days: list[int]) -> None:
        """A postponed date comes back."""
        plans = [
            SessionPlan(starts_at=START + DAY * n, ends_at=START + DAY * n + HOURS) for n in sorted(days)
        ]
        actions.give_date(event, plans, by=self.ada, now=self.now)

    def venue(self, event: Event, name: str) -> None:
        """The same times, somewhere else."""
        stored = db.session.scalars(EventSession.of(event.id)).all()
        plans = [SessionPlan(starts_at=s.starts_at, ends_at=s.ends_at, venue=name) for s in stored]
        actions.reschedule(event, plans, by=self.ada, now=self.now)

    def postpone(self, event: Event, _given: None) -> None:
        """Off its date."""
        actions.postpone(event, by=self.ada, now=self.now, why="The hall is flooded")

    def trainer(self, event: Event, comes: bool) -> None:
        """Tom is put on the date, or taken off."""
        mine = EventTrainer.event_id == event.id, EventTrainer.person_id == self.tom.id
        there = db.session.scalar(sa.select(EventTrainer).where(*mine))
        if comes and not there and event.starts_at:
            stand_in(event, self.tom, part="pool", agency_id=None, by=self.ada, now=self.now)
        if there and not comes:
            cannot_come(event, self.tom, by=self.ada, now=self.now)

    def check(self) -> None:
        """All mail has left: the last word of each UID is what the rows say, and nothing else is in a calendar."""
        let_mail_leave(self.now + timedelta(hours=1))
        check_every_invite()
        last = {sitting.uid: (letter, sitting) for letter, sitting in calendars_told()}
        there = {uid for uid, (letter, _) in last.items() if letter.calendar_method == "REQUEST"}
        wanted = self.wanted()
        assert there == set(wanted)
        for uid, session in wanted.items():
            letter, sitting = last[uid]
            assert (sitting.starts_at, sitting.ends_at) == (session.starts_at, session.ends_at)
            place = session.venue.name if session.venue else "Online"
            assert f"LOCATION:{place}\r\n" in letter.calendar

    def wanted(self) -> dict[str, EventSession]:
        """What calendars should have."""
        db.session.rollback()
        held = sa.select(Booking.public_id).where(
            Booking.event_id == self.event.id, Booking.state == State.BOOKED
        )
        delivers = sa.select(EventTrainer.public_id).where(EventTrainer.event_id == self.event.id)
        sessions = db.session.scalars(EventSession.of(self.event.id)).all()
        people = [*db.session.scalars(held), *db.session.scalars(delivers)]
        return {f"{one}-{s.public_id}@roundtable": s for one in people for s in sessions}


ACTS: dict[str, Callable[[Story, Event, Any], None]] = {
    "book": Story.book,
    "cancel": Story.cancel,
    "substitute": Story.substitute,
    "reschedule": Story.reschedule,
    "venue": Story.venue,
    "give date": Story.give_date,
    "postpone": Story.postpone,
    "trainer": Story.trainer,
}


def person(name: str, *roles: Role) -> Person:
    """Somebody of this story alone."""
    return make_person(name, *roles, email=f"{name.split()[0].lower()}.{make_person().id}@northshire.example")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(acts, min_size=4, max_size=14))
def test_the_last_word_of_each_uid_agrees_with_the_booking(app: Flask, story: list[tuple[str, Any]]):
    told = Story()
    for act, given_ in story:
        told.do(act, given_)
    told.check()
    empty_outbox()


def empty_outbox() -> None:
    """The next story begins with an empty outbox."""
    with writing() as session:
        session.execute(sa.delete(LetterEvent))
        session.execute(sa.delete(Letter))
