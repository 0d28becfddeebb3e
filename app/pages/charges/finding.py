"""The selects behind the charges' pages and files."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ...accounts.models import Agency, Person, Setting
from ...booking.models import Booking, Charge, ChargeExport
from ...catalogue.models import Course, Event

Columns = sa.Select[*tuple[Any, ...]]
Decider = aliased(Person)


def rows(partnership_id: int) -> Columns:
    """Charges with whose, for what and who decided, the newest first."""
    return (
        sa.select(
            Charge.public_id,
            Charge.kind,
            Charge.pence,
            Charge.state,
            Charge.purchase_order,
            Charge.proposed_at,
            Charge.decided_at,
            Charge.why,
            Decider.name.label("decided_by"),
            Person.name,
            Person.email,
            Agency.name.label("agency"),
            Setting.name.label("setting"),
            Course.title,
            Event.starts_at,
            Event.id.label("event_id"),
            Booking.public_id.label("booking"),
        )
        .select_from(Charge)
        .join(Booking, Booking.id == Charge.booking_id)
        .join(Person, Person.id == Booking.person_id)
        .join(Agency, Agency.id == Booking.agency_id)
        .outerjoin(Setting, Setting.id == Booking.setting_id)
        .join(Event, Event.id == Booking.event_id)
        .join(Course, Course.id == Event.course_id)
        .outerjoin(Decider, Decider.id == Charge.decided_by_id)
        .where(Event.host_id == partnership_id)
        .order_by(Charge.id.desc())
    )


def totals(partnership_id: int) -> sa.Select[str, int, int]:
    """How many charges there are in each state, and how much they come to in pence."""
    return (
        sa.select(Charge.state, sa.func.count(), sa.func.sum(Charge.pence))
        .join(Booking, Booking.id == Charge.booking_id)
        .join(Event, Event.id == Booking.event_id)
        .where(Event.host_id == partnership_id)
        .group_by(Charge.state)
    )


def made_files(partnership_id: int) -> Columns:
    """The files made for finance, the newest first, with how many charges each holds and their sum in pence."""
    return (
        sa.select(
            ChargeExport.public_id,
            ChargeExport.made_at,
            Person.name,
            sa.func.count(Charge.id).label("number"),
            sa.func.sum(Charge.pence).label("pence"),
        )
        .join(Person, Person.id == ChargeExport.by_id)
        .join(Charge, Charge.export_id == ChargeExport.id)
        .where(ChargeExport.partnership_id == partnership_id)
        .group_by(ChargeExport.id, ChargeExport.public_id, ChargeExport.made_at, Person.name)
        .order_by(ChargeExport.id.desc())
        .limit(12)
    )
