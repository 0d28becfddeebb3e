"""The administrators' list of registers that are still open: one a day, and only when one has come to it.

To everybody who administers; where nobody does, to the coordinators; else to the partnership's own address.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from ..accounts.models import Person
from ..accounts.people import holders_of
from ..accounts.rules import Role
from ..booking.told import senders
from ..clock import london_day
from ..db import db
from ..notifications.actions import post
from ..notifications.models import Letter
from ..partnerships.models import Partnership
from ..pool.listing import RUN_THE_DAY
from ..pool.models import EventTrainer
from . import chase_rules
from .chase_letters import about_registers
from .chasing import REGISTER_OPEN, open_registers, terms_of
from .register import summaries

TO_DESK = "register-open-desk"
UNSENT = ("withdrawn", "failed")


class Reader(NamedTuple):
    """Somebody who gets the list; ``id`` tells their letters apart."""

    id: str
    name: str
    email: str


def partnerships_to_tell(now: datetime) -> list[int]:
    """The partnerships whose administrators should have the list by now and have not."""
    hosts = senders(REGISTER_OPEN)
    rows = db.session.execute(open_registers(hosts, now - chase_rules.LISTED_FOR, now)).all() if hosts else []
    ends = defaultdict(list)
    for row in rows:
        ends[row.host_id].append(row.ends_at)
    return [host for host, found in sorted(ends.items()) if is_due(host, found, hosts[host], now)]


def is_due(host_id: int, ends: Sequence[datetime], on_since: datetime, now: datetime) -> bool:
    """Whether a register has come to the list since the last one."""
    _, working_days, hour = terms_of(host_id, now)
    return chase_rules.digest_is_due(
        ends, now, working_days=working_days, hour=hour, on_since=on_since, last_at=last_at(host_id, now)
    )


def last_at(host_id: int, now: datetime) -> datetime | None:
    """When the last list was written that left, or still can."""
    over = sa.and_(Letter.state == "queued", Letter.expires_at <= now)
    wanted = sa.select(sa.func.max(Letter.queued_at)).where(
        Letter.about == about_registers(host_id), Letter.state.not_in(UNSENT), ~over
    )
    return db.session.scalar(wanted)


def tell_desk(partnership_id: int, *, now: datetime) -> int:
    """Write to everybody who is to have the list, if it is due; returns to how many. Inside ``writing()``."""
    partnership = db.session.get_one(Partnership, partnership_id, with_for_update={"key_share": True})
    hosts, since = senders(REGISTER_OPEN), now - chase_rules.LISTED_FOR
    rows = db.session.execute(open_registers([partnership_id], since, now)).all()
    ends = [row.ends_at for row in rows]
    if partnership_id not in hosts or not is_due(partnership_id, ends, hosts[partnership_id], now):
        return 0
    readers, lines = readers_of(partnership, now), listed(rows, partnership_id, now)
    for reader in readers:
        tell(partnership, reader, lines, now)
    return len(readers)


def listed(rows: Sequence[Any], partnership_id: int, now: datetime) -> list[dict[str, Any]]:
    """The registers that stand on the list, the longest open first, each with what helps to ask."""
    _, working_days, hour = terms_of(partnership_id, now)
    late = [
        row for row in rows if chase_rules.chased_at(row.ends_at, working_days=working_days, hour=hour) <= now
    ]
    names, counts = trainers_of([row.id for row in late]), summaries([row.id for row in late])
    return [
        {
            "id": row.id,
            "title": row.title,
            "starts_at": row.starts_at,
            "trainers": names[row.id],
            "listed": counts[row.id].listed,
            "came": counts[row.id].came,
        }
        for row in late
    ]


def trainers_of(event_ids: list[int]) -> dict[int, list[str]]:
    """Who delivered each of these events."""
    rows = (
        sa.select(EventTrainer.event_id, Person.name)
        .join(Person, Person.id == EventTrainer.person_id)
        .where(EventTrainer.event_id.in_(event_ids), EventTrainer.part.in_(RUN_THE_DAY))
        .order_by(Person.name)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for event_id, name in db.session.execute(rows):
        found[event_id].append(name)
    return found


def readers_of(partnership: Partnership, now: datetime) -> list[Reader]:
    """Who gets the list."""
    for role in (Role.ADMINISTRATOR, Role.COORDINATOR):
        people = db.session.scalars(holders_of(role, partnership.id, london_day(now))).all()
        if people:
            return [Reader(person.public_id, person.name, person.email or "") for person in people]
    return [Reader("contact", f"{partnership.short_name} training", partnership.contact_email)]


def tell(partnership: Partnership, reader: Reader, lines: list[dict[str, Any]], now: datetime) -> None:
    """The list to one of them; it is of one day, and another takes its place if it could not leave."""
    about, day = about_registers(partnership.id), london_day(now)
    start = f"{about}:{reader.id}:{day}"
    written = sa.select(sa.func.count()).where(Letter.key.startswith(start, autoescape=True))
    post(
        TO_DESK,
        key=f"{start}:{db.session.scalar(written)}",
        to_email=reader.email,
        to_name=reader.name,
        partnership=partnership,
        now=now,
        about=about,
        expires_at=chase_rules.end_of(day),
        registers=lines,
    )
