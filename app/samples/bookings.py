"""Mails about a booking: a place, the waiting list, an offer, and the ways in which each of them ends."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ..attendance import check_in_links
from ..booking import approval_letters, letters, moving_letters
from ..booking.approving import write_to
from ..booking.checks import Occasion, occasion_of
from ..booking.models import Approval, Booking
from ..booking.rules import State
from ..catalogue.models import Event, EventSession
from ..completions import evidence as evidence_checks
from ..completions.models import Evidence
from ..db import db, new_public_id
from ..mailbox.actions import ask
from .kinds import APPROVAL, BOOKING, EVIDENCE, Condition
from .table import sample

NOT_AGREED = "We are short of people that week. Please ask again for the date in spring."


def coming(now: datetime, *states: State) -> list[Condition]:
    """Bookings in these states on a date that is still to come."""
    return [Booking.state.in_(states), Event.state == "published", Event.starts_at > now]


def booked(now: datetime) -> list[Condition]:
    """Places on a date that is still to come."""
    return coming(now, State.BOOKED)


def waiting(now: datetime) -> list[Condition]:
    """Somebody who waits for a place."""
    return coming(now, State.WAITING)


def facts(booking: Booking, now: datetime) -> Occasion:
    """What the letters need to know of the event."""
    return occasion_of(booking.event, now)


@sample("booked", kind=BOOKING, where=booked)
def has_a_place(booking: Booking, now: datetime) -> None:
    """Somebody booked and has a place."""
    letters.tell_booked(booking, booking.person, facts(booking, now), now=now, promoted=False)


@sample("booked-manager", kind=BOOKING, where=booked)
def has_a_place_says_the_manager(booking: Booking, now: datetime) -> None:
    """The manager's copy."""
    lend_a_manager(booking)
    booking.event.course.copies_manager = True
    letters.tell_manager(booking, booking.person, facts(booking, now), now=now)


def lend_a_manager(booking: Booking) -> None:
    """Where a booking names no manager, one stands in for the time of the rehearsal."""
    if not booking.manager_email:
        booking.manager_name, booking.manager_email = "Dev Shah", "dev.shah@example.org"


@sample("promoted", kind=BOOKING, where=booked)
def came_off_the_list(booking: Booking, now: datetime) -> None:
    """A place came free and was theirs."""
    occasion = facts(booking, now)
    by = now + timedelta(days=2)
    letters.tell_booked(booking, booking.person, occasion, now=now, promoted=True, say_no_by=by)


@sample("requested", kind=BOOKING, where=lambda now: coming(now, State.REQUESTED))
def asks_for_a_place(booking: Booking, now: datetime) -> None:
    """The place is held until somebody agrees."""
    letters.tell(booking, booking.person, facts(booking, now), "requested", now=now)


@sample("waiting", kind=BOOKING, where=waiting)
def waits(booking: Booking, now: datetime) -> None:
    """Somebody joined the list."""
    position = db.session.scalars(Booking.number_before(booking)).one() + 1
    letters.tell_waiting(booking, booking.person, facts(booking, now), now=now, position=position)


@sample("offer", kind=BOOKING, where=lambda now: coming(now, State.OFFERED, State.WAITING))
def is_offered_a_place(booking: Booking, now: datetime) -> None:
    """A place is held for them until a moment."""
    booking.offer_ends_at = booking.offer_ends_at or now + timedelta(days=2)
    letters.tell_offered(booking, booking.person, facts(booking, now), now=now, first_come=False)


@sample("lapsed", kind=BOOKING, where=lambda now: coming(now, State.OFFERED, State.WAITING))
def let_an_offer_go(booking: Booking, now: datetime) -> None:
    """They did not answer in time."""
    letters.tell(booking, booking.person, facts(booking, now), "lapsed", now=now)


@sample("list-closed", kind=BOOKING, where=waiting)
def waited_in_vain(booking: Booking, now: datetime) -> None:
    """The course began, and they had no place."""
    letters.tell(booking, booking.person, facts(booking, now), "list-closed", now=now, over=False)


@sample("booking-cancelled", kind=BOOKING, where=booked)
def gives_the_place_back(booking: Booking, now: datetime) -> None:
    """A place was given up in time."""
    booking.invite_sequence += 1
    letters.tell_cancelled(booking, booking.person, facts(booking, now), now=now, late=False)


@sample("released", kind=BOOKING, where=booked)
def loses_the_place(booking: Booking, now: datetime) -> None:
    """What comes first was not done in time."""
    booking.invite_sequence += 1
    why = "“Working Together, part 1” was not done in time"
    letters.tell_released(booking, booking.person, facts(booking, now), now=now, why=why)


@sample("part-one-waived", kind=BOOKING, where=booked)
def is_let_off(booking: Booking, now: datetime) -> None:
    """The desk waives what comes first."""
    why = "You did the same course in Southshire in spring."
    letters.tell(booking, booking.person, facts(booking, now), "part-one-waived", now=now, why=why)


@sample("approved-waiting", kind=BOOKING, where=waiting)
def may_come_but_waits(booking: Booking, now: datetime) -> None:
    """Somebody agreed; there is no place yet."""
    by = booking.manager_name or "Dev Shah"
    approval_letters.tell_waits(booking, facts(booking, now), now=now, by=by)


@sample("declined", kind=BOOKING, where=lambda now: coming(now, State.REQUESTED, State.WAITING))
def may_not_come(booking: Booking, now: datetime) -> None:
    """Somebody said no."""
    by = booking.manager_name or "Dev Shah"
    approval_letters.tell_declined(booking, facts(booking, now), now=now, why=NOT_AGREED, by=by)


@sample("expired", kind=BOOKING, where=lambda now: coming(now, State.REQUESTED, State.WAITING))
def nobody_answered(booking: Booking, now: datetime) -> None:
    """The request ran out."""
    approval_letters.tell_expired(booking, facts(booking, now), now=now)


@sample("approve", kind=APPROVAL, where=lambda now: [Event.starts_at > now])
def is_asked_to_agree(approval: Approval, now: datetime) -> None:
    """The question goes to whoever has to agree, with a link that is not theirs: whoever has it decides."""
    approval.public_id = new_public_id()
    write_to(approval, approval.booking, facts(approval.booking, now), now=now)


@sample("evidence-accepted", kind=EVIDENCE)
def certificate_counts(evidence: Evidence, now: datetime) -> None:
    """A certificate from elsewhere was accepted."""
    evidence_checks.tell(evidence, "evidence-accepted", now=now)


@sample("evidence-refused", kind=EVIDENCE)
def certificate_does_not_count(evidence: Evidence, now: datetime) -> None:
    """A certificate from elsewhere was not accepted."""
    evidence.why = evidence.why or "The certificate does not say when you did the course."
    evidence_checks.tell(evidence, "evidence-refused", now=now)


@sample("place-given-on", kind=BOOKING, where=booked)
def gave_it_to_a_colleague(booking: Booking, now: datetime) -> None:
    """Somebody else of the same date stands for the colleague who has the place now."""
    if colleague := another_on(booking):
        booking.invite_sequence += 1
        occasion, by = facts(booking, now), booking.person
        moving_letters.tell_substituted(booking, colleague, occasion, by=by, now=now)


@sample("place-taken-over", kind=BOOKING, where=booked)
def took_over_from_a_colleague(booking: Booking, now: datetime) -> None:
    """The same for the one who has the place now."""
    if colleague := another_on(booking):
        occasion, by = facts(booking, now), colleague.person
        moving_letters.tell_substituted(colleague, booking, occasion, by=by, now=now)


def another_on(booking: Booking) -> Booking | None:
    """Somebody else's place on the same date."""
    there = Booking.event_id == booking.event_id, Booking.state == State.BOOKED
    return db.session.scalars(
        sa.select(Booking).where(*there, Booking.person_id != booking.person_id).order_by(Booking.id)
    ).first()


def has_another_date(now: datetime) -> list[Condition]:
    """Places on a course that has another date."""
    other = aliased(Event)
    there = other.course_id == Event.course_id, other.id != Event.id, other.state == "published"
    return [*booked(now), sa.exists().where(*there, other.starts_at > now, ~other.headcount_only)]


@sample("moved", "moved-away", kind=BOOKING, where=has_another_date, anybody=True)
def changes_the_date(booking: Booking, now: datetime) -> None:
    """The place goes to another date of the course, in the same hands."""
    there = Event.course_id == booking.event.course_id, Event.id != booking.event_id
    coming = Event.state == "published", Event.starts_at > now, ~Event.headcount_only
    other = db.session.scalars(sa.select(Event).where(*there, *coming).order_by(Event.starts_at)).first()
    if other is None:
        return
    new = Booking(public_id=new_public_id(), event=other, person=booking.person, person_id=booking.person_id)
    new.policy, new.invite_sequence, new.swap, new.manager_email = {}, 0, False, ""
    booking.invite_sequence += 1
    moving_letters.tell_moved(booking, new, occasion_of(other, now), by=booking.person, now=now)


@sample("calendar-declined", kind=BOOKING, where=booked)
def declined_in_the_calendar(booking: Booking, now: datetime) -> None:
    """Their calendar declined the invite, and the place is still theirs."""
    ask(booking, now=now)


@sample("check-in", kind=BOOKING, where=booked)
def checks_in(booking: Booking, now: datetime) -> None:
    """Somebody asks in the room for a link to check in with."""
    session = db.session.scalars(EventSession.of(booking.event_id)).first()
    if session:
        check_in_links.send(booking, session, step=0, now=now)
