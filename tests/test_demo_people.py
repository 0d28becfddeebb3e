"""Whoever signs in to the demonstration finds something to do."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.accounts.models import Affiliation, Person, RoleGrant
from app.booking.models import Booking
from app.booking.rules import State
from app.catalogue.models import Event
from app.db import db
from app.evaluation.models import EvaluationRequest, EvaluationResponse
from app.pool.models import EventTrainer
from app.records.models import Certificate
from tests.browser import CheckedClient
from tests.demonstration import AS_OF, NOW, count


def person(role: str) -> Person:
    return db.session.scalars(sa.select(Person).where(Person.email == f"{role}@demo.example")).one()


def booked_by(role: str) -> list[tuple[Booking, Event]]:
    rows = sa.select(Booking, Event).join(Event, Event.id == Booking.event_id)
    mine = rows.where(Booking.person_id == person(role).id).order_by(Event.starts_at)
    return [(booking, event) for booking, event in db.session.execute(mine)]


def test_the_practitioner_finds_something_in_every_state(demo_app: Flask):
    mine = booked_by("practitioner")
    coming = [(b, e) for b, e in mine if e.starts_at >= NOW and b.state == State.BOOKED]
    booking, event = coming[0]
    assert (event.starts_at - NOW).days < 10
    stages = {
        r.stage: r
        for r in db.session.scalars(
            sa.select(EvaluationRequest).where(EvaluationRequest.booking_id == booking.id)
        )
    }
    assert set(stages) == {"before"} and stages["before"].opens_at <= NOW < stages["before"].closes_at
    assert [b for b, e in mine if b.state == State.WAITING and e.starts_at > NOW]
    answered = sa.select(EvaluationResponse.booking_id).where(EvaluationResponse.stage == "after")
    answered = answered.where(EvaluationResponse.booking_id.is_not(None))
    asked = sa.select(EvaluationRequest.booking_id).where(EvaluationRequest.stage == "after")
    open_ones = asked.where(
        EvaluationRequest.booking_id.not_in(answered),
        EvaluationRequest.booking_id.in_([b.id for b, _ in mine]),
    )
    assert len(db.session.scalars(open_ones).all()) == 1
    certificates = sa.select(sa.func.count()).where(Certificate.booking_id.in_([b.id for b, _ in mine]))
    assert count(certificates) >= 1


def test_the_trainer_has_a_register_of_today_and_past_ones(demo_app: Flask):
    mine = sa.select(Event).join(EventTrainer).where(EventTrainer.person_id == person("trainer").id)
    events = db.session.scalars(mine.order_by(Event.starts_at)).all()
    today = [e for e in events if e.starts_at.date() == AS_OF]
    assert len(today) == 1 and today[0].places_held == 30
    assert [e for e in events if e.ends_at < NOW]
    before = sa.select(sa.func.count()).where(
        EvaluationResponse.event_id == today[0].id, EvaluationResponse.stage == "before"
    )
    assert count(before) >= 5


@pytest.mark.parametrize(
    ("address", "role"),
    [
        ("trainer", "trainer"),
        ("agency-lead", "agency lead"),
        ("administrator", "administrator"),
        ("coordinator", "coordinator"),
        ("lwd-member", "L&WD member"),
        ("scrutineer", "scrutineer"),
    ],
)
def test_there_is_somebody_to_sign_in_as(demo_app: Flask, address: str, role: str):
    grants = db.session.scalars(sa.select(RoleGrant.role).where(RoleGrant.person_id == person(address).id))
    assert grants.all() == [role]


def test_the_agency_leads_people_are_many(demo_app: Flask):
    lead = sa.select(RoleGrant.agency_id).where(RoleGrant.role == "agency lead")
    agency_id = db.session.scalars(lead).one()
    assert count(sa.select(sa.func.count()).where(Affiliation.agency_id == agency_id)) > 500


def test_the_administrators_desk_has_one_of_each_thing_to_mend(demo_app: Flask):
    client = demo_app.test_client()
    assert isinstance(client, CheckedClient)
    with time_machine.travel(NOW + timedelta(hours=9), tick=False):
        said = client.sign_in(person("administrator")).page("/desk").text
    for line in (
        "Young people impacted by self-harm and suicide has no trainer",
        "Sudden Unexpected Death in Infancy and Safer Sleep for Babies has no joining link",
        "The register of Reducing Parental Conflict: awareness and resources is still open",
        "A mail could not be sent",
    ):
        assert line in said
