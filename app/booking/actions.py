"""Bookings change here: inside ``changing(event)``, which holds the event's lock; nothing commits.

With the lock held, the number of free places cannot change between the check and the row, so nobody ever sees
the database refuse an overfilled event; its constraint stays behind as the second line.
"""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from ..accounts.models import Person
from ..catalogue.models import Course, Event
from ..db import db
from ..errors import Refused
from ..notifications.actions import withdraw as withdraw_letters
from ..partnerships.rules import DEFAULTS
from . import letters, rules
from .checks import Occasion, claims_of, number_waiting, obstacle, occasion_of
from .models import Booking, BookingChange, Interest
from .rules import HOLDING, Asked, State
from .waiting_list import Waiter, next_in_line
from .workplaces import Workplace

END_INTERESTS = (
    sa.update(Interest)
    .where(
        Interest.course_id == sa.bindparam("course"),
        Interest.person_id == sa.bindparam("person"),
        Interest.ended_at.is_(None),
    )
    .values(ended_at=sa.bindparam("now"))
    .execution_options(synchronize_session=False)
)


def book(
    event: Event, person: Person, workplace: Workplace, *, by: Person, now: datetime, asked: Asked
) -> Booking:
    """Give the person a place, or (``or_wait``) one in the waiting list; asked twice, give the same booking.

    Raises Refused with the ``Reason`` of the first check that does not hold.
    """
    # Two bookings of one person, on two dates of a course, must not pass each other.
    db.session.refresh(person, with_for_update={"key_share": True})
    claims = claims_of([person.id], now)[person.id]
    held = next((claim.booking for claim in claims if claim.event_id == event.id), None)
    if held:
        return db.session.scalars(sa.select(Booking).where(Booking.public_id == held)).one()
    occasion = occasion_of(event, now)
    waiting = number_waiting(event.id)
    if waiting and event.places_left:
        waiting -= len(free_places_taken(event, now))
    # Whoever waits and could take a place has one now: a place still left is for the newcomer.
    becomes = rules.outcome(places_left=event.places_left, waiting=0)
    refused = rules.refusal(occasion.wanted, claims, becomes=becomes, now=now, asked=asked)
    if refused:
        raise Refused(refused.sentence, reason=refused.reason)
    booking = claim(occasion, person, workplace, state=becomes, by=by, now=now, asked=asked)
    if becomes == State.WAITING:
        letters.tell_waiting(booking, person, occasion, now=now, position=waiting + 1)
    else:
        end_interests(event.course_id, person.id, now)
        letters.tell_booked(booking, person, occasion, now=now, promoted=False)
    return booking


def claim(
    occasion: Occasion,
    person: Person,
    workplace: Workplace,
    *,
    state: State,
    by: Person,
    now: datetime,
    asked: Asked,
) -> Booking:
    """Write down a new booking, with where the person works and the policy that holds on this day."""
    policy = {
        "late_cancellation_working_days": occasion.settings["late_cancellation_working_days"],
        "clash_confirmed": asked.clash_confirmed,
    }
    booking = Booking(
        event_id=occasion.event.id,
        person_id=person.id,
        state=state.value,
        agency_id=workplace.agency_id,
        setting_id=workplace.setting_id,
        team_id=workplace.team_id,
        sector=workplace.sector,
        role_group=workplace.role_group,
        made_at=now,
        made_by_id=by.id,
        joined_at=now,
        needs=asked.needs,
        mobile=asked.mobile,
        policy=policy,
    )
    db.session.add(booking)
    db.session.flush()
    db.session.add(BookingChange(booking_id=booking.id, at=now, by_id=by.id, to_state=state.value))
    return booking


def move(
    booking: Booking, becomes: State, *, by: Person | None, now: datetime, why: str = "", late: bool = False
) -> None:
    """Change a booking's state and write down who did it and why; ``by`` None is the clock."""
    was = State(booking.state)
    if not rules.may_become(was, becomes):
        raise ValueError(f"a booking that is {was} cannot become {becomes}")
    change = BookingChange(booking_id=booking.id, at=now, by_id=by.id if by else None, why=why, late=late)
    change.from_state, change.to_state = was.value, becomes.value
    booking.state = becomes.value
    db.session.add(change)


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
    booking.invite_sequence += 1
    withdraw_letters(about=letters.about(booking), now=now)
    occasion = occasion_of(booking.event, now)
    letters.tell_cancelled(booking, booking.person, occasion, now=now, late=late)
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


def withdraw(booking: Booking, *, by: Person | None, now: datetime) -> None:
    """Leave the waiting list (or take a request or an offer back). Doing it twice changes nothing."""
    if booking.state == State.WITHDRAWN:
        return
    if not rules.may_become(State(booking.state), State.WITHDRAWN):
        raise Refused("This booking is no longer waiting. Look at it again.")
    held_a_place = booking.state in HOLDING
    move(booking, State.WITHDRAWN, by=by, now=now)
    withdraw_letters(about=letters.about(booking), now=now)
    if held_a_place:
        free_places_taken(booking.event, now)


def free_places_taken(event: Event, now: datetime) -> list[Booking]:
    """The waiting-list rule: free places go to the first whose checks hold; returns who got one.

    Whatever frees a place calls this, and so does the clock. Nobody is promoted once the first session began.
    """
    db.session.flush()
    db.session.refresh(event, ["places_held", "booking_limit"])
    if not event.places_left or event.state != "published" or event.has_begun(now):
        return []
    waiting = {
        booking.id: (booking, person) for booking, person in db.session.execute(Booking.waiting_for(event.id))
    }
    if not waiting:
        return []
    occasion = occasion_of(event, now)
    given, passed_over = next_in_line(waiters(occasion, waiting.values(), now), places=event.places_left)
    for waiter in passed_over:
        note_passed_over(waiting[waiter.booking_id][0], waiter.obstacle, now)
    for waiter in given:
        promote(*waiting[waiter.booking_id], occasion, now)
    db.session.flush()
    db.session.refresh(event, ["places_held", "booking_limit"])
    return [waiting[waiter.booking_id][0] for waiter in given]


def waiters(occasion: Occasion, waiting: Iterable[tuple[Booking, Person]], now: datetime) -> list[Waiter]:
    """Those who wait, each with what keeps them from taking a place now."""
    bookings = [booking for booking, _ in waiting]
    claims = claims_of([booking.person_id for booking in bookings], now)
    return [
        Waiter(
            booking_id=booking.id,
            joined_at=booking.joined_at,
            obstacle=obstacle(occasion, booking, claims[booking.person_id]),
        )
        for booking in bookings
    ]


def promote(booking: Booking, person: Person, occasion: Occasion, now: datetime) -> None:
    """Give somebody who waits the place that came free, and tell them."""
    move(booking, State.BOOKED, by=None, now=now)
    withdraw_letters(about=letters.about(booking), now=now)
    end_interests(occasion.event.course_id, person.id, now)
    letters.tell_booked(booking, person, occasion, now=now, promoted=True)


def note_passed_over(booking: Booking, why: str, now: datetime) -> None:
    """Write down why a free place went past somebody, unless that is the last thing their history says."""
    last = db.session.execute(BookingChange.of(booking.id).limit(1)).first()
    if last is None or (last.from_state, last.why) != (State.WAITING, why):
        change = BookingChange(booking_id=booking.id, at=now, why=why)
        change.from_state = change.to_state = State.WAITING.value
        db.session.add(change)


def close_waiting_list(event: Event, now: datetime) -> list[Booking]:
    """The course has begun: who still waits is told so in their history, and of the next date by an interest."""
    if not event.has_begun(now):
        return []
    waiting = db.session.execute(Booking.waiting_for(event.id)).all()
    for booking, person in waiting:
        move(booking, State.CLOSED, by=None, now=now)
        withdraw_letters(about=letters.about(booking), now=now)
        tell_me(event.course, person, now=now, why="waited in vain")
    return [booking for booking, _ in waiting]


def settle_waiting_list(event: Event, now: datetime) -> None:
    """What the clock does with a waiting list: fill free places, or close it once the course has begun."""
    free_places_taken(event, now)
    close_waiting_list(event, now)


def tell_me(course: Course, person: Person, *, now: datetime, why: str = "") -> Interest:
    """Remember that the person wants to hear of the course's next date; asked twice, once is remembered."""
    found = db.session.scalars(Interest.open_of(person.id).where(Interest.course_id == course.id)).first()
    if found is None:
        found = Interest(course_id=course.id, person_id=person.id, asked_at=now, why=why)
        db.session.add(found)
    return found


def end_interests(course_id: int, person_id: int, now: datetime) -> None:
    """Forget that the person wanted to hear of the course: they have a place, or no longer want one."""
    db.session.execute(END_INTERESTS, {"course": course_id, "person": person_id, "now": now})
