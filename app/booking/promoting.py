"""The waiting-list rule at work: one function that whatever frees a place calls, and so does the clock.

Inside ``changing(event)``; nothing commits. ``waiting_list`` says who is next and how; here it is done and told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ..accounts.models import Person
from ..catalogue.models import Course, Event
from ..db import db
from ..notifications.actions import withdraw as withdraw_letters
from ..working_days import working_days_after
from . import approving, letters
from .checks import Occasion, obstacles, occasion_of, unit_of
from .holders import mix_of
from .mix import Mix
from .models import Booking, Interest
from .rules import FIRST_COME_NOTE, State
from .steps import end_interests, move, remark
from .waiting_list import (
    Band,
    Turn,
    Waiter,
    band,
    could_take_a_place,
    first_come,
    next_in_line,
    offer_ends_at,
)

CLOSED = "the account is closed"


@dataclass(frozen=True, kw_only=True)
class Line:
    """Those who wait on an event, as the rule sees them now."""

    occasion: Occasion
    band: Band
    mix: Mix
    waiters: Sequence[Waiter]
    rows: dict[int, tuple[Booking, Person]]


def line_of(event: Event, now: datetime) -> Line | None:
    """The line of a published event that has its date; None when there is nobody, or no line to keep."""
    if event.state != "published" or event.starts_at is None:
        return None
    rows = {
        booking.id: (booking, person) for booking, person in db.session.execute(Booking.waiting_for(event.id))
    }
    if not rows:
        return None
    occasion = occasion_of(event, now)
    return Line(
        occasion=occasion,
        band=band(starts_at=event.starts_at, now=now, settings=occasion.settings),
        mix=mix_of(event.id, now),
        waiters=waiters(occasion, list(rows.values()), now),
        rows=rows,
    )


def waiters(occasion: Occasion, rows: Sequence[tuple[Booking, Person]], now: datetime) -> list[Waiter]:
    """Those who wait, each with what keeps them from taking a place now."""
    bookings = [booking for booking, _ in rows]
    asked = [booking.id for booking in bookings if booking.policy.get("to_approve")]
    approved = approving.is_approved(asked) if asked else set()
    found = obstacles(occasion, bookings, now=now, approved=approved)
    return [
        Waiter(
            booking_id=booking.id,
            joined_at=booking.joined_at,
            unit=unit_of(booking),
            priority=booking.priority,
            obstacle=CLOSED if person.closed_at else found[booking.id],
            offered=booking.offer_ends_at is not None and booking.offer_ends_at > now,
        )
        for booking, person in rows
    ]


def free_places_taken(event: Event, now: datetime, *, newly: bool = True) -> list[Booking]:
    """Free places go to the first whose checks hold; returns who got one, or an offer of one.

    ``newly``: a place came free just now, so those who let an earlier one go are asked again. Nobody is promoted
    once the first session has begun.
    """
    db.session.flush()
    db.session.refresh(event, ["places_held", "booking_limit"])
    if event.has_begun(now):
        return []
    if newly:
        change_waiting(event, Booking.declined_at.is_not(None), declined_at=None)
    if not event.places_left:
        change_waiting(event, Booking.offer_ends_at.is_not(None), offer_ends_at=None)
        return []
    line = line_of(event, now)
    found = hand_out(event, line, now) if line else []
    db.session.flush()
    db.session.refresh(event, ["places_held", "booking_limit"])
    return found


def change_waiting(event: Event, which: sa.ColumnElement[bool], **values: None) -> None:
    """Clear something on those who wait."""
    mine = sa.update(Booking).where(Booking.event_id == event.id, Booking.state == State.WAITING, which)
    db.session.execute(mine.values(**values), execution_options={"synchronize_session": "fetch"})


def hand_out(event: Event, line: Line, now: datetime) -> list[Booking]:
    """Do what the band of the day asks for."""
    if line.band in (Band.SHORT_NOTICE, Band.OVER):
        return []
    turn = turn_of(line, places=event.places_left, mix=line.mix)
    note_passed_over(line, turn, now)
    for waiter in turn.next:
        booking, person = line.rows[waiter.booking_id]
        if line.band is Band.FIRST_COME:
            offer_to_the_first(booking, person, line.occasion, now)
        elif is_asked(line, booking):
            offer(booking, person, line.occasion, now)
        else:
            say_no_by = working_days_after(now, line.occasion.settings["offer_working_days"])
            promote(booking, person, line.occasion, now, say_no_by=say_no_by)
    return [line.rows[waiter.booking_id][0] for waiter in turn.next]


def turn_of(line: Line, *, places: int, mix: Mix) -> Turn:
    """Who of the line is next for so many free places, by how near the start is."""
    if line.band is Band.FIRST_COME:
        extra = line.occasion.settings["offers_beyond_places"]
        return first_come(line.waiters, places=places, extra=extra, mix=mix)
    return next_in_line(line.waiters, places=places, mix=mix)


def is_asked(line: Line, booking: Booking) -> bool:
    """Whether the place is held until they answer; who gives up another date for it is always asked."""
    return line.band is Band.HELD or booking.swap


def note_passed_over(line: Line, turn: Turn, now: datetime) -> None:
    """Write down why a free place went past somebody."""
    for waiter, why in turn.passed_over:
        remark(line.rows[waiter.booking_id][0], why, by=None, now=now)


def promote(
    booking: Booking,
    person: Person,
    occasion: Occasion,
    now: datetime,
    *,
    by: Person | None = None,
    why: str = "",
    say_no_by: datetime | None = None,
    told: bool = True,
) -> None:
    """Give somebody who waits (or was offered) the place, and tell them; ``by`` None is the rule.

    ``say_no_by``: they were not asked, and have until then to give it back without a thought. ``told`` is false where
    another letter brings the invite.
    """
    move(booking, State.BOOKED, by=by, now=now, why=why)
    withdraw_letters(about=letters.about(booking), now=now)
    end_interests(occasion.event.course_id, person.id, now)
    if told:
        letters.tell_booked(booking, person, occasion, now=now, promoted=True, say_no_by=say_no_by)
    else:
        letters.tell_manager(booking, person, occasion, now=now)


def offer(booking: Booking, person: Person, occasion: Occasion, now: datetime) -> None:
    """Hold the place for somebody until they answer."""
    move(booking, State.OFFERED, by=None, now=now)
    booking.offer_ends_at = ends_at(occasion, now, held=True)
    withdraw_letters(about=letters.about(booking), now=now)
    letters.tell_offered(booking, person, occasion, now=now, first_come=False)


def offer_to_the_first(booking: Booking, person: Person, occasion: Occasion, now: datetime) -> None:
    """Say that a place is there for the first who accepts; it is held for nobody."""
    booking.offer_ends_at = ends_at(occasion, now, held=False)
    remark(booking, FIRST_COME_NOTE, by=None, now=now)
    letters.tell_offered(booking, person, occasion, now=now, first_come=True)


def ends_at(occasion: Occasion, now: datetime, *, held: bool) -> datetime:
    """Until when an offer made now stands."""
    starts_at, _ = occasion.event.times
    return offer_ends_at(starts_at=starts_at, now=now, settings=occasion.settings, held=held)


def newcomer_joins_the_line(event: Event, now: datetime) -> bool:
    """Whether people wait who could take a place now (they have been asked, and have not answered yet)."""
    line = line_of(event, now) if event.places_left else None
    return line is not None and could_take_a_place(line.waiters, places_left=event.places_left, mix=line.mix)


def lapse(event: Event, now: datetime) -> list[Booking]:
    """The hold of an offer is over: the place goes on, and the person is told."""
    over = sa.select(Booking, Person).join(Person, Person.id == Booking.person_id)
    over = over.where(Booking.event_id == event.id, Booking.state == State.OFFERED)
    found = db.session.execute(over.where(Booking.offer_ends_at <= now)).all()
    occasion = occasion_of(event, now) if found else None
    for booking, person in found:
        move(booking, State.LAPSED, by=None, now=now)
        withdraw_letters(about=letters.about(booking), now=now)
        if occasion:
            letters.tell(booking, person, occasion, "lapsed", now=now)
    return [booking for booking, _ in found]


def close_waiting_list(event: Event, now: datetime) -> list[Booking]:
    """The course has begun: who waits or was offered a place is told so, and of the next date by an interest."""
    if not event.has_begun(now):
        return []
    waits = sa.select(Booking, Person).join(Person, Person.id == Booking.person_id)
    waits = waits.where(Booking.event_id == event.id, Booking.state.in_((State.WAITING, State.OFFERED)))
    found = db.session.execute(waits.order_by(Booking.id)).all()
    occasion = occasion_of(event, now) if found else None
    for booking, person in found:
        move(booking, State.CLOSED, by=None, now=now)
        withdraw_letters(about=letters.about(booking), now=now)
        tell_me(event.course, person, now=now, why="waited in vain")
        if occasion:
            letters.tell(booking, person, occasion, "list-closed", now=now, over=False)
    return [booking for booking, _ in found]


def settle_waiting_list(event: Event, now: datetime) -> None:
    """What the clock does with a waiting list: end offers, fill free places, close it once the course has begun."""
    if not event.has_begun(now):
        lapse(event, now)
        free_places_taken(event, now, newly=False)
    close_waiting_list(event, now)


def tell_me(course: Course, person: Person, *, now: datetime, why: str = "") -> Interest:
    """Remember that the person wants to hear of the course's next date; asked twice, once is remembered.

    ``why`` says that they were on a waiting list that closed; that is kept beside what they asked before.
    """
    found = db.session.scalars(Interest.open_of(person.id).where(Interest.course_id == course.id)).first()
    if found is None:
        found = Interest(course_id=course.id, person_id=person.id, asked_at=now, why=why)
        db.session.add(found)
    elif why:
        found.why = why
    return found
