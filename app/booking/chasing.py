"""Doing what is due about places whose part 1 is not done. Inside ``changing(event)``; nothing commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..catalogue.models import Event
from ..clock import london_day
from ..db import db
from ..notifications.actions import post
from ..notifications.models import Letter
from . import actions, letters, part_one
from .checks import Occasion, occasion_of, settings_of
from .models import Booking
from .needing import Columns, missing_by_deadline
from .part_one import Due, Step, Unfinished

AT_ONCE = 500  # keys in one question to the database


@dataclass(frozen=True, kw_only=True)
class Task:
    """Something to do about one place; ``key`` names the letter to the person, so that nobody is told twice."""

    booking_id: int
    event_id: int
    due: Due
    key: str
    can_be_told: bool
    missing: tuple[tuple[str, str], ...]  # title and slug of what is still to do
    place: Unfinished


def events_to_chase(now: datetime) -> list[int]:
    """The coming events on which a reminder, a chase or a release is due."""
    return sorted({task.event_id for task in outstanding(missing_by_deadline(), now)})


def chase(event: Event, now: datetime) -> None:
    """Do what is due on one event: remind, chase, or release the place for whoever waits."""
    tasks = outstanding(missing_by_deadline().where(Event.id == event.id), now)
    if not tasks:
        return
    wanted = sa.select(Booking).where(Booking.id.in_([task.booking_id for task in tasks]))
    bookings = {row.id: row for row in db.session.scalars(wanted.options(joinedload(Booking.person)))}
    occasion = occasion_of(event, now)
    for task in tasks:
        act(task, bookings[task.booking_id], occasion, now)


def outstanding(rows: Columns, now: datetime) -> list[Task]:
    """What is due about these places and was not done yet."""
    tasks = tasks_of(db.session.execute(rows.where(Event.starts_at > now)).all(), now)
    told = already_told([task.key for task in tasks])
    return [
        task for task in tasks if task.due.step is Step.RELEASE or (task.can_be_told and task.key not in told)
    ]


def tasks_of(rows: Sequence[Any], now: datetime) -> list[Task]:
    """What is due, done or not, from the rows of ``missing_by_deadline``: one place has a row for each course."""
    settings = {host_id: settings_of(host_id, now) for host_id in {row.host_id for row in rows}}
    found = []
    for _, group in groupby(rows, key=lambda row: row.id):
        mine = list(group)
        place = unfinished(mine, settings[mine[0].host_id])
        due = part_one.due(place, now)
        if due is not None:
            found.append(task_of(mine, place, due))
    return found


def unfinished(rows: Sequence[Any], settings: dict[str, Any]) -> Unfinished:
    """One place with its terms: those of the day it was booked, and the partnership's for what they do not say."""
    row = rows[0]
    return Unfinished(
        starts_at=row.starts_at,
        booked_at=row.booked_at,
        dated_at=row.dated_at,
        working_days=row.policy.get("part_one_working_days", settings["part_one_working_days"]),
        reminders=settings["part_one_reminders_working_days"],
        at_deadline=row.policy.get("part_one", row.part_one),
        evidence_waiting=any(row.evidence_waiting for row in rows),
    )


def task_of(rows: Sequence[Any], place: Unfinished, due: Due) -> Task:
    """The task, with the key of its letter: an event that moves to another day is told anew."""
    row = rows[0]
    return Task(
        booking_id=row.id,
        event_id=row.event_id,
        due=due,
        key=f"booking:{row.public_id}:part-one:{due.moment}:{london_day(row.starts_at)}",
        can_be_told=bool(row.email),
        missing=tuple((each.required, each.required_slug) for each in rows),
        place=place,
    )


def already_told(keys: Sequence[str]) -> set[str]:
    """Those of the keys under which a letter was posted."""
    found: set[str] = set()
    for start in range(0, len(keys), AT_ONCE):
        asked = sa.select(Letter.key).where(Letter.key.in_(keys[start : start + AT_ONCE]))
        found |= set(db.session.scalars(asked))
    return found


def act(task: Task, booking: Booking, occasion: Occasion, now: datetime) -> None:
    """Do one task; where the course says so the manager hears of it too."""
    if task.due.step is Step.RELEASE:
        titles = " and ".join(title for title, _ in task.missing)
        actions.release(booking, by=None, now=now, why=f"{titles} was not done in time")
    else:
        tell(task, booking, occasion, now)
    if booking.manager_email and occasion.event.course.copies_manager:
        tell_manager(task, booking, occasion, now)


def tell(task: Task, booking: Booking, occasion: Occasion, now: datetime) -> None:
    """What is still to do, until when, and what follows if it is not done."""
    post(
        "part-one",
        key=task.key,
        to_email=booking.person.email,
        to_name=booking.person.name,
        **letters.usual(booking, occasion, now),
        missing=task.missing,
        by=task.place.deadline,
        passed=task.due.step is Step.CHASE,
        releases=task.place.at_deadline == "release",
    )


def tell_manager(task: Task, booking: Booking, occasion: Occasion, now: datetime) -> None:
    """The same for the manager, who is asked to make the time."""
    post(
        "part-one-manager",
        key=f"{task.key}:manager",
        to_email=booking.manager_email,
        to_name=booking.manager_name,
        **letters.usual(booking, occasion, now),
        name=booking.person.name,
        missing=task.missing,
        by=task.place.deadline,
        passed=task.due.step is Step.CHASE,
        released=task.due.step is Step.RELEASE,
        releases=task.place.at_deadline == "release",
    )
