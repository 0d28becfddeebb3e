"""What pages show of incoming mail and of calendars' answers: named selects, bounded."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..accounts.models import Person
from ..booking.models import Booking
from ..booking.rules import State
from ..catalogue.models import Course, Event
from ..pool.models import EventTrainer
from .models import IncomingMail, InviteReply, MailboxState

Columns = sa.Select[*tuple[Any, ...]]
AWAY_FOR = timedelta(hours=1)  # then the desk is told
MACHINES = ("auto-reply", "delayed")


def mails(partnership_id: int, show: str) -> sa.Select[IncomingMail]:
    """The mails to see to, oldest first; or (``show``) everything people wrote, or what machines wrote, newest first."""
    found = sa.select(IncomingMail).where(IncomingMail.of(partnership_id))
    if show == "machines":
        return newest_first(found.where(IncomingMail.kind.in_(MACHINES)))
    if show == "all":
        return newest_first(found.where(IncomingMail.kind.not_in(MACHINES)))
    return found.where(IncomingMail.state == "open").order_by(IncomingMail.received_at, IncomingMail.id)


def newest_first(found: sa.Select[IncomingMail]) -> sa.Select[IncomingMail]:
    """In that order."""
    return found.order_by(IncomingMail.received_at.desc(), IncomingMail.id.desc())


def with_all(found: sa.Select[IncomingMail]) -> sa.Select[IncomingMail]:
    """With whose they are and what they are about, in one statement."""
    return found.options(
        joinedload(IncomingMail.person),
        joinedload(IncomingMail.settled_by),
        joinedload(IncomingMail.letter),
        joinedload(IncomingMail.booking),
        joinedload(IncomingMail.event).joinedload(Event.course),
    )


def number_to_see_to(partnership_id: int) -> Columns:
    """How many mails somebody has to look at, and since when; a trainer's refusal has a line of its own."""
    mine = IncomingMail.of(partnership_id), IncomingMail.state == "open", IncomingMail.did != "flagged"
    return sa.select(sa.func.count(), sa.func.min(IncomingMail.received_at)).where(*mine)


def declined(partnership_id: int, now: datetime) -> Columns:
    """Those whose calendar declined the newest invite and who still hold the place; soonest first."""
    return (
        sa.select(
            Booking.public_id,
            Booking.event_id,
            Person.name,
            Person.email,
            Person.public_id.label("person"),
            Course.title,
            Event.starts_at,
            sa.func.min(InviteReply.at).label("since"),
            sa.func.max(InviteReply.comment).label("comment"),
        )
        .join(Booking, Booking.id == InviteReply.booking_id)
        .join(Person, Person.id == Booking.person_id)
        .join(Event, Event.id == Booking.event_id)
        .join(Course, Course.id == Event.course_id)
        .where(
            *(InviteReply.partstat == "declined", InviteReply.newest()),
            *(InviteReply.sequence == Booking.invite_sequence, Booking.state == State.BOOKED),
            *(Event.host_id == partnership_id, Event.state == "published", Event.starts_at > now),
        )
        .group_by(Booking.id, Person.id, Course.id, Event.id)
        .order_by(Event.starts_at, Person.name)
    )


def number_declined(partnership_id: int, now: datetime) -> Columns:
    """How many people that are, since when, and when the first of these dates starts."""
    rows = declined(partnership_id, now).order_by(None).subquery()
    return sa.select(sa.func.count(), sa.func.min(rows.c.since), sa.func.min(rows.c.starts_at))


def trainers_declined(partnership_id: int, now: datetime) -> Columns:
    """Those who deliver a coming date and whose calendar said no, until somebody has seen to it."""
    return (
        sa.select(Event.id, Event.starts_at, Course.title, Person.name)
        .select_from(InviteReply)
        .join(IncomingMail, IncomingMail.id == InviteReply.mail_id)
        .join(Event, Event.id == InviteReply.event_id)
        .join(Course, Course.id == Event.course_id)
        .join(Person, Person.id == InviteReply.person_id)
        .join(
            EventTrainer,
            sa.and_(EventTrainer.event_id == Event.id, EventTrainer.person_id == InviteReply.person_id),
        )
        .where(
            *(InviteReply.booking_id.is_(None), InviteReply.partstat == "declined", InviteReply.newest()),
            *(InviteReply.sequence == EventTrainer.invite_sequence, IncomingMail.state == "open"),
            *(Event.host_id == partnership_id, Event.state == "published", Event.starts_at > now),
        )
        .distinct()
        .order_by(Event.starts_at, Event.id)
        .limit(25)
    )


def away(now: datetime) -> sa.Select[MailboxState]:
    """The mailbox, if it has been away long enough to be told on the desk."""
    return sa.select(MailboxState).where(MailboxState.away_since_at <= now - AWAY_FOR)


def answers(event_ids: Sequence[int]) -> Columns:
    """What the calendars of those with a place on these events answered last: a row per booking and answer."""
    return (
        sa.select(Booking.event_id, Booking.public_id, InviteReply.partstat)
        .join(Booking, Booking.id == InviteReply.booking_id)
        .where(
            *(Booking.event_id.in_(event_ids), Booking.state == State.BOOKED),
            *(InviteReply.sequence == Booking.invite_sequence, InviteReply.newest()),
        )
        .distinct()
    )


def counts_of(event_ids: Sequence[int]) -> Columns:
    """How many with a place on these events accepted, may come or declined, by event and answer."""
    rows = answers(event_ids).subquery()
    return sa.select(rows.c.event_id, rows.c.partstat, sa.func.count()).group_by(
        rows.c.event_id, rows.c.partstat
    )


def answers_to(booking_id: int) -> sa.Select[InviteReply]:
    """What a booking's calendar answered, or its person said, newest first."""
    rows = sa.select(InviteReply).where(InviteReply.booking_id == booking_id)
    return rows.order_by(InviteReply.at.desc(), InviteReply.id.desc()).limit(10)
