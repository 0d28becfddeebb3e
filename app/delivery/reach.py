"""Whom a change of an event reaches: delegates, trainers and who was asked to be one, organisations, leads with places."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..accounts.models import Person
from ..booking.models import Booking, Headcount, Nomination
from ..booking.rules import LIVE, State
from ..catalogue.models import Event
from ..catalogue.plans import DRAFT
from ..db import db
from ..pool.calls import alive_calls
from ..pool.models import EventTrainer, TrainerCall
from .rules import Counts


@dataclass(frozen=True)
class Reach:
    """Everybody who has to hear of a change, in the order in which they are told."""

    claims: Sequence[tuple[Booking, Person]]  # live bookings; of the waiting list, first in line first
    trainers: Sequence[EventTrainer]
    organisations: Sequence[Headcount]
    holds: Sequence[Nomination]
    calls: Sequence[TrainerCall] = ()  # who was asked to deliver it and has not answered
    unheard_of: bool = False  # a draft: nobody hears of it until it is published (``publishing``)

    @cached_property
    def booked(self) -> list[tuple[Booking, Person]]:
        """Those with a place, and so with an invite in their calendar."""
        return [pair for pair in self.claims if pair[0].state == State.BOOKED]

    @property
    def holders(self) -> list[Booking]:
        """The bookings behind them."""
        return [booking for booking, _ in self.booked]

    @cached_property
    def others(self) -> list[tuple[Booking, Person]]:
        """Those who wait, asked for a place or were offered one."""
        return [pair for pair in self.claims if pair[0].state != State.BOOKED]

    @property
    def without_address(self) -> list[Person]:
        """Those with a claim whom no mail reaches."""
        return [person for _, person in self.claims if not person.email]

    @property
    def counts(self) -> Counts:
        """How many of each kind are told."""
        if self.unheard_of:
            return Counts()
        return Counts(
            booked=len(self.booked),
            waiting=len(self.others),
            trainers=len(self.trainers),
            asked=len(self.calls),
            organisations=sum(bool(row.contact_email) for row in self.organisations) + len(self.holds),
        )


def reach_of(event: Event) -> Reach:
    """Whom a change of this event reaches now."""
    mine = Booking.event_id == event.id
    claims = (
        sa.select(Booking, Person)
        .join(Person, Person.id == Booking.person_id)
        .where(mine, Booking.state.in_(LIVE))
        .order_by(Booking.priority.desc(), Booking.joined_at, Booking.id)
    )
    trainers = sa.select(EventTrainer).where(EventTrainer.event_id == event.id)
    counted = sa.select(Headcount).where(Headcount.event_id == event.id, Headcount.cancelled_at.is_(None))
    holds = sa.select(Nomination).where(Nomination.event_id == event.id, Nomination.ended_at.is_(None))
    read = db.session.scalars
    return Reach(
        claims=[(row[0], row[1]) for row in db.session.execute(claims)],
        trainers=read(trainers.options(joinedload(EventTrainer.person)).order_by(EventTrainer.id)).all(),
        organisations=read(counted.order_by(Headcount.organisation)).all(),
        holds=read(holds.options(joinedload(Nomination.by), joinedload(Nomination.agency))).all(),
        calls=alive_calls(event.id),
        unheard_of=event.state == DRAFT,
    )


def about_trainer(trainer: EventTrainer) -> str:
    """What a letter to a trainer is about, for finding and withdrawing it."""
    return f"trainer:{trainer.public_id}"
