"""What a letter can be about, and the real rows of a partnership it could be written for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..accounts.models import Person
from ..booking.models import Approval, Booking, Headcount, Nomination
from ..catalogue.models import Course, Event
from ..clock import in_london
from ..completions.models import Evidence
from ..pool.models import EventTrainer

Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of row: what it is called, how its rows are found and told apart, and what letters about it are about."""

    noun: str
    rows: Callable[[int], sa.Select[Any]]  # of a partnership, newest first
    key: Any  # the column that names a row in addresses
    searched: tuple[Any, ...]  # columns in which a typed name is looked for
    label: Callable[[Any], str]
    about: Callable[[Any], str]


def day_of(starts_at: datetime | None) -> str:
    """A date for telling rows apart."""
    return f"{in_london(starts_at):%-d %B %Y}" if starts_at else "no date yet"


def event_label(event: Event) -> str:
    """A date of a course."""
    return f"{event.course.title}, {day_of(event.starts_at)}"


def of_events(model: Any, event_id: Any, partnership_id: int) -> sa.Select[Any]:
    """Rows that hang on an event, newest first, with the event and its course beside them."""
    rows = sa.select(model).join(Event, Event.id == event_id).join(Course, Course.id == Event.course_id)
    return rows.where(Event.host_id == partnership_id).order_by(model.id.desc())


def bookings(partnership_id: int) -> sa.Select[Any]:
    """Bookings with an address to write to."""
    rows = of_events(Booking, Booking.event_id, partnership_id).join(Person, Person.id == Booking.person_id)
    return rows.where(Person.email.is_not(None)).options(
        joinedload(Booking.person), joinedload(Booking.event).joinedload(Event.course)
    )


def trainers(partnership_id: int) -> sa.Select[Any]:
    """People who deliver a date."""
    rows = of_events(EventTrainer, EventTrainer.event_id, partnership_id)
    return rows.join(Person, Person.id == EventTrainer.person_id).where(Person.email.is_not(None))


def events(partnership_id: int) -> sa.Select[Any]:
    """Dates."""
    rows = sa.select(Event).join(Course, Course.id == Event.course_id).where(Event.host_id == partnership_id)
    return rows.order_by(Event.starts_at.desc().nulls_last(), Event.id.desc())


def people(_partnership_id: int) -> sa.Select[Any]:
    """People with an account and an address."""
    open_ones = Person.closed_at.is_(None), Person.is_guest.is_(False), Person.email.is_not(None)
    return sa.select(Person).where(*open_ones, Person.name != "").order_by(Person.id.desc())


def evidence(partnership_id: int) -> sa.Select[Any]:
    """Certificates from elsewhere that were handed in."""
    rows = sa.select(Evidence).join(Person, Person.id == Evidence.person_id)
    return rows.where(Evidence.partnership_id == partnership_id).order_by(Evidence.id.desc())


def approvals(partnership_id: int) -> sa.Select[Any]:
    """Questions to somebody who has to agree."""
    rows = sa.select(Approval).join(Booking, Booking.id == Approval.booking_id)
    rows = rows.join(Event, Event.id == Booking.event_id).join(Person, Person.id == Booking.person_id)
    there = Event.host_id == partnership_id, Approval.approver_email != ""
    return rows.where(*there).order_by(Approval.id.desc())


def nominations(partnership_id: int) -> sa.Select[Any]:
    """Places held for people a lead has still to name."""
    rows = of_events(Nomination, Nomination.event_id, partnership_id)
    return rows.join(Person, Person.id == Nomination.by_id)


def headcounts(partnership_id: int) -> sa.Select[Any]:
    """Organisations that sent numbers, those that left an address first."""
    rows = of_events(Headcount, Headcount.event_id, partnership_id).order_by(None)
    rows = rows.order_by(Headcount.contact_email == "", Headcount.id.desc())
    return rows.where(Headcount.cancelled_at.is_(None))


BOOKING = Kind(
    noun="booking",
    rows=bookings,
    key=Booking.public_id,
    searched=(Person.name, Person.email, Course.title),
    label=lambda row: f"{row.person.name}: {event_label(row.event)}",
    about=lambda row: f"booking:{row.public_id}",
)
TRAINER = Kind(
    noun="trainer",
    rows=trainers,
    key=EventTrainer.public_id,
    searched=(Person.name, Person.email, Course.title),
    label=lambda row: f"{row.person.name}, who delivers {event_label(row.event)}",
    about=lambda row: f"trainer:{row.public_id}",
)
EVENT = Kind(
    noun="date",
    rows=events,
    key=Event.id,
    searched=(Course.title,),
    label=event_label,
    about=lambda _: "",
)
PERSON = Kind(
    noun="person",
    rows=people,
    key=Person.public_id,
    searched=(Person.name, Person.email),
    label=lambda row: f"{row.name} ({row.email})",
    about=lambda _: "",
)
EVIDENCE = Kind(
    noun="certificate",
    rows=evidence,
    key=Evidence.public_id,
    searched=(Person.name, Person.email),
    label=lambda row: f"{row.person.name}: {row.course.title}",
    about=lambda row: f"evidence:{row.public_id}",
)
APPROVAL = Kind(
    noun="question",
    rows=approvals,
    key=Approval.public_id,
    searched=(Person.name, Approval.approver_name, Approval.approver_email),
    label=lambda row: f"{row.approver_name or row.approver_email}, about {row.booking.person.name}",
    about=lambda row: f"booking:{row.booking.public_id}",
)
NOMINATION = Kind(
    noun="held place",
    rows=nominations,
    key=Nomination.public_id,
    searched=(Person.name, Course.title),
    label=lambda row: f"{row.by.name}, who holds {row.places} on {event_label(row.event)}",
    about=lambda row: f"nomination:{row.public_id}",
)
HEADCOUNT = Kind(
    noun="organisation",
    rows=headcounts,
    key=Headcount.token,
    searched=(Headcount.organisation, Headcount.contact_name, Course.title),
    label=lambda row: f"{row.organisation}, {row.expected} people",
    about=lambda row: f"headcount:{row.token}",
)
