"""What places cost whom, and the charges that follow from bookings. Nothing commits.

A charge is only ever proposed here, or dropped by a rule that says why; people approve, waive and export
(``charges``). A booking keeps the sums it was made under in its policy, so a new policy changes no old booking.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from ..accounts.models import AgencyStanding
from ..catalogue.models import Event, EventSession
from ..clock import london_day
from ..db import db
from . import prices
from .models import Booking, Charge, ChargePolicy
from .prices import Price, Terms
from .rules import State
from .workplaces import Workplace

DAY: sa.BindParameter[Any] = sa.bindparam("day", type_=sa.Date)
# The policy that holds on a day and what the agency is to the partnership on it: asked by every booking.
IN_FORCE = (
    sa.select(
        ChargePolicy,
        sa.select(AgencyStanding.standing)
        .where(
            AgencyStanding.agency_id == sa.bindparam("agency"),
            AgencyStanding.partnership_id == sa.bindparam("partnership"),
            AgencyStanding.from_on <= DAY,
            sa.or_(AgencyStanding.until_on.is_(None), AgencyStanding.until_on >= DAY),
        )
        .order_by(AgencyStanding.from_on.desc())
        .limit(1)
        .scalar_subquery()
        .label("standing"),
    )
    .where(ChargePolicy.partnership_id == sa.bindparam("partnership"), ChargePolicy.from_on <= DAY)
    .order_by(ChargePolicy.from_on.desc())
    .limit(1)
)
# Why a place that is given up costs nothing: by what became of the booking.
DROPPED: Mapping[State, str] = {
    State.CANCELLED: "Cancelled in time",
    State.MOVED: "Moved to another date",
    State.SUBSTITUTED: "Given to a colleague",
    State.RELEASED: "The place was released",
    State.EVENT_CANCELLED: "The date was cancelled",
}


def price_for(event: Event, workplace: Workplace, *, day: date) -> Price | None:
    """What a place costs somebody who works there, under what holds on that day; None when nothing.

    One statement, and a second one only where the partnership charges that agency.
    """
    return price_of(event, workplace.agency_id, day=day)


def price_of(event: Event, agency_id: int, *, day: date) -> Price | None:
    """The same, for an agency."""
    given = {"partnership": event.host_id, "agency": agency_id, "day": day}
    found = db.session.execute(IN_FORCE, given).one_or_none()
    if found is None or not found.ChargePolicy.charging:
        return None
    terms = terms_of(found.ChargePolicy)
    if (found.standing or prices.UNKNOWN) in terms.exempt:
        return None
    return prices.price(terms, minutes=minutes_of(event), standing=found.standing or "")


def terms_of(policy: ChargePolicy) -> Terms:
    """A stored policy as the rules read it."""
    return Terms(
        from_on=policy.from_on,
        charging=policy.charging,
        half_day=policy.half_day,
        full_day=policy.full_day,
        late=policy.late,
        missed=policy.missed,
        exempt=frozenset(policy.exempt),
        text=policy.text,
    )


def minutes_of(event: Event) -> int | None:
    """How long the sessions of an event are together; while it has none, how long its course usually is."""
    sittings = sa.select(EventSession.starts_at, EventSession.ends_at).where(
        EventSession.event_id == event.id
    )
    lengths = [ends_at - starts_at for starts_at, ends_at in db.session.execute(sittings)]
    if not lengths:
        return event.course.minutes
    return sum(int(length.total_seconds()) for length in lengths) // 60


def propose(booking: Booking, price: Price, *, purchase_order: str, now: datetime) -> Charge | None:
    """Keep the price with the booking and, once it has a place that costs something, propose the charge.

    Doing it twice changes nothing. Who waits or asks is charged when they are booked.
    """
    if "charge" not in booking.policy:
        kept = {"charge": price.kept(), "purchase_order": purchase_order.strip()}
        booking.policy = {**booking.policy, **kept}
    return add(booking, "place", now=now) if booking.state == State.BOOKED else None


def propose_for(booking: Booking, event: Event, *, now: datetime) -> Charge | None:
    """The same with the price of the day on which the booking was made, and the purchase order that came with it."""
    if "charge" in booking.policy:
        return add(booking, "place", now=now) if booking.state == State.BOOKED else None
    price = price_of(event, booking.agency_id, day=london_day(booking.made_at))
    if price is None:
        return None
    return propose(booking, price, purchase_order=booking.policy.get("purchase_order", ""), now=now)


def add(booking: Booking, kind: str, *, now: datetime) -> Charge | None:
    """Propose a charge of that kind, if the booking's own terms have a sum for it and nobody proposed it yet.

    One that a rule had dropped is proposed again; one that a person waived stays waived.
    """
    terms = booking.policy.get("charge") or {}
    if not terms.get(kind):
        return None
    known = db.session.scalar(of(booking.id).where(Charge.kind == kind))
    if known is None:
        known = Charge(booking_id=booking.id, kind=kind, pence=terms[kind], proposed_at=now)
        known.purchase_order = booking.policy.get("purchase_order", "")
        known.state = "proposed"
        db.session.add(known)
    elif known.state == "waived" and known.decided_by_id is None:
        known.state, known.why, known.decided_at, known.proposed_at = "proposed", "", None, now
    db.session.flush()
    return known


def of(booking_id: int) -> sa.Select[Charge]:
    """The charges of a booking, the first proposed first."""
    return sa.select(Charge).where(Charge.booking_id == booking_id).order_by(Charge.id)


def follow(booking: Booking, becomes: State, *, late: bool, now: datetime) -> None:
    """What a change of a booking's state does to its charges; called by whatever changes it (``steps.move``).

    Booked: the place is charged. Given up in time: it is not. Late: the place stays charged (unless it is another
    date that is paid for instead), and what the policy asks for late notice comes on top.
    """
    if not booking.policy.get("charge"):
        return
    if becomes == State.BOOKED:
        add(booking, "place", now=now)
    elif becomes in DROPPED:
        if becomes != State.CANCELLED or not late:
            drop(booking, "place", why=DROPPED[becomes], now=now)
        if late:
            add(booking, "late", now=now)


def drop(booking: Booking, kind: str, *, why: str, now: datetime) -> None:
    """Waive a charge by rule, unless it went to finance already: that is for people to put right."""
    db.session.flush()
    undecided = of(booking.id).where(Charge.kind == kind, Charge.state.in_(("proposed", "approved")))
    # Finance may be making a file of it right now: whoever comes second sees what the first has done.
    charge = db.session.scalar(undecided.with_for_update().execution_options(populate_existing=True))
    if charge is not None:
        charge.state, charge.why, charge.decided_at, charge.decided_by_id = "waived", why, now, None


def hand_on(booking: Booking, successor: Booking, *, now: datetime) -> None:
    """A place goes on to another booking, of a colleague or on another date, with its purchase order.

    On the same date with its sums too. What went to finance for the earlier place is not asked for again.
    """
    terms = booking.policy.get("charge")
    if not terms:
        return
    kept = {
        "purchase_order": successor.policy.get("purchase_order") or booking.policy.get("purchase_order", "")
    }
    if successor.event_id == booking.event_id:
        kept["charge"] = terms
    successor.policy = {**successor.policy, **kept}
    charge = add(successor, "place", now=now) if successor.state == State.BOOKED else None
    if charge and charge.state == "proposed":
        charge.pence, charge.purchase_order = successor.policy["charge"]["place"], kept["purchase_order"]
    paid = of(booking.id).where(Charge.kind == "place", Charge.state == "exported")
    if charge and db.session.scalar(paid):
        drop(successor, "place", why="Paid with the earlier place", now=now)


def settle_missed(event: Event, missed: Iterable[int], *, now: datetime) -> None:
    """Bring the charges for not coming up to date with a register that is closed, or was corrected since.

    ``missed`` are the bookings of those who did not come and were not excused. One statement where nobody is
    charged.
    """
    of_event = sa.select(Booking).where(Booking.event_id == event.id, Booking.state == State.BOOKED)
    away = set(missed)
    for booking in db.session.scalars(of_event):
        if not (booking.policy.get("charge") or {}).get("missed"):
            continue
        if booking.id in away:
            add(booking, "missed", now=now)
        else:
            drop(booking, "missed", why="The register was corrected", now=now)
