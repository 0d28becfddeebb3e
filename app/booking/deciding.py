"""What an approver answers, and what the clock does when nobody does. Inside ``changing(event)``; nothing commits.

Agreeing never skips the checks: a request is booked only if they hold now, else it waits.
"""

from datetime import datetime

import sqlalchemy as sa

from ..accounts.models import Person
from ..accounts.rules import tidy_email, tidy_name
from ..catalogue.models import Event
from ..db import db
from ..errors import Refused
from ..notifications.actions import withdraw as withdraw_letters
from . import approval_letters, letters
from .approval_rules import CLOSED, TO_ANSWER, Decision, Step, next_step, why_closed
from .approvers import Approver, approvers_of, others, refuse_own
from .approving import ask, escalate, is_approved, remind, take_back
from .checks import Occasion, obstacles, occasion_of, unit_of
from .history import agreed
from .holders import mix_of
from .models import Approval, Booking
from .promoting import free_places_taken
from .refusals import who_agrees
from .rules import State
from .steps import end_interests, move, remark


def approve(approval: Approval, *, now: datetime, by: Person | None = None, why: str = "") -> Booking:
    """Agree. A request becomes a place, or waits where a check stands in the way; who waits can be next now.

    ``by`` is the administrator who decides instead, with a reason. Raises Refused when it can no longer be answered.
    """
    booking = answerable(approval, now)
    refuse_own(booking.person_id, by)
    decide(approval, Decision.APPROVED, by=by, now=now, why=why)
    who, said = author(approval, by), agreed(name_of(approval, by), why)
    if booking.state == State.WAITING:
        remark(booking, said, by=who, now=now)
        approval_letters.tell_waits(
            booking, occasion_of(booking.event, now), now=now, by=name_of(approval, by)
        )
        free_places_taken(booking.event, now, newly=False)
    else:
        settle_request(booking, occasion_of(booking.event, now), approval, by=who, now=now, said=said)
    return booking


def settle_request(
    booking: Booking, occasion: Occasion, approval: Approval, *, by: Person | None, now: datetime, said: str
) -> None:
    """Book what was agreed to, or let it wait where a check stands in the way."""
    in_the_way = obstacle(booking, occasion, now)
    withdraw_letters(about=letters.about(booking), now=now)
    if in_the_way:
        move(booking, State.WAITING, by=by, now=now, why=f"{said}, but {in_the_way}")
        approval_letters.tell_waits(booking, occasion, now=now, by=name_of(approval, None), why=in_the_way)
        free_places_taken(occasion.event, now)
        return
    move(booking, State.BOOKED, by=by, now=now, why=said)
    end_interests(occasion.event.course_id, booking.person_id, now)
    letters.tell_booked(booking, booking.person, occasion, now=now, promoted=False)


def obstacle(booking: Booking, occasion: Occasion, now: datetime) -> str:
    """Which check does not hold for a request now that it is agreed to; "" when all do. It holds a place itself."""
    db.session.flush()
    event = occasion.event
    db.session.refresh(event, ["places_held", "booking_limit"])
    found = obstacles(occasion, [booking], now=now, approved={booking.id})[booking.id]
    if found:
        return found
    if event.places_held > event.booking_limit:
        return "no place is free any more"
    mix = mix_of(event.id, now)
    mix.add(unit_of(booking), -1)
    return mix.obstacle(unit_of(booking), places_left=event.booking_limit - event.places_held + 1)


def decline(approval: Approval, *, why: str, now: datetime, by: Person | None = None) -> Booking:
    """Say no, with a reason that the person reads; a place that was held goes on to the next."""
    booking = answerable(approval, now)
    if not why.strip():
        raise Refused("Say why not: the person reads it, and it helps them to plan.")
    decide(approval, Decision.DECLINED, by=by, now=now, why=why.strip())
    end(
        booking,
        State.DECLINED,
        by=author(approval, by),
        now=now,
        why=f"{why.strip()} ({name_of(approval, by)})",
    )
    approval_letters.tell_declined(
        booking, occasion_of(booking.event, now), now=now, why=why.strip(), by=name_of(approval, by)
    )
    return booking


def delegate(approval: Approval, *, name: str, email: str, now: datetime) -> Approval:
    """Pass the question on to somebody else, who has the same time to answer it."""
    booking, named = answerable(approval, now), Approver(tidy_name(name), tidy_email(email))
    if not others(booking, [named]):
        raise Refused("Nobody decides about their own place. Name somebody else.")
    asked = sa.select(Approval.id).where(
        Approval.booking_id == booking.id, Approval.approver_email == named.email
    )
    if db.session.scalar(asked.limit(1)):
        raise Refused("This person has been asked already. Name somebody else.")
    decide(approval, Decision.DELEGATED, by=None, now=now, why=f"to {named.name or named.email}", alone=False)
    [new] = ask(booking, mode=approval.mode, approvers=[named], now=now, before=approval)
    return new


def ask_instead(booking: Booking, approver: Approver | None, *, now: datetime) -> list[Approval]:
    """The person asks again: another manager, or (None) whoever the course says. Open questions end with it.

    A request gets no more time by it; somebody who waits and was not answered does. Raises Refused when there is
    nothing to ask any more, or the same person has been asked and can still answer.
    """
    if booking.state not in TO_ANSWER or not booking.policy.get("to_approve") or is_approved([booking.id]):
        raise Refused("There is nothing to ask any more. Look at your booking to see how it stands.")
    if approver:
        if not others(booking, [approver]):
            raise Refused("Nobody decides about their own place. Name somebody else.")
        booking.manager_name, booking.manager_email = tidy_name(approver.name), tidy_email(approver.email)
    before = db.session.scalar(
        Approval.of(booking.id).where(Approval.decision == "", Approval.expires_at > now).limit(1)
    )
    mode = who_agrees(booking.event.course.approval)
    named = [approver] if approver else approvers_of(booking, mode, now)
    if before and (not approver or before.approver_email == booking.manager_email):
        raise Refused("They have been asked, and can still answer.")
    take_back(booking, now=now)
    return ask(booking, mode=mode, approvers=named, now=now, before=before)


def answerable(approval: Approval, now: datetime) -> Booking:
    """The booking a question is about. Raises Refused, in words, when it can no longer be answered."""
    booking = approval.booking
    closed = why_closed(
        decision=approval.decision, booking=booking.state, expires_at=approval.ends_at, now=now
    )
    if closed:
        heading, what_to_do = CLOSED[closed]
        raise Refused(f"{heading}. {what_to_do}", reason=closed)
    return booking


def decide(
    approval: Approval, decision: Decision, *, by: Person | None, now: datetime, why: str, alone: bool = True
) -> None:
    """Write an answer down; with it, nobody else needs to answer (``alone``)."""
    approval.decision, approval.decided_at, approval.why = decision.value, now, why
    approval.decided_by_id = by.id if by else None
    db.session.flush()
    if alone:
        take_back(approval.booking, now=now, besides=approval)


def author(approval: Approval, by: Person | None) -> Person | None:
    """Who the history names: the administrator, or the approver if they have an account."""
    if by is not None or not approval.approver_email:
        return by
    return db.session.scalar(sa.select(Person).where(Person.email == approval.approver_email))


def name_of(approval: Approval, by: Person | None) -> str:
    """Who decided, as people read it."""
    return by.name if by else approval.approver_name or approval.approver_email


def end(booking: Booking, becomes: State, *, by: Person | None, now: datetime, why: str = "") -> None:
    """The request is over: what it held goes on."""
    held = booking.state == State.REQUESTED
    move(booking, becomes, by=by, now=now, why=why)
    withdraw_letters(about=letters.about(booking), now=now)
    if held:
        free_places_taken(booking.event, now)


def questions_of(event_id: int) -> sa.Select[Approval, Booking]:
    """The open questions about an event's bookings that still need an answer, the oldest first."""
    return (
        sa.select(Approval, Booking)
        .join(Booking, Booking.id == Approval.booking_id)
        .where(Booking.event_id == event_id, Approval.decision == "", Booking.state.in_(TO_ANSWER))
        .order_by(Approval.asked_at, Approval.id)
    )


def settle_questions(event: Event, now: datetime) -> None:
    """What the clock does about an event's open questions: asks again, asks others, lets them run out."""
    occasion = occasion_of(event, now)
    for approval, booking in db.session.execute(questions_of(event.id)).all():
        if approval.decision:  # it ended with another one's answer
            continue
        step = next_step(
            now=now,
            asked_at=approval.asked_at,
            expires_at=approval.ends_at,
            asked_again_at=approval.asked_again_at,
            escalated_at=approval.escalated_at,
            settings=occasion.settings,
        )
        if step is Step.EXPIRE:
            expire(approval, booking, occasion, now=now)
        elif step is Step.ASK_AGAIN:
            remind(approval, occasion, now=now)
        elif step is Step.ESCALATE:
            escalate(approval, occasion, now=now)


def expire(approval: Approval, booking: Booking, occasion: Occasion, *, now: datetime) -> None:
    """Nobody answered in time. A request ends; who waits keeps their place in the list, and can ask again."""
    approval.decision, approval.decided_at = Decision.EXPIRED.value, now
    db.session.flush()
    others_open = db.session.scalar(
        sa.select(Approval.id)
        .where(Approval.booking_id == booking.id, Approval.decision == "", Approval.expires_at > now)
        .limit(1)
    )
    if others_open:
        return
    if booking.state == State.REQUESTED:
        end(booking, State.EXPIRED, by=None, now=now)
    approval_letters.tell_expired(booking, occasion, now=now)
