"""What waits for somebody's hand or word: waiting lists, offers, requests, part 1, evidence, charges, mail. Selects."""

from datetime import datetime

import sqlalchemy as sa

from ...accounts.models import Agency, Person, Setting
from ...booking.approval_rules import TO_ANSWER
from ...booking.models import Approval, Booking, Charge, Nomination
from ...booking.needing import part_one_missing
from ...booking.rules import State
from ...catalogue.models import Course, Event
from ...completions.models import Evidence
from .finding import MOST, Columns, events, number_of, soonest


def free_places(partnership_id: int, now: datetime) -> Columns:
    """Coming events on which people wait although a place is free. ``asked``: some may take it by being first."""
    waiting = number_of(State.WAITING)
    asked = sa.exists().where(
        Booking.event_id == Event.id, Booking.state == State.WAITING, Booking.offer_ends_at > now
    )
    return soonest(
        events(partnership_id)
        .add_columns(waiting.label("waiting"), asked.label("asked"))
        .where(Event.starts_at > now, Event.places_held < Event.booking_limit, waiting > 0)
    )


def to_ring(event_ids: list[int]) -> sa.Select[int, str, str]:
    """Event, name and mobile number of those who wait for these events, first in line first."""
    return (
        sa.select(Booking.event_id, Person.name, Booking.mobile)
        .join(Person, Person.id == Booking.person_id)
        .where(Booking.event_id.in_(event_ids), Booking.state == State.WAITING)
        .order_by(Booking.event_id, Booking.priority.desc(), Booking.joined_at, Booking.id)
    )


def offers_running_out(partnership_id: int, now: datetime, until: datetime) -> Columns:
    """Events with offered places whose hold ends by then: how many, and when the first does."""
    first = sa.func.min(Booking.offer_ends_at)
    return (
        sa.select(Event.id, Course.title, sa.func.count().label("number"), first.label("until"))
        .select_from(Booking)
        .join(Event, Event.id == Booking.event_id)
        .join(Course, Course.id == Event.course_id)
        .where(
            Event.host_id == partnership_id,
            Booking.state == State.OFFERED,
            Booking.offer_ends_at > now,
            Booking.offer_ends_at <= until,
        )
        .group_by(Event.id, Course.title)
        .order_by(first, Event.id)
        .limit(MOST)
    )


def nominations_running_out(partnership_id: int, now: datetime, until: datetime) -> Columns:
    """Places that leads hold without names and that go back by then, soonest first."""
    return (
        sa.select(
            Event.id,
            Course.title,
            Nomination.places,
            Nomination.name_by_at,
            sa.func.coalesce(Setting.name, Agency.name).label("holder"),
        )
        .select_from(Nomination)
        .join(Event, Event.id == Nomination.event_id)
        .join(Course, Course.id == Event.course_id)
        .join(Agency, Agency.id == Nomination.agency_id)
        .outerjoin(Setting, Setting.id == Nomination.setting_id)
        .where(
            Event.host_id == partnership_id,
            Nomination.ended_at.is_(None),
            Nomination.places > 0,
            Nomination.name_by_at > now,
            Nomination.name_by_at <= until,
        )
        .order_by(Nomination.name_by_at, Nomination.id)
        .limit(MOST)
    )


def hanging_approvals(partnership_id: int, now: datetime, since: datetime) -> sa.Select[int, datetime]:
    """How many bookings wait for a word that was asked for by then, and since when the oldest does.

    Where there was nobody to ask, only the desk can give it, so those count at once.
    """
    asked = sa.func.min(Approval.asked_at)
    return (
        sa.select(sa.func.count(Approval.booking_id.distinct()), asked)
        .join(Booking, Booking.id == Approval.booking_id)
        .join(Event, Event.id == Booking.event_id)
        .where(
            Event.host_id == partnership_id,
            Approval.decision == "",
            sa.or_(Approval.asked_at <= since, Approval.approver_email == ""),
            Approval.expires_at > now,
            Booking.state.in_(TO_ANSWER),
        )
    )


def part_one(partnership_id: int, now: datetime, until: datetime) -> Columns:
    """Coming events with people booked who have not done part 1: how many, and of how many evidence waits."""
    rows = part_one_missing(partnership_id, now, until).order_by(None).subquery()
    evidence = sa.case((rows.c.evidence_waiting, rows.c.id))
    return (
        sa.select(
            rows.c.event_id.label("id"),
            rows.c.title,
            rows.c.starts_at,
            sa.func.count(rows.c.id.distinct()).label("number"),
            sa.func.count(evidence.distinct()).label("evidence"),
        )
        .group_by(rows.c.event_id, rows.c.title, rows.c.starts_at)
        .order_by(rows.c.starts_at, rows.c.event_id)
        .limit(MOST)
    )


def evidence_to_check(partnership_id: int) -> sa.Select[int, datetime]:
    """How many certificates from elsewhere wait to be checked, and since when the oldest does."""
    return sa.select(sa.func.count(), sa.func.min(Evidence.handed_in_at)).where(
        Evidence.partnership_id == partnership_id, Evidence.state == "waiting"
    )


def charges_to_decide(partnership_id: int) -> sa.Select[int, datetime]:
    """How many charges are proposed and not decided, and since when the oldest is."""
    return (
        sa.select(sa.func.count(), sa.func.min(Charge.proposed_at))
        .select_from(Charge)
        .join(Booking, Booking.id == Charge.booking_id)
        .join(Event, Event.id == Booking.event_id)
        .where(Event.host_id == partnership_id, Charge.state == "proposed")
    )
