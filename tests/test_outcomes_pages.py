"""The pages of the outcome: who completed, deciding it by hand, and the rule of a partnership, course and date."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.accounts.rules import Role
from app.attendance.models import OutcomeOverride
from app.booking.models import Booking
from app.catalogue.models import Course, Event, EventChange
from app.completions.models import Completion
from app.db import db
from tests.browser import CheckedClient
from tests.conftest import TODAY
from tests.factories import make_booking, make_event, make_person, make_trainer
from tests.test_outcomes import mark


@pytest.fixture
def booking(app: Flask, today: object) -> Booking:
    """Priya was there for 70% of an event that Tom delivered yesterday."""
    event = make_event(starts=TODAY - timedelta(days=1))
    make_trainer(event, make_person("Tom Trainer", Role.TRAINER))
    found = make_booking(event, make_person("Priya Patel"))
    mark(found, "present", minutes_late=54, now=TODAY)
    return found


def called(name: str) -> Person:
    return db.session.scalars(sa.select(Person).where(Person.name == name)).one()


def test_a_trainer_decides_an_outcome_with_a_reason_and_takes_it_back(
    booking: Booking, client: CheckedClient
):
    client.sign_in(called("Tom Trainer"))
    page = client.get(f"/events/{booking.event_id}/outcomes")
    assert "0 of the 1 person who came completed it." in page.text
    assert "80% of the time, all sessions taken together" in page.text
    address = f"/events/{booking.event_id}/outcomes/{booking.public_id}"
    assert client.get(address).status_code == 200
    refused = client.send(address, button="Save", status=422, outcome="completed", why="")
    assert "Say why you decide this" in refused.text
    client.send(address, button="Save", outcome="completed", why="Her train was cancelled")
    page = client.get(f"/events/{booking.event_id}/outcomes")
    assert "Decided by Tom Trainer: Her train was cancelled" in page.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Completion)) == 1
    client.send(address, button="Save", outcome="by the rule", why="It was not")
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Completion)) == 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OutcomeOverride)) == 2


def test_of_another_event_nobody_is_decided(booking: Booking, client: CheckedClient):
    client.sign_in(called("Tom Trainer"))
    other = make_event(starts=TODAY - timedelta(days=3))
    make_trainer(other, db.session.get_one(Booking, booking.id).person)
    assert client.get(f"/events/{booking.event_id}/outcomes/nobody").status_code == 404
    assert client.get(f"/events/{other.id}/outcomes").status_code == 403


def test_a_partnership_sets_its_rule_from_a_day_on(booking: Booking, client: CheckedClient):
    client.sign_in(make_person("Cora Coordinator", Role.COORDINATOR))
    wrong = client.send("/outcome-rule", button="Save", status=422, how="some", percent="80")
    assert "Enter in how many sessions" in wrong.text
    over = {"how": "each", "percent": "80", "from_on": ["1", "1", "2020"]}
    past = client.send("/outcome-rule", button="Save", status=422, **over)
    assert "Choose today or a later day" in past.text
    client.send("/outcome-rule", button="Save", how="each", percent="90")
    assert "90% of the time in every session" in client.get("/outcome-rule").text
    event = make_event(starts=TODAY + timedelta(days=20))
    assert "by being there for 90% of the time in every session" in client.get(f"/events/{event.id}").text
    # Who booked before keeps the rule of then.
    assert "80% of the time, all sessions" in client.get(f"/events/{booking.event_id}/outcomes").text


def test_a_course_and_a_date_have_rules_of_their_own(booking: Booking, client: CheckedClient):
    client.sign_in(make_person("Cora Coordinator", Role.COORDINATOR))
    event = db.session.get_one(Event, booking.event_id)
    slug, event_id = db.session.get_one(Course, event.course_id).slug, event.id
    client.send(f"/courses/{slug}/outcome-rule", button="Save", how="together", percent="100")
    assert "As it is elsewhere: the whole time" in client.get(f"/events/{event_id}/outcome-rule").text
    client.send(f"/events/{event_id}/outcome-rule", button="Save", how="some", percent="75", sessions="1")
    db.session.rollback()
    assert db.session.get_one(Event, event_id).outcome_rule == {"percent": 75, "sessions": 1}
    what = sa.select(EventChange.what).where(EventChange.event_id == event_id)
    assert "outcome rule" in db.session.scalars(what).all()
    client.send(f"/events/{event_id}/outcome-rule", button="Save", how="above")
    db.session.rollback()
    assert db.session.get_one(Event, event_id).outcome_rule is None
