"""Registers that stay open: the trainers hear on the next working day, the administrators by a list; moved clocks."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.models import Person, RoleGrant
from app.accounts.rules import Role
from app.attendance import actions, chase_rules
from app.attendance.chasing import events_to_chase
from app.attendance.digests import partnerships_to_tell
from app.attendance.models import Mark
from app.booking.models import Booking
from app.booking.rules import State
from app.catalogue.models import Event, EventSession
from app.clock import from_london, in_london, london_day, stopped_at
from app.db import db, writing
from app.notifications import choices
from app.notifications.models import Letter
from app.notifications.outgoing import claim
from app.partnerships.models import PartnershipSetting
from app.records import registers
from app.records.actions import changing
from app.records.due import due
from app.working_days import is_working_day, working_days_between
from tests.factories import (
    LONG_AGO,
    add,
    make_booking,
    make_course,
    make_event,
    make_partnership,
    make_person,
    make_trainer,
)
from tests.statements import count_statements

# A course on Friday 27 November 2026: Monday 30 for the trainers, Wednesday 2 December for the administrators, at 10.
STARTS = from_london(date(2026, 11, 27), time(9, 30))
TO_TRAINERS = from_london(date(2026, 11, 30), time(10))
TO_DESK = from_london(date(2026, 12, 2), time(10))
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def event(each_app: Flask) -> Event:
    """A course that Tom delivered, with Priya on it; Ada administers."""
    return the_course()


@pytest.fixture
def lite(app: Flask) -> Event:
    """The same where one database is enough."""
    return the_course()


def the_course() -> Event:
    """The rows of it."""
    make_person("Ada Admin", Role.ADMINISTRATOR)
    found = make_event(make_course("Neglect"), starts=STARTS)
    make_trainer(found)
    make_booking(found, make_person("Priya Patel"))
    return found


def work(*moments: datetime) -> None:
    """What the clock does at these moments, twice each, since two workers may."""
    for now in moments:
        for part in (due, registers.due, due, registers.due):
            part(stopped_at(now))


def told(message: str, *states: str) -> list[Letter]:
    """The letters of a kind, oldest first."""
    db.session.rollback()
    found = sa.select(Letter).where(Letter.message == message).order_by(Letter.id)
    return list(db.session.scalars(found.where(Letter.state.in_(states)) if states else found))


def to_trainers(*states: str) -> list[Letter]:
    """What trainers were written about open registers."""
    return told("register-open", *states)


def to_desk(*states: str) -> list[Letter]:
    """The administrators' lists."""
    return told("register-open-desk", *states)


def close(event: Event, now: datetime) -> None:
    """Mark everybody and close."""
    by = db.session.scalars(sa.select(Person).where(Person.name == "Tom Trainer")).one()
    session_id = db.session.scalars(sa.select(EventSession.id).where(EventSession.event_id == event.id)).one()
    for booking_id in db.session.scalars(sa.select(Booking.id).where(Booking.event_id == event.id)).all():
        add(Mark(booking_id=booking_id, session_id=session_id, mark="present", marked_at=now))
    with changing(event.id, now=now) as locked:
        actions.close(locked, by=by, now=now)


def leave(now: datetime) -> None:
    """The worker sends whatever waits and is not over."""
    with writing() as session:
        claim(owner="test", now=now, limit=500)
        sending = sa.update(Letter).where(Letter.state == "sending")
        session.execute(sending.values(state="sent", sent_at=now))


def another(title: str, ends_on: date) -> Event:
    """One more course with somebody on it and nobody to close it."""
    found = make_event(make_course(title), starts=from_london(ends_on, time(9, 30)))
    make_booking(found)
    return found


# The trainers.


def test_the_trainer_hears_at_ten_on_the_next_working_day_once(event: Event):
    work(STARTS + 3 * HOUR, TO_TRAINERS - DAY, TO_TRAINERS - SECOND)
    assert to_trainers() == [] and events_to_chase(TO_TRAINERS - SECOND) == []
    assert events_to_chase(TO_TRAINERS) == [event.id]
    work(TO_TRAINERS)
    [letter] = to_trainers()
    assert letter.to_name == "Tom Trainer"
    assert "1 person has no tick yet" in letter.text
    assert f"/events/{event.id}/register" in letter.text and "Priya" not in letter.text
    work(TO_TRAINERS + SECOND, TO_DESK, TO_DESK + 20 * DAY)
    assert len(to_trainers()) == 1


def test_a_register_that_only_needs_closing_says_so(event: Event):
    session_id = db.session.scalars(sa.select(EventSession.id)).one()
    booking_id = db.session.scalars(sa.select(Booking.id)).one()
    add(Mark(booking_id=booking_id, session_id=session_id, mark="present", marked_at=STARTS))
    work(TO_TRAINERS)
    assert "it only needs closing" in to_trainers()[0].text


def test_a_closed_register_chases_nobody(event: Event):
    close(event, STARTS + 4 * HOUR)
    work(TO_TRAINERS, TO_DESK)
    assert to_trainers() == [] and to_desk() == []


def test_closing_it_withdraws_what_has_not_left(event: Event):
    work(TO_TRAINERS, TO_DESK)
    assert len(to_trainers("queued")) == 1 and len(to_desk("queued")) == 1
    close(event, TO_DESK + SECOND)
    assert to_trainers("queued") == [] and to_desk("queued") == []
    work(TO_DESK + HOUR, TO_DESK + DAY)
    assert len(to_trainers()) == 1 and len(to_desk()) == 1


def test_every_trainer_hears_also_an_expert_and_the_host_not_a_guest_speaker(lite: Event):
    for name, part in (("Eve Expert", "expert"), ("Hugo Host", "host"), ("Guy Guest", "guest speaker")):
        make_trainer(lite, make_person(name), part)
    work(TO_TRAINERS)
    assert sorted(one.to_name for one in to_trainers()) == ["Eve Expert", "Hugo Host", "Tom Trainer"]
    assert "does it for all" in to_trainers()[0].text


def test_a_worker_that_was_down_for_three_days_writes_to_both_and_after_two_weeks_to_no_trainer(lite: Event):
    work(TO_TRAINERS + 3 * DAY)
    assert len(to_trainers()) == 1 and len(to_desk()) == 1


def test_what_is_weeks_past_is_not_chased_any_more(lite: Event):
    work(TO_TRAINERS + 14 * DAY - SECOND)
    assert len(to_trainers()) == 1
    with writing() as session:
        session.execute(sa.delete(Letter))
    work(TO_TRAINERS + 14 * DAY)
    assert to_trainers() == []


@pytest.mark.parametrize(
    "given",
    [
        {"headcount_only": True},
        {"state": "cancelled", "took_place": False},
        {"state": "postponed"},
        {"took_place": False},
    ],
)
def test_an_event_without_a_register_chases_nobody(app: Flask, given: dict[str, object]):
    make_person("Ada Admin", Role.ADMINISTRATOR)
    event = make_event(starts=STARTS, **given)
    make_trainer(event)
    make_booking(event)
    work(TO_TRAINERS, TO_DESK)
    assert to_trainers() == [] and to_desk() == []


def test_an_event_that_nobody_was_on_chases_nobody(app: Flask):
    make_person("Ada Admin", Role.ADMINISTRATOR)
    event = make_event(starts=STARTS)
    make_trainer(event)
    make_booking(event, state=State.CANCELLED)
    work(TO_TRAINERS, TO_DESK)
    assert to_trainers() == [] and to_desk() == []


def test_of_several_sessions_the_last_one_counts(lite: Event):
    with changing(lite.id, now=STARTS) as locked:
        start = STARTS + 7 * DAY
        add_session = EventSession(event_id=locked.id, starts_at=start, ends_at=start + 3 * HOUR)
        db.session.add(add_session)
        locked.ends_at = start + 3 * HOUR
    work(TO_TRAINERS, TO_TRAINERS + 7 * DAY - SECOND)
    assert to_trainers() == []
    work(TO_TRAINERS + 7 * DAY)
    assert len(to_trainers()) == 1


def test_the_days_and_the_hour_are_settings(lite: Event):
    for key, value in (("register_open_working_days", [2, 4]), ("register_open_hour", 8)):
        add(
            PartnershipSetting(
                partnership_id=lite.host_id, key=key, value=value, from_on=LONG_AGO, set_at=STARTS
            )
        )
    work(TO_TRAINERS + DAY - 2 * HOUR - SECOND)
    assert to_trainers() == []
    work(TO_TRAINERS + DAY - 2 * HOUR)
    assert len(to_trainers()) == 1


def test_switched_off_it_costs_one_look_and_what_passed_meanwhile_is_not_sent_later(lite: Event):
    with writing():
        choices.switch(lite.host_id, "register-open", on=False, by="", now=STARTS)
    with count_statements() as statements:
        assert events_to_chase(TO_TRAINERS) == [] and partnerships_to_tell(TO_DESK) == []
    assert len(statements) <= 4, statements
    work(TO_TRAINERS, TO_DESK)
    with writing():
        choices.switch(lite.host_id, "register-open", on=True, by="", now=TO_DESK + HOUR)
    work(TO_DESK + HOUR, TO_DESK + DAY)
    assert to_trainers() == [] and to_desk() == []


# The administrators.


def test_the_administrators_hear_three_working_days_after_the_course_by_one_list(event: Event):
    other = another("Sleep", date(2026, 11, 27))
    work(TO_DESK - SECOND)
    assert to_desk() == [] and partnerships_to_tell(TO_DESK - SECOND) == []
    work(TO_DESK)
    [letter] = to_desk()
    assert (letter.to_name, letter.subject) == ("Ada Admin", "2 registers are still open")
    for said in (
        "Neglect, Fri 27 November",
        "Tom Trainer",
        "0 of 1 ticked as here",
        "nobody is down as its trainer",
    ):
        assert said in letter.text
    assert f"/events/{other.id}/register" in letter.text
    leave(TO_DESK)
    work(TO_DESK + SECOND, TO_DESK + HOUR, TO_DESK + DAY)
    assert len(to_desk()) == 1


def test_one_that_comes_to_the_list_later_brings_the_whole_list_again_on_its_day(event: Event):
    work(TO_DESK)
    leave(TO_DESK)
    another("Sleep", date(2026, 11, 30))  # a Monday: due on Thursday
    work(TO_DESK + DAY - SECOND)
    assert len(to_desk()) == 1
    work(TO_DESK + DAY)
    [_, letter] = to_desk()
    assert "Neglect" in letter.text and "Sleep" in letter.text
    leave(TO_DESK + DAY)
    work(TO_DESK + DAY + HOUR, TO_DESK + 2 * DAY)
    assert len(to_desk()) == 2


def test_what_was_closed_meanwhile_is_not_on_the_list(event: Event):
    another("Sleep", date(2026, 11, 27))
    close(event, TO_DESK - HOUR)
    work(TO_DESK)
    [letter] = to_desk()
    assert letter.subject == "1 register is still open" and "Neglect" not in letter.text


def test_a_list_that_waits_when_one_of_it_is_closed_is_written_anew_without_it(event: Event):
    another("Sleep", date(2026, 11, 27))
    work(TO_DESK)
    close(event, TO_DESK + SECOND)
    work(TO_DESK + 2 * SECOND)
    [letter] = to_desk("queued")
    assert "Neglect" not in letter.text and "Sleep" in letter.text


def test_a_list_that_could_not_leave_on_its_day_is_replaced_by_one_of_the_next_working_day(event: Event):
    with writing() as session:  # over since Tuesday, so the list comes on Friday
        start = STARTS + 4 * DAY
        session.execute(sa.update(EventSession).values(starts_at=start, ends_at=start + 3 * HOUR))
    with changing(event.id, now=STARTS) as locked:
        locked.starts_at, locked.ends_at = start, start + 3 * HOUR
    friday = TO_DESK + 2 * DAY
    work(friday)
    [letter] = to_desk()
    assert letter.expires_at == from_london(date(2026, 12, 5), time(0))
    work(friday + DAY, friday + 2 * DAY, friday + 3 * DAY - SECOND)  # the weekend, and Monday before ten
    assert len(to_desk()) == 1
    leave(friday + 3 * DAY - SECOND)
    assert len(to_desk("withdrawn")) == 1
    work(friday + 3 * DAY)
    assert len(to_desk("queued")) == 1


def test_every_administrator_gets_it_and_nobody_whose_role_is_over(lite: Event):
    make_person("Bea Admin", Role.ADMINISTRATOR)
    make_person("Cora Coordinator", Role.COORDINATOR)
    gone = make_person("Gone Admin", Role.ADMINISTRATOR)
    with writing() as session:
        over = sa.update(RoleGrant).where(RoleGrant.person_id == gone.id)
        session.execute(over.values(until_on=date(2026, 12, 1)))
    work(TO_DESK)
    assert [one.to_name for one in to_desk()] == ["Ada Admin", "Bea Admin"]


def test_without_an_administrator_the_coordinators_get_it_else_the_partnerships_address(lite: Event):
    with writing() as session:
        session.execute(sa.delete(RoleGrant).where(RoleGrant.role == Role.ADMINISTRATOR.value))
    work(TO_DESK)
    assert [one.to_email for one in to_desk()] == ["training@northshire.example"]
    make_person("Cora Coordinator", Role.COORDINATOR)
    with writing() as session:
        session.execute(sa.delete(Letter))
    work(TO_DESK + HOUR)
    assert [one.to_name for one in to_desk()] == ["Cora Coordinator"]


def test_partnerships_have_lists_of_their_own(lite: Event):
    other = make_partnership(slug="southshire", short_name="Southshire SCP", contact_email="south@x.example")
    foreign = make_event(lite.course, starts=STARTS + HOUR, host_id=other.id)
    make_booking(foreign)
    work(TO_DESK)
    by_address = {letter.to_email: letter.text for letter in to_desk()}
    assert set(by_address) == {"ada.admin@northshire.example", "south@x.example"}
    assert f"/events/{foreign.id}/" not in by_address["ada.admin@northshire.example"]
    assert f"/events/{foreign.id}/" in by_address["south@x.example"]


def test_looking_takes_the_same_few_statements_however_many_registers_are_open(lite: Event):
    def look() -> int:
        with count_statements() as statements:
            events_to_chase(TO_TRAINERS)
            partnerships_to_tell(TO_DESK)
        return len(statements)

    look()
    few = look()
    for number in range(8):
        make_trainer(another(f"Course {number}", date(2026, 11, 27)), make_person())
    assert look() == few <= 12


# The rules.

INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(ends=INSTANTS, days=st.integers(1, 5), hour=st.integers(7, 20))
def test_it_is_chased_on_a_working_day_at_that_hour_so_many_working_days_on(
    ends: datetime, days: int, hour: int
):
    at = in_london(chase_rules.chased_at(ends, working_days=days, hour=hour))
    assert is_working_day(at.date()) and at.time() == time(hour) and at > ends
    five = from_london(london_day(ends), time(17))
    first = 1 if is_working_day(london_day(ends)) else 0
    assert working_days_between(five - DAY if not first else five, at) <= days


@given(ends=INSTANTS, away=st.timedeltas(timedelta(0), timedelta(days=40)))
def test_a_list_is_written_on_working_days_from_ten_on_and_never_twice_for_the_same(
    ends: datetime, away: timedelta
):
    now, terms = ends + away, {"working_days": 3, "hour": 10, "on_since": ends - DAY}
    is_due = chase_rules.digest_is_due([ends], now, last_at=None, **terms)
    local = in_london(now)
    assert is_due == (
        is_working_day(local.date())
        and local.time() >= time(10)
        and now >= chase_rules.chased_at(ends, working_days=3, hour=10)
    )
    if is_due:
        assert not chase_rules.digest_is_due([ends], now + DAY, last_at=now, **terms)
