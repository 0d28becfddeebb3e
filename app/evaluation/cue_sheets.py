"""The letter of the evening before to those who deliver a day: who comes, as numbers, and the register.

No delegate is named in it. Inside ``changing(event)``; nothing commits. A date that is moved is told anew: what
waits about the old one is withdrawn with it (``delivery.telling``).
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Person
from ..attendance.day_links import token_of
from ..booking.checks import settings_of
from ..booking.told import senders
from ..catalogue.models import Event, EventSession
from ..clock import london_day
from ..db import db
from ..delivery.invites import stored_sittings
from ..delivery.telling import about_cue_sheet
from ..notifications.actions import post
from ..notifications.models import Letter
from ..pool.listing import who_run
from ..pool.models import EventTrainer
from . import rules
from .who_comes import who_comes

CUE_SHEET = "cue-sheet"
# The evening before the first session of a day, at whatever hour, is less than two days before it.
AHEAD, WHOLE_DAY = timedelta(hours=48), timedelta(hours=25)

Day = tuple[int, date]


def days_due(now: datetime, *, of_event: int | None = None) -> set[Day]:
    """The days of events (id, day) of which trainers should have the cue sheet by now, one way or another."""
    hosts = senders(CUE_SHEET)
    if not hosts:
        return set()
    wanted = (
        sa.select(Event.id, Event.host_id, EventSession.starts_at)
        .join(EventSession, EventSession.event_id == Event.id)
        .where(
            Event.state == "published",
            Event.host_id.in_(hosts),
            EventSession.starts_at.between(now - WHOLE_DAY, now + AHEAD),
        )
    )
    if of_event is not None:
        wanted = wanted.where(Event.id == of_event)
    begins: dict[tuple[int, int, date], datetime] = {}
    for row in db.session.execute(wanted):
        key = (row.id, row.host_id, london_day(row.starts_at))
        begins[key] = min(begins.get(key, row.starts_at), row.starts_at)
    found = {host for _, host, _ in begins}
    hours = {host: settings_of(host, now)["cue_sheet_hour"] for host in found}
    return {
        (event_id, day)
        for (event_id, host, day), at in begins.items()
        if rules.cue_sheet_is_due(at, now, hour=hours[host], on_since=hosts[host])
    }


def readers_of(event_ids: Iterable[int]) -> list[tuple[EventTrainer, Person]]:
    """Who delivers these events and can be written to."""
    return [(row[0], row[1]) for row in db.session.execute(who_run(event_ids))]


def letters_to(trainers: Sequence[EventTrainer]) -> dict[str, str]:
    """The cue sheets that were ever written to these trainers: key and state."""
    abouts = [about_cue_sheet(trainer) for trainer in trainers]
    rows = sa.select(Letter.key, Letter.state).where(Letter.about.in_(abouts))
    return {row.key: row.state for row in db.session.execute(rows)} if abouts else {}


def key_of(trainer: EventTrainer, day: date, written: dict[str, str]) -> str | None:
    """The key of a trainer's cue sheet for a day; None where they have it. One that was withdrawn may be written anew."""
    start = f"{about_cue_sheet(trainer)}:{day}"
    mine = [state for key, state in written.items() if key.startswith(start)]
    return f"{start}:{len(mine)}" if all(state == "withdrawn" for state in mine) else None


def events_with_cue_sheets(now: datetime) -> list[int]:
    """The events of which somebody should have a cue sheet by now and has none."""
    days = days_due(now)
    readers = readers_of({event_id for event_id, _ in days}) if days else []
    written = letters_to([trainer for trainer, _ in readers])
    return sorted(
        {
            event_id
            for event_id, day in days
            for trainer, _ in readers
            if trainer.event_id == event_id and key_of(trainer, day, written)
        }
    )


def tell_cue_sheets(event: Event, *, now: datetime) -> int:
    """Write to everybody who delivers the event and has not got the sheet of a day that is due; returns how many."""
    days = sorted(day for _, day in days_due(now, of_event=event.id))
    readers = readers_of([event.id]) if days else []
    written = letters_to([trainer for trainer, _ in readers])
    told = 0
    for day in days:
        shared: dict[str, Any] = {}
        for trainer, person in readers:
            if key := key_of(trainer, day, written):
                shared = shared or of_day(event, day, now)
                others = [other.name for _, other in readers if other.id != person.id]
                told += tell(event, trainer, person, key, now, others=others, **shared)
    return told


def of_day(event: Event, day: date, now: datetime) -> dict[str, Any]:
    """What every trainer reads of a day: its sessions, and who comes."""
    sittings = stored_sittings(event)
    todays = [sitting for sitting in sittings if london_day(sitting.starts_at) == day]
    return {
        "sittings": todays,
        "first": todays[0] == sittings[0],
        "who": who_comes(event, first_day=todays[0] == sittings[0], now=now),
    }


def tell(event: Event, trainer: EventTrainer, person: Person, key: str, now: datetime, **more: Any) -> bool:
    """The letter to one of them."""
    posted = post(
        CUE_SHEET,
        key=key,
        to_email=person.email,
        to_name=person.name,
        partnership=event.host,
        now=now,
        about=about_cue_sheet(trainer),
        expires_at=more["sittings"][0].starts_at,
        course=event.course,
        event=event,
        part=trainer.part,
        register_token=token_of(trainer, london_day(more["sittings"][0].starts_at)),
        **more,
    )
    return posted is not None
