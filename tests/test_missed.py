"""We missed you: why? Who is asked and when, what is answered by the link, and where it is seen and counted."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.models import Person
from app.accounts.rules import Role
from app.attendance import missed, rules
from app.attendance.actions import close, mark_delegates
from app.attendance.models import AbsenceReason, Mark
from app.attendance.rules import ABSENCE_REASONS, MarkKind, Wanted
from app.booking.models import Booking
from app.booking.rules import State
from app.catalogue.models import Event, EventSession
from app.clock import from_london, in_london, london_day
from app.db import db, writing
from app.errors import Refused
from app.notifications import choices, unreachable
from app.notifications.models import Letter
from app.partnerships.models import PartnershipSetting
from app.records.actions import changing
from app.records.due import due
from app.tallies.actions import differences
from app.tallies.models import EventTally
from app.working_days import is_working_day
from tests.browser import CheckedClient
from tests.conftest import TODAY
from tests.factories import add, make_booking, make_course, make_event, make_partnership, make_person
from tests.mail import letters_of, twice
from tests.statements import count_statements
from tests.test_evaluation import mark

# Friday 13 November 2026, until 12:30; people are asked on Monday at 9.
STARTS = from_london(date(2026, 11, 13), time(9, 30))
ENDS = STARTS + timedelta(hours=3)
ASKED = from_london(date(2026, 11, 16), time(9))
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
YEARS = (datetime(2024, 1, 1), datetime(2029, 1, 1))  # noqa: DTZ001
instants = st.datetimes(*YEARS, timezones=st.just(UTC))

pytestmark = pytest.mark.usefixtures("today")


def switched(*, on: bool = True, now: datetime = STARTS - 30 * DAY) -> None:
    """The partnership asks those who did not come, or no longer."""
    with writing():
        choices.switch(make_partnership().id, "missed", on=on, by="", now=now)


@pytest.fixture
def event(each_app: Flask) -> Event:
    """A date that is over, on either database, in a partnership that asks."""
    switched()
    return make_event(starts=STARTS)


@pytest.fixture
def lite(app: Flask) -> Event:
    """The same where one database is enough."""
    switched()
    return make_event(starts=STARTS)


def absent(event: Event, name: str = "", kind: str = "absent", **given: Any) -> Booking:
    """Somebody with a place, and what the register says of them."""
    why = str(given.pop("why", ""))
    booking = make_booking(event, make_person(name), **given)
    mark(booking, kind)
    if why:
        with changing(event.id, now=ENDS):
            db.session.execute(sa.update(Mark).where(Mark.booking_id == booking.id).values(why=why))
    return booking


def closed(event: Event, now: datetime = ENDS) -> None:
    """The register is closed."""
    tom = make_person()
    with changing(event.id, now=now) as locked:
        close(locked, by=tom, now=now)


def work(*moments: datetime) -> None:
    """What the clock does at these moments; twice each, since two workers may."""
    twice(due, *moments)


def told(message: str = "missed") -> list[Letter]:
    """The letters of a wording, oldest first."""
    return letters_of(message)


def said() -> Iterator[tuple[str, str]]:
    """What was answered, oldest first."""
    db.session.rollback()
    rows = db.session.execute(sa.select(AbsenceReason.reason, AbsenceReason.words).order_by(AbsenceReason.id))
    return ((row.reason, row.words) for row in rows)


# When and who


@given(instants, st.integers(1, 5), st.timedeltas(-5 * DAY, 40 * DAY), st.timedeltas(-5 * DAY, 40 * DAY))
def test_why_is_asked_at_nine_on_a_working_day_after_the_course_for_two_weeks(
    ends_at: datetime, days: int, moment: timedelta, on: timedelta
):
    at = rules.missed_at(ends_at, working_days=days)
    assert is_working_day(london_day(at)) and in_london(at).time() == time(9)
    assert london_day(at) > london_day(ends_at)
    now, since = ends_at + moment, ends_at + on
    expected = at <= now < at + 14 * DAY and since <= at
    assert rules.missed_is_due(ends_at, now, working_days=days, on_since=since) is expected


def test_who_was_expected_and_not_there_is_asked_on_the_next_working_day_and_never_twice(event: Event):
    priya = absent(event, "Priya Practitioner")
    absent(event, kind="present")
    absent(event, kind="excused")
    closed(event)
    work(ENDS, ASKED - SECOND)
    assert told() == []
    work(ASKED, ASKED + SECOND, ASKED + 3 * DAY)
    (letter,) = told()
    assert letter.to_email == "priya.practitioner@northshire.example"
    assert letter.subject == "We missed you: Working Together to Safeguard Children, Fri 13 November"
    for words in (f"/missed/{missed.token_of(priya.public_id)}", "Fri 13 November 2026, 9:30am", "/courses/"):
        assert words in letter.text
    assert told("missed-manager") == []


def test_nobody_is_asked_while_the_register_is_open_or_two_weeks_later(event: Event):
    absent(event)
    work(ASKED, ASKED + 3 * DAY)
    assert told() == []
    closed(event, ASKED + 4 * DAY)
    work(ASKED + 4 * DAY)
    assert len(told()) == 1


@pytest.mark.parametrize(("away", "count"), [(14 * DAY - SECOND, 1), (14 * DAY, 0)])
def test_a_register_closed_long_after_asks_nobody(lite: Event, away: timedelta, count: int):
    absent(lite)
    closed(lite, ASKED + away)
    work(ASKED + away)
    assert len(told()) == count


@pytest.mark.parametrize("state", [State.WALK_IN, State.CANCELLED, State.MOVED, State.WAITING])
def test_who_had_no_place_is_not_asked(lite: Event, state: State):
    make_booking(lite, state=state)
    absent(lite, kind="present")
    if state == State.WALK_IN:
        mark(db.session.scalars(sa.select(Booking).where(Booking.state == state)).one(), "absent")
    closed(lite)
    work(ASKED)
    assert told() == []


def test_who_came_to_one_session_of_two_is_not_asked(lite: Event):
    booking = absent(lite)
    other = EventSession(
        event_id=lite.id, starts_at=ENDS + timedelta(hours=1), ends_at=ENDS + timedelta(hours=2)
    )
    add(other)
    with changing(lite.id, now=ENDS):
        db.session.add(Mark(booking_id=booking.id, session_id=other.id, mark="present", marked_at=ENDS))
    closed(lite, ENDS + DAY)
    work(ASKED)
    assert told() == []


@pytest.mark.parametrize("why", ["no address", "bounces", "closed"])
def test_who_cannot_be_reached_is_not_asked_and_costs_no_lock(event: Event, why: str):
    booking = absent(event)
    closed(event)
    with writing() as session:
        person = session.get_one(Person, booking.person_id)
        if why == "no address":
            person.email = None
        elif why == "closed":
            person.closed_at = ENDS
        else:
            unreachable.came_back(person.email or "", why="550", now=ENDS)
    work(ASKED)
    assert told() == []
    assert missed.events_with_missing(ASKED) == []


def test_whose_reason_the_register_knows_is_not_asked_but_the_manager_hears_where_the_course_says_so(
    event: Event,
):
    with writing():
        event.course.copies_manager = True
    manager = {"manager_name": "Meera Manager", "manager_email": "meera@northshire.example"}
    absent(event, "Priya Practitioner", why="ill", **manager)
    absent(event, "Quinn Practitioner")
    absent(event, kind="excused", **manager)
    closed(event)
    work(ASKED, ASKED + DAY)
    assert [letter.to_name for letter in told()] == ["Quinn Practitioner"]
    (letter,) = told("missed-manager")
    assert letter.to_email == "meera@northshire.example"
    assert letter.subject.startswith("Priya Practitioner was not there:")
    assert "/missed/" not in letter.text


def test_without_the_course_s_word_no_manager_hears(lite: Event):
    absent(lite, manager_name="Meera", manager_email="meera@northshire.example")
    closed(lite)
    work(ASKED)
    assert (len(told()), told("missed-manager")) == (1, [])


def test_a_partnership_decides_how_many_working_days_after(lite: Event):
    setting = {"key": "missed_working_days", "value": 3, "from_on": date(2026, 1, 1), "set_at": STARTS}
    add(PartnershipSetting(partnership_id=make_partnership().id, **setting))
    absent(lite)
    closed(lite)
    at = from_london(date(2026, 11, 18), time(9))
    work(at - SECOND)
    assert told() == []
    work(at)
    assert len(told()) == 1


def test_at_first_nobody_is_asked_and_looking_costs_two_statements(app: Flask):
    event = make_event(starts=STARTS)
    absent(event)
    closed(event)
    work(ASKED)
    assert told() == []
    db.session.remove()
    with count_statements() as statements:
        assert missed.events_with_missing(ASKED) == []
    assert len(statements) == 2


@pytest.mark.parametrize(("on_at", "count"), [(ASKED, 1), (ASKED + SECOND, 0)])
def test_switched_on_later_nobody_is_asked_of_before(app: Flask, on_at: datetime, count: int):
    event = make_event(starts=STARTS)
    absent(event)
    closed(event)
    switched(now=on_at)
    work(ASKED + DAY)
    assert len(told()) == count


def test_a_corrected_register_takes_the_question_back(event: Event):
    booking = absent(event)
    closed(event)
    work(ASKED)
    tom, now = make_person(), ASKED + SECOND
    session_id = db.session.scalars(sa.select(EventSession.id)).one()
    with changing(event.id, now=now) as locked:
        wanted = {booking.id: Wanted(MarkKind.PRESENT)}
        mark_delegates(locked, session_id, wanted, by_id=tom.id, now=now, why="She was there")
    assert [letter.state for letter in told()] == ["withdrawn"]


# The answer


def path(booking: Booking) -> str:
    """The page behind the link in the mail."""
    return f"/missed/{missed.token_of(booking.public_id)}"


def test_the_link_needs_no_sign_in_and_opening_it_changes_nothing(lite: Event, client: CheckedClient):
    booking = absent(lite)
    closed(lite)
    page = client.page(path(booking))
    assert page.heading == "We missed you"
    assert list(said()) == []
    thanks = client.send(path(booking), button="Send", reason="ill", words=" Flu.\r\nBack now ")
    assert thanks.heading == "Thank you"
    assert list(said()) == [("ill", "Flu.\nBack now")]


def test_nothing_chosen_and_words_too_long_are_said_beside_the_fields(lite: Event, client: CheckedClient):
    booking = absent(lite)
    closed(lite)
    page = client.send(path(booking), button="Send", status=422, words="x" * 501)
    assert "Choose what comes nearest" in page.text
    assert "Use at most 500 characters" in page.text
    assert list(said()) == []


def test_a_link_that_was_not_made_here_is_no_page(lite: Event, client: CheckedClient):
    client.page("/missed/not-a-link", 404)
    client.page(f"/missed/{missed.token_of('nobody')}", 404)


def test_the_same_twice_is_one_answer_and_another_holds_from_then_on(event: Event):
    booking = absent(event)
    for number, reason in enumerate(("ill", "ill", "on leave")):
        with changing(event.id, now=TODAY + number * SECOND):
            missed.answer(booking, reason, "", now=TODAY + number * SECOND)
    assert list(said()) == [("ill", ""), ("on leave", "")]


@pytest.mark.parametrize(
    ("kind", "now", "sentence"),
    [
        ("present", TODAY, "you were there"),
        ("excused", TODAY, "you were excused"),
        ("absent", ENDS - SECOND, "not over yet"),
        ("absent", ENDS + timedelta(weeks=8), "a while ago"),
        ("absent", ENDS + timedelta(weeks=8) - SECOND, ""),
        ("absent", ENDS, ""),
    ],
)
def test_where_there_is_nothing_to_tell_nothing_is_written(
    lite: Event, kind: str, now: datetime, sentence: str
):
    booking = absent(lite, kind=kind)
    refused = missed.refusal_of(booking, now)
    assert sentence in refused
    assert bool(refused) == bool(sentence)
    if sentence:
        with pytest.raises(Refused), changing(lite.id, now=now):
            missed.answer(booking, "ill", "", now=now)
        assert list(said()) == []


def test_a_cancelled_date_has_nothing_to_answer(lite: Event, client: CheckedClient):
    booking = absent(lite, state=State.EVENT_CANCELLED)
    page = client.page(path(booking), 409)
    assert "no place on this course in the end" in page.text


def test_the_desk_and_the_person_see_why_on_the_booking(lite: Event, client: CheckedClient):
    booking = absent(lite, "Priya Practitioner")
    closed(lite)
    with changing(lite.id, now=TODAY):
        missed.answer(booking, "was there", "I signed the paper list", now=TODAY)
    page = client.sign_in(make_person("", Role.ADMINISTRATOR)).page(f"/bookings/{booking.public_id}")
    assert "Why Priya Practitioner did not come" in page.text
    assert "I signed the paper list" in page.text
    assert page.link("Look at the register") == f"/events/{lite.id}/register"
    own = client.sign_in(booking.person).page(f"/bookings/{booking.public_id}")
    assert "looks at the register again" in own.text


def reasons(event: Event) -> dict[str, int]:
    """The absence reasons in the event's tally."""
    db.session.rollback()
    document = db.session.scalars(sa.select(EventTally.counts).where(EventTally.event_id == event.id)).one()
    found: dict[str, int] = {}
    for unit in document["units"]:
        for why, count in unit.get("reasons", {}).items():
            found[why] = found.get(why, 0) + count
    return found


def test_what_people_say_is_counted_before_what_the_register_says_and_being_there_is_no_reason(event: Event):
    asked, known, wrong = absent(event), absent(event, why="train"), absent(event, why="unknown")
    for booking, reason in ((asked, "ill"), (known, "work came first"), (wrong, "was there")):
        with changing(event.id, now=TODAY):
            missed.answer(booking, reason, "Words that nobody counts", now=TODAY)
    assert reasons(event) == {"ill": 1, "work came first": 1, "unknown": 1}
    assert differences(now=TODAY) == []
    mark(asked)  # a corrected register
    assert reasons(event) == {"work came first": 1, "unknown": 1}


def test_every_reason_fits_the_table():
    assert all(len(reason) <= 40 for reason in ABSENCE_REASONS)


def test_finding_them_takes_as_many_statements_for_thirty_as_for_three(app: Flask):
    switched()
    found = []
    for people in (3, 30):
        event = make_event(make_course(f"Course {people}"), starts=STARTS, capacity=40)
        for _ in range(people):
            absent(event)
        closed(event)
        db.session.remove()
        with count_statements() as statements:
            assert missed.events_with_missing(ASKED)
        found.append(len(statements))
    assert found[0] == found[1]
