"""Contracts with commissioned experts: entered, paid, called off. Inside ``writing()``."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from ..accounts.models import Person
from ..audit.actions import trace
from ..catalogue.models import Event
from ..clock import london_day, start_of_day
from ..db import adding_alone, db
from ..errors import Refused
from .member_rules import EXPERT, long
from .models import Commission, EventTrainer, PoolMember
from .trail import CALLED_OFF, COMMISSIONED, PAID

LATELY = timedelta(days=365)


def commission(
    member: PoolMember,
    *,
    reference: str,
    fee_pence: int,
    for_what: str,
    agreed_by: str,
    agreed_on: date,
    events: Sequence[Event],
    by: Person,
    now: datetime,
) -> Commission:
    """Enter a contract. Raises Refused for who is no expert, and for a reference that another contract has."""
    if member.standing != EXPERT:
        raise Refused("People of the training pool have no fee. Only commissioned experts have contracts.")
    adding_alone(Commission)
    if known(reference, member.partnership_id):
        raise Refused("Another contract has this reference.", reason="reference")
    row = Commission(
        member=member,
        reference=reference,
        fee_pence=fee_pence,
        for_what=for_what,
        agreed_by=agreed_by,
        agreed_on=agreed_on,
        events=list(events),
        entered_at=now,
        entered_by_id=by.id,
    )
    db.session.add(row)
    trace(at=now, actor=by.public_id, act=COMMISSIONED, subject=member.person.public_id, why=reference)
    db.session.flush()
    return row


def known(reference: str, partnership_id: int) -> bool:
    """Whether a contract of a partnership has that reference."""
    theirs = (
        PoolMember.partnership_id == partnership_id,
        sa.func.lower(Commission.reference) == reference.lower(),
    )
    wanted = sa.select(Commission.id).join(PoolMember, PoolMember.id == Commission.member_id).where(*theirs)
    return db.session.scalar(wanted.limit(1)) is not None


def pay(row: Commission, *, on: date, by: Person, now: datetime) -> None:
    """Enter when the fee was paid; once more puts the day right.

    Raises Refused for what was called off, for a day before it was agreed, and for one to come.
    """
    if row.called_off_on is not None:
        raise Refused(f"This contract was called off on {long(row.called_off_on)}, so nothing is paid.")
    if on < row.agreed_on:
        raise Refused(
            f"It was agreed on {long(row.agreed_on)}. Enter that day or a later one.", reason="paid_on"
        )
    if on > london_day(now):
        raise Refused("Enter a day that is not in the future.", reason="paid_on")
    row.paid_on = on
    why = f"{row.reference}, {long(on)}"
    trace(at=now, actor=by.public_id, act=PAID, subject=row.member.person.public_id, why=why)


def call_off(row: Commission, *, by: Person, now: datetime) -> None:
    """Nothing is owed any more. Raises Refused for what was paid; once only, however often it is asked."""
    if row.paid_on is not None:
        raise Refused(f"This contract was paid on {long(row.paid_on)}, so it cannot be called off.")
    if row.called_off_on is None:
        row.called_off_on = london_day(now)
        trace(
            at=now, actor=by.public_id, act=CALLED_OFF, subject=row.member.person.public_id, why=row.reference
        )


def contracts_of(member_ids: list[int]) -> list[Commission]:
    """The contracts with somebody, with the dates they are for, the newest first."""
    return list(db.session.scalars(Commission.of(member_ids).options(with_dates())))


def with_dates() -> Any:
    """The dates of contracts, read with them."""
    return selectinload(Commission.events).joinedload(Event.course)


def contracts_in(partnership_id: int, year: int) -> list[Commission]:
    """The contracts that were agreed in a reporting year, the newest first."""
    wanted = (
        sa.select(Commission)
        .join(PoolMember, PoolMember.id == Commission.member_id)
        .where(
            PoolMember.partnership_id == partnership_id,
            Commission.agreed_on >= date(year, 4, 1),
            Commission.agreed_on < date(year + 1, 4, 1),
        )
        .options(joinedload(Commission.member).joinedload(PoolMember.person), with_dates())
        .order_by(Commission.agreed_on.desc(), Commission.id.desc())
    )
    return list(db.session.scalars(wanted))


def dates_to_pay(member: PoolMember, now: datetime) -> list[Event]:
    """The dates an expert is on, of the last year and to come: what a contract can be for."""
    since = start_of_day(london_day(now) - LATELY)
    wanted = (
        sa.select(Event)
        .join(EventTrainer, EventTrainer.event_id == Event.id)
        .where(
            EventTrainer.person_id == member.person_id,
            Event.host_id == member.partnership_id,
            Event.starts_at > since,
        )
        .options(joinedload(Event.course))
        .order_by(Event.starts_at)
    )
    return list(db.session.scalars(wanted))
