"""The lead's first page: what is due, what their people are booked on and what they came to."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import render_template
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts import people
from ...accounts.models import Person
from ...accounts.rules import Role
from ...booking.leading import from_there, led_of
from ...booking.models import Booking
from ...booking.rules import LIVE, ON_THE_REGISTER
from ...catalogue.models import Course, Event
from ...db import db
from ...web.access import current_partnership, requires, signed_in
from ...web.paging import Paging, paging
from ..approvals.finding import asked_of
from ..people.outcomes import CAME, outcome_of
from ..people.words import Outcome, led_words
from . import due, pages

A_YEAR = timedelta(days=365)
Columns = sa.Select[*tuple[Any, ...]]


def bookings(led: sa.ColumnElement[bool]) -> Columns:
    """The bookings of what is led, on this partnership's events, with what became of them."""
    return (
        sa.select(
            Booking.public_id,
            Person.name,
            Course.title,
            Event.id.label("event_id"),
            Event.starts_at,
            Event.ends_at,
            Booking.state,
            *CAME,
        )
        .select_from(Booking)
        .join(Person, Person.id == Booking.person_id)
        .join(Event, Event.id == Booking.event_id)
        .join(Course, Course.id == Event.course_id)
        .where(led, Event.host_id == current_partnership().id)
    )


def coming(led: sa.ColumnElement[bool], now: datetime) -> Columns:
    """Who has a place, or waits for one, on what is not over; soonest first."""
    ahead = sa.or_(Event.ends_at > now, Event.ends_at.is_(None))
    soonest = (Event.starts_at.is_(None), Event.starts_at, Event.id, Person.name)
    return bookings(led).where(Booking.state.in_(LIVE), ahead).order_by(*soonest)


def past(led: sa.ColumnElement[bool], now: datetime) -> Columns:
    """Who was on the register of what was held in the last twelve months; newest first."""
    listed = Booking.state.in_(ON_THE_REGISTER)
    within = Event.ends_at.between(now - A_YEAR, now)
    held = bookings(led).where(listed, within, Event.took_place)
    return held.order_by(Event.starts_at.desc(), Event.id, Person.name)


@dataclass(frozen=True)
class Listed:
    """One page of a list of bookings: by event, and in each the people by what became of them."""

    page: Paging
    events: list[tuple[Any, dict[Outcome, list[Any]]]]


def listed(wanted: Columns, now: datetime, key: str, *, at: str) -> Listed:
    """The page of a list that is asked for."""
    count = db.session.scalar(sa.select(sa.func.count()).select_from(wanted.order_by(None).subquery()))
    page = paging(count or 0, key=key, at=at)
    found: dict[int, tuple[Any, dict[Outcome, list[Any]]]] = {}
    for row in db.session.execute(wanted.limit(page.size).offset(page.offset)):
        _, names = found.setdefault(row.event_id, (row, {}))
        names.setdefault(outcome_of(row, now), []).append(row)
    return Listed(page, list(found.values()))


@pages.get("/my-agency")
@requires(Role.AGENCY_LEAD)
def overview() -> ResponseReturnValue:
    """What is coming for the lead's people, and what they came to."""
    who, now = signed_in(), clock.now()
    leads = led_of(who.grants)
    led = from_there(leads)
    roles = db.session.execute(people.roles_of([who.person.id], current_partnership().id))
    held = {grant.id for grant in who.grants if grant.role == Role.AGENCY_LEAD}
    year = past(led, now).order_by(None).subquery()
    counted = sa.select(
        sa.func.count(sa.case((year.c.came, 1))),
        sa.func.count(
            sa.case(
                (sa.and_(~year.c.came, ~year.c.excused, year.c.register_closed, year.c.state == "booked"), 1)
            )
        ),
    )
    came, missed = db.session.execute(counted).one()
    return render_template(
        "my_agency/overview.html",
        leads=[led_words(row) for row in roles if row.id in held and row.agency],
        due=due.lines(leads, now) if leads else [],
        coming=listed(coming(led, now), now, "page", at="coming"),
        past=listed(past(led, now), now, "past", at="past"),
        came=came,
        missed=missed,
        to_agree=asked_of(who.person.email, current_partnership().id, now),
    )
