"""What follows from a register, settled with whatever changes an event."""

from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.attendance.models import Mark
from app.attendance.rules import completed
from app.booking.models import Booking
from app.booking.rules import State
from app.catalogue.models import Event, EventSession
from app.clock import from_london
from app.completions.actions import settle_event
from app.completions.models import Completion
from app.db import db, rebuilding, writing
from app.evaluation.loading import load_questionnaires
from app.evaluation.questionnaires import usual
from app.records.actions import changing, settle
from app.records.models import Certificate
from app.tallies.actions import differences
from app.tallies.models import EventTally
from tests.demonstration import NOW
from tests.factories import add, make_booking, make_course, make_event, make_person
from tests.statements import count_statements

STARTS = from_london(date(2026, 12, 18), time(9, 30))
ENDS = STARTS + timedelta(hours=3)
LATER = ENDS + timedelta(hours=2)


def mark(booking: Booking, kind: str = "present", *, now=LATER, sessions: int = 9, **minutes: int) -> None:
    """Mark a delegate in the first so many sessions of their event."""
    with changing(booking.event_id, now=now):
        found = db.session.scalars(
            sa.select(EventSession.id)
            .where(EventSession.event_id == booking.event_id)
            .order_by(EventSession.starts_at)
            .limit(sessions)
        ).all()
        db.session.execute(sa.delete(Mark).where(Mark.booking_id == booking.id))
        for session_id in found:
            db.session.add(
                Mark(booking_id=booking.id, session_id=session_id, mark=kind, marked_at=now, **minutes)
            )


def who_completed() -> set[int]:
    """People with a completion."""
    db.session.rollback()
    return set(db.session.scalars(sa.select(Completion.person_id).where(Completion.how == "event")))


def test_who_was_there_for_eighty_per_cent_of_the_minutes_has_completed_the_course(each_app: Flask):
    event = make_event(starts=STARTS)
    enough, too_late, absent, walk_in = (
        *(make_booking(event) for _ in range(3)),
        make_booking(event, state=State.WALK_IN),
    )
    mark(enough, minutes_late=20, left_early=16)  # 144 of 180 minutes
    mark(too_late, minutes_late=37)
    mark(absent, "absent")
    mark(walk_in)
    assert who_completed() == {enough.person_id, walk_in.person_id}
    row = db.session.scalars(sa.select(Completion).where(Completion.person_id == enough.person_id)).one()
    assert (row.event_id, row.course_id, row.how, row.completed_at) == (
        event.id,
        event.course_id,
        "event",
        ENDS,
    )


def test_all_sessions_count_together(app: Flask):
    event = make_event(starts=STARTS, ends=ENDS + timedelta(days=7))
    add(
        EventSession(
            event_id=event.id,
            starts_at=ENDS + timedelta(days=7) - timedelta(minutes=30),
            ends_at=ENDS + timedelta(days=7),
        )
    )
    with rebuilding() as session:
        first = session.scalars(EventSession.of(event.id)).first()
        assert first
        first.ends_at = ENDS
    late = LATER + timedelta(days=7)
    first_only, whole = make_booking(event), make_booking(event)
    mark(first_only, sessions=1, now=late)  # 180 of 210 minutes: 86 %
    mark(whole, now=late)
    assert who_completed() == {first_only.person_id, whole.person_id}
    mark(first_only, sessions=1, now=late, minutes_late=30)  # 150 of 210: 71 %
    assert who_completed() == {whole.person_id}


def test_nobody_has_completed_an_event_before_it_is_over(app: Flask):
    booking = make_booking(make_event(starts=STARTS))
    mark(booking, now=STARTS)
    assert who_completed() == set()
    with changing(booking.event_id, now=ENDS):
        pass
    assert who_completed() == {booking.person_id}


def test_a_correction_takes_a_completion_away_and_gives_it_back(each_app: Flask):
    booking = make_booking(make_event(starts=STARTS))
    mark(booking)
    mark(booking, "absent")
    assert who_completed() == set()
    mark(booking)
    assert who_completed() == {booking.person_id}
    with changing(booking.event_id, now=LATER):
        db.session.execute(sa.delete(Mark))
    assert who_completed() == set()


def test_a_cancelled_event_completes_nobody(app: Flask):
    booking = make_booking(make_event(starts=STARTS))
    mark(booking)
    with changing(booking.event_id, now=LATER) as event:
        event.state, event.took_place = "cancelled", False
    assert who_completed() == set()


def test_completions_of_other_kinds_and_events_are_left_alone(app: Flask):
    event, other = make_event(starts=STARTS), make_event(starts=STARTS + timedelta(days=1))
    person = make_person()
    for how, event_id in (("earlier system", None), ("event", other.id)):
        add(
            Completion(
                person_id=person.id, course_id=event.course_id, event_id=event_id, completed_at=ENDS, how=how
            )
        )
    with writing():
        assert settle_event(event.id, course_id=event.course_id, person_ids=[], completed_at=ENDS) == (0, 0)
    assert db.session.scalar(sa.select(sa.func.count(Completion.id))) == 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rounds=st.lists(st.sets(st.integers(0, 7), max_size=8), min_size=1, max_size=4))
def test_the_completions_of_an_event_are_always_those_of_the_last_word(app: Flask, rounds: list[set[int]]):
    event_id, course_id, ids = eight_people()
    for chosen in rounds:
        wanted = {ids[n] for n in chosen}
        settled = {"course_id": course_id, "person_ids": wanted, "completed_at": ENDS}
        with writing():
            settle_event(event_id, **settled)
        assert who_completed() == wanted
        with writing():
            assert settle_event(event_id, **settled) == (0, 0)


def eight_people() -> tuple[int, int, list[int]]:
    """An event with eight delegates, made once a test: event, course and the people."""
    if db.session.scalar(sa.select(sa.func.count(Booking.id))) == 0:
        event = make_event(starts=STARTS)
        for _ in range(8):
            make_booking(event)
    event_id, course_id = db.session.execute(sa.select(Event.id, Event.course_id)).one()
    return event_id, course_id, list(db.session.scalars(sa.select(Booking.person_id)))


@given(st.integers(0, 600), st.integers(1, 600))
def test_a_minute_more_never_takes_a_completion_away(there: int, whole: int):
    assert completed(whole, whole)
    assert not completed(0, whole)
    assert completed(there + 1, whole) or not completed(there, whole)


def statements_of_settling(event: Event, now) -> int:
    """How many statements settling takes, inside a change that is going on."""
    with changing(event.id, now=now):
        with count_statements() as found:
            settle(event.id, now=now)
        return len(found)


@pytest.mark.parametrize("bookings", [0, 1, 20])
@pytest.mark.parametrize("weeks_before", [8, 1, 0])
def test_settling_an_event_without_marks_takes_eight_statements_at_most(
    app: Flask, bookings: int, weeks_before: int
):
    event = make_event(starts=STARTS)
    for _ in range(bookings):
        make_booking(event)
    now = STARTS - timedelta(weeks=weeks_before)
    with changing(event.id, now=now):
        pass  # those who are to be asked have their links now
    assert statements_of_settling(event, now) <= 8


def test_a_tick_of_the_register_while_the_event_goes_on_pays_no_more(app: Flask):
    bookings = [make_booking(make_event(starts=STARTS)) for _ in range(3)]
    for booking in bookings:
        mark(booking, now=STARTS)
    assert statements_of_settling(bookings[0].event, STARTS) <= 8


def test_settling_a_register_takes_as_many_statements_for_thirty_as_for_three(app: Flask):
    found = []
    course = make_course()
    with writing():
        load_questionnaires([course.id], usual())
    for count in (3, 30):
        event = make_event(starts=STARTS + timedelta(days=count), capacity=40)
        bookings = [make_booking(event) for _ in range(count)]
        session_id = db.session.scalars(EventSession.of(event.id)).one().id
        with rebuilding() as session:
            session.add_all(
                Mark(booking_id=b.id, session_id=session_id, mark="present", marked_at=LATER)
                for b in bookings
            )
        found.append(statements_of_settling(event, LATER + timedelta(days=count)))
        assert len(who_completed()) >= count
    assert found[0] == found[1]


def test_a_draft_has_no_tally_and_gets_one_when_it_is_published(each_app: Flask):
    event = make_event(starts=STARTS, state="draft")
    with changing(event.id, now=STARTS):
        pass
    assert db.session.get(EventTally, event.id) is None
    for state, there in (("published", True), ("draft", False)):
        with changing(event.id, now=STARTS) as changed:
            changed.state = state
        db.session.expire_all()
        assert (db.session.get(EventTally, event.id) is not None) is there
    assert differences(now=STARTS) == []


def outcomes() -> tuple[list, list]:
    """Every completion and certificate there is."""
    db.session.rollback()
    completions = sa.select(Completion.person_id, Completion.event_id, Completion.completed_at)
    certificates = sa.select(Certificate.booking_id, Certificate.earned_at, Certificate.withdrawn_at)
    return (
        sorted(tuple(row) for row in db.session.execute(completions.where(Completion.how == "event"))),
        sorted(tuple(row) for row in db.session.execute(certificates)),
    )


def test_the_demonstration_is_what_settling_its_events_would_have_made_of_it(demo_app: Flask):
    before = outcomes()
    assert all(len(rows) > 1000 for rows in before)
    for event_id in db.session.scalars(sa.select(Event.id).where(Event.state != "draft")).all():
        with changing(event_id, now=NOW):
            pass
    assert outcomes() == before
