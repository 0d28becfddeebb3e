"""Places whose part 1 is not done: reminders, chase and release by the clock, and everything that stops them."""

from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.accounts.rules import Role
from app.booking.actions import book
from app.booking.models import Booking, BookingChange, RequirementWaiver
from app.booking.needing import part_one_missing
from app.booking.rules import Asked, State
from app.booking.workplaces import workplaces_of
from app.catalogue.models import Course, Event
from app.clock import from_london, london_day, stopped_at
from app.db import db, rebuilding, writing
from app.notifications.models import Letter
from app.records import evidence, part_one
from app.records.actions import changing
from tests.conftest import TODAY
from tests.factories import (
    add,
    make_booking,
    make_completion,
    make_course,
    make_event,
    make_evidence,
    make_partnership,
    make_person,
    make_requirement,
)
from tests.mail import twice
from tests.statements import count_statements

START = from_london(date(2026, 12, 18), time(9, 30))
REMINDED = [from_london(date(2026, *day), time(10)) for day in ((11, 27), (12, 4), (12, 10))]
DEADLINE = from_london(date(2026, 12, 11), time(10))
MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def course(request: pytest.FixtureRequest) -> Course:
    """A course with a part 1 by a deadline, on whichever database the test asks for."""
    request.getfixturevalue("each_app" if "each_app" in request.fixturenames else "app")
    found = make_course()
    make_requirement(found, part_1())
    return found


def part_1() -> Course:
    """What comes first."""
    return make_course("Part one", slug="part-one", delivery="e-learning")


def releasing(course: Course) -> Course:
    """The course takes places back at the deadline."""
    with writing():
        course.part_one = "release"
    return course


def work(*moments: datetime) -> None:
    """What the clock does at these moments; twice each, since two workers may."""
    twice(part_one.due, *moments)


def told(person: Person | None = None, message: str = "part-one") -> list[Letter]:
    """The letters of that kind, oldest first."""
    found = sa.select(Letter).where(Letter.message == message).order_by(Letter.id)
    return list(db.session.scalars(found.where(Letter.to_email == person.email) if person else found))


def state_of(booking: Booking) -> str:
    """What the booking is now."""
    db.session.rollback()
    return db.session.scalars(sa.select(Booking.state).where(Booking.id == booking.id)).one()


def booked(event: Event, person: Person, **asked: object) -> Booking:
    """A booking as the person makes it."""
    works = workplaces_of(person.id, london_day(TODAY))[0]
    with changing(event.id, now=TODAY) as locked:
        return book(locked, person, works, by=person, now=TODAY, asked=Asked(**asked))  # type: ignore[arg-type]


def test_a_place_to_finish_is_reminded_at_booking_and_15_10_and_6_working_days_before_each_once(
    each_app: Flask, course: Course
):
    priya = make_person("Priya Shah")
    booking = booked(make_event(course), priya)
    assert (booking.policy["part_one_working_days"], booking.policy["part_one"]) == (5, "chase")
    work(TODAY + MINUTE)
    assert len(told(priya)) == 1
    for sent, moment in enumerate(REMINDED, 1):
        work(moment - MINUTE)
        assert len(told(priya)) == sent
        work(moment, moment + MINUTE)
        assert len(told(priya)) == sent + 1
    work(DEADLINE - MINUTE)
    letters = told(priya)
    assert len(letters) == 4
    assert letters[0].subject == "To finish by Fri 11 December: Part one"
    for said in (
        "Part one",
        "Fri 18 December 2026, 9:30am",
        "Online",
        "/courses/part-one",
        "/cancel",
        "/evidence",
    ):
        assert said in letters[0].text
    assert letters[0].about == f"booking:{booking.public_id}" and letters[0].expires_at == START


def test_a_late_booking_gets_no_reminder_for_moments_that_have_passed(course: Course):
    priya = make_person()
    make_booking(make_event(course), priya, made_at=REMINDED[1] + MINUTE)
    work(REMINDED[1] + 2 * MINUTE, REMINDED[2], DEADLINE - MINUTE)
    assert len(told(priya)) == 2  # at booking, and 6 working days before


def test_at_the_deadline_a_place_is_shown_and_chased_unless_the_course_says_otherwise(
    each_app: Flask, course: Course
):
    priya = make_person("Priya Shah")
    booking = make_booking(make_event(course), priya)
    work(DEADLINE - MINUTE)
    before = len(told(priya))
    work(DEADLINE, DEADLINE + timedelta(days=3))
    assert state_of(booking) == State.BOOKED
    assert len(told(priya)) == before + 1
    assert told(priya)[-1].subject == "Still missing before your course: Part one"
    at_the_desk = part_one_missing(make_partnership().id, DEADLINE, START + MINUTE)
    row = db.session.execute(at_the_desk).one()
    assert (row.public_id, row.name, row.required) == (booking.public_id, "Priya Shah", "Part one")
    assert not row.evidence_waiting
    assert db.session.execute(part_one_missing(make_partnership().id, DEADLINE, START)).all() == []


def test_where_the_course_says_so_the_place_is_released_at_the_deadline_and_the_next_person_has_it(
    each_app: Flask, course: Course
):
    event = make_event(releasing(course), capacity=1)
    priya, vera = make_person("Priya Shah"), make_person("Vera Dunn")
    make_completion(vera, part_1())
    booking, next_one = make_booking(event, priya), make_booking(event, vera, State.WAITING)
    work(DEADLINE - MINUTE)
    assert state_of(booking) == State.BOOKED
    work(DEADLINE)
    assert state_of(booking) == State.RELEASED
    assert state_of(next_one) in (State.BOOKED, State.OFFERED)
    (letter,) = told(priya, "released")
    assert letter.calendar_method == "CANCEL"
    assert "Part one was not done in time" in letter.text
    assert f"/courses/{course.slug}" in letter.text
    change = db.session.scalars(
        sa.select(BookingChange)
        .where(BookingChange.booking_id == booking.id)
        .order_by(BookingChange.id.desc())
    ).first()
    assert change is not None
    assert (change.by_id, change.from_state, change.to_state, change.at) == (
        None,
        "booked",
        "released",
        DEADLINE,
    )
    assert change.why == "Part one was not done in time" and not change.late


def test_a_completion_frees_the_booking_at_once(each_app: Flask, course: Course):
    priya = make_person()
    booking = make_booking(make_event(releasing(course)), priya)
    make_completion(priya, part_1())
    work(REMINDED[2], DEADLINE)
    assert state_of(booking) == State.BOOKED
    assert told(priya) == []


def test_nobody_loses_a_place_or_is_chased_while_evidence_waits_to_be_checked(
    each_app: Flask, course: Course
):
    priya, ada = make_person(), make_person("Ada", Role.ADMINISTRATOR)
    booking = make_booking(make_event(releasing(course)), priya)
    handed_in = make_evidence(priya, part_1())
    work(REMINDED[2], DEADLINE, DEADLINE + MINUTE)
    assert state_of(booking) == State.BOOKED and told(priya) == []
    row = db.session.execute(part_one_missing(make_partnership().id, TODAY, START + MINUTE)).one()
    assert row.evidence_waiting
    with writing():
        evidence.accept(handed_in, by=ada, clock=stopped_at(DEADLINE + MINUTE))
    work(DEADLINE + 2 * MINUTE)
    assert state_of(booking) == State.BOOKED and told(priya) == []


def test_nobody_loses_a_place_for_whom_part_one_was_waived(each_app: Flask, course: Course):
    priya, ada = make_person(), make_person("Ada", Role.ADMINISTRATOR)
    event = make_event(releasing(course))
    booking = make_booking(event, priya)
    add(RequirementWaiver(person_id=priya.id, event_id=event.id, at=TODAY, by_id=ada.id, why="Teaches it"))
    work(REMINDED[2], DEADLINE)
    assert state_of(booking) == State.BOOKED and told(priya) == []
    other = make_booking(make_event(course, starts=START + timedelta(hours=5)), priya, State.BOOKED)
    work(DEADLINE)
    assert state_of(other) == State.RELEASED  # a waiver is for one event


def test_a_booking_keeps_what_the_course_said_when_it_was_made(course: Course):
    kept = make_booking(make_event(course), policy={"part_one": "chase", "part_one_working_days": 3})
    releasing(course)
    work(DEADLINE)
    assert (state_of(kept), told()[-1].subject[:12]) == (State.BOOKED, "To finish by")
    work(from_london(date(2026, 12, 15), time(10)))
    assert state_of(kept) == State.BOOKED
    assert told()[-1].subject.startswith("Still missing")


@pytest.mark.parametrize("state", [State.WAITING, State.OFFERED, State.REQUESTED, State.CANCELLED])
def test_only_a_place_is_chased(course: Course, state: State):
    make_booking(make_event(releasing(course)), state=state)
    work(REMINDED[2], DEADLINE)
    assert told() == []


@pytest.mark.parametrize("strength", ["to book", "advised"])
def test_only_what_is_required_by_a_deadline_is_chased(app: Flask, strength: str):
    course = make_course(part_one="release")
    make_requirement(course, part_1(), strength)
    booking = make_booking(make_event(course))
    work(REMINDED[2], DEADLINE)
    assert state_of(booking) == State.BOOKED and told() == []


def test_the_manager_gets_a_copy_where_the_course_says_so(course: Course):
    with writing():
        course.copies_manager = True
    managed = {"manager_name": "Mo Manager", "manager_email": "mo@northshire.example"}
    make_booking(make_event(releasing(course)), make_person("Priya Shah"), **managed)
    make_booking(make_event(course, starts=START + timedelta(hours=6)))  # names no manager
    work(REMINDED[2], DEADLINE)
    copies = told(message="part-one-manager")
    assert [letter.to_email for letter in copies] == ["mo@northshire.example"] * 2
    assert "Priya Shah has something to finish" in copies[0].text
    assert copies[1].subject.startswith("Priya Shah’s place was released")


def test_an_event_that_moves_to_another_day_is_told_anew(course: Course):
    event = make_event(course)
    make_booking(event)
    work(REMINDED[0])
    with rebuilding():
        event.starts_at, event.ends_at = START + timedelta(days=28), START + timedelta(days=28, hours=3)
    work(REMINDED[0] + timedelta(days=28))
    assert [letter.subject[:30] for letter in told()] == [
        "To finish by Fri 11 December: ",
        "To finish by Fri 8 January: Pa",
    ]


@pytest.mark.parametrize("state", ["cancelled", "postponed", "draft"])
def test_nobody_is_reminded_of_an_event_that_does_not_run(course: Course, state: str):
    make_booking(make_event(course, state=state))
    work(REMINDED[2], DEADLINE)
    assert told() == []


def test_looking_costs_as_little_for_thirty_places_as_for_one(course: Course):
    event = make_event(course, capacity=60)
    make_booking(event)
    sent = []
    for _ in range(2):
        work(REMINDED[0])
        with count_statements() as found:
            part_one.due(stopped_at(REMINDED[0] + MINUTE))
        sent.append(len(found))
        for _ in range(29):
            make_booking(event)
    assert sent[0] == sent[1] <= 4
