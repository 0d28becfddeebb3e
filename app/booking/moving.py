"""A place goes to a colleague, or its holder goes to another date: two bookings, linked, in one transaction.

Nothing comes between: the list is not asked while a place changes hands, and a date is given up only once the
other is sure. Both run inside ``changing`` (``changing_both`` where two dates are concerned).
"""

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from ..accounts.models import Person
from ..catalogue.models import Event
from ..db import db
from ..errors import Refused
from . import actions, letters, moving_letters, newcomers, refusals
from .changing_hands import hand_on, ids, leave, place_of_work, refuse_unless_open, take, waiting_booking
from .checks import Occasion, asker_of, claims_of, number_waiting, occasion_of
from .colleagues import is_colleague, works
from .models import Booking
from .promoting import promote
from .prospects import prospect_of
from .rules import Asked, Refusal, State
from .workplaces import Workplace

GONE = "This place has changed in the meantime. Look at the booking again."


def substitute(
    booking: Booking, colleague: Person, workplace: Workplace, *, by: Person, now: datetime, asked: Asked
) -> Booking:
    """Give the place to a colleague, until the end of the first session; never late. Returns their booking.

    Raises Refused for somebody of another agency (under an umbrella: of another setting), and with the ``Reason``
    of the check that does not hold for them. Somebody who waits for this date takes the place with that booking.
    """
    event, person = booking.event, booking.person
    if booking.state != State.BOOKED:
        raise Refused(GONE)
    if not is_colleague(works(booking), works(workplace), umbrella=booking.agency.is_umbrella):
        raise Refused(not_a_colleague(booking, colleague))
    db.session.refresh(colleague, with_for_update={"key_share": True})
    occasion = occasion_of(event, now)
    waits = waiting_booking(event.id, colleague.id)
    refuse_unless_open(occasion, now)
    refused = newcomers.why_not(
        occasion, colleague, workplace, becomes=State.BOOKED, now=now, asked=asked, but=ids(waits)
    )
    if refused:
        raise refusal_about(refused, colleague, now)
    leave(booking, State.SUBSTITUTED, by=by, now=now, why=f"now {colleague.name}")
    new = take(
        occasion,
        colleague,
        workplace,
        waits,
        by=by,
        now=now,
        asked=asked,
        why=f"instead of {person.name}",
        one_for_one=True,
        keeps={"charge": booking.policy.get("charge") or {}},  # a place that was free stays free
    )
    hand_on(booking, new, now=now)
    moving_letters.tell_substituted(booking, new, occasion, by=by, now=now)
    return new


def move_to(
    booking: Booking,
    other: Event,
    *,
    by: Person,
    now: datetime,
    asked: Asked,
    why: str = "",
    by_staff: bool = False,
) -> Booking:
    """Move to another date of the course; returns the booking there. Late by the policy of the old booking.

    Without a free place there: Refused (``Reason.FULL``), or with ``asked.or_wait`` a place in its list with
    ``swap``, and the old place is kept until the other is accepted. Inside ``changing_both``.
    """
    if booking.state != State.BOOKED or booking.event.has_begun(now):
        raise Refused(GONE)
    if other.course_id != booking.event.course_id or other.id == booking.event_id:
        raise Refused("That is not another date of this course.")
    late = actions.late_now(booking, now)
    if late and not why.strip():
        raise Refused("Say why you change the date so close to the day.")
    person = booking.person
    db.session.refresh(person, with_for_update={"key_share": True})
    waits = waiting_booking(other.id, person.id)
    if number_waiting(other.id) and other.places_left:
        actions.free_places_taken(other, now, newly=False)
        if waits and waits.state != State.WAITING:
            raise Refused(GONE)
    occasion = occasion_of(other, now)
    asker = asker_of(occasion, person, place_of_work(booking), now=now, by_staff=by_staff, leads=False)
    prospect = prospect_of(occasion, asker, now=now)
    becomes = prospect.becomes
    refuse_unless_open(occasion, now, by_staff=by_staff)
    kept = as_asked(booking, asked)
    old = frozenset({booking.public_id})
    refused = (
        newcomers.why_not(
            occasion,
            person,
            place_of_work(booking),
            becomes=becomes,
            now=now,
            asked=kept,
            but=old | ids(waits),
        )
        or refusals.no_share(obstacle=prospect.share, or_wait=asked.or_wait)
        or refusals.no_place(becomes=becomes, or_wait=asked.or_wait)
    )
    if refused:
        raise Refused(refused.sentence, reason=refused.reason)
    if becomes == State.WAITING:
        return wait_to_swap(
            booking, occasion, waits, by=by, now=now, asked=kept, position=occasion.waiting + (not waits)
        )
    said = why.strip()
    leave(booking, State.MOVED, by=by, now=now, why=said, late=late)
    new = take(
        occasion,
        person,
        place_of_work(booking),
        waits,
        by=by,
        now=now,
        asked=kept,
        why="moved from another date",
    )
    finish_move(booking, new, occasion, by=by, now=now)
    return new


def wait_to_swap(
    booking: Booking,
    occasion: Occasion,
    waits: Booking | None,
    *,
    by: Person,
    now: datetime,
    asked: Asked,
    position: int,
) -> Booking:
    """Wait for the other date and keep this one until a place there is accepted."""
    person = booking.person
    new = waits or actions.claim(
        occasion, person, place_of_work(booking), state=State.WAITING, by=by, now=now, asked=asked
    )
    new.swap = True
    if waits is None:
        letters.tell_waiting(new, person, occasion, now=now, position=position)
    return new


def swapped_for(booking: Booking) -> Booking | None:
    """The place on another date that somebody gives up for this one ("swap if offered")."""
    if not booking.swap:
        return None
    held = sa.select(Booking).where(
        Booking.person_id == booking.person_id,
        Booking.id != booking.id,
        Booking.state == State.BOOKED,
        Booking.event_id.in_(sa.select(Event.id).where(Event.course_id == booking.event.course_id)),
    )
    return db.session.scalars(held.order_by(Booking.id.desc()).limit(1)).first()


def promote_or_swap(
    booking: Booking, occasion: Occasion, *, by: Person, now: datetime, why: str = ""
) -> None:
    """Give somebody who waits (or was offered) the place; with ``swap`` their place on the other date goes for it."""
    old = swapped_for(booking)
    if old and old.event.has_begun(now):  # it is not given up any more
        old = None
    promote(booking, booking.person, occasion, now, by=by, why=why, told=old is None)
    if old:
        give_up_for(booking, old, by=by, now=now)


def give_up_for(new: Booking, old: Booking, *, by: Person | None, now: datetime) -> None:
    """The other date was accepted: the old place goes, linked, and to whoever waits for it. Inside ``changing_both``."""
    why = "a place on another date came free"
    leave(old, State.MOVED, by=by, now=now, why=why, late=actions.late_now(old, now))
    finish_move(old, new, occasion_of(new.event, now), by=by, now=now)


def finish_move(old: Booking, new: Booking, occasion: Occasion, *, by: Person | None, now: datetime) -> None:
    """What follows from a move: the link, both calendars, and the place that came free."""
    hand_on(old, new, now=now)
    moving_letters.tell_moved(old, new, occasion, by=by, now=now)
    actions.free_places_taken(old.event, now)


def not_a_colleague(booking: Booking, other: Person) -> str:
    """Why somebody from elsewhere cannot have the place, and what to do instead; the address says who is meant."""
    place = booking.setting if booking.agency.is_umbrella and booking.setting else booking.agency
    return (
        f"{other.email or other.name} does not work for {place.name}. A place can go to a colleague there only. "
        "Cancel it instead; then they can book it, or join the waiting list."
    )


def refusal_about(refused: Refusal, person: Person, now: datetime) -> Refused:
    """The refusal, said about somebody else."""
    claims = claims_of([person.id], now)[person.id]
    return Refused(newcomers.about(refused, person, claims), reason=refused.reason)


def as_asked(booking: Booking, asked: Asked) -> Asked:
    """What somebody said when they booked, with what they say now."""
    return replace(asked, needs=asked.needs or booking.needs, mobile=asked.mobile or booking.mobile)
