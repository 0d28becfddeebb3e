"""Registers that stay open: their trainers are written to, once. Inside ``changing(event)``; nothing commits."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Person
from ..booking.checks import sessions_of, settings_of
from ..booking.letters import restated
from ..booking.models import Booking
from ..booking.told import senders
from ..catalogue.models import Course, Event
from ..db import db
from ..notifications.actions import post
from ..notifications.models import Letter
from ..pool.listing import who_run
from ..pool.models import EventTrainer
from . import chase_rules
from .chase_letters import about_register
from .models import RegisterClosing
from .register import LISTED, unmarked

REGISTER_OPEN = "register-open"
# How far back a course may be that somebody is still written to about: the longest setting, and the days after it.
BACK = timedelta(days=60)

Hosts = dict[int, datetime]


def is_open() -> tuple[sa.SQLColumnExpression[bool], ...]:
    """The conditions that an event has a register which somebody should close: people are on it, and it is not closed."""
    closed = sa.exists().where(RegisterClosing.event_id == Event.id)
    listed = sa.exists().where(Booking.event_id == Event.id, Booking.state.in_(LISTED))
    by_name = ~Event.headcount_only  # organisations are counted there, and nothing is closed
    return Event.state == "published", Event.took_place, by_name, ~closed, listed


def open_registers(hosts: Iterable[int], since: datetime, now: datetime) -> sa.Select[*tuple[Any, ...]]:
    """Events that ended in between and whose register is open (``is_open``); oldest first."""
    ended = Event.ends_at > since, Event.ends_at <= now
    return (
        sa.select(Event.id, Event.host_id, Event.starts_at, Event.ends_at, Course.title)
        .join(Course, Course.id == Event.course_id)
        .where(Event.host_id.in_(hosts), *ended, *is_open())
        .order_by(Event.ends_at, Event.id)
    )


def terms_of(host_id: int, now: datetime) -> tuple[int, int, int]:
    """After how many working days the trainers are written to, after how many the administrators; and at which hour."""
    settings = settings_of(host_id, now)
    to_trainers, to_desk = settings["register_open_working_days"]
    return int(to_trainers), int(to_desk), int(settings["register_open_hour"])


def due_of(rows: Sequence[Any], hosts: Hosts, now: datetime) -> list[int]:
    """Of these open registers, those whose trainers should have heard by now."""
    terms = {host: terms_of(host, now) for host in {row.host_id for row in rows}}
    return [
        row.id
        for row in rows
        if chase_rules.is_chased(
            row.ends_at,
            now,
            working_days=terms[row.host_id][0],
            hour=terms[row.host_id][2],
            on_since=hosts[row.host_id],
        )
    ]


def readers_of(event_ids: Iterable[int]) -> list[tuple[EventTrainer, Person]]:
    """Who delivers these events and was not written to yet."""
    told = sa.exists().where(Letter.key == sa.literal(f"{REGISTER_OPEN}:") + EventTrainer.public_id)
    return [(row[0], row[1]) for row in db.session.execute(who_run(event_ids).where(~told))]


def events_to_chase(now: datetime) -> list[int]:
    """The events whose register is open, and of whose trainers somebody should have heard of it by now."""
    hosts = senders(REGISTER_OPEN)
    rows = db.session.execute(open_registers(hosts, now - BACK, now)).all() if hosts else []
    due = due_of(rows, hosts, now)
    return sorted({trainer.event_id for trainer, _ in readers_of(due)}) if due else []


def chase(event: Event, *, now: datetime) -> int:
    """Write to whoever delivered the event and has not been told, if its register is open; returns to how many."""
    hosts = senders(REGISTER_OPEN)
    open_ones = open_registers([event.host_id], now - BACK, now).where(Event.id == event.id)
    rows = db.session.execute(open_ones).all() if event.host_id in hosts else []
    readers = readers_of(due_of(rows, hosts, now)) if rows else []
    if not readers:
        return 0
    missing = {row.id for row in unmarked(event.id)}
    shared = {**restated(event, sessions_of(event.id)), "missing": len(missing), "now": now}
    shared["expires_at"] = event.times[1] + chase_rules.LISTED_FOR
    for trainer, person in readers:
        tell(trainer, person, alone=len(readers) == 1, **shared)
    return len(readers)


def tell(trainer: EventTrainer, person: Person, **more: Any) -> None:
    """The letter to one of them."""
    post(
        REGISTER_OPEN,
        key=f"{REGISTER_OPEN}:{trainer.public_id}",
        to_email=person.email,
        to_name=person.name,
        about=about_register(trainer.event_id),
        **more,
    )
