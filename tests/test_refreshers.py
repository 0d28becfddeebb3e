"""Refreshers: told 3 months and 1 month before, never twice for one completion; the leads' digest; My learning."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.models import Affiliation, Agency, Person, RoleGrant
from app.accounts.rules import Role
from app.booking.rules import State
from app.catalogue.models import Course, CourseEquivalent
from app.clock import from_london, in_london, stopped_at
from app.completions import lasting
from app.db import db, writing
from app.notifications import choices, unreachable
from app.notifications.models import Letter
from app.records import digests, refreshers
from app.records.refreshers import due
from tests.at_once import at_once, release
from tests.browser import CheckedClient
from tests.conftest import TODAY
from tests.factories import (
    LONG_AGO,
    add,
    make_agency,
    make_booking,
    make_completion,
    make_course,
    make_event,
    make_partnership,
    make_person,
    make_undated,
)
from tests.mail import letters_of, twice
from tests.statements import count_statements

# Done on 15 March 2024, for three years: people are told on 15 December 2026 and 15 February 2027.
DONE = datetime(2024, 3, 15, 12, 30, tzinfo=UTC)
FIRST = from_london(date(2026, 12, 15), time(9))
SECOND_TIME = from_london(date(2027, 2, 15), time(9))
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
YEARS = (datetime(2019, 1, 1), datetime(2029, 1, 1))  # noqa: DTZ001
instants = st.datetimes(*YEARS, timezones=st.just(UTC))


@pytest.fixture
def course(each_app: Flask) -> Course:
    """A course that lasts three years, on either database."""
    return make_course(refresh_every_months=36)


@pytest.fixture
def lite(app: Flask) -> Course:
    """The same where one database is enough."""
    return make_course(refresh_every_months=36)


def trained(course: Course, name: str = "", at: datetime = DONE, **given: object) -> Person:
    """Somebody who completed the course."""
    person = make_person(name, **given)  # type: ignore[arg-type]
    make_completion(person, course, completed_at=at)
    return person


def work(*moments: datetime) -> None:
    """What the clock does at these moments; twice each, since two workers may."""
    twice(due, *moments)


def told(message: str = "refresher") -> list[Letter]:
    """The letters of a wording, oldest first."""
    return letters_of(message)


# Rules


@pytest.mark.parametrize(
    ("day", "months", "found"),
    [
        ((2024, 1, 31), 1, (2024, 2, 29)),
        ((2023, 1, 31), 1, (2023, 2, 28)),
        ((2024, 2, 29), 36, (2027, 2, 28)),
        ((2027, 5, 31), -3, (2027, 2, 28)),
        ((2026, 12, 15), 1, (2027, 1, 15)),
        ((2027, 1, 15), -1, (2026, 12, 15)),
    ],
)
def test_months_on_is_the_same_day_or_the_last_of_its_month(day: tuple, months: int, found: tuple):
    assert lasting.months_on(date(*day), months) == date(*found)


@given(instants, st.integers(1, 120), st.integers(0, 4000), st.integers(0, 4000))
def test_a_notice_leaves_in_the_two_weeks_from_its_moment_after_the_completion_and_not_of_before_the_switch(
    completed_at: datetime, months: int, days: int, switched: int
):
    now, since = completed_at + days * DAY, completed_at + switched * DAY
    before = lasting.notice(completed_at, months, now, on_since=since)
    if before:
        at = lasting.told_at(lasting.due_on(completed_at, months), before)
        assert in_london(at).time() == time(9)
        assert at <= now < at + 14 * DAY
        assert at > completed_at
        assert at >= since
        assert before < months + 1


@given(instants, st.integers(4, 120))
def test_each_notice_has_its_moment(completed_at: datetime, months: int):
    day = lasting.due_on(completed_at, months)
    for before in (3, 1):
        at = lasting.told_at(day, before)
        found = [
            lasting.notice(completed_at, months, at + step, on_since=completed_at)
            for step in (-SECOND, timedelta(), SECOND)
        ]
        assert found[1:] == [before, before]
        assert found[0] != before


@given(st.dates(date(2024, 1, 1), date(2029, 1, 1)))
def test_a_digest_leaves_at_nine_on_the_first_working_day_of_a_month(day: date):
    month = digests.month_of(day)
    at = digests.sent_at(month)
    assert digests.month_due(at - SECOND, on_since=at) is None
    assert digests.month_due(at, on_since=at) == month
    assert digests.month_due(at, on_since=at + SECOND) is None
    assert digests.month_due(at + 14 * DAY, on_since=at) is None
    assert at.weekday() < 5 and at.day <= 6


# People


def test_people_are_told_three_months_and_one_month_before_and_never_twice(course: Course):
    trained(course, "Priya Practitioner")
    make_event(course, starts=from_london(date(2027, 2, 20), time(9, 30)))
    work(FIRST - SECOND)
    assert told() == []
    work(FIRST, FIRST + SECOND, FIRST + DAY)
    (letter,) = told()
    assert letter.to_email == "priya.practitioner@northshire.example"
    assert letter.subject == "To refresh by 15 March 2027: Working Together to Safeguard Children"
    for said in ("15 March 2024", "every 36 months", "Sat 20 February 2027", "/evidence"):
        assert said in letter.text
    work(SECOND_TIME - SECOND)
    assert len(told()) == 1
    work(SECOND_TIME, SECOND_TIME + DAY, from_london(date(2027, 3, 20), time(9)))
    assert len(told()) == 2


def test_who_has_completed_it_since_is_not_told_and_is_told_anew_in_time(lite: Course):
    person = trained(lite)
    work(FIRST)
    make_completion(person, lite, "evidence", completed_at=FIRST + DAY)
    work(SECOND_TIME)
    assert len(told()) == 1
    again = from_london(date(2029, 9, 16), time(9))
    work(again - SECOND)
    assert len(told()) == 1
    work(again)
    assert len(told()) == 2


def test_an_equivalent_counts_as_the_course(lite: Course):
    other = make_course("Elsewhere")
    add(CourseEquivalent(course_id=lite.id, equivalent_id=other.id))
    refreshed = trained(lite)
    make_completion(refreshed, other, completed_at=DONE + 365 * DAY)
    only_other = trained(other)
    work(FIRST)
    assert [letter.to_email for letter in told()] == [only_other.email]


@pytest.mark.parametrize("which", ["booked", "postponed", "equivalent"])
def test_who_has_a_place_on_a_coming_date_is_not_told(course: Course, which: str):
    person, later = trained(course), from_london(date(2027, 2, 20), time(9, 30))
    event = make_event(course, starts=later)
    if which == "postponed":
        event = make_undated(course, state="postponed")
    elif which == "equivalent":
        other = make_course("Elsewhere")
        add(CourseEquivalent(course_id=course.id, equivalent_id=other.id))
        event = make_event(other, starts=later)
    make_booking(event, person)
    work(FIRST)
    assert told() == []


@pytest.mark.parametrize("state", [State.CANCELLED, State.WAITING])
def test_who_has_none_or_only_waits_is_told(lite: Course, state: State):
    make_booking(make_event(lite, starts=FIRST + 40 * DAY), trained(lite), state=state)
    work(FIRST)
    assert len(told()) == 1


@pytest.mark.parametrize("why", ["no address", "bounces", "closed", "does not want it", "not ours"])
def test_who_cannot_or_does_not_want_to_be_written_to_is_not(course: Course, why: str):
    agency = make_agency("Elsewhere Trust", standing="partner")
    person = trained(course, agency=agency)
    with writing() as session:
        row = session.get_one(Person, person.id)
        email = row.email or ""
        if why == "no address":
            row.email = None
        elif why == "closed":
            row.closed_at = DONE
        elif why == "bounces":
            unreachable.came_back(email, why="550", now=DONE)
        elif why == "does not want it":
            choices.choose(email, "refresher", wanted=False, now=DONE)
        else:
            from app.accounts.models import AgencyStanding

            session.execute(sa.delete(AgencyStanding).where(AgencyStanding.agency_id == agency.id))
    work(FIRST)
    assert told() == []


@pytest.mark.parametrize("which", ["no period", "not published", "not offered", "switched off"])
def test_courses_that_last_for_good_or_are_not_taught_here_tell_nobody(lite: Course, which: str):
    from app.catalogue.models import CourseOffer

    trained(lite)
    with writing() as session:
        if which == "no period":
            lite.refresh_every_months = None
        elif which == "not published":
            lite.published = False
        elif which == "not offered":
            session.execute(sa.delete(CourseOffer))
        else:
            choices.switch(make_partnership().id, "refresher", on=False, by="", now=DONE)
    work(FIRST)
    assert told() == []


@pytest.mark.parametrize(("on_at", "count"), [(FIRST, 1), (FIRST + SECOND, 0)])
def test_switched_on_later_nobody_is_told_of_before(lite: Course, on_at: datetime, count: int):
    trained(lite)
    with writing():
        choices.switch(make_partnership().id, "refresher", on=False, by="", now=DONE)
        choices.switch(make_partnership().id, "refresher", on=True, by="", now=on_at)
    work(FIRST + DAY)
    assert len(told()) == count


@pytest.mark.parametrize(("away", "count"), [(3 * DAY, 1), (14 * DAY - SECOND, 1), (14 * DAY, 0)])
def test_a_worker_that_was_away_tells_what_is_fresh(lite: Course, away: timedelta, count: int):
    trained(lite)
    work(FIRST + away)
    assert len(told()) == count


def test_two_workers_tell_each_once(each_app: Flask):
    course = make_course(refresh_every_months=36)
    for _ in range(6):
        trained(course)
    release()

    def work_once() -> None:
        due(stopped_at(FIRST))

    assert at_once(each_app, work_once, work_once) == ["", ""]
    assert len(told()) == 6


def test_looking_takes_as_many_statements_for_forty_people_as_for_four(app: Flask):
    course = make_course(refresh_every_months=36)
    found = []
    for people in (4, 40):
        for _ in range(people):
            trained(course)
        db.session.rollback()
        with count_statements() as statements:
            due(stopped_at(FIRST - SECOND))
        found.append(len(statements))
    assert found[1] <= found[0]


# Leads


DIGEST = from_london(date(2027, 1, 4), time(9))  # Monday: Friday is New Year's Day


def lead(name: str = "Leah Lead", **led: object) -> Person:
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


def test_a_lead_hears_once_a_month_of_their_own_people_alone(course: Course):
    lead()
    lead("Noor Nobody", agency_id=make_agency("Quiet Trust").id)
    trained(course, "Priya Practitioner")
    trained(course, "Olga Overdue", at=datetime(2023, 12, 20, 12, 0, tzinfo=UTC))
    trained(course, "Long Ago", at=datetime(2023, 11, 1, 12, 0, tzinfo=UTC))
    trained(course, "Far Ahead", at=datetime(2024, 6, 1, 12, 0, tzinfo=UTC))
    trained(course, "Others People", agency=make_agency("Quiet Trust Two"))
    make_booking(make_event(course, starts=DIGEST + 60 * DAY), trained(course, "Bea Booked"))
    work(DIGEST - SECOND)
    assert told("refresher-digest") == []
    work(DIGEST, DIGEST + SECOND, DIGEST + 10 * DAY)
    (letter,) = told("refresher-digest")
    assert letter.to_name == "Leah Lead"
    assert letter.subject == "Refreshers due among your people: 2"
    assert "Olga Overdue: Working Together to Safeguard Children, was due on 20 December 2026" in letter.text
    assert "Priya Practitioner: Working Together to Safeguard Children, by 15 March 2027" in letter.text
    for name in ("Long Ago", "Far Ahead", "Others People", "Bea Booked"):
        assert name not in letter.text
    work(from_london(date(2027, 2, 1), time(9)))
    assert len(told("refresher-digest")) == 2


def test_the_lead_of_the_agency_that_took_over_hears_of_those_who_still_stand_in_the_one_before(lite: Course):
    old, new = make_agency("Quiet Trust"), make_agency("Wide Trust")
    lead(agency_id=new.id)
    trained(lite, "Priya Practitioner", agency=old)
    work(DIGEST)
    assert told("refresher-digest") == []
    with writing() as session:
        merged = sa.update(Agency).where(Agency.id == old.id)
        session.execute(merged.values(until_on=DIGEST.date() - DAY, succeeded_by_id=new.id))
    work(DIGEST + DAY)
    (letter,) = told("refresher-digest")
    assert (letter.to_name, "Priya Practitioner" in letter.text) == ("Leah Lead", True)


def test_somebody_with_two_jobs_there_stands_in_the_digest_once_and_who_has_left_does_not(lite: Course):
    lead()
    both, gone = trained(lite, "Priya Practitioner"), trained(lite, "Gone Elsewhere")
    add(Affiliation(person_id=both.id, agency_id=make_agency().id, from_on=LONG_AGO))
    with writing() as session:
        theirs = sa.update(Affiliation).where(Affiliation.person_id == gone.id)
        session.execute(theirs.values(until_on=date(2026, 6, 1)))
    work(DIGEST)
    (letter,) = told("refresher-digest")
    assert letter.text.count("Priya Practitioner") == 1
    assert "Gone Elsewhere" not in letter.text


@pytest.mark.parametrize("which", ["ended", "other agency", "does not want it"])
def test_whose_role_has_ended_who_leads_others_or_does_not_want_it_gets_none(lite: Course, which: str):
    trained(lite)
    leah = lead(until_on=date(2026, 12, 31) if which == "ended" else None)
    with writing() as session:
        if which == "other agency":
            other = make_agency("Quiet Trust").id
            session.execute(sa.update(RoleGrant).values(agency_id=other))
        elif which == "does not want it":
            choices.choose(leah.email or "", "refresher", wanted=False, now=DONE)
    work(DIGEST)
    assert told("refresher-digest") == []


# My learning


@pytest.mark.usefixtures("today")
def test_my_learning_shows_by_when_what_was_completed_is_to_be_refreshed(client: CheckedClient):
    course = make_course(refresh_every_months=36)
    make_course("For good")
    priya = trained(course, "Priya Practitioner", at=datetime(2024, 1, 10, 12, 0, tzinfo=UTC))
    make_completion(priya, make_course("For good"))
    page = client.sign_in(priya).page("/learning")
    assert "To refresh" in page.text
    assert "By 10 January 2027" in page.text
    assert [one.title for one in refreshers.refreshers_of(priya.id)] == [course.title]
    assert TODAY.year == 2026


@pytest.mark.usefixtures("today")
def test_my_learning_says_nothing_of_it_to_who_has_nothing_to_refresh(client: CheckedClient):
    priya = trained(make_course(), "Priya Practitioner")
    assert "To refresh" not in client.sign_in(priya).page("/learning").text
