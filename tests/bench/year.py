"""A busy year for the desk: 500 events with 30 bookings each, one every day, in a database of its own."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from app import clock
from app.accounts.models import Person
from app.accounts.rules import Role
from app.booking.models import Booking
from app.booking.rules import State
from app.catalogue.models import Event, EventSession
from app.db import rebuilding
from app.tallies.actions import rebuild_all
from tests.conftest import build_app
from tests.factories import (
    make_agency,
    make_course,
    make_partnership,
    make_person,
    make_requirement,
    make_trainer,
)
from tests.web_servers import session_cookie

EVENTS, EACH = 500, 30
PEOPLE = 600
ROWS = 10_000
STATES = [State.BOOKED] * 24 + [State.WAITING] * 3 + [State.CANCELLED] * 2 + [State.OFFERED]


@dataclass(frozen=True)
class Year:
    """The app, who administers it, and the addresses that are measured."""

    app: Flask
    administrator: str
    list_path: str
    sheet_path: str  # of ROWS bookings; ends before the kind


def build_year(folder: Path) -> Year:
    """Migrate, fill, and sign somebody in."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    app = build_app(folder, f"sqlite:///{folder / 'year.sqlite'}", TESTING=False)
    with app.app_context():
        upgrade()
        now = clock.now()
        event_ids = fill(now)
        with rebuilding():
            rebuild_all(now=now)
        first = clock.london_day(now - timedelta(days=EVENTS // 2 - 10))
        last = first + timedelta(days=ROWS // EACH)
        ada = make_person("Ada Admin", Role.ADMINISTRATOR)
        return Year(
            app,
            session_cookie(app, ada),
            f"/events/{event_ids[EVENTS // 2 + 10]}/bookings",
            f"/desk/bookings.{{kind}}?from={first}&to={last}",
        )


def fill(now: datetime) -> list[int]:
    """The events, with their sessions, trainers and bookings; returns their ids, the first one first."""
    make_partnership()
    course, first = make_course("Working Together"), make_course("Part one", delivery="e-learning")
    make_requirement(course, first)
    agencies = [make_agency(f"Agency {n}") for n in range(10)]
    people = [make_person(agency=agencies[n % 10]) for n in range(PEOPLE)]
    begins = [now + timedelta(days=n - EVENTS // 2, hours=1) for n in range(EVENTS)]
    with rebuilding() as session:
        events = [Event(**event_on(at, course.id)) for at in begins]
        session.add_all(events)
        session.flush()
        session.add_all([EventSession(**sitting_of(event)) for event in events])
        session.execute(sa.insert(Booking), list(bookings_of(events, people)))
    trainer = make_person("Tom Trainer", Role.TRAINER)
    for event in events[EVENTS // 2 : EVENTS // 2 + 10]:
        make_trainer(event, trainer)
    return [event.id for event in events]


def event_on(starts_at: datetime, course_id: int) -> dict[str, Any]:
    """A date with room for all of them."""
    host = make_partnership().id
    places = {"capacity": 40, "booking_limit": 40, "created_at": starts_at - timedelta(days=300)}
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=3)}
    few = {"minimum": 26, "minimum_by": clock.london_day(starts_at - timedelta(days=20))}
    return {"course_id": course_id, "host_id": host, **times, **places, **few}


def sitting_of(event: Event) -> dict[str, Any]:
    """Its one session; every fourth has no joining link yet."""
    link = "" if event.id % 4 == 0 else "https://meet.example/abc"
    return {
        "event_id": event.id,
        "starts_at": event.starts_at,
        "ends_at": event.ends_at,
        "joining_url": link,
    }


def bookings_of(events: list[Event], people: list[Person]) -> Any:
    """Thirty for each event, by people in turn."""
    agency_ids = [make_agency(f"Agency {n}").id for n in range(10)]
    for number, event in enumerate(events):
        made_at = event.times[0] - timedelta(days=40)
        for place, state in enumerate(STATES):
            at = (number * EACH + place) % PEOPLE
            yield {
                "event_id": event.id,
                "person_id": people[at].id,
                "agency_id": agency_ids[at % 10],
                "state": state.value,
                "sector": "Local authority",
                "role_group": "",
                "made_at": made_at,
                "joined_at": made_at + timedelta(minutes=place),
                "offer_ends_at": event.times[0] if state == State.OFFERED else None,
                "needs": "A hearing loop" if place == 3 else "",
                "mobile": "07700 900123" if place % 5 == 0 else "",
                "policy": {},
            }
