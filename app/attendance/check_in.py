"""Saying that one is here, or asking to be added. Inside ``changing(event)``; nothing commits."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..accounts.models import Affiliation, Person
from ..accounts.tokens import keyed_hash
from ..booking.codes import is_code_of
from ..booking.models import Booking
from ..catalogue.models import Event, EventSession
from ..clock import london_day
from ..db import db
from ..errors import Refused
from .check_in_models import CheckIn, WalkInRequest
from .check_in_rules import CheckInWay, is_family_name
from .register import LISTED

NO_PLACE = "You have no place on this date any more. Speak to the trainer: they can add you."


def listed(event_id: int, person_id: int) -> Booking | None:
    """Somebody's booking on the register of an event."""
    mine = (Booking.event_id == event_id, Booking.person_id == person_id, Booking.state.in_(LISTED))
    return db.session.scalar(sa.select(Booking).where(*mine))


def said(booking_id: int, session_id: int) -> CheckIn | None:
    """The check-in of a booking to a session."""
    mine = (CheckIn.booking_id == booking_id, CheckIn.session_id == session_id)
    return db.session.scalar(sa.select(CheckIn).where(*mine))


def hash_of_device(session: EventSession, device: str) -> str:
    """What is kept of a phone: the same one in another session cannot be told from it. "" for none."""
    return keyed_hash("check-in device", f"{session.public_id} {device}") if device else ""


def say_present(
    booking: Booking, session: EventSession, *, way: CheckInWay, step: int, device: str, now: datetime
) -> CheckIn:
    """Somebody says that they are here. Twice is once; a phone that had spoken for somebody else is flagged.

    Raises Refused where the booking is not on the register any more.
    """
    db.session.refresh(booking)
    if booking.state not in LISTED or booking.event_id != session.event_id:
        raise Refused(NO_PLACE)
    known = said(booking.id, session.id)
    if known:
        return known
    mark = hash_of_device(session, device)
    made = CheckIn(booking_id=booking.id, session_id=session.id, said_at=now, way=way.value, step=step)
    made.device, made.shared = mark, bool(mark) and spoke_for_another(session.id, mark)
    db.session.add(made)
    db.session.flush()
    return made


def spoke_for_another(session_id: int, mark: str) -> bool:
    """Whether a phone has checked somebody in to this session before."""
    same = sa.exists().where(CheckIn.session_id == session_id, CheckIn.device == mark)
    return bool(db.session.scalar(sa.select(same)))


def request_of(person_id: int, session_id: int) -> WalkInRequest | None:
    """What somebody asked the trainer of a session."""
    mine = (WalkInRequest.person_id == person_id, WalkInRequest.session_id == session_id)
    return db.session.scalar(sa.select(WalkInRequest).where(*mine))


def works_of(person_id: int, now: datetime) -> Sequence[Affiliation]:
    """Where somebody works today, the first one first."""
    holds = Affiliation.holds_on(london_day(now))
    mine = sa.select(Affiliation).where(Affiliation.person_id == person_id, holds)
    with_names = mine.options(joinedload(Affiliation.agency), joinedload(Affiliation.setting))
    return db.session.scalars(with_names.order_by(Affiliation.id)).all()


def ask_trainer(
    session: EventSession, person: Person, works: Affiliation, *, step: int, now: datetime
) -> WalkInRequest:
    """Somebody without a place asks to be added; asking twice changes nothing."""
    known = request_of(person.id, session.id)
    if known:
        return known
    made = WalkInRequest(person_id=person.id, affiliation_id=works.id, session_id=session.id)
    made.asked_at, made.step = now, step
    db.session.add(made)
    db.session.flush()
    return made


def by_code(typed: str, family_name: str, session: EventSession, now: datetime) -> Booking | None:
    """The booking of a typed code, if the name is right: on this event, else on another one that is not over."""
    same_host = Event.host_id == session.event.host_id
    rows = db.session.execute(
        sa.select(Booking.id, Booking.public_id, Person.name)
        .join(Event, Event.id == Booking.event_id)
        .join(Person, Person.id == Booking.person_id)
        .where(
            Booking.state.in_(LISTED), same_host, sa.or_(Event.ends_at > now, Event.id == session.event_id)
        )
        .order_by((Booking.event_id == session.event_id).desc(), Booking.id)
    )
    for row in rows:
        if is_code_of(typed, row.public_id) and is_family_name(family_name, row.name):
            return db.session.get_one(Booking, row.id)
    return None
