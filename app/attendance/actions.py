"""Marking a register, adding who walked in, closing it. Inside ``changing(event)``; nothing commits."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from ..accounts.models import Affiliation, Person
from ..booking.actions import move
from ..booking.checks import settings_of
from ..booking.letters import about
from ..booking.models import Booking, BookingChange, Headcount
from ..booking.rules import LIVE, ON_THE_REGISTER, State
from ..booking.steps import outcome_rule_of
from ..catalogue.models import Event
from ..db import db, new_public_id
from ..errors import Refused
from ..notifications.actions import withdraw
from .chase_letters import about_register, about_registers
from .marking import mark_delegates as mark_delegates
from .models import HeadcountMark, RegisterClosing
from .register import closing, unmarked


def walk_in(
    event: Event,
    person: Person,
    affiliation: Affiliation,
    *,
    by: Person,
    now: datetime,
    why: str = "",
    public_id: str = "",
) -> Booking:
    """Put somebody on the register who has no place: they hold none, and stand in the list at once.

    Who waits, asks or has an offer becomes a walk-in, with the change written down. Who is on the register
    already stays as they are. ``public_id`` is the one that a phone without signal gave the booking.
    """
    known = db.session.scalar(
        sa.select(Booking).where(
            Booking.event_id == event.id,
            Booking.person_id == person.id,
            Booking.state.in_([s.value for s in LIVE | {State.WALK_IN}]),
        )
    )
    if known and known.state in ON_THE_REGISTER:
        return known
    if known:
        move(known, State.WALK_IN, by=by, now=now, why=why)
        withdraw(about=about(known), now=now)
        db.session.flush()
        return known
    return new_walk_in(event, person, affiliation, by=by, now=now, why=why, public_id=public_id)


def new_walk_in(
    event: Event,
    person: Person,
    affiliation: Affiliation,
    *,
    by: Person,
    now: datetime,
    why: str,
    public_id: str,
) -> Booking:
    """A booking made in the room, with where the person works today."""
    booking = Booking(
        public_id=public_id or new_public_id(),
        event_id=event.id,
        person_id=person.id,
        state=State.WALK_IN.value,
        agency_id=affiliation.agency_id,
        setting_id=affiliation.setting_id,
        team_id=affiliation.team_id,
        sector=affiliation.agency.sector,
        role_group=affiliation.role_group,
        made_at=now,
        made_by_id=by.id,
        joined_at=now,
        policy={"outcome_rule": outcome_rule_of(event, settings_of(event.host_id, now))},
    )
    db.session.add(booking)
    db.session.flush()
    change = BookingChange(booking_id=booking.id, at=now, by_id=by.id, why=why)
    change.to_state = State.WALK_IN.value
    db.session.add(change)
    db.session.flush()
    return booking


def close(event: Event, *, by: Person, now: datetime) -> RegisterClosing:
    """Close the register; closing twice changes nothing.

    Raises Refused while the event is not over, and while somebody has no mark.
    """
    known = closing(event.id)
    if known:
        return known
    if not event.is_over(now):
        raise Refused("The register can be closed when the last session is over.")
    if unmarked(event.id):
        raise Refused("Somebody has no mark yet. Mark everybody, then close the register.")
    found = RegisterClosing(event_id=event.id, closed_at=now, closed_by_id=by.id)
    db.session.add(found)
    for about_it in (about_register(event.id), about_registers(event.host_id)):
        withdraw(about=about_it, now=now, why="the register was closed")
    return found


def count_organisations(event: Event, came: Mapping[int, int | None], *, by: Person, now: datetime) -> None:
    """How many of each organisation came to a headcount-only event; None takes the count away."""
    coming = (Headcount.event_id == event.id, Headcount.cancelled_at.is_(None))
    mine = set(db.session.scalars(sa.select(Headcount.id).where(*coming)))
    for headcount_id in sorted(mine & came.keys()):
        number, known = came[headcount_id], db.session.get(HeadcountMark, headcount_id)
        if number is None:
            if known:
                db.session.delete(known)
            continue
        known = known or HeadcountMark(headcount_id=headcount_id)
        known.came, known.marked_at, known.marked_by_id = number, now, by.id
        db.session.add(known)
