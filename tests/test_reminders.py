"""A reminder's whole life, with a moved clock: booked, due, moved, cancelled, booked again, switched on and off."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.models import Person
from app.booking import actions as booking_actions
from app.booking import reminders
from app.booking.models import Booking
from app.booking.moving import move_to, substitute
from app.booking.reminding import events_to_remind
from app.booking.rules import Asked, State
from app.booking.workplaces import workplaces_of
from app.catalogue.models import Event, Venue
from app.catalogue.plans import SessionPlan
from app.clock import from_london, in_london, london_day, stopped_at
from app.db import db, writing
from app.delivery import actions as delivery
from app.notifications import choices, unreachable
from app.notifications.models import Letter
from app.partnerships.models import PartnershipSetting
from app.records.actions import changing, changing_both
from app.records.due import due
from app.working_days import is_working_day, working_days_between
from tests.factories import add, make_booking, make_event, make_partnership, make_person
from tests.statements import count_statements

# Friday 18 December 2026, 9:30; its reminder is due on Thursday at 10:00.
STARTS = from_london(date(2026, 12, 18), time(9, 30))
DUE = from_london(date(2026, 12, 17), time(10))
BOOKED = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HOURS = timedelta(hours=3)
YEARS = (datetime(2024, 1, 1), datetime(2029, 1, 1))  # noqa: DTZ001
instants = st.datetimes(*YEARS, timezones=st.just(UTC))
ON = "reminder"


def switched(*, on: bool = True, now: datetime = BOOKED, key: str = ON) -> None:
    """The partnership switches reminders on or off."""
    with writing():
        choices.switch(make_partnership().id, key, on=on, by="", now=now)


@pytest.fixture
def event(each_app: Flask) -> Event:
    """A date on either database, in a partnership that reminds."""
    switched()
    return make_event(starts=STARTS)


@pytest.fixture
def lite(app: Flask) -> Event:
    """The same where one database is enough."""
    switched()
    return make_event(starts=STARTS)


def work(*moments: datetime) -> None:
    """What the clock does at these moments, twice each, since two workers may; and two days before, for what
    comes before a reminder: the joining details, which leave then.
    """
    for now in moments:
        due(stopped_at(now - 2 * DAY))
        sent(now - 2 * DAY)
        due(stopped_at(now))
        due(stopped_at(now))
    db.session.rollback()


def reminded(person: Person | None = None) -> list[Letter]:
    """The reminders that were posted, oldest first."""
    db.session.rollback()
    found = sa.select(Letter).where(Letter.message == "reminder").order_by(Letter.id)
    return list(db.session.scalars(found.where(Letter.to_email == person.email) if person else found))


def sent(at: datetime) -> None:
    """The worker sends whatever waits."""
    with writing() as session:
        waiting = sa.update(Letter).where(
            Letter.state == "queued", Letter.due_at <= at, Letter.message != "reminder"
        )
        session.execute(waiting.values(state="sent", sent_at=at))


def gone(at: datetime) -> None:
    """The reminders leave as well."""
    with writing() as session:
        waiting = sa.update(Letter).where(Letter.message == "reminder", Letter.state == "queued")
        session.execute(waiting.values(state="sent", sent_at=at))


def book(event: Event, person: Person, now: datetime, **asked: object) -> Booking:
    """A booking as the person makes it."""
    works = workplaces_of(person.id, london_day(now))[0]
    with changing(event.id, now=now) as locked:
        wanted = Asked(**asked)  # type: ignore[arg-type]
        return booking_actions.book(locked, person, works, by=person, now=now, asked=wanted)


def reschedule(event: Event, starts: datetime, now: datetime, *, venue: str = "") -> None:
    """The desk changes the date, and the letters of that leave."""
    ada = make_person()
    with changing(event.id, now=now) as locked:
        plan = SessionPlan(starts_at=starts, ends_at=starts + HOURS, venue=venue)
        delivery.reschedule(locked, [plan], by=ada, now=now, why="The hall is flooded")


# When


def test_who_has_a_place_is_reminded_on_the_morning_of_the_working_day_before_and_never_twice(event: Event):
    priya = make_person("Priya Practitioner")
    booking = book(event, priya, BOOKED)
    work(BOOKED, DUE - DAY, DUE - SECOND)
    assert reminded() == []
    assert events_to_remind(DUE - SECOND) == []
    assert events_to_remind(DUE) == [event.id]
    work(DUE)
    (letter,) = reminded(priya)
    assert letter.subject == "Reminder: Working Together to Safeguard Children, Fri 18 December"
    for said in ("Fri 18 December 2026, 9:30am", f"/join/{booking.public_id}", "/cancel", "Online"):
        assert said in letter.text
    assert (letter.about, letter.expires_at) == (f"booking:{booking.public_id}", STARTS)
    work(DUE + SECOND, STARTS - SECOND, STARTS, STARTS + SECOND)
    assert len(reminded()) == 1


def test_one_second_after_its_moment_a_reminder_is_due_as_well_and_from_the_start_on_it_is_not(lite: Event):
    make_booking(lite)
    assert events_to_remind(DUE + SECOND) == [lite.id]
    assert events_to_remind(STARTS - SECOND) == [lite.id]
    assert events_to_remind(STARTS) == []
    assert events_to_remind(STARTS + SECOND) == []


@pytest.mark.parametrize(
    ("starts", "at"),
    [
        # A Monday course is reminded of on Friday.
        ((date(2026, 12, 14), time(9, 30)), (date(2026, 12, 11), time(10))),
        # Tuesday 29 December: Boxing Day is kept on Monday 28, Christmas was Friday.
        ((date(2026, 12, 29), time(9, 30)), (date(2026, 12, 24), time(10))),
        # The Tuesday after Easter 2027 (28 March), when the clocks went forward too.
        ((date(2027, 3, 30), time(9, 30)), (date(2027, 3, 25), time(10))),
        # The Monday after the clocks went back.
        ((date(2026, 10, 26), time(9, 30)), (date(2026, 10, 23), time(10))),
        # A course on a Saturday.
        ((date(2026, 12, 12), time(9, 30)), (date(2026, 12, 11), time(10))),
    ],
)
def test_weekends_bank_holidays_and_clock_changes_do_not_count(starts: tuple, at: tuple):
    assert reminders.reminded_at(from_london(*starts), working_days=1) == from_london(*at)


@given(instants, st.integers(1, 10))
def test_a_reminder_is_due_at_ten_on_a_working_day_with_so_many_working_days_in_between(
    starts: datetime, days: int
):
    at = reminders.reminded_at(starts, working_days=days)
    assert in_london(at).time() == time(10)
    assert is_working_day(london_day(at))
    assert working_days_between(at, starts) == days
    assert at < starts


@given(
    instants,
    st.timedeltas(timedelta(days=-20), timedelta(days=5)),
    st.timedeltas(timedelta(days=-20), timedelta(days=5)),
    st.timedeltas(timedelta(days=-20), timedelta(days=5)),
)
def test_no_reminder_is_due_too_early_too_late_after_news_or_before_it_was_switched_on(
    starts: datetime, told: timedelta, on: timedelta, moment: timedelta
):
    place = reminders.Place(starts_at=starts, told_at=starts + told, on_since=starts + on)
    now = starts + moment
    at = reminders.reminded_at(starts, working_days=1)
    expected = at <= now < starts and place.told_at <= at - DAY and place.on_since <= at
    assert reminders.is_due(place, now, working_days=1) is expected


def test_a_partnership_decides_how_many_working_days_before(lite: Event):
    setting = {"key": "reminder_working_days", "value": 3, "from_on": date(2026, 1, 1), "set_at": BOOKED}
    add(PartnershipSetting(partnership_id=make_partnership().id, **setting))
    make_booking(lite)
    at = from_london(date(2026, 12, 15), time(10))
    work(at - SECOND)
    assert reminded() == []
    work(at, DUE)
    assert len(reminded()) == 1


# Who


@pytest.mark.parametrize(
    ("made_at", "count"), [(DUE - DAY, 1), (DUE - DAY + SECOND, 0), (DUE, 0), (DUE + MINUTE, 0)]
)
def test_a_late_booking_is_not_reminded(lite: Event, made_at: datetime, count: int):
    book(lite, make_person(), made_at)
    work(DUE, DUE + 2 * MINUTE, STARTS - MINUTE)
    assert len(reminded()) == count


@pytest.mark.parametrize(("given_up", "count"), [(DUE - DAY, 1), (DUE - HOUR, 0), (DUE + HOUR, 0)])
def test_who_was_promoted_late_is_not_reminded(lite: Event, given_up: datetime, count: int):
    with writing():
        lite.capacity = lite.booking_limit = 1
    first, second = make_person(), make_person()
    held = book(lite, first, BOOKED)
    waits = book(lite, second, BOOKED + HOUR, or_wait=True)
    assert waits.state == State.WAITING
    with changing(lite.id, now=given_up) as locked:
        booking_actions.cancel(held, by=first, now=given_up, why="Ill")
        db.session.refresh(waits)
        if waits.state != State.BOOKED:
            booking_actions.move(waits, State.BOOKED, by=None, now=given_up)
        assert locked.id == lite.id
    sent(given_up)
    work(given_up, DUE, DUE + 2 * HOUR, STARTS - MINUTE)
    assert len(reminded(second)) == count
    assert reminded(first) == []


@pytest.mark.parametrize("state", [State.WAITING, State.OFFERED, State.REQUESTED, State.WALK_IN])
def test_who_has_no_place_is_not_reminded(lite: Event, state: State):
    make_booking(lite, state=state)
    work(DUE)
    assert reminded() == []


def test_who_does_not_want_it_has_closed_the_account_or_cannot_be_reached_gets_none_and_costs_no_lock(
    event: Event,
):
    wants, refuses, changed_mind, closed, lost, nowhere = (make_person() for _ in range(6))
    for person in (wants, refuses, changed_mind, closed, lost, nowhere):
        make_booking(event, person)
    with writing() as session:
        choices.choose(refuses.email or "", ON, wanted=False, now=BOOKED)
        choices.choose(changed_mind.email or "", ON, wanted=False, now=BOOKED)
        choices.choose(changed_mind.email or "", ON, wanted=True, now=BOOKED)
        unreachable.came_back(lost.email or "", why="550", now=BOOKED)
        session.get_one(Person, closed.id).closed_at = BOOKED
        session.get_one(Person, nowhere.id).email = None
    work(DUE)
    assert {letter.to_email for letter in reminded()} == {wants.email, changed_mind.email}
    assert events_to_remind(DUE) == []


def test_joining_details_that_left_the_same_day_are_reminder_enough(lite: Event):
    booking = make_booking(lite)
    joining = from_london(date(2026, 12, 11), time(17))
    due(stopped_at(joining))
    with writing() as session:
        row = session.scalars(sa.select(Letter).where(Letter.about.contains(booking.public_id))).one()
        row.state, row.sent_at = "sent", DUE - 9 * HOUR  # the mail server was away for days
    work(DUE, DUE + 5 * HOUR, STARTS - MINUTE)
    assert reminded() == []


@pytest.mark.parametrize(
    ("state", "left", "count"),
    [
        ("sent", DUE - 11 * HOUR, 1),  # the evening before
        ("sent", DUE - 10 * HOUR, 0),  # midnight
        ("queued", None, 0),  # both would leave together
        ("failed", None, 1),
        ("withdrawn", None, 1),
    ],
)
def test_joining_details_count_from_midnight_of_that_day_once_they_leave(
    lite: Event, state: str, left: datetime | None, count: int
):
    make_booking(lite)
    due(stopped_at(from_london(date(2026, 12, 11), time(17))))
    with writing() as session:
        session.execute(sa.update(Letter).values(state=state, sent_at=left))
    due(stopped_at(DUE))
    assert len(reminded()) == count


# Changes


def test_a_place_given_back_takes_the_reminder_out_of_the_outbox_and_booked_again_is_reminded_anew(
    event: Event,
):
    priya = make_person()
    booking = book(event, priya, BOOKED)
    work(DUE)
    with changing(event.id, now=DUE + MINUTE):
        booking_actions.cancel(booking, by=priya, now=DUE + MINUTE, why="Ill")
    assert [letter.state for letter in reminded()] == ["withdrawn"]
    work(DUE + 2 * MINUTE)
    assert len(reminded()) == 1
    book(event, priya, DUE + HOUR)  # late: nothing more
    work(DUE + 2 * HOUR, STARTS - MINUTE)
    assert len(reminded()) == 1


def test_who_cancels_and_books_again_in_time_is_reminded_once(lite: Event):
    priya = make_person()
    first = book(lite, priya, BOOKED)
    with changing(lite.id, now=BOOKED + DAY):
        booking_actions.cancel(first, by=priya, now=BOOKED + DAY)
    book(lite, priya, BOOKED + 2 * DAY)
    sent(BOOKED + 2 * DAY)
    work(DUE, STARTS - MINUTE)
    assert len(reminded(priya)) == 1


def test_who_moves_to_another_date_is_reminded_of_that_one(event: Event):
    priya = make_person()
    other_starts = STARTS + timedelta(days=28)
    other = make_event(event.course, starts=other_starts)
    booking = book(event, priya, BOOKED)
    now = DUE + MINUTE
    work(DUE)
    with changing_both(event.id, other.id, now=now) as (_, there):
        move_to(booking, there, by=priya, now=now, asked=Asked(), why="Ill")
    assert [letter.state for letter in reminded()] == ["withdrawn"]
    work(now, STARTS - MINUTE)
    assert len(reminded()) == 1
    work(reminders.reminded_at(other_starts, working_days=1))
    assert len(reminded()) == 2
    assert "15 January 2027" in reminded()[1].text


def test_a_colleague_who_takes_the_place_over_in_time_is_reminded_instead(lite: Event):
    priya, colleague = make_person(), make_person()
    booking = book(lite, priya, BOOKED)
    works = workplaces_of(colleague.id, london_day(BOOKED))[0]
    with changing(lite.id, now=BOOKED + DAY):
        substitute(booking, colleague, works, by=priya, now=BOOKED + DAY, asked=Asked())
    work(DUE)
    assert [letter.to_email for letter in reminded()] == [colleague.email]


@pytest.mark.parametrize("late", [False, True])
def test_a_cancelled_date_reminds_nobody(event: Event, late: bool):
    make_booking(event)
    now = DUE + MINUTE if late else DUE - DAY
    if late:
        work(DUE)
    ada = make_person()
    with changing(event.id, now=now) as locked:
        delivery.cancel_event(locked, by=ada, now=now, why="Too few")
    work(now, DUE, STARTS - MINUTE)
    assert [letter.state for letter in reminded()] == (["withdrawn"] if late else [])


def test_a_postponed_date_reminds_nobody_until_it_has_a_new_one(event: Event):
    make_booking(event)
    work(DUE)
    gone(DUE)
    ada = make_person()
    with changing(event.id, now=DUE + MINUTE) as locked:
        delivery.postpone(locked, by=ada, now=DUE + MINUTE, why="Ill")
    work(DUE + 2 * MINUTE, STARTS - MINUTE)
    assert len(reminded()) == 1
    new = STARTS + timedelta(days=42)
    with changing(event.id, now=DUE + DAY) as locked:
        delivery.give_date(locked, [SessionPlan(starts_at=new, ends_at=new + HOURS)], by=ada, now=DUE + DAY)
    sent(DUE + DAY + HOUR)
    at = reminders.reminded_at(new, working_days=1)
    work(at - SECOND)
    assert len(reminded()) == 1
    work(at, at + SECOND)
    assert len(reminded()) == 2
    assert "29 January 2027" in reminded()[1].text


def test_a_date_that_moves_is_reminded_of_anew(event: Event):
    make_booking(event)
    work(DUE)
    gone(DUE)
    later = STARTS + timedelta(days=21)
    reschedule(event, later, DUE + HOUR)
    sent(DUE + 2 * HOUR)
    work(DUE + 3 * HOUR, STARTS - MINUTE)
    assert len(reminded()) == 1
    at = reminders.reminded_at(later, working_days=1)
    work(at - SECOND)
    assert len(reminded()) == 1
    work(at)
    assert "8 January 2027" in reminded()[1].text


def test_a_date_that_moves_and_back_reminds_once_for_where_it_ends(lite: Event):
    make_booking(lite)
    reschedule(lite, STARTS + 7 * DAY, BOOKED)
    sent(BOOKED + HOUR)
    reschedule(lite, STARTS, BOOKED + DAY)
    sent(BOOKED + DAY + HOUR)
    work(DUE, STARTS - MINUTE, STARTS + 6 * DAY)
    assert len(reminded()) == 1


@pytest.mark.parametrize("starts", [STARTS + HOUR, STARTS])
def test_who_was_told_of_a_change_on_the_day_of_the_reminder_needs_none(lite: Event, starts: datetime):
    """Another hour, or another venue at the same hour."""
    add(Venue(name="Village hall", address="High Street", postcode="NS1 2AB"))
    make_booking(lite)
    reschedule(lite, starts, DUE - HOUR, venue="Village hall")
    sent(DUE - MINUTE)
    work(DUE, STARTS - MINUTE)
    assert reminded() == []


def test_a_reminder_in_hand_goes_when_the_date_changes_and_is_not_followed_by_a_second(lite: Event):
    make_booking(lite)
    work(DUE)
    reschedule(lite, STARTS + HOUR, DUE + MINUTE)
    assert [letter.state for letter in reminded()] == ["withdrawn"]
    sent(DUE + HOUR)
    work(DUE + HOUR, STARTS - MINUTE)
    assert [letter.state for letter in reminded()] == ["withdrawn"]


# Switches, and workers that were away


def test_at_first_nobody_is_reminded_and_looking_costs_two_statements(app: Flask):
    make_booking(make_event(starts=STARTS))
    work(DUE)
    assert reminded() == []
    db.session.remove()
    with count_statements() as statements:
        assert events_to_remind(DUE) == []
    assert len(statements) == 2, statements


@pytest.mark.parametrize(("on_at", "count"), [(DUE - SECOND, 1), (DUE, 1), (DUE + SECOND, 0)])
def test_switched_on_when_its_moment_has_passed_a_date_is_not_reminded_of(
    app: Flask, on_at: datetime, count: int
):
    make_booking(make_event(starts=STARTS))
    switched(now=on_at)
    work(DUE + MINUTE, STARTS - MINUTE)
    assert len(reminded()) == count


def test_switched_off_and_on_again_counts_from_the_last_time(lite: Event):
    make_booking(lite)
    switched(on=False, now=DUE - HOUR)
    work(DUE)
    switched(on=True, now=DUE + HOUR)
    switched(on=True, now=DUE + 2 * HOUR)
    work(DUE + 3 * HOUR)
    assert reminded() == []
    assert choices.on_since(make_partnership().id, ON) == DUE + HOUR


def test_a_worker_down_for_three_days_reminds_of_nothing_that_has_begun_and_of_each_other_date_once(
    event: Event,
):
    make_booking(event)
    soon = make_event(event.course, starts=STARTS + 3 * DAY)  # Monday, reminded of on Friday
    priya = make_person()
    make_booking(soon, priya)
    monday = from_london(date(2026, 12, 14), time(17))
    due(stopped_at(monday))
    sent(monday)
    due(stopped_at(STARTS + 2 * DAY))
    assert [letter.to_email for letter in reminded()] == [priya.email]
    due(stopped_at(STARTS + 3 * DAY))
    assert len(reminded()) == 1


def test_finding_whom_to_remind_takes_as_many_statements_for_forty_places_as_for_four(app: Flask):
    switched()
    found = []
    for places in (4, 40):
        event = make_event(starts=STARTS, capacity=50)
        for _ in range(places):
            make_booking(event)
        event_id = event.id
        db.session.remove()
        with count_statements() as statements:
            assert event_id in events_to_remind(DUE)
        found.append(len(statements))
    assert found[0] == found[1]
