"""Requests that somebody has to agree to, and charges: for the pages that show them."""

from datetime import date

import sqlalchemy as sa

from app.accounts.models import Person
from app.booking import approving, charges, charging
from app.booking.checks import occasion_of
from app.booking.models import Approval, Booking, Charge
from app.booking.prices import Price
from app.booking.rules import Asked, State
from app.booking.steps import claim
from app.booking.workplaces import workplaces_of
from app.catalogue.models import Event
from app.clock import london_day, now
from app.db import db, writing
from app.records.actions import changing

FEE = Price(pence=4500, late=2000, missed=0, half_day=True, from_on=date(2026, 4, 1), text="Others pay.")


def ask_for_place(event_id: int, person: Person) -> tuple[Booking, Approval]:
    """The person has asked for a place on a course whose line managers agree, and theirs was written to."""
    with changing(event_id, now=now()) as event:
        event.course.approval = "manager"
        works = workplaces_of(person.id, london_day(now()))[0]
        asked = Asked(manager_name="Mary Manager", manager_email="mary.manager@demo.example")
        booking = claim(
            occasion_of(event, now()),
            person,
            works,
            state=State.REQUESTED,
            by=person,
            now=now(),
            asked=asked,
            policy={"to_approve": True},
        )
        [approval] = approving.ask_for(booking, occasion_of(event, now()), now=now())
    return booking, approval


def charge(booking: Booking, by: Person, *, exported: bool = False) -> Charge:
    """The place costs something, which is proposed, or in a file for finance already."""
    with changing(booking.event_id, now=now()) as event:
        event_booking = db.session.get_one(Booking, booking.id)
        found = charging.propose(event_booking, FEE, purchase_order="PO 77", now=now())
        assert found is not None
        host = event.host_id
    if exported:
        with writing():
            charges.approve([found.public_id], partnership_id=host, by=by, now=now())
            charges.export(partnership_id=host, by=by, now=now())
    return found


def last_event_with_places() -> int:
    """A date late in the programme, whose course nothing else here looks at."""
    left = sa.select(Event.id).where(Event.state == "published", Event.places_held < Event.booking_limit)
    return (
        db.session.scalars(
            left.where(Event.starts_at > now()).order_by(Event.starts_at.desc()).offset(2)
        ).first()
        or 0
    )
