"""What the clock writes while life goes on: asked again, part 1, joining details, evaluate (domain.md "Messages").

Each story begins with somebody who would be written to; then something happens, the clock goes on for weeks, and the
letters that came of it are counted. Never of what is over, never twice, never after it ended for them.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from app.booking import actions
from app.booking.models import Approval, Booking
from app.booking.rules import State
from app.catalogue.plans import SessionPlan
from app.clock import from_london
from app.db import db, writing
from app.delivery import actions as delivery
from app.notifications import choices
from app.notifications.models import Letter
from app.partnerships.models import PartnershipSetting
from app.records import approvals, part_one
from app.records.actions import changing
from app.records.due import due
from tests.conftest import TODAY
from tests.factories import (
    add,
    make_booking,
    make_course,
    make_event,
    make_partnership,
    make_person,
    make_requirement,
)
from tests.mail import twice
from tests.test_deciding import ASKED_AGAIN, ESCALATED, OVER, a_date, approve, asked, decline, make_lead
from tests.test_evaluation import mark

STARTS = from_london(date(2026, 12, 18), time(9, 30))
ENDS = STARTS + timedelta(hours=3)
JOINING = from_london(date(2026, 12, 11), time(17))
REMINDED = [from_london(date(2026, *day), time(10)) for day in ((11, 27), (12, 4), (12, 10))]
DEADLINE = from_london(date(2026, 12, 11), time(10))
AGAIN = from_london(date(2026, 12, 23), time(9))
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
LATER = 4 * 7 * DAY

pytestmark = pytest.mark.usefixtures("app", "today")
Happens = Callable[[Booking, datetime], None]


def gives_up(booking: Booking, now: datetime) -> None:
    """The person does not want the place any more."""
    with changing(booking.event_id, now=now):
        act = actions.cancel if booking.state == State.BOOKED else actions.withdraw
        act(booking, by=booking.person, now=now, why="Ill")


def is_cancelled(booking: Booking, now: datetime) -> None:
    """The date is called off."""
    with changing(booking.event_id, now=now) as event:
        delivery.cancel_event(event, by=None, now=now, why="The hall is flooded")


def is_postponed(booking: Booking, now: datetime) -> None:
    """The date waits for another."""
    with changing(booking.event_id, now=now) as event:
        delivery.postpone(event, by=None, now=now, why="The hall is flooded")


def moves(booking: Booking, now: datetime, starts: datetime = STARTS + LATER) -> None:
    """The date is another."""
    with changing(booking.event_id, now=now) as event:
        plan = SessionPlan(starts_at=starts, ends_at=starts + 3 * HOUR)
        delivery.reschedule(event, [plan], by=None, now=now)


def is_off(key: str) -> Happens:
    """The partnership does not send it any more."""

    def switch(booking: Booking, now: datetime) -> None:
        with writing():
            choices.switch(make_partnership().id, key, on=False, by="", now=now)

    switch.__name__ = f"{key} is off"
    return switch


def told(*messages: str) -> list[datetime]:
    """When each of these was written, whatever became of it since; withdrawn ones apart."""
    db.session.rollback()
    wanted = sa.select(Letter.queued_at).where(Letter.message.in_(messages), Letter.state != "withdrawn")
    return list(db.session.scalars(wanted.order_by(Letter.id)))


def leave(now: datetime) -> None:
    """What waits and is due leaves."""
    with writing() as session:
        due_now = sa.update(Letter).where(Letter.state == "queued", Letter.due_at <= now)
        session.execute(due_now.values(state="sent", sent_at=now))


def each_hour(work: Callable[..., None], first: datetime, last: datetime, step: timedelta = 6 * HOUR) -> None:
    """The clock goes on, twice at each moment."""
    now = first
    while now <= last:
        twice(work, now)
        leave(now)
        now += step


# Do you agree?


def agrees(booking: Booking, now: datetime) -> None:
    """The approver says yes."""
    approve(approval_of(booking), now=now)


def declines(booking: Booking, now: datetime) -> None:
    """The approver says no."""
    decline(approval_of(booking), now=now)


def approval_of(booking: Booking) -> Approval:
    """The first question about it."""
    return db.session.scalars(Approval.of(booking.id)).all()[0]


@pytest.mark.parametrize("happens", [gives_up, is_cancelled, agrees, declines, is_off("approve")])
@pytest.mark.parametrize("at", [ASKED_AGAIN - HOUR, ESCALATED - HOUR])
def test_an_approver_hears_nothing_more_once_it_is_settled(happens: Happens, at: datetime):
    booking, _ = asked(a_date())
    make_lead("Lena Lead", booking)
    each_hour(approvals.due, TODAY, at)
    before = len(told("approve"))
    assert before == (1 if at < ASKED_AGAIN else 2)
    happens(booking, at)
    each_hour(approvals.due, at, OVER + 30 * DAY, DAY)
    assert len(told("approve")) <= before


def test_unanswered_it_is_asked_once_more_then_of_the_lead_and_never_again():
    booking, _ = asked(a_date())
    make_lead("Lena Lead", booking)
    each_hour(approvals.due, TODAY, OVER + 40 * DAY)
    assert [at.date() for at in told("approve")] == [TODAY.date(), ASKED_AGAIN.date(), ESCALATED.date()]
    assert len(told("expired")) == 1


def test_where_no_worker_ran_until_the_course_was_over_nobody_is_asked_again():
    booking, _ = asked(a_date())
    make_lead("Lena Lead", booking)
    leave(TODAY)
    twice(approvals.due, ENDS + DAY)
    assert len(told("approve")) == 1


# Part 1 to finish


def to_finish(**course: object) -> Booking:
    """A place with part 1 still to do."""
    wanted = make_course(**course)
    make_requirement(wanted, make_course("Part one", slug="part-one", delivery="e-learning"))
    return make_booking(make_event(wanted, STARTS), make_person("Priya Patel"))


@pytest.mark.parametrize("happens", [gives_up, is_cancelled, is_postponed, is_off("part-one")])
@pytest.mark.parametrize("way", ["chase", "release"])
def test_nobody_is_reminded_of_part_1_after_it_ended_for_them(happens: Happens, way: str):
    booking = to_finish(part_one=way)
    each_hour(part_one.due, TODAY, REMINDED[0] + HOUR)
    before = len(told("part-one"))
    assert before
    happens(booking, REMINDED[0] + 2 * HOUR)
    each_hour(part_one.due, REMINDED[0] + 2 * HOUR, STARTS + 30 * DAY)
    assert len(told("part-one")) == before
    is_there = is_off("part-one").__name__ == happens.__name__ and way == "release"
    assert len(told("released")) == (1 if is_there else 0)


@pytest.mark.parametrize("way", ["chase", "release"])
def test_a_date_that_moves_away_is_reminded_of_by_its_new_day_and_released_by_it(way: str):
    booking = to_finish(part_one=way)
    each_hour(part_one.due, TODAY, REMINDED[1] + HOUR)
    before = len(told("part-one"))
    moves(booking, REMINDED[1] + 2 * HOUR)
    each_hour(part_one.due, REMINDED[1] + 2 * HOUR, DEADLINE + LATER - MINUTE)
    assert state_of(booking) == State.BOOKED
    assert all(at > DEADLINE for at in told("part-one")[before:])
    each_hour(part_one.due, DEADLINE + LATER, STARTS + LATER + 10 * DAY)
    assert state_of(booking) == (State.RELEASED if way == "release" else State.BOOKED)
    assert len(told("released")) == (way == "release")


def test_nobody_loses_a_place_because_the_date_was_moved_nearer_than_part_1_could_be_done():
    booking = to_finish(part_one="release")
    twice(part_one.due, TODAY)
    moves(booking, TODAY + DAY, STARTS - 21 * DAY)
    each_hour(part_one.due, TODAY + DAY, STARTS)
    assert state_of(booking) == State.BOOKED
    assert len(told("part-one")) <= 2, "it is still to be done, and said once"


def state_of(booking: Booking) -> str:
    """What the booking is now."""
    db.session.rollback()
    return db.session.scalars(sa.select(Booking.state).where(Booking.id == booking.id)).one()


# Joining details


@pytest.mark.parametrize("happens", [gives_up, is_cancelled, is_postponed, is_off("joining")])
def test_nobody_gets_joining_details_after_it_ended_for_them(happens: Happens):
    booking = make_booking(make_event(starts=STARTS), make_person("Priya Patel"))
    twice(due, JOINING - HOUR)
    happens(booking, JOINING - MINUTE)
    each_hour(due, JOINING, STARTS + 30 * DAY)
    assert told("joining") == []


def test_joining_details_come_at_the_hour_and_day_that_were_set_and_once():
    host, priya = make_partnership(), make_person("Priya Patel")
    days = {"key": "joining_working_days", "value": 3, "from_on": date(2026, 1, 1), "set_at": TODAY}
    add(PartnershipSetting(partnership_id=host.id, **days))
    make_booking(make_event(starts=STARTS), priya)
    each_hour(due, TODAY, STARTS + 10 * DAY, HOUR)
    assert told("joining") == [from_london(date(2026, 12, 15), time(17))]


def test_a_date_that_moves_before_its_joining_details_has_them_before_the_new_day_alone():
    booking = make_booking(make_event(starts=STARTS), make_person("Priya Patel"))
    moves(booking, JOINING - HOUR)
    each_hour(due, JOINING - HOUR, STARTS + LATER + DAY)
    [at] = told("joining")
    assert JOINING + 3 * 7 * DAY < at < STARTS + LATER


def test_a_date_that_moves_after_its_joining_details_has_them_once_more():
    booking = make_booking(make_event(starts=STARTS), make_person("Priya Patel"))
    each_hour(due, JOINING, JOINING + HOUR)
    moves(booking, JOINING + 2 * HOUR)
    each_hour(due, JOINING + 2 * HOUR, STARTS + LATER + DAY)
    first, second = told("joining")
    assert (first, second > STARTS) == (JOINING, True)


# How was it?


def came(starts: datetime = STARTS) -> Booking:
    """Priya was there."""
    booking = make_booking(make_event(starts=starts), make_person("Priya Patel"))
    mark(booking, at=starts + 3 * HOUR)
    return booking


def was_not_there(booking: Booking, now: datetime) -> None:
    """The register was wrong."""
    mark(booking, "absent", at=now)


def test_who_came_is_asked_at_the_end_once_more_and_never_again():
    came()
    each_hour(due, ENDS - HOUR, ENDS + 50 * DAY, HOUR)
    assert told("evaluate") == [ENDS]
    [again] = told("evaluate-again")
    assert AGAIN <= again < AGAIN + HOUR


@pytest.mark.parametrize("happens", [was_not_there, is_off("evaluate")])
def test_nobody_is_asked_how_it_was_after_it_ended_for_them(happens: Happens):
    booking = came()
    each_hour(due, ENDS, ENDS + HOUR)
    assert len(told("evaluate")) == 1
    happens(booking, ENDS + 2 * HOUR)
    each_hour(due, ENDS + 2 * HOUR, ENDS + 30 * DAY)
    assert told("evaluate-again") == []


@pytest.mark.parametrize("happens", [gives_up, is_cancelled, is_postponed, is_off("evaluate")])
def test_nobody_is_asked_how_it_was_who_was_not_to_come(happens: Happens):
    booking = make_booking(make_event(starts=STARTS), make_person("Priya Patel"))
    happens(booking, STARTS - DAY)
    each_hour(due, STARTS - DAY, ENDS + 30 * DAY)
    assert told("evaluate", "evaluate-again") == []


def test_a_date_that_moved_is_asked_about_after_its_new_day():
    booking = make_booking(make_event(starts=STARTS), make_person("Priya Patel"))
    moves(booking, STARTS - DAY)
    each_hour(due, STARTS - DAY, ENDS + LATER - MINUTE)
    assert told("evaluate") == []
    mark(booking, at=ENDS + LATER)
    each_hour(due, ENDS + LATER, ENDS + LATER + 30 * DAY)
    assert len(told("evaluate")) == 1
    assert len(told("evaluate-again")) == 1


def test_switched_off_for_a_while_what_was_over_then_is_not_asked_about_afterwards():
    came()
    host = make_partnership().id
    with writing():
        choices.switch(host, "evaluate", on=False, by="", now=STARTS)
    each_hour(due, ENDS, ENDS + DAY)
    with writing():
        choices.switch(host, "evaluate", on=True, by="", now=ENDS + 2 * DAY)
    each_hour(due, ENDS + 2 * DAY, ENDS + 30 * DAY)
    assert told("evaluate", "evaluate-again") == []
