"""Who did not come again and again: counted from closed registers, told to the desk, and a lead is asked where that is set."""

from datetime import date, time, timedelta

import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.models import Person
from app.accounts.rules import Role
from app.attendance.models import RegisterClosing
from app.booking.actions import book
from app.booking.checks import settings_of
from app.booking.missing_out import number_missed, often_missed
from app.booking.models import Approval, Booking, MissedPlace
from app.booking.rules import Asked, State
from app.booking.workplaces import workplaces_of
from app.catalogue.models import Event
from app.clock import from_london, london_day
from app.db import db, writing
from app.partnerships.setting import set_from
from app.records.actions import changing
from app.records.missed_places import missed
from app.tallies.rules import Delegate, EventFacts, Marked, Unit
from tests.browser import CheckedClient
from tests.factories import make_agency, make_booking, make_course, make_event, make_partnership, make_person
from tests.imported import AT_WORK, bookings, load, take_back
from tests.test_outcomes import mark, shut

STARTS = from_london(date(2026, 10, 5), time(9, 30))
NOW = from_london(date(2026, 11, 25), time(10))


def miss(person: Person, starts=STARTS, kind: str = "absent") -> Booking:
    """A place of theirs on a date whose register is closed."""
    event = make_event(starts=starts)
    booking = make_booking(event, person, made_at=starts - timedelta(days=30))
    mark(booking, kind, now=starts + timedelta(hours=4))
    shut(event, now=starts + timedelta(hours=5))
    return booking


def times(person: Person) -> int:
    db.session.rollback()
    return number_missed(person.id, NOW, settings_of(make_partnership().id, NOW))


def policy(key: str, value: object) -> None:
    with writing():
        today = london_day(NOW)
        set_from(make_partnership().id, key, value, from_on=today, today=today, by="", now=NOW)


def test_a_place_nobody_came_for_counts_once_the_register_is_closed_and_a_correction_takes_it_away(
    each_app: Flask,
):
    priya = make_person("Priya Patel")
    event = make_event(starts=STARTS)
    booking = make_booking(event, priya)
    mark(booking, "absent", now=STARTS + timedelta(hours=4))
    assert times(priya) == 0
    shut(event, now=STARTS + timedelta(hours=5))
    assert times(priya) == 1
    mark(booking, "present", why="She sat at the back", now=STARTS + timedelta(days=1))
    assert times(priya) == 0
    mark(booking, "absent", why="She did not", now=STARTS + timedelta(days=2))
    assert times(priya) == 1


def test_who_was_excused_or_it_is_longer_ago_is_not_counted(app: Flask):
    priya = make_person("Priya Patel")
    miss(priya, kind="excused")
    miss(priya, starts=NOW - timedelta(days=400))
    assert times(priya) == 0
    miss(priya, starts=NOW - timedelta(days=300))
    assert times(priya) == 1


kinds = st.lists(st.sampled_from(["present", "absent", "excused"]), max_size=3)


@given(kinds, st.sampled_from(["booked", "walk-in"]))
def test_missed_is_what_the_tally_counts_as_did_not_attend_among_the_marked(marks: list, state: str):
    facts = EventFacts(20, took_place=True, headcount_only=False, minutes=180)
    facts.delegates.append(
        Delegate(1, 7, Unit(1, None, "Health", ""), state == "booked", state != "booked", False)
    )
    facts.marks = [Marked(1, kind, 60, "", number) for number, kind in enumerate(marks)]
    expected = state == "booked" and bool(marks) and set(marks) == {"absent"}
    assert missed(facts) == ({1: 7} if expected else {})


def twice(name: str = "Priya Patel") -> Person:
    """Somebody who did not come twice."""
    person = make_person(name)
    miss(person)
    miss(person, starts=STARTS + timedelta(days=7))
    return person


def test_the_desk_sees_who_did_not_come_twice(each_app: Flask):
    priya, once = twice(), make_person("Olly Once")
    miss(once)
    ours = make_partnership().id
    rows = db.session.execute(often_missed(ours, NOW, settings_of(ours, NOW))).all()
    assert [(row.name, row.missed, bool(row.ahead)) for row in rows] == [("Priya Patel", 2, False)]
    make_booking(make_event(starts=NOW + timedelta(days=20)), priya)
    rows = db.session.execute(often_missed(ours, NOW, settings_of(ours, NOW))).all()
    assert [bool(row.ahead) for row in rows] == [True]


def booked(person: Person, event: Event) -> Booking:
    works = workplaces_of(person.id, london_day(NOW))[0]
    with changing(event, now=NOW) as locked:
        return book(locked, person, works, by=person, now=NOW, asked=Asked())


def test_nobody_is_kept_from_booking_by_it_and_a_lead_is_asked_only_where_that_is_set(each_app: Flask):
    priya, other = twice(), make_person("Olly Other")
    lee = make_person("Lee Lead")
    event = make_event(make_course("One"), starts=NOW + timedelta(days=30))
    later = make_event(make_course("Two"), starts=NOW + timedelta(days=31))
    assert booked(priya, event).state == State.BOOKED
    policy("missed_needs_approval", True)
    asked = booked(priya, later)
    assert asked.state == State.REQUESTED
    question = db.session.scalars(sa.select(Approval).where(Approval.booking_id == asked.id)).one()
    assert question.mode == "lead"
    assert booked(other, later).state == State.BOOKED
    assert lee.id != priya.id


def test_the_page_says_who_and_a_coordinator_sets_what_follows(
    client: CheckedClient, app: Flask, today: object
):
    twice()
    client.sign_in(make_person("Ada Admin", Role.ADMINISTRATOR))
    page = client.page("/desk/missed-places")
    assert "1 person had a place 2 times or more in the last 12 months" in page.text
    assert "Change what counts" not in page.text
    client.sign_in(make_person("Cora Coordinator", Role.COORDINATOR))
    wrong = client.send("/desk/missed-places", button="Save", status=422, times="often")
    assert "Enter a whole number" in wrong.text
    page = client.send("/desk/missed-places", button="Save", times="3", follows="approval")
    assert "0 people had a place 3 times or more" in page.text
    assert "agency’s lead has to agree" in page.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(MissedPlace)) == 2


def test_a_list_of_past_bookings_is_taken_back_with_the_places_nobody_came_for(
    each_app: Flask, today: object
):
    event = make_event(make_course("Neglect"), starts=from_london(date(2026, 9, 7), time(9, 30)))
    make_agency(AT_WORK)
    loaded = load(
        "bookings",
        bookings(("Neglect", "07/09/2026 09:30", "Nora No", "nora@x.example", AT_WORK, "", "absent", "")),
    )
    assert loaded.batch is not None
    db.session.rollback()
    nora = db.session.scalars(sa.select(Person).where(Person.name == "Nora No")).one()
    if db.session.get(RegisterClosing, event.id) is None:
        shut(event, now=NOW)
    assert times(nora) == 1
    assert take_back(loaded) == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(MissedPlace)) == 0
