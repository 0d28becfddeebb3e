"""Another date like one, series of them, and what somebody decides about too few people."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.rules import Role
from app.booking.models import Booking, MixRule
from app.booking.overriding import add_above_limit
from app.booking.rules import Asked, State
from app.booking.workplaces import workplaces_of
from app.catalogue.actions import note
from app.catalogue.models import Event, EventChange, EventSession, Venue
from app.clock import from_london, in_london
from app.db import db
from app.delivery.cloning import repeat_event
from app.delivery.deciding import awaiting_date, too_few
from app.delivery.rules import MONTHS, STEPS, WEEKS, repeated
from app.notifications.models import Letter
from app.records.actions import changing
from app.tallies.models import EventTally
from tests.browser import CheckedClient, Page
from tests.conftest import TODAY
from tests.factories import (
    add,
    make_booking,
    make_course,
    make_event,
    make_partnership,
    make_person,
    make_trainer,
    make_undated,
)
from tests.test_course_desk_pages import mistakes

pytestmark = pytest.mark.usefixtures("calendars_read")

JANUARY = datetime(2027, 1, 12, 9, 30, tzinfo=UTC)
days = st.dates(date(2026, 1, 1), date(2035, 12, 31))


@pytest.fixture
def desk(app: object, today: object, client: CheckedClient) -> CheckedClient:
    """Ada's browser."""
    return client.sign_in(make_person("Ada Administrator", Role.ADMINISTRATOR))


@given(days, st.sampled_from(sorted(STEPS)), st.integers(1, 12))
def test_a_series_keeps_its_weekday_and_goes_on(first: date, step: str, times: int):
    found = [first, *repeated(first, step, times=times)]
    assert len(found) == times + 1 == len(set(found))
    assert found == sorted(found)
    assert {day.weekday() for day in found} == {first.weekday()}
    if step in WEEKS:
        assert {after - before for before, after in zip(found, found[1:], strict=False)} == {
            timedelta(weeks=WEEKS[step])
        }
    else:
        months = [day.year * 12 + day.month for day in found]
        assert {b - a for a, b in zip(months, months[1:], strict=False)} == {MONTHS[step]}


def test_the_second_tuesday_stays_the_second_and_a_fifth_becomes_the_last():
    assert repeated(date(2027, 1, 12), "term", times=2) == [date(2027, 5, 11), date(2027, 9, 14)]
    assert repeated(date(2027, 3, 31), "month", times=2) == [date(2027, 4, 28), date(2027, 5, 26)]


def furnished() -> Event:
    """A date with everything that must not be copied, and what must."""
    course = make_course("Neglect", delivery="classroom")
    event = make_event(course, JANUARY, capacity=16, notes="Bring a pen.", by_invitation=True, minimum=4)
    hall = add(Venue(name="Hill House"))
    with changing(event.id, now=TODAY):
        db.session.scalars(sa.select(EventSession)).one().venue_id = hall.id
    booking = make_booking(event)
    make_trainer(event)
    add(MixRule(event_id=event.id, kind="cap", of="agency", places=3))
    add(MixRule(event_id=event.id, kind="kept", of="sector", sector="Health", places=2, until_at=TODAY))
    add(EventChange(event_id=event.id, at=TODAY, what="created", was=None, now=16))
    assert booking.state == "booked"
    return event


def test_a_clone_saved_by_two_presses_is_made_once_with_its_shares_once(desk: CheckedClient):
    event = make_event(make_course("Neglect"))
    with changing(event.id, now=TODAY):
        db.session.add(MixRule(event_id=event.id, kind="kept", of="sector", sector="Health", places=3))
    path = f"/events/{event.id}/clone"
    typed = {**desk.page(path).form("", "Save the date"), "sessions-0-day": ["12", "1", "2027"]}
    first, second = (desk.post(path, data=typed) for _ in range(2))
    assert (first.status_code, second.location) == (303, first.location)
    assert db.session.scalar(sa.select(sa.func.count(Event.id))) == 2
    assert db.session.scalar(sa.select(sa.func.count(MixRule.id))) == 2


def test_a_clone_has_the_places_venue_and_notes_and_nothing_that_happened(desk: CheckedClient):
    event = furnished()
    path = f"/events/{event.id}/clone"
    page = desk.page(path)
    fields = page.form("", "Save the date")
    assert (fields["sessions-0-day"], fields["sessions-0-starts"]) == (["", "", ""], "9:30am")
    assert (fields["sessions-0-venue"], fields["sessions-0-stored"]) == ("Hill House", "")
    assert mistakes(desk.send(path, button="Save the date", status=422)) == ["Enter the day"]
    desk.send(path, button="Save the date", **{"sessions-0-day": ["9", "2", "2027"]})
    made = db.session.scalars(sa.select(Event).where(Event.id != event.id)).one()
    assert (made.capacity, made.notes, made.by_invitation, made.minimum) == (16, "Bring a pen.", True, None)
    assert made.starts_at == datetime(2027, 2, 9, 9, 30, tzinfo=UTC)
    assert made.places_held == 0 and made.join_token != event.join_token
    of_it = sa.select(sa.func.count()).where(Booking.event_id == made.id)
    assert db.session.scalar(of_it) == 0 and db.session.scalars(sa.select(Letter)).all() == []
    history = db.session.scalars(sa.select(EventChange).where(EventChange.event_id == made.id)).all()
    assert [row.what for row in history] == ["created"]
    rules = db.session.scalars(sa.select(MixRule).where(MixRule.event_id == made.id)).all()
    assert [(rule.kind, rule.places, rule.until_at) for rule in rules] == [
        ("cap", 3, None),
        ("kept", 2, TODAY + timedelta(days=28)),
    ]
    assert db.session.get(EventTally, made.id) is not None


def test_what_was_added_above_the_limit_for_one_person_is_not_copied(desk: CheckedClient):
    event = make_event(make_course("Neglect"), capacity=1)
    make_booking(event)
    ada, person = make_person("Ada Admin", Role.ADMINISTRATOR), make_person()
    [works] = workplaces_of(person.id, TODAY.date())
    with changing(event.id, now=TODAY) as locked:
        add_above_limit(locked, person, works, by=ada, now=TODAY, asked=Asked(), why="Court order")
    desk.send(f"/events/{event.id}/clone", button="Save the date", **{"sessions-0-day": ["9", "2", "2027"]})
    with changing(event.id, now=TODAY) as locked:
        repeat_event(locked, [date(2027, 3, 9)], by=ada, now=TODAY)
    made = db.session.scalars(sa.select(Event).where(Event.id != event.id)).all()
    assert [(one.capacity, one.booking_limit) for one in made] == [(1, 1), (1, 1)]


def test_a_limit_that_was_chosen_is_copied(desk: CheckedClient):
    event = make_event(make_course("Neglect"), capacity=20, booking_limit=22)
    path = f"/events/{event.id}/clone"
    assert desk.page(path).form("", "Save the date")["booking_limit"] == "22"
    with changing(event.id, now=TODAY) as locked:
        note(locked, "booking limit", 22, 25, by="", now=TODAY)
        locked.booking_limit = 25
    assert desk.page(path).form("", "Save the date")["booking_limit"] == "25"


def test_a_cancelled_date_can_be_made_again(desk: CheckedClient):
    event = make_event(make_course("Neglect"), JANUARY, state="cancelled", took_place=False)
    desk.send(f"/events/{event.id}/clone", button="Save the date", **{"sessions-0-day": ["9", "2", "2027"]})
    made = db.session.scalars(sa.select(Event).where(Event.id != event.id)).one()
    assert (made.state, made.took_place) == ("published", True)


def test_a_series_is_made_of_a_pattern_whose_days_can_be_changed(desk: CheckedClient):
    event = furnished()
    page = desk.page(f"/events/{event.id}/repeat")
    assert page.heading == "Repeat this date"
    path = f"/events/{event.id}/repeat?step=term&times=3"
    page = desk.page(path)
    fields = page.form("", "Make these dates")
    assert fields["days-0-day"] == ["11", "5", "2027"]
    sent = {**fields, "days-1-day": ["15", "9", "2027"], "days-2-remove": "y"}
    response = desk.post(path, data=sent, follow_redirects=True)
    page = Page(response)
    assert "2 dates are made, as one series with this one." in page.text
    assert "The same in a series" in page.text and "Wed 15 September 2027" in page.text
    made = db.session.scalars(sa.select(Event).where(Event.id != event.id).order_by(Event.starts_at)).all()
    db.session.refresh(event)
    assert event.series and {one.series for one in made} == {event.series}
    assert [in_london(one.times[0]).time() for one in made] == [time(9, 30), time(9, 30)]
    assert [one.places_held for one in made] == [0, 0] and all(one.by_invitation for one in made)


def test_a_series_points_out_holidays_and_refuses_what_has_gone(desk: CheckedClient):
    event = make_event(make_course("Neglect"), from_london(date(2027, 4, 26), time(9, 30)))
    page = desk.page(f"/events/{event.id}/repeat?step=week&times=2")
    assert "Mon 3 May 2027 is no working day." in page.text
    path = f"/events/{event.id}/repeat?step=week&times=1"
    fields = desk.page(path).form("", "Make these dates")
    response = desk.post(path, data={**fields, "days-0-day": ["3", "11", "2026"]})
    assert mistakes(Page(response)) == ["Enter a day that is still ahead"]
    assert len(db.session.scalars(sa.select(Event)).all()) == 1


def test_an_undated_event_is_not_repeated(desk: CheckedClient):
    event = make_undated(make_course("Neglect"))
    assert "a day of its own" in desk.page(f"/events/{event.id}/repeat", status=409).text


def found_too_few(now: datetime = TODAY) -> list[tuple[int, int]]:
    """Event and number booked of those the desk is asked to decide about."""
    db.session.rollback()
    return [(row.id, row.booked) for row in db.session.execute(too_few(make_partnership().id, now))]


def test_too_few_people_are_said_from_the_day_on_until_somebody_decides(desk: CheckedClient):
    event = make_event(make_course("Neglect"), JANUARY, minimum=3, minimum_by=TODAY.date())
    make_booking(event)
    make_booking(event, state=State.WAITING)
    assert found_too_few(TODAY - timedelta(days=1)) == []
    assert found_too_few() == [(event.id, 1)]
    path = f"/events/{event.id}/minimum"
    page = desk.page(path)
    assert page.heading == "1 of at least 3 is booked"
    page = desk.send(path, button="Run it anyway", status=422, why=" ")
    assert mistakes(page) == ["Say why: it is kept with the date"]
    page = desk.send(path, button="Run it anyway", why="A review asks for it.")
    assert "It runs anyway." in page.text
    assert found_too_few() == []
    change = db.session.scalars(sa.select(EventChange).where(EventChange.what == "minimum decided")).one()
    assert (change.was, change.now, change.why) == (1, "run anyway", "A review asks for it.")
    assert "A review asks for it." in desk.page(path).text


def test_enough_people_are_not_said(desk: CheckedClient):
    event = make_event(make_course("Neglect"), JANUARY, minimum=1, minimum_by=TODAY.date())
    make_booking(event)
    assert found_too_few() == []


def test_what_was_postponed_is_known_to_await_its_date(desk: CheckedClient):
    event = make_undated(make_course("Neglect"), state="postponed")
    make_booking(event)
    rows = db.session.execute(awaiting_date(make_partnership().id)).all()
    assert [(row.id, row.booked) for row in rows] == [(event.id, 1)]
