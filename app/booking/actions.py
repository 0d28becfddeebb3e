"""Bookings change here: inside ``changing(event)``, which holds the event's lock; nothing commits.

With the lock held, the number of free places cannot change between the check and the row, so nobody ever sees
the database refuse an overfilled event; its constraint stays behind as the second line.
"""

from datetime import datetime

import sqlalchemy as sa

from ..accounts.models import Person
from ..catalogue.models import Event
from ..db import db
from ..errors import Refused
from ..notifications.actions import withdraw as withdraw_letters
from ..partnerships.rules import DEFAULTS
from . import approving, letters, refusals, rules
from .checks import Occasion, asker_of, claims_of, number_waiting, occasion_of
from .models import Booking
from .promoting import free_places_taken, tell_me
from .prospects import prospect_of
from .rules import HOLDING, Asked, State
from .steps import claim, end_interests, move
from .workplaces import Workplace

__all__ = [
    "book",
    "cancel",
    "claim",
    "days_of_notice",
    "end_interests",
    "free_places_taken",
    "late_now",
    "move",
    "release",
    "tell_me",
    "withdraw",
]


def book(
    event: Event,
    person: Person,
    workplace: Workplace,
    *,
    by: Person,
    now: datetime,
    asked: Asked,
    by_staff: bool = False,
    leads: bool = False,
) -> Booking:
    """Give the person a place, ask for its approval, or (``or_wait``) put them on the waiting list.

    Asked twice, it gives the same booking. ``leads``: their agency's lead books for them. Raises Refused with the
    ``Reason`` of the first check that does not hold.
    """
    # Two bookings of one person, on two dates of a course, must not pass each other.
    db.session.refresh(person, with_for_update={"key_share": True})
    claims = claims_of([person.id], now)[person.id]
    held = next((claim.booking for claim in claims if claim.event_id == event.id), None)
    if held:
        return db.session.scalars(sa.select(Booking).where(Booking.public_id == held)).one()
    occasion = occasion_of(event, now)
    if occasion.waiting and event.places_left:
        free_places_taken(event, now, newly=False)
    asker = asker_of(occasion, person, workplace, now=now, by_staff=by_staff, leads=leads)
    to_approve = refusals.to_approve(occasion.wanted, asker, asked)
    prospect = prospect_of(occasion, asker, now=now, to_approve=to_approve)
    refused = refusals.refusal(
        occasion.wanted,
        asker,
        claims,
        becomes=prospect.becomes,
        now=now,
        asked=asked,
        share=prospect.share,
    )
    if refused:
        raise Refused(refused.sentence, reason=refused.reason)
    booking = claim(
        occasion,
        person,
        workplace,
        state=prospect.becomes,
        by=by,
        now=now,
        asked=asked,
        policy=policy_of(asked, to_approve=to_approve)
        | ({} if asker.terms is None else {"charge": dict(asker.terms)}),
        why=asked.approved_why if by_staff else "",
    )
    follow_up(booking, person, occasion, now=now)
    return booking


def policy_of(asked: Asked, *, to_approve: bool) -> dict[str, object]:
    """What a booking keeps of how it was asked for, where that matters later."""
    kept = {
        "to_approve": to_approve,
        "manager_confirmed": asked.manager_confirmed,
        "purchase_order": asked.purchase_order.strip(),
    }
    return {name: value for name, value in kept.items() if value}


def follow_up(booking: Booking, person: Person, occasion: Occasion, *, now: datetime) -> None:
    """What a new booking brings with it: letters, the question to whoever has to agree."""
    if booking.policy.get("to_approve"):
        approving.ask_for(booking, occasion, now=now)
    if booking.state == State.WAITING:
        position = number_waiting(occasion.event.id)
        letters.tell_waiting(booking, person, occasion, now=now, position=position)
        return
    end_interests(occasion.event.course_id, person.id, now)
    if booking.state == State.REQUESTED:
        letters.tell(booking, person, occasion, "requested", now=now)
    else:
        letters.tell_booked(booking, person, occasion, now=now, promoted=False)


def cancel(booking: Booking, *, by: Person | None, now: datetime, why: str = "") -> None:
    """Give up a place; who waits gets it. A late cancellation needs a reason. Doing it twice changes nothing."""
    if booking.state == State.CANCELLED:
        return
    if booking.state != State.BOOKED or booking.event.has_begun(now):
        raise Refused("This place can no longer be cancelled here. Ring the training team.")
    late = late_now(booking, now)
    if late and not why.strip():
        raise Refused("Say why you cancel so close to the day.")
    move(booking, State.CANCELLED, by=by, now=now, why=why.strip(), late=late)
    place_given_back(booking, now, late=late)


def place_given_back(booking: Booking, now: datetime, *, late: bool) -> None:
    """The calendar that has it takes it out, and who waits gets it."""
    booking.invite_sequence += 1
    withdraw_letters(about=letters.about(booking), now=now)
    occasion = occasion_of(booking.event, now)
    letters.tell_cancelled(booking, booking.person, occasion, now=now, late=late)
    free_places_taken(booking.event, now)


def release(booking: Booking, *, by: Person | None, now: datetime, why: str) -> None:
    """Take a place back, because what comes before the course is not done; counts as late for nobody."""
    if booking.state == State.RELEASED:
        return
    if booking.state != State.BOOKED or booking.event.has_begun(now):
        raise Refused("Only a place on a course that has not begun can be released.")
    move(booking, State.RELEASED, by=by, now=now, why=why)
    booking.invite_sequence += 1
    withdraw_letters(about=letters.about(booking), now=now)
    letters.tell_released(booking, booking.person, occasion_of(booking.event, now), now=now, why=why)
    free_places_taken(booking.event, now)


def late_now(booking: Booking, now: datetime) -> bool:
    """Whether giving up the place now counts as late, under the policy the booking was made under."""
    days, starts_at = days_of_notice(booking), booking.event.starts_at
    granted = booking.policy.get("free_until")  # somebody else changed the date after the booking was made
    if starts_at is None or (granted and now <= datetime.fromisoformat(granted)):
        return False
    return rules.is_late(starts_at=starts_at, now=now, working_days=days)


def days_of_notice(booking: Booking) -> int:
    """How many working days before the start a place can be given up without it counting as late."""
    days: int = {**DEFAULTS, **booking.policy}["late_cancellation_working_days"]
    return days


def withdraw(booking: Booking, *, by: Person | None, now: datetime, why: str = "") -> None:
    """Leave the waiting list (or take a request or an offer back). Doing it twice changes nothing."""
    if booking.state == State.WITHDRAWN:
        return
    if not rules.may_become(State(booking.state), State.WITHDRAWN):
        raise Refused("This booking is no longer waiting. Look at it again.")
    held_a_place = booking.state in HOLDING
    move(booking, State.WITHDRAWN, by=by, now=now, why=why)
    approving.take_back(booking, now=now)
    withdraw_letters(about=letters.about(booking), now=now)
    if held_a_place:
        free_places_taken(booking.event, now)
