"""Interests and demand: who hears of a new date, in which order, how they have enough, and what is wanted."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.accounts.rules import Role
from app.booking.announcing import tell_interested
from app.booking.demand import demand
from app.booking.models import Interest
from app.booking.promoting import tell_me
from app.booking.rules import State
from app.catalogue.models import Course, Event
from app.clock import stopped_at
from app.db import db, writing
from app.notifications.models import Letter
from app.partnerships.models import PartnershipSetting
from app.records import interests
from app.records.actions import changing
from tests.browser import CheckedClient, words
from tests.conftest import TODAY
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

pytestmark = pytest.mark.usefixtures("today")
JANUARY = datetime(2027, 1, 12, 9, 30, tzinfo=UTC)
A_DAY = timedelta(hours=24)


@pytest.fixture
def neglect(app: Flask) -> Course:
    """A course that people wait for."""
    return make_course("Neglect")


def wants(course: Course, name: str, why: str = "", days_ago: int = 1, **given: object) -> Person:
    """Somebody who wants to hear of the course since so many days."""
    person = make_person(name)
    asked_at = TODAY - timedelta(days=days_ago)
    add(Interest(course_id=course.id, person_id=person.id, asked_at=asked_at, why=why, **given))
    return person


def publish(course: Course, starts: datetime = JANUARY, **given: object) -> Event:
    """A date of the course is published; whoever waits for it is told."""
    event = make_event(course, starts, **given)
    with changing(event, now=TODAY) as locked:
        tell_interested(locked, now=TODAY)
    return event


def told(state: str = "queued") -> list[tuple[str, timedelta]]:
    """To whom letters are on their way, and after how long they leave."""
    rows = sa.select(Letter.to_name, Letter.due_at).where(Letter.message == "new-date", Letter.state == state)
    ordered = rows.order_by(Letter.due_at, Letter.id)
    return [(name, due_at - TODAY) for name, due_at in db.session.execute(ordered)]


def test_who_waited_in_vain_hears_a_day_before_the_others_and_each_in_order(neglect: Course):
    wants(neglect, "Asked first", days_ago=9)
    wants(neglect, "Asked second", days_ago=8)
    wants(neglect, "Waited later", "waited in vain", days_ago=2)
    wants(neglect, "Waited first", "date cancelled", days_ago=3)
    publish(neglect)
    now, later = timedelta(), A_DAY
    assert told() == [
        ("Waited first", now),
        ("Waited later", now),
        ("Asked first", later),
        ("Asked second", later),
    ]


def test_nobody_waits_for_a_head_start_that_nobody_has(neglect: Course):
    wants(neglect, "Asked")
    publish(neglect)
    assert told() == [("Asked", timedelta())]


def test_the_head_start_is_a_dated_setting_of_the_partnership(neglect: Course):
    chosen = {"key": "head_start_hours", "value": 2, "from_on": LONG_AGO, "set_at": TODAY}
    add(PartnershipSetting(partnership_id=make_partnership().id, **chosen))
    wants(neglect, "Waited", "waited in vain")
    wants(neglect, "Asked")
    publish(neglect)
    assert told() == [("Waited", timedelta()), ("Asked", timedelta(hours=2))]


def test_a_date_that_begins_before_the_head_start_is_over_is_told_to_all_at_once(neglect: Course):
    wants(neglect, "Waited", "waited in vain")
    wants(neglect, "Asked")
    publish(neglect, TODAY + timedelta(hours=20))
    assert [after for _, after in told()] == [timedelta(), timedelta()]


@pytest.mark.parametrize("given", [{"by_invitation": True}, {"headcount_only": True}, {"state": "draft"}])
def test_nobody_is_told_of_a_date_they_could_not_book(neglect: Course, given: dict[str, object]):
    wants(neglect, "Asked")
    publish(neglect, **given)
    assert told() == []


def test_the_others_are_not_told_of_a_date_that_is_full_by_then(neglect: Course):
    wants(neglect, "Waited", "waited in vain")
    wants(neglect, "Asked")
    event = publish(neglect, capacity=1)
    with writing() as session:  # the first letter has left
        session.scalars(sa.select(Letter).order_by(Letter.due_at, Letter.id)).first().state = "sent"
    interests.due(stopped_at(TODAY + timedelta(hours=1)))
    assert [name for name, _ in told()] == ["Asked"]
    booking = make_booking(event)
    interests.due(stopped_at(TODAY + timedelta(hours=23)))
    assert [name for name, _ in told()] == ["Asked"]  # a place may come free before they are told
    interests.due(stopped_at(TODAY + A_DAY))
    assert told() == [] and [name for name, _ in told("withdrawn")] == ["Asked"]
    assert booking.state == State.BOOKED


def test_whoever_has_booked_meanwhile_is_not_told(neglect: Course):
    wants(neglect, "Waited", "waited in vain")
    priya = wants(neglect, "Priya")
    publish(neglect)
    with writing() as session:
        session.execute(sa.update(Interest).where(Interest.person_id == priya.id).values(ended_at=TODAY))
    interests.due(stopped_at(TODAY + A_DAY))
    assert [name for name, _ in told("withdrawn")] == ["Priya"]


def test_who_asked_and_then_waited_in_vain_is_remembered_once_and_hears_first(neglect: Course):
    priya = wants(neglect, "Priya")
    with writing():
        tell_me(neglect, priya, now=TODAY, why="waited in vain")
    assert db.session.scalars(sa.select(Interest.why)).all() == ["waited in vain"]


def test_the_link_in_the_letter_ends_it_without_signing_in_and_opening_it_does_not(
    client: CheckedClient, neglect: Course
):
    wants(neglect, "Priya")
    publish(neglect)
    text = db.session.scalars(sa.select(Letter.text).where(Letter.message == "new-date")).one()
    path = "/enough/" + text.partition("/enough/")[2].split()[0].rstrip(").>")
    assert client.page(path).heading == "Have you heard enough?"
    assert db.session.scalars(sa.select(Interest.ended_at)).one() is None
    page = client.send(path, button="Tell me no more")
    assert page.heading == "We will not write to you about it"
    db.session.expire_all()
    assert db.session.scalars(sa.select(Interest.ended_at)).one() == TODAY
    assert client.get("/enough/guessed").status_code == 404


def test_a_person_says_where_and_when_it_would_suit_them(client: CheckedClient, neglect: Course):
    make_agency()
    make_setting(district="Bassetlaw")
    client.sign_in(make_person("Priya"))
    here = "/courses/neglect/interest"
    client.send(here, button="Tell me when it runs", area="Bassetlaw", time_of_day="morning")
    [kept] = db.session.scalars(sa.select(Interest)).all()
    assert (kept.area, kept.time_of_day) == ("Bassetlaw", "morning")
    client.send(here, button="Save", area="Online", time_of_day="")
    db.session.expire_all()
    [kept] = db.session.scalars(sa.select(Interest)).all()
    assert (kept.area, kept.time_of_day) == ("Online", "")
    client.send(here, button="Save", status=422, area="The moon")


def test_demand_says_how_many_want_a_course_where_when_and_who_waited_in_vain(neglect: Course):
    wants(neglect, "A", area="Bassetlaw", time_of_day="morning")
    wants(neglect, "B", "waited in vain", area="Bassetlaw")
    ended = wants(neglect, "C")
    with writing() as session:
        session.execute(sa.update(Interest).where(Interest.person_id == ended.id).values(ended_at=TODAY))
    event = make_event(neglect, JANUARY, capacity=1)
    make_booking(event, state=State.WAITING)
    over = make_event(neglect, TODAY - timedelta(days=9))
    closed = make_booking(over, state=State.CLOSED)
    make_course("Nobody asked")
    make_course("Alone", delivery="e-learning")
    first, last = demand(make_partnership().id, TODAY)
    assert (first.title, first.people, first.asked, first.waited, first.waiting) == ("Neglect", 3, 2, 1, 1)
    assert (first.areas, first.times) == ([("Bassetlaw", 2)], [("Mornings", 1)])
    assert (first.next_at, first.has_date) == (JANUARY, True)
    assert (last.title, last.people, last.has_date) == ("Nobody asked", 0, False)
    assert closed.state == State.CLOSED and first.lists_closed == 1


def test_the_desk_plans_a_date_of_what_people_wait_for(client: CheckedClient, neglect: Course):
    wants(neglect, "A", area="Bassetlaw")
    make_course("Nobody asked")
    client.sign_in(make_person("Ada Admin", Role.ADMINISTRATOR))
    page = client.page("/desk/demand")
    [row] = [words(row) for row in page.all("tr") if "Neglect" in words(row)]
    assert "Bassetlaw 1" in row and "No date" in row
    assert page.link("Plan a date: Neglect") == "/courses/neglect/events/new"
    assert page.link("Plan a date: Nobody asked") == "/courses/nobody-asked/events/new"


def test_a_desk_without_demand_says_so(client: CheckedClient, app: Flask):
    make_partnership()
    client.sign_in(make_person("Ada Admin", Role.ADMINISTRATOR))
    assert "Nobody waits for a course" in client.page("/desk/demand").text
