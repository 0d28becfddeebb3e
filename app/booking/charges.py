"""Deciding about proposed charges, handing them to finance, and the dated policies behind them. Nothing commits."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from ..accounts.models import Person
from ..audit.actions import trace
from ..catalogue.models import Event
from ..clock import london_day
from ..db import db
from ..errors import Refused
from .models import Booking, Charge, ChargeExport, ChargePolicy
from .prices import Terms

SETTLED = {
    "waived": "This charge was waived already.",
    "exported": "This charge went to finance already. Ask finance to put it right.",
}


def of_host(partnership_id: int) -> sa.Select[Charge]:
    """The charges on a partnership's events."""
    return sa.select(Charge).join(Booking).join(Event).where(Event.host_id == partnership_id)


def locked(partnership_id: int) -> sa.Select[Charge]:
    """The same, so that nobody else changes them before this change is done."""
    return of_host(partnership_id).with_for_update(of=Charge).execution_options(populate_existing=True)


def approve(public_ids: Sequence[str], *, partnership_id: int, by: Person, now: datetime) -> int:
    """Approve those of these charges that are proposed; returns how many."""
    wanted = locked(partnership_id).where(Charge.public_id.in_(public_ids), Charge.state == "proposed")
    found = db.session.scalars(wanted).all()
    for charge in found:
        charge.state, charge.decided_at, charge.decided_by_id = "approved", now, by.id
    return len(found)


def waive(public_id: str, *, partnership_id: int, by: Person, now: datetime, why: str) -> None:
    """Ask for nothing after all, with a reason that the person can read."""
    charge = db.session.scalar(locked(partnership_id).where(Charge.public_id == public_id))
    if charge is None or charge.state in SETTLED:
        raise Refused(SETTLED[charge.state] if charge else "This charge is no longer there.")
    if not why.strip():
        raise Refused("Say why nothing is asked for: the reason is kept.")
    charge.state, charge.why = "waived", why.strip()
    charge.decided_at, charge.decided_by_id = now, by.id


def export(*, partnership_id: int, by: Person, now: datetime) -> ChargeExport:
    """Put every approved charge into one new file for finance; each is in exactly one. Raises Refused for none."""
    found = db.session.scalars(
        locked(partnership_id).where(Charge.state == "approved").order_by(Charge.id)
    ).all()
    if not found:
        raise Refused("No approved charge is waiting. Approve some first.")
    made = ChargeExport(partnership_id=partnership_id, made_at=now, by_id=by.id)
    db.session.add(made)
    db.session.flush()
    for charge in found:
        charge.state, charge.export_id = "exported", made.id
    return made


def set_policy(
    partnership_id: int, terms: Terms, *, empty_place: int, by: Person, now: datetime
) -> ChargePolicy:
    """The policy from a day on, today or later. What held before stays in the list, and with its bookings.

    A policy that was to begin on the same day is replaced. Raises Refused for a day that is over.
    """
    if terms.from_on < london_day(now):
        raise Refused("A policy begins today or later: what people agreed to before cannot change.")
    policy = db.session.scalar(
        sa.select(ChargePolicy).where(
            ChargePolicy.partnership_id == partnership_id, ChargePolicy.from_on == terms.from_on
        )
    ) or ChargePolicy(partnership_id=partnership_id, from_on=terms.from_on)
    policy.charging, policy.half_day, policy.full_day = terms.charging, terms.half_day, terms.full_day
    policy.late, policy.missed, policy.empty_place = terms.late, terms.missed, empty_place
    policy.exempt, policy.text = sorted(terms.exempt), terms.text
    policy.set_by, policy.set_at = by.public_id, now
    db.session.add(policy)
    trace(at=now, actor=by.public_id, act="set charges", why=f"from {terms.from_on.isoformat()}")
    return policy


def policies_of(partnership_id: int) -> sa.Select[ChargePolicy, str | None]:
    """A partnership's policies with who set them, the newest first."""
    return (
        sa.select(ChargePolicy, Person.name)
        .outerjoin(Person, Person.public_id == ChargePolicy.set_by)
        .where(ChargePolicy.partnership_id == partnership_id)
        .order_by(ChargePolicy.from_on.desc())
    )


def empty_places_cost(event: Event, now: datetime) -> int:
    """What the places of a date that nobody holds cost, in pence, under the policy of today; 0 if it says nothing.

    A date that is cancelled, or still without its day, has no empty places.
    """
    if event.state != "published" or event.awaits_date or not event.places_left:
        return 0
    each = db.session.scalar(
        sa.select(ChargePolicy.empty_place)
        .where(ChargePolicy.partnership_id == event.host_id, ChargePolicy.from_on <= london_day(now))
        .order_by(ChargePolicy.from_on.desc())
        .limit(1)
    )
    return (each or 0) * event.places_left
