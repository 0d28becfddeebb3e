"""What the benchmark measures on: the demonstration of today, 200 coming events, people who are signed in."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from app import clock
from app.accounts.feeds import make_feed
from app.accounts.models import AgencyStanding, Person, RoleGrant
from app.accounts.rules import Role
from app.attendance.models import Mark
from app.booking.models import Booking
from app.catalogue.models import Course, Event
from app.db import db, rebuilding, writing
from app.partnerships.models import Partnership
from app.tallies.actions import rebuild_all
from tests.conftest import build_app
from tests.factories import LONG_AGO, add, make_agency, make_booking, make_event, make_person
from tests.web_servers import session_cookie

PEOPLE = 200
LAST = 30
EARLY = 24  # book before the others, unmeasured


@dataclass(frozen=True)
class Scene:
    """Addresses and cookies for the measurements."""

    app: Flask
    event_path: str
    roomy_event: int
    last_places: int  # an event with LAST places and many who want them
    registers: dict[int, tuple[int, list[str]]]  # by how many are on it: the event and its bookings
    meeting: int  # an event with as many people as the largest of them, whom nobody has marked
    cookies: list[str]
    member: str
    administrator: str


def build(folder: Path) -> Scene:
    """Migrate, build the demonstration, add what is measured."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    app = build_app(folder, f"sqlite:///{folder / 'bench.sqlite'}", TESTING=False, DEMONSTRATION=True)
    with app.app_context():
        upgrade()
        app.test_cli_runner().invoke(args=["demo"], catch_exceptions=False)
        return furnish(app, clock.now())


def furnish(app: Flask, now: datetime) -> Scene:
    """200 coming events in all, one with room for everybody, registers of 30 and 200, and people with sessions."""
    course = db.session.scalars(sa.select(Course).where(Course.slug == "working-together")).one()
    host = {"host_id": db.session.scalars(Partnership.first()).one().id}
    coming = db.session.scalars(
        sa.select(sa.func.count()).select_from(Event).where(Event.starts_at > now)
    ).one()
    events = [
        make_event(course, now + timedelta(days=3 + n, hours=n % 6), capacity=40, **host)
        for n in range(200 - coming)
    ]
    roomy = make_event(course, now + timedelta(days=60), capacity=5000, **host)
    other = db.session.scalars(sa.select(Course).where(Course.slug == "neglect")).one()
    last = make_event(other, now + timedelta(days=61), capacity=LAST, **host)
    add(
        AgencyStanding(
            agency=make_agency(), partnership_id=host["host_id"], standing="partner", from_on=LONG_AGO
        )
    )
    people = [make_person() for _ in range(2 * PEOPLE + EARLY)]
    registers = {}
    for many in (30, PEOPLE):
        event = make_event(course, now - timedelta(minutes=30), capacity=many, **host)
        listed = [make_booking(event, person) for person in people[-many:]]
        registers[many] = (event.id, [booking.public_id for booking in listed])
    meeting = make_event(course, now - timedelta(hours=4), capacity=PEOPLE, **host)
    for person in people[-PEOPLE:]:
        make_booking(meeting, person)
    with rebuilding():
        rebuild_all(now=now)
    return Scene(
        app,
        f"/events/{events[0].id}",
        roomy.id,
        last.id,
        registers,
        meeting.id,
        [session_cookie(app, person) for person in people[: PEOPLE + EARLY]],
        session_cookie(app, with_role(Role.LWD_MEMBER)),
        session_cookie(app, with_role(Role.ADMINISTRATOR)),
    )


def with_role(role: Role) -> Person:
    """Somebody of the demonstration who holds that role."""
    found = (
        sa.select(Person)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.role == role.value)
    )
    return db.session.scalars(found.order_by(Person.id)).first() or make_person("", role)


def own_calendar(app: Flask, many: int) -> str:
    """The secret address of the calendar of somebody who is booked on that many coming dates."""
    with app.app_context():
        person = make_person()
        free = Event.state == "published", Event.places_held < Event.booking_limit
        coming = sa.select(Event).where(Event.starts_at > clock.now(), *free)
        for event in db.session.scalars(coming.order_by(Event.starts_at).limit(many)).all():
            make_booking(event, person)
        with writing():
            return f"/calendar/{make_feed(person, 'mine', now=clock.now())}.ics"


def waiting(app: Flask, event_id: int) -> int:
    """How many wait for a place on an event."""
    with app.app_context():
        return db.session.scalars(Booking.number_waiting(event_id)).one()


def confirmed(app: Flask, event_id: int) -> tuple[int, int]:
    """How many are booked on an event, and how many places it counts as held."""
    with app.app_context():
        rows = sa.select(sa.func.count()).where(Booking.event_id == event_id, Booking.state == "booked")
        held = sa.select(Event.places_held).where(Event.id == event_id)
        return db.session.scalars(rows).one(), db.session.scalars(held).one()


def absent(app: Flask, event_id: int) -> int:
    """How many are marked absent on an event's register."""
    with app.app_context():
        marked = sa.select(sa.func.count()).select_from(Mark).join(Booking, Booking.id == Mark.booking_id)
        return db.session.scalars(marked.where(Booking.event_id == event_id, Mark.mark == "absent")).one()
