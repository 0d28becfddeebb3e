"""Mails to those who speak for several people, and to those who were invited or asked to be told."""

from datetime import datetime

from ..booking import announcing, headcount_letters, messages, nomination_letters
from ..booking.checks import occasion_of
from ..booking.delegates import Narrowed
from ..booking.invited import Reader, send
from ..booking.models import Booking, Headcount, Interest, Nomination
from ..catalogue.models import Event
from ..db import db
from .bookings import booked
from .changes import held
from .kinds import BOOKING, EVENT, HEADCOUNT, NOMINATION, PERSON, Condition
from .table import ours, sample

HEADING = "Parking, and a change of room"
TEXT = "Please park behind the church: the yard is closed on that day.\n\nThe course is in room 2, on the first floor."


def published(now: datetime) -> list[Condition]:
    """A date that is still to come."""
    return [Event.state == "published", Event.starts_at > now]


def open_to_all(now: datetime) -> list[Condition]:
    """A date that anybody could book."""
    return [*published(now), ~Event.by_invitation, ~Event.headcount_only]


@sample("places-held", kind=NOMINATION, where=held)
def holds_places(row: Nomination, now: datetime) -> None:
    """Places are held for people to be named."""
    nomination_letters.tell_held(row, row.by, occasion_of(row.event, now), now=now)


@sample("name-people", kind=NOMINATION, where=held)
def has_to_name_people(row: Nomination, now: datetime) -> None:
    """The day comes near."""
    nomination_letters.tell_name_people(row, occasion_of(row.event, now), days=3, now=now)


@sample("places-run-out", kind=NOMINATION, where=held)
def named_nobody(row: Nomination, now: datetime) -> None:
    """The day is over."""
    nomination_letters.tell_run_out(row, row.places, occasion_of(row.event, now), now=now)


@sample("numbers-sent", kind=HEADCOUNT)
def sent_numbers(row: Headcount, now: datetime) -> None:
    """An organisation said how many come."""
    headcount_letters.tell(row, event_of(row), "numbers-sent", now=now)


@sample("numbers-link", kind=HEADCOUNT)
def wants_the_link_again(row: Headcount, now: datetime) -> None:
    """The same numbers were sent once more."""
    headcount_letters.tell(row, event_of(row), "numbers-link", now=now)


@sample("numbers-message", kind=HEADCOUNT)
def is_written_to_as_an_organisation(row: Headcount, now: datetime) -> None:
    """The training team writes to organisations."""
    headcount_letters.write_to_each([row], event_of(row), HEADING, TEXT.split("\n\n"), now=now)


def event_of(row: Headcount) -> Event:
    """The date the numbers are for; where nobody left an address, somebody stands in."""
    if not row.contact_email:
        row.contact_name, row.contact_email = "Ruth Cole", "ruth.cole@example.org"
    return db.session.get_one(Event, row.event_id)


@sample("message", kind=BOOKING, where=booked)
def is_written_to(booking: Booking, now: datetime) -> None:
    """The training team writes to everybody on a date."""
    event, by = booking.event, booking.person
    written = messages.draft(event, Narrowed(), subject=HEADING, text=TEXT, by=by, now=now)
    messages.send(written, event, now=now)


@sample("invitation", kind=EVENT, where=published)
def is_invited(event: Event, now: datetime) -> None:
    """Somebody is invited to a date."""
    send(event, [Reader(name="Priya Nair", email=ours().contact_email or "priya.nair@example.org")], now=now)


@sample("new-date", kind=EVENT, where=open_to_all)
def asked_to_be_told(event: Event, now: datetime) -> None:
    """Those who asked hear of a new date."""
    if not db.session.execute(announcing.interested(event.course_id).limit(1)).first():
        lend_a_wish(event, now)
    announcing.tell_interested(event, now=now)


def lend_a_wish(event: Event, now: datetime) -> None:
    """Where nobody asked to be told of the course, the newest person of the site stands in."""
    if person := db.session.scalars(PERSON.rows(event.host_id).limit(1)).first():
        db.session.add(Interest(course_id=event.course_id, person_id=person.id, asked_at=now))
        db.session.flush()
