"""Who went, who did not: the monthly digest of leads and managers, from closed registers alone."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.models import Affiliation, Agency, Person, RoleGrant, Team
from app.accounts.rules import Role
from app.attendance.models import Mark, RegisterClosing
from app.booking.models import Booking
from app.booking.rules import State
from app.catalogue.models import Course, Event, EventSession
from app.clock import from_london, stopped_at
from app.db import db, rebuilding, writing
from app.notifications import choices, unreachable
from app.notifications.models import Letter
from app.records import digests
from app.records.actions import changing
from app.records.who_went import belongs_to, due
from tests.at_once import at_once, release
from tests.factories import (
    LONG_AGO,
    add,
    make_agency,
    make_booking,
    make_course,
    make_event,
    make_partnership,
    make_person,
    make_setting,
)
from tests.mail import twice
from tests.statements import count_statements

# Friday 13 November 2026; the digest leaves on Tuesday 1 December.
STARTS = from_london(date(2026, 11, 13), time(9, 30))
ENDS = STARTS + timedelta(hours=3)
SENT = from_london(date(2026, 12, 1), time(9))
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
YEARS = (datetime(2024, 1, 1), datetime(2029, 1, 1))  # noqa: DTZ001
instants = st.datetimes(*YEARS, timezones=st.just(UTC))
MANAGER = {"manager_name": "Meera Manager", "manager_email": "meera@northshire.example"}


def switched(*, on: bool = True, now: datetime = STARTS - 60 * DAY) -> None:
    """The partnership sends digests, or no longer."""
    with writing():
        choices.switch(make_partnership().id, "who-went", on=on, by="", now=now)


@pytest.fixture
def event(each_app: Flask) -> Event:
    """A date that is over, on either database, in a partnership that sends digests."""
    switched()
    return make_event(starts=STARTS)


@pytest.fixture
def lite(app: Flask) -> Event:
    """The same where one database is enough."""
    switched()
    return make_event(starts=STARTS)


def attended(event: Event, name: str, kind: str = "present", **given: Any) -> Booking:
    """Somebody on the register, with a mark."""
    late, agency = given.pop("late", 0), given.pop("agency", None)
    booking = make_booking(event, make_person(name, agency=agency), **given)
    with changing(event.id, now=ENDS):
        session_id = db.session.scalars(
            sa.select(EventSession.id).where(EventSession.event_id == event.id)
        ).one()
        row = Mark(booking_id=booking.id, session_id=session_id, mark=kind, marked_at=ENDS, minutes_late=late)
        db.session.add(row)
    return booking


def closed(event: Event, now: datetime = ENDS) -> None:
    """Its register is closed."""
    with rebuilding() as session:
        session.add(RegisterClosing(event_id=event.id, closed_at=now))


def lead(name: str = "Leah Lead", **led: Any) -> Person:
    """Somebody who leads the council, or what is named."""
    person = make_person(name)
    usual = {
        "person_id": person.id,
        "partnership_id": make_partnership().id,
        "role": Role.AGENCY_LEAD.value,
        "agency_id": make_agency().id,
        "from_on": LONG_AGO,
    }
    add(RoleGrant(**{**usual, **led}))
    return person


def work(*moments: datetime) -> None:
    """What the clock does at these moments; twice each, since two workers may."""
    twice(due, *moments)


def told() -> list[Letter]:
    """The digests, oldest first."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(Letter).where(Letter.message == "who-went").order_by(Letter.id)))


@given(instants, st.timedeltas(timedelta(), 90 * DAY))
def test_an_event_stands_in_the_digest_of_exactly_one_month(ends_at: datetime, open_for: timedelta):
    closed_at, month, found = ends_at + open_for, digests.month_of(ends_at.date()), []
    for _ in range(8):
        if belongs_to(ends_at, closed_at, month):
            found.append(month)
        month = digests.month_of(month + 32 * DAY)
    assert len(found) == 1
    assert digests.sent_at(found[0]) > closed_at


def test_leads_and_managers_read_what_became_of_their_own_people_on_the_first_working_day(event: Event):
    lead()
    lead("Noor Nobody", agency_id=make_agency("Quiet Trust").id)
    attended(event, "Priya Came", **MANAGER)
    attended(event, "Peter Part", late=90)
    attended(event, "Max Missing", "absent", manager_name="M", manager_email="Meera@Northshire.example")
    attended(event, "Ella Excused", "excused")
    attended(event, "Wanda Walkin", state=State.WALK_IN)
    attended(event, "Otto Other", agency=make_agency("Other Trust"))
    make_booking(event, make_person("Carla Cancelled"), state=State.CANCELLED)
    closed(event)
    work(SENT - SECOND)
    assert told() == []
    work(SENT, SENT + SECOND, SENT + 5 * DAY)
    by_name = {letter.to_email: letter for letter in told()}
    assert set(by_name) == {"leah.lead@northshire.example", "meera@northshire.example"}
    lead_s = by_name["leah.lead@northshire.example"]
    assert lead_s.subject == "Who went in November 2026"
    for said in (
        "Working Together to Safeguard Children, Fri 13 November 2026",
        "Came: Priya Came, Wanda Walkin",
        "Came for part of it: Peter Part",
        "Did not come: Max Missing",
        "Excused: Ella Excused",
    ):
        assert said in lead_s.text
    assert "Otto Other" not in lead_s.text
    assert "Carla Cancelled" not in lead_s.text
    manager_s = by_name["meera@northshire.example"].text
    assert "Came: Priya Came" in manager_s
    assert "Did not come: Max Missing" in manager_s
    assert "Peter Part" not in manager_s


def test_who_is_lead_and_manager_gets_one_with_everybody_once(lite: Event):
    leah = lead()
    mine = {"manager_name": "Leah", "manager_email": leah.email}
    attended(lite, "Priya Came", **mine)
    attended(lite, "Otto Other", agency=make_agency("Other Trust"), **mine)
    closed(lite)
    work(SENT)
    (letter,) = told()
    assert letter.text.count("Priya Came") == 1
    assert "Otto Other" in letter.text


def test_a_lead_of_a_setting_reads_of_that_setting_alone(lite: Event):
    school, other = make_setting(), make_setting("Valley School")
    lead(agency_id=school.agency_id, setting_id=school.id)
    for name, place in (("Tess Teacher", school), ("Vic Valley", other)):
        attended(lite, name, setting_id=place.id, agency_id=place.agency_id)
    closed(lite)
    work(SENT)
    (letter,) = told()
    assert "Tess Teacher" in letter.text
    assert "Vic Valley" not in letter.text


def test_an_open_register_is_told_of_once_it_is_closed_and_only_then(event: Event):
    lead()
    attended(event, "Priya Came")
    work(SENT)
    assert told() == []
    closed(event, SENT + 2 * DAY)
    work(SENT + 3 * DAY)
    assert told() == []
    january = from_london(date(2027, 1, 4), time(9))
    work(january)
    (letter,) = told()
    assert letter.subject == "Who went in December 2026"
    assert "Fri 13 November 2026" in letter.text
    work(from_london(date(2027, 2, 1), time(9)))
    assert len(told()) == 1


def test_nothing_is_sent_when_nothing_happened_or_the_date_was_called_off(lite: Event):
    lead()
    attended(lite, "Priya Came")
    closed(lite)
    with rebuilding():
        lite.state, lite.took_place = "cancelled", False
    work(SENT)
    assert told() == []


@pytest.mark.parametrize(("on_at", "count"), [(SENT, 1), (SENT + SECOND, 0)])
def test_switched_on_when_its_day_has_passed_it_begins_next_month(app: Flask, on_at: datetime, count: int):
    event = make_event(starts=STARTS)
    lead()
    attended(event, "Priya Came")
    closed(event)
    work(SENT)
    assert told() == []
    switched(now=on_at)
    work(SENT + DAY)
    assert len(told()) == count


@pytest.mark.parametrize(("away", "count"), [(3 * DAY, 1), (14 * DAY, 0)])
def test_a_worker_that_was_away_sends_what_is_fresh(lite: Event, away: timedelta, count: int):
    lead()
    attended(lite, "Priya Came")
    closed(lite)
    work(SENT + away)
    assert len(told()) == count


@pytest.mark.parametrize("why", ["does not want it", "bounces"])
def test_who_does_not_want_it_or_cannot_be_reached_gets_none(event: Event, why: str):
    leah = lead()
    attended(event, "Priya Came", **MANAGER)
    closed(event)
    for email in (leah.email or "", MANAGER["manager_email"]):
        with writing():
            if why == "bounces":
                unreachable.came_back(email, why="550", now=ENDS)
            else:
                choices.choose(email, "who-went", wanted=False, now=ENDS)
    work(SENT)
    assert told() == []


def test_two_workers_send_each_digest_once(each_app: Flask):
    switched()
    event = make_event(starts=STARTS)
    for number in range(5):
        lead(f"Leah {number}")
    attended(event, "Priya Came", **MANAGER)
    closed(event)
    release()

    def work_once() -> None:
        due(stopped_at(SENT))

    assert at_once(each_app, work_once, work_once) == ["", ""]
    assert len(told()) == 6


def test_at_first_it_is_off_and_looking_costs_two_statements(app: Flask):
    event = make_event(starts=STARTS)
    lead()
    attended(event, "Priya Came")
    closed(event)
    db.session.rollback()
    with count_statements() as statements:
        due(stopped_at(SENT))
    assert len(statements) == 2
    assert told() == []


def test_it_reads_as_many_statements_for_twelve_events_as_for_two(app: Flask):
    switched()
    lead()
    found = []
    for events in (2, 12):
        course: Course = make_course(f"Course {events}")
        for number in range(events):
            event = make_event(course, starts=STARTS + number * timedelta(hours=4))
            attended(event, f"Priya {events} {number}")
            closed(event)
        with writing() as session:
            session.execute(sa.delete(Letter))
        with count_statements() as statements:
            due(stopped_at(SENT))
        found.append(len(statements))
    assert found[1] <= found[0]


def test_a_lead_of_a_team_reads_of_that_team_alone(event: Event):
    mine, other = (add(Team(agency_id=make_agency().id, name=name)) for name in ("Early help", "Court team"))
    lead(agency_id=mine.agency_id, team_id=mine.id)
    attended(event, "Tess Mine", team_id=mine.id)
    attended(event, "Vic Other", team_id=other.id)
    attended(event, "Nell None")
    closed(event)
    work(SENT)
    (letter,) = told()
    assert "Tess Mine" in letter.text
    assert "Vic Other" not in letter.text
    assert "Nell None" not in letter.text


def test_who_works_elsewhere_by_now_is_told_to_the_lead_of_the_agency_of_that_day(event: Event):
    lead("Leah Lead")
    new = make_agency("Other Trust")
    lead("Olga Other", agency_id=new.id)
    booking = attended(event, "Priya Came")
    closed(event)
    with writing() as session:
        was = sa.update(Affiliation).where(Affiliation.person_id == booking.person_id)
        session.execute(was.values(agency_id=new.id))
    work(SENT)
    assert [letter.to_email for letter in told()] == ["leah.lead@northshire.example"]


@pytest.mark.parametrize(
    ("until_on", "told_to"),
    [(date(2026, 11, 20), ["leah", "olga"]), (None, ["leah", "olga"]), (date(2027, 3, 31), ["leah"])],
)
def test_an_agency_that_was_merged_into_another_is_told_to_who_leads_that_and_to_who_leads_it_still(
    event: Event, until_on: date | None, told_to: list[str]
):
    lead("Leah Lead")
    old, between, new = make_agency(), make_agency("Between Trust"), make_agency("Other Trust")
    lead("Olga Other", agency_id=new.id)
    mine = add(Team(agency_id=new.id, name="Early help"))
    lead("Tessa Team", agency_id=new.id, team_id=mine.id)
    attended(event, "Priya Came")
    closed(event)
    with writing() as session:
        for before, after in ((old, between), (between, new)):
            merged = sa.update(Agency).where(Agency.id == before.id)
            session.execute(merged.values(until_on=until_on, succeeded_by_id=after.id))
    work(SENT)
    assert sorted(letter.to_email.partition(".")[0] for letter in told()) == told_to


def test_two_agencies_that_name_each_other_do_not_stop_the_digests(event: Event):
    lead()
    attended(event, "Priya Came")
    closed(event)
    one, other = make_agency(), make_agency("Other Trust")
    with writing() as session:
        for before, after in ((one, other), (other, one)):
            session.execute(sa.update(Agency).where(Agency.id == before.id).values(succeeded_by_id=after.id))
    work(SENT)
    assert len(told()) == 1


def test_the_first_of_january_is_no_working_day(event: Event):
    with rebuilding():
        event.starts_at, event.ends_at = STARTS + 28 * DAY, ENDS + 28 * DAY
    lead()
    attended(event, "Priya Came")
    closed(event, ENDS + 28 * DAY)
    monday = from_london(date(2027, 1, 4), time(9))
    work(from_london(date(2027, 1, 1), time(9)), monday - SECOND)
    assert told() == []
    work(monday)
    (letter,) = told()
    assert letter.subject == "Who went in December 2026"


def test_three_hundred_names_make_a_mail_of_two_hundred_that_says_so_in_as_many_statements(app: Flask):
    switched()
    lead()
    found = []
    for people in (3, 297):
        event = make_event(make_course(f"Course {people}"), starts=STARTS, capacity=400)
        for number in range(people):
            attended(event, f"Priya No{people}x{number}", **MANAGER)
        closed(event)
        with writing() as session:
            session.execute(sa.delete(Letter))
        db.session.rollback()
        with count_statements() as statements:
            due(stopped_at(SENT))
        found.append(len(statements))
    assert found[1] <= found[0]
    by_name = {letter.to_email: letter.text for letter in told()}
    for text in by_name.values():
        assert text.count("Priya No") == 200
        assert "There are 100 more names than this mail holds" in text
    assert "/my-agency" in by_name["leah.lead@northshire.example"]
    assert "/my-agency" not in by_name["meera@northshire.example"]
