"""Refreshers where tests/test_refreshers.py does not look: the timing, odd days, no period, and who leads whom today."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.models import Affiliation, Person, RoleGrant
from app.accounts.rules import Role
from app.catalogue.models import Course
from app.clock import from_london, in_london, stopped_at
from app.completions import lasting
from app.db import db, writing
from app.notifications import choices
from app.notifications.models import Letter
from app.partnerships.models import PartnershipSetting
from app.records.refreshers import due, refreshers_of
from tests.factories import (
    LONG_AGO,
    add,
    make_agency,
    make_completion,
    make_course,
    make_partnership,
    make_person,
)
from tests.mail import letters_of
from tests.statements import count_statements

# Done on 15 March 2024, for three years; in 2027 the first working day of January is Monday the 4th.
DONE = datetime(2024, 3, 15, 12, 30, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


def nine(year: int, month: int, day: int) -> datetime:
    """Nine in the morning in London."""
    return from_london(date(year, month, day), time(9))


DIGEST = nine(2027, 1, 4)


@pytest.fixture
def course(each_app: Flask) -> Course:
    """A course that lasts three years, on either database."""
    return make_course(refresh_every_months=36)


@pytest.fixture
def lite(app: Flask) -> Course:
    """The same where one database is enough."""
    return make_course(refresh_every_months=36)


def trained(course: Course, name: str = "Priya Practitioner", at: datetime = DONE) -> Person:
    """Somebody who completed the course."""
    person = make_person(name)
    make_completion(person, course, completed_at=at)
    return person


def lead(name: str = "Leah Lead", agency_id: int = 0) -> Person:
    """Somebody who leads the council, or another agency."""
    person = make_person(name)
    led = {"agency_id": agency_id or make_agency().id, "partnership_id": make_partnership().id}
    add(RoleGrant(person_id=person.id, role=Role.AGENCY_LEAD.value, from_on=LONG_AGO, **led))
    return person


def told_before(*months: int) -> None:
    """Let people be told that many months before."""
    setting = {"key": "refresher_months", "value": list(months), "from_on": LONG_AGO, "set_at": DONE}
    add(PartnershipSetting(partnership_id=make_partnership().id, **setting))


def told(message: str = "refresher") -> list[Letter]:
    """The letters of a wording, oldest first."""
    return letters_of(message)


def work(*moments: datetime) -> list[Letter]:
    """What people were told once the clock did its work at these moments, twice each."""
    for now in moments:
        due(stopped_at(now))
        due(stopped_at(now))
    return told()


@given(st.dates(date(2000, 1, 1), date(2060, 1, 1)), st.integers(-240, 240))
def test_months_on_lands_in_the_month_that_is_so_many_away_on_that_day_or_its_last(day: date, months: int):
    found = lasting.months_on(day, months)
    assert (found.year - day.year) * 12 + found.month - day.month == months
    last = (found + DAY).day == 1
    assert found.day == day.day or (found.day < day.day and last)


@given(st.integers(1, 120), st.sets(st.integers(1, 60), min_size=1, max_size=4), st.integers(0, 4000))
def test_only_a_step_that_was_chosen_leaves_and_in_its_two_weeks(months: int, steps: set[int], days: int):
    now = DONE + days * DAY
    step = lasting.notice(DONE, months, now, on_since=DONE, told_before=steps)
    if step:
        at = lasting.told_at(lasting.due_on(DONE, months), step)
        assert step in steps and at <= now < at + 14 * DAY
        assert in_london(at).hour == 9


def test_people_are_told_as_many_months_before_as_the_partnership_chose(course: Course):
    trained(course)
    told_before(6, 2)
    assert work(nine(2026, 9, 15) - SECOND) == []
    assert len(work(nine(2026, 9, 15))) == 1
    assert len(work(nine(2026, 12, 15), nine(2027, 1, 15) - SECOND)) == 1
    assert len(work(nine(2027, 1, 15))) == 2
    assert len(work(nine(2027, 2, 15), nine(2027, 3, 20))) == 2


@pytest.mark.parametrize(
    ("done_on", "first", "second"),
    [
        ((2024, 2, 29), nine(2026, 11, 28), nine(2027, 1, 28)),
        ((2024, 5, 31), nine(2027, 2, 28), nine(2027, 4, 30)),
    ],
)
def test_odd_days_are_told_at_nine_on_the_same_day_or_the_last_of_a_month(
    course: Course, done_on: tuple[int, int, int], first: datetime, second: datetime
):
    trained(course, at=datetime(*done_on, 12, 0, tzinfo=UTC))
    assert work(first - SECOND) == []
    assert len(work(first)) == 1
    assert len(work(second - SECOND)) == 1
    assert len(work(second)) == 2


def test_two_completions_on_a_day_are_told_of_once(course: Course):
    make_completion(trained(course), course, "evidence", completed_at=DONE + timedelta(hours=2))
    assert len(work(nine(2026, 12, 15), nine(2026, 12, 16))) == 1


def test_a_period_of_no_months_is_none(app: Flask):
    lead()
    priya = trained(make_course(refresh_every_months=0), at=DIGEST - 5 * DAY)
    assert work(DIGEST) == []
    assert told("refresher-digest") == []
    assert refreshers_of(priya.id) == []


def test_switched_off_it_costs_two_looks(lite: Course):
    trained(lite)
    with writing():
        choices.switch(make_partnership().id, "refresher", on=False, by="", now=DONE)
    db.session.rollback()
    with count_statements() as statements:
        due(stopped_at(nine(2026, 12, 15)))
    assert len(statements) <= 2, statements


def test_the_lead_of_the_agency_where_somebody_works_today_hears(course: Course):
    elsewhere = make_agency("New Trust").id
    lead()
    lead("Nina Newlead", elsewhere)
    priya = trained(course)
    with writing() as session:
        left = sa.update(Affiliation).where(Affiliation.person_id == priya.id)
        session.execute(left.values(until_on=date(2026, 12, 1)))
    add(Affiliation(person_id=priya.id, agency_id=elsewhere, from_on=date(2026, 12, 2)))
    work(DIGEST)
    assert [letter.to_name for letter in told("refresher-digest")] == ["Nina Newlead"]


def overdue(course: Course) -> None:
    """Somebody whose day was last month."""
    trained(course, "Olga Overdue", at=datetime(2023, 12, 20, 12, 0, tzinfo=UTC))


def day_itself(course: Course) -> None:
    """Somebody whose day is that of the digest."""
    trained(course, "Tess Today", at=datetime(2024, 1, 4, 12, 0, tzinfo=UTC))


@pytest.mark.parametrize(("who", "count"), [(overdue, 0), (day_itself, 1)])
def test_a_lead_is_written_to_only_where_somebody_falls_due_from_today_on(
    lite: Course, who: Callable[[Course], None], count: int
):
    lead()
    who(lite)
    work(DIGEST)
    assert len(told("refresher-digest")) == count
