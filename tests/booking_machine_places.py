"""The machine of ``booking_machine.py`` with what others do to places: colleagues, leads who hold some, a cap."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from app.accounts.rules import Led
from app.booking import moving, nominating
from app.booking.models import MixRule, Nomination
from app.booking.rules import Asked, State
from app.booking.workplaces import workplaces_of
from app.catalogue.models import Event
from app.clock import stopped_at
from app.db import db
from app.records import nominations
from app.records.actions import changing
from tests.booking_machine import BookingMachine, any_of, which, who


class PlacesMachine(BookingMachine):
    """Two dates that colleagues hand on, for which leads hold places, and that no agency may fill alone."""

    @initialize(cap=st.sampled_from([0, 0, 1, 2]))
    def share(self, cap: int) -> None:
        """On the first date each agency may have so many places; 0: as many as it likes."""
        if cap and hasattr(self, "events"):
            with changing(self.events[0], now=self.now):
                rule_of_all = {"kind": "cap", "of": "agency", "places": cap}
                db.session.add(MixRule(event_id=self.events[0], **rule_of_all))

    def works(self, person: int) -> Any:
        """Where somebody works."""
        [found] = workplaces_of(self.people[person], self.now.date())
        return found

    @rule(number=any_of, colleague=who)
    def substitute(self, number: int, colleague: int) -> None:
        """Somebody gives the place to somebody else, who may be no colleague at all."""
        asked = Asked(manager_email="moira@northshire.example")
        self.on_booking(
            self.one(number, State.BOOKED),
            lambda booking: moving.substitute(
                booking,
                self.person(self.people[colleague]),
                self.works(colleague),
                by=booking.person,
                now=self.now,
                asked=asked,
            ),
        )

    @rule(lead=who, event=which, places=st.integers(1, 3))
    def hold(self, lead: int, event: int, places: int) -> None:
        """A lead holds places for people of the own agency."""
        led = Led(self.works(lead).agency_id)

        def act(locked: Event) -> None:
            nominating.hold(locked, led, places, by=self.person(self.people[lead]), now=self.now)

        self.change(self.events[event], act)

    def held_without_names(self, number: int) -> Nomination | None:
        """Any places that wait for names."""
        wanted = sa.select(Nomination).where(
            Nomination.event_id.in_(self.events), Nomination.ended_at.is_(None)
        )
        found = list(db.session.scalars(wanted.order_by(Nomination.id)))
        return found[number % len(found)] if found else None

    def on_held(self, number: int, act: Callable[[Nomination], Any]) -> None:
        """One change of any such places."""
        found = self.held_without_names(number)
        if found is not None:
            nomination_id = found.id
            self.change(
                found.event_id,
                lambda _: act(db.session.get_one(Nomination, nomination_id, populate_existing=True)),
            )

    @rule(number=any_of, person=who)
    def name(self, number: int, person: int) -> None:
        """A lead names somebody, who may work elsewhere or be booked already."""

        def act(nomination: Nomination) -> None:
            asker, works = self.person(self.people[person]), self.works(person)
            nominating.name(nomination, asker, works, by=nomination.by, now=self.now, asked=Asked())

        self.on_held(number, act)

    @rule(number=any_of, places=st.integers(1, 3))
    def give_back(self, number: int, places: int) -> None:
        """A lead needs fewer places after all."""
        self.on_held(
            number,
            lambda nomination: nominating.give_back(nomination, places, by=nomination.by, now=self.now),
        )

    def what_is_due(self) -> None:
        """Places without a name run out too."""
        nominations.due(stopped_at(self.now))
        super().what_is_due()
