"""What an administrator may do against the order of things, always with a reason that is kept.

Inside ``changing(event)``; nothing commits.
"""

from datetime import datetime

from ..accounts.models import Person
from ..catalogue.actions import note
from ..catalogue.models import Event
from ..db import db
from ..errors import Refused
from . import approving, refusals
from .actions import follow_up, policy_of
from .approvers import refuse_own
from .changing_hands import waiting_booking
from .checks import asker_of, claims_of, obstacles, occasion_of
from .models import Booking
from .moving import promote_or_swap
from .promoting import free_places_taken
from .rules import Asked, Reason, Refusal, State
from .steps import claim, remark
from .workplaces import Workplace

ABOVE_THE_LIMIT = "added above the limit"  # why the limit of an event was raised by one


def set_priority(booking: Booking, priority: int, *, by: Person, now: datetime, why: str) -> None:
    """Put somebody who waits before (or after) those who joined earlier; never without a reason."""
    if booking.state != State.WAITING:
        raise Refused("Only somebody who waits can be given priority.")
    if not why.strip():
        raise Refused("Say why: the reason is kept, and the person can read it.")
    if booking.priority == priority:
        return
    booking.priority = priority
    remark(booking, f"{'given' if priority else 'no longer given'} priority: {why.strip()}", by=by, now=now)
    free_places_taken(booking.event, now, newly=False)


def give_place(booking: Booking, *, by: Person, now: datetime, why: str) -> None:
    """An administrator gives a free place to somebody who waits, whoever is first in line; with a reason."""
    if booking.state == State.BOOKED:
        return
    event = booking.event
    if not why.strip():
        raise Refused("Say why this person gets the place: the reason is kept.")
    if event.awaits_date or event.has_begun(now):
        raise Refused("Nobody gets a place on a date that is not fixed yet, or has begun.")
    db.session.refresh(event, ["places_held", "booking_limit"])
    if booking.state == State.WAITING and not event.places_left:
        raise Refused("No place is free. Add the person above the limit, or raise the limit.")
    let_in(booking, by=by, now=now, why=why.strip())
    free_places_taken(event, now, newly=False)


def let_in(booking: Booking, *, by: Person, now: datetime, why: str) -> None:
    """The place for somebody who waits: out of turn, but with checks 3 and 4. Inside ``changing_for`` the booking.

    Nobody needs to agree any more: the reason stands for it.
    """
    if booking.policy.get("to_approve") and not approving.is_approved([booking.id]):
        refuse_own(booking.person_id, by)
    occasion = occasion_of(booking.event, now)
    why_not = obstacles(occasion, [booking], now=now, approved={booking.id}, insisted=True)[booking.id]
    if why_not:
        raise Refused(f"{booking.person.name} cannot have a place here: {why_not}. Put that right first.")
    promote_or_swap(booking, occasion, by=by, now=now, why=why)
    approving.take_back(booking, now=now)


def add_above_limit(
    event: Event,
    person: Person,
    workplace: Workplace,
    *,
    by: Person,
    now: datetime,
    asked: Asked,
    why: str,
) -> Booking:
    """An administrator adds somebody although no place is free: it raises the limit by that one. With a reason."""
    if not why.strip():
        raise Refused("Say why one more place is needed: the reason is kept.")
    if event.state != "published" or event.awaits_date or event.has_begun(now):
        raise Refused("Nobody can be added above the limit on a date that is not open.")
    if event.places_left > 0:
        raise Refused("A place is free: book it for them, or give it to them if they wait. The limit stays.")
    was, event.booking_limit = event.booking_limit, max(event.booking_limit, event.places_held) + 1
    note(event, "booking limit", was, event.booking_limit, by=by.public_id, now=now, why=ABOVE_THE_LIMIT)
    db.session.flush()
    booking = waiting_booking(event.id, person.id)
    if booking:
        let_in(booking, by=by, now=now, why=why.strip())
        return booking
    return place_above_limit(event, person, workplace, by=by, now=now, asked=asked, why=why.strip())


def place_above_limit(
    event: Event,
    person: Person,
    workplace: Workplace,
    *,
    by: Person,
    now: datetime,
    asked: Asked,
    why: str,
) -> Booking:
    """The place itself, for somebody who did not wait: every check but mix and places holds for them too."""
    occasion = occasion_of(event, now)
    asker = asker_of(occasion, person, workplace, now=now, by_staff=True, leads=False)
    claims = claims_of([person.id], now)[person.id]
    refused = refusals.refusal(occasion.wanted, asker, claims, becomes=State.BOOKED, now=now, asked=asked)
    if occasion.wanted.approval:
        refuse_own(person.id, by)
    if occasion.wanted.approval and not refusals.approved_already(asker, asked):
        said = refused if refused and refused.reason != Reason.APPROVAL else None
        refused = said or Refusal(reason=Reason.APPROVAL, sentence="Say who agreed that they come.")
    if refused:
        raise Refused(refused.sentence, reason=refused.reason)
    policy = policy_of(asked, to_approve=False)
    booking = claim(
        occasion,
        person,
        workplace,
        state=State.BOOKED,
        by=by,
        now=now,
        asked=asked,
        policy=policy,
        why=f"{why} ({asked.approved_why.strip()})" if occasion.wanted.approval else why,
    )
    follow_up(booking, person, occasion, now=now)
    return booking
