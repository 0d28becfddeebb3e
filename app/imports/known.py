"""What there is already, read in a few queries for a whole file."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from itertools import islice

import sqlalchemy as sa

from ..accounts.actions import OTHERS
from ..accounts.agencies import known_to
from ..accounts.models import Agency, Person, Setting, Team
from ..accounts.rules import slug_of
from ..booking.models import Booking
from ..booking.models.bookings import UNIQUE_STATES
from ..catalogue.models import Course, CourseOffer, Event, EventSession, Venue
from ..db import db
from ..evaluation.rules import told_no_earlier_than
from .booking_checks import PersonKnown, Standing
from .booking_rows import BookingPlan, Known
from .event_dates import Dates, EventKnown
from .event_rows import CourseKnown, Programme, VenueKnown
from .naming import Names
from .workplaces import TO_MAKE, AgencyKnown, SettingKnown, Workplaces

AT_ONCE = 500  # values in one IN list


def some(values: Iterable[int] | Iterable[str], size: int = AT_ONCE) -> Iterator[list[int] | list[str]]:
    """The values, so many at a time."""
    rest = iter(values)
    while chunk := list(islice(rest, size)):
        yield chunk  # type: ignore[misc]


def course_names() -> list[str]:
    """The titles and other names of every course on the site."""
    found: list[str] = []
    for title, others in db.session.execute(sa.select(Course.title, Course.other_names)):
        found += [title, *others]
    return found


def venue_names() -> list[str]:
    """The names of every venue."""
    return list(db.session.scalars(sa.select(Venue.name)))


def courses_of(partnership_id: int) -> Names[CourseKnown]:
    """The courses of a programme by title, name in addresses, and other names."""
    rows = db.session.execute(
        sa.select(Course.id, Course.title, Course.slug, Course.delivery, Course.other_names)
        .join(CourseOffer, CourseOffer.course_id == Course.id)
        .where(CourseOffer.partnership_id == partnership_id)
        .order_by(Course.title)
    )
    return Names(
        "course",
        (
            ((row.title, row.slug, *row.other_names), CourseKnown(row.id, row.title, row.delivery))
            for row in rows
        ),
    )


def programme_of(partnership_id: int, *, now: datetime) -> Programme:
    """What new dates are compared with."""
    venues = db.session.execute(sa.select(Venue.id, Venue.name).order_by(Venue.name))
    dates = db.session.execute(
        sa.select(Event.course_id, Event.starts_at).where(
            Event.host_id == partnership_id, Event.starts_at.is_not(None)
        )
    )
    return Programme(
        courses_of(partnership_id),
        Names("venue", (((row.name,), VenueKnown(row.id, row.name)) for row in venues)),
        frozenset((row.course_id, row.starts_at) for row in dates),
        now,
    )


def known_of(partnership_id: int, *, now: datetime) -> Known:
    """What past bookings name."""
    return Known(
        courses_of(partnership_id),
        Dates(events_of(partnership_id), now=now, settled_before=told_no_earlier_than(now)),
        workplaces_of(partnership_id),
    )


def events_of(partnership_id: int) -> list[EventKnown]:
    """Every event of a partnership that has a date, with its sessions."""
    sessions: dict[int, list[tuple[int, datetime]]] = {}
    for row in db.session.execute(
        sa.select(EventSession.id, EventSession.event_id, EventSession.ends_at)
        .join(Event, Event.id == EventSession.event_id)
        .where(Event.host_id == partnership_id)
        .order_by(EventSession.starts_at)
    ):
        sessions.setdefault(row.event_id, []).append((row.id, row.ends_at))
    rows = db.session.execute(
        sa.select(
            Event.id,
            Event.course_id,
            Course.title,
            Event.state,
            Event.headcount_only,
            Event.booking_limit,
            Event.starts_at,
            Event.ends_at,
        )
        .join(Course, Course.id == Event.course_id)
        .where(Event.host_id == partnership_id, Event.starts_at.is_not(None))
        .order_by(Event.starts_at, Event.id)
    )
    return [EventKnown(*row, sessions=tuple(sessions.get(row.id, ()))) for row in rows]  # type: ignore[arg-type]


def workplaces_of(partnership_id: int) -> Workplaces:
    """Where people of a partnership work and worked."""
    agencies = db.session.execute(
        sa.select(Agency.id, Agency.name, Agency.slug, Agency.sector, Agency.is_umbrella)
        .where(known_to(partnership_id))
        .order_by(Agency.name)
    )
    known = [AgencyKnown(*row) for row in agencies]
    if not any(agency.name == OTHERS for agency in known):  # it is made when it is first needed
        known.append(AgencyKnown(TO_MAKE, OTHERS, slug_of(OTHERS), "Other", True))
    ids = [agency.id for agency in known]
    settings = db.session.execute(
        sa.select(Setting.id, Setting.agency_id, Setting.name, Setting.slug, Setting.number)
        .where(Setting.agency_id.in_(ids))
        .order_by(Setting.name)
    )
    teams = db.session.execute(sa.select(Team.id, Team.agency_id, Team.name).where(Team.agency_id.in_(ids)))
    return Workplaces(
        known, (SettingKnown(*row) for row in settings), ((row.id, row.agency_id, row.name) for row in teams)
    )


def standing_of(plans: Collection[BookingPlan], *, locked: bool) -> Standing:
    """What the people and dates of a file have already; ``locked``: nobody changes those dates meanwhile."""
    people: dict[str, PersonKnown] = {}
    for emails in some(dict.fromkeys(plan.email for plan in plans if plan.email)):
        wanted = sa.select(Person.email, Person.id, Person.name).where(Person.email.in_(emails))
        people |= {row.email: PersonKnown(row.id, row.name) for row in db.session.execute(wanted)}
    free: dict[int, int] = {}
    on: set[tuple[int, int]] = set()
    for ids in some(sorted({plan.event.id for plan in plans})):
        events = (
            sa.select(Event.id, (Event.booking_limit - Event.places_held).label("left"))
            .where(Event.id.in_(ids))
            .order_by(Event.id)
        )
        wanted_now = events.with_for_update() if locked else events
        free |= {row.id: row.left for row in db.session.execute(wanted_now)}
        held = sa.select(Booking.event_id, Booking.person_id).where(
            Booking.event_id.in_(ids), Booking.state.in_(UNIQUE_STATES)
        )
        on |= {(row.event_id, row.person_id) for row in db.session.execute(held)}
    return Standing(people, frozenset(on), free)
