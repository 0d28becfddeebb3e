"""Text messages: a change so near the start that it goes to mobiles too, and what the training team writes as one."""

from dataclasses import replace
from datetime import datetime, timedelta

from ..booking import messages
from ..booking.checks import sessions_of
from ..booking.delegates import Narrowed
from ..booking.models import Booking
from ..delivery.actions import cancel_event, give_date, postpone, reschedule
from .bookings import booked
from .changes import WHY, plans
from .kinds import BOOKING, Condition
from .table import sample

BEFORE = timedelta(hours=1)
LATER = timedelta(minutes=30)
WRITTEN = "The car park is closed today. Park behind the church, it is free."


def with_a_mobile(now: datetime) -> list[Condition]:
    """Those who have a place and gave a number for the day."""
    return [*booked(now), Booking.mobile != ""]


def just_before(booking: Booking) -> datetime:
    """An hour before it starts: then a mail alone would come too late."""
    assert booking.event.starts_at is not None
    return booking.event.starts_at - BEFORE


@sample("text-event-changed", kind=BOOKING, where=with_a_mobile)
def starts_later(booking: Booking, _now: datetime) -> None:
    """An hour before the start it is moved by half an hour."""
    same = plans(sessions_of(booking.event_id), timedelta())
    wanted = [replace(one, starts_at=one.starts_at + LATER, ends_at=one.ends_at + LATER) for one in same]
    reschedule(booking.event, wanted, by=None, now=just_before(booking), why=WHY)


@sample("text-event-postponed", kind=BOOKING, where=with_a_mobile)
def is_taken_off_at_once(booking: Booking, _now: datetime) -> None:
    """An hour before the start it is postponed."""
    postpone(booking.event, by=None, now=just_before(booking), why=WHY)


@sample("text-event-cancelled", kind=BOOKING, where=with_a_mobile)
def is_called_off_at_once(booking: Booking, _now: datetime) -> None:
    """An hour before the start it is called off."""
    cancel_event(booking.event, by=None, now=just_before(booking), why=WHY)


@sample("text-event-dated", kind=BOOKING, where=with_a_mobile)
def is_on_after_all(booking: Booking, _now: datetime) -> None:
    """It was taken off, and an hour before the start it is on again."""
    wanted, now = plans(sessions_of(booking.event_id), timedelta()), just_before(booking)
    postpone(booking.event, by=None, now=now - timedelta(days=3), why=WHY)
    give_date(booking.event, wanted, by=None, now=now)


@sample("text-message", kind=BOOKING, where=with_a_mobile)
def is_written_to_by_text(booking: Booking, now: datetime) -> None:
    """The training team writes to everybody on a date, to their mobiles too."""
    words = {"subject": "The car park is closed", "text": WRITTEN, "short_text": WRITTEN}
    written = messages.draft(booking.event, Narrowed(), by=booking.person, now=now, **words)
    messages.send(written, booking.event, now=now)
