"""Nobody decides about their own place, and nobody checks their own certificate, whatever their role."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.accounts.rules import Led
from app.booking import actions, deciding, groups, nominating, overriding
from app.booking.groups import LEAD, STAFF, Booker
from app.booking.listed_people import Line
from app.booking.models import Approval, Booking
from app.booking.rules import Asked, State
from app.booking.workplaces import Workplace, workplaces_of
from app.catalogue.models import Event
from app.completions import evidence
from app.db import db, writing
from app.errors import Refused
from app.records.actions import changing
from tests.factories import make_agency, make_booking, make_course, make_event, make_evidence, make_person

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
OWN = "Nobody decides about their own place"


def a_date(approval: str = "lead", **given: object) -> Event:
    """A date of a course that asks for approval."""
    return make_event(make_course("Asked for", approval=approval), **given)


def work(person: Person) -> Workplace:
    """Where somebody works."""
    [workplace] = workplaces_of(person.id, NOW.date())
    return workplace


def ask(event: Event, person: Person) -> Booking:
    """Somebody asks for a place as everybody does."""
    with changing(event.id, now=NOW) as locked:
        return actions.book(locked, person, work(person), by=person, now=NOW, asked=Asked(or_wait=True))


@pytest.mark.parametrize("role", [LEAD, STAFF])
@pytest.mark.parametrize("approval", ["confirm", "manager", "lead"])
def test_who_books_a_list_is_not_on_it_where_somebody_has_to_agree(app: Flask, role: str, approval: str):
    event, leah = a_date(approval), make_person("Leah Lead")
    booker = Booker(by=leah, role=role, place=None, led=(Led(make_agency().id),))
    asked = Asked(manager_confirmed=True, manager_email=leah.email or "", approved_why="I say so")
    with changing(event.id, now=NOW) as locked:
        [outcome] = groups.book_lines(locked, [Line(1, "", leah.email or "")], booker, now=NOW, asked=asked)
    assert (outcome.word, outcome.note) == (
        "Left out",
        "This is you. Book your own place on the page of the date.",
    )


def test_where_nobody_has_to_agree_a_lead_may_be_on_their_own_list(app: Flask):
    event, leah = a_date(""), make_person("Leah Lead")
    booker = Booker(by=leah, role=LEAD, place=None, led=(Led(make_agency().id),))
    with changing(event.id, now=NOW) as locked:
        [outcome] = groups.book_lines(locked, [Line(1, "", leah.email or "")], booker, now=NOW, asked=Asked())
    assert outcome.word == "Gets a place"


def test_a_lead_does_not_name_themselves_for_a_place_they_hold(app: Flask):
    event, leah = a_date(), make_person("Leah Lead")
    with changing(event.id, now=NOW) as locked:
        held = nominating.hold(locked, Led(make_agency().id), 1, by=leah, now=NOW)
    with pytest.raises(Refused, match=OWN), changing(event.id, now=NOW):
        nominating.name(held, leah, work(leah), by=leah, now=NOW, asked=Asked())


def test_the_desk_does_not_approve_its_own_request(app: Flask):
    ada = make_person("Ada Admin")
    booking = ask(a_date(), ada)
    approval = db.session.scalars(sa.select(Approval)).one()
    with pytest.raises(Refused, match=OWN), changing(booking.event_id, now=NOW):
        deciding.approve(approval, now=NOW, by=ada, why="I say so")
    db.session.rollback()
    assert booking.state == State.REQUESTED


@pytest.mark.parametrize("waits", [True, False])
def test_nobody_gives_themselves_a_place_above_the_limit_past_an_approval(app: Flask, waits: bool):
    event, ada = a_date(capacity=1), make_person("Ada Admin")
    make_booking(event)
    if waits:
        assert ask(event, ada).state == State.WAITING
    asked = Asked(approved_why="I say so")
    with pytest.raises(Refused, match=OWN), changing(event.id, now=NOW) as locked:
        overriding.add_above_limit(locked, ada, work(ada), by=ada, now=NOW, asked=asked, why="I want to")


def test_nobody_checks_their_own_certificate(app: Flask):
    ada = make_person("Ada Admin")
    handed_in = make_evidence(ada, make_course("Part one"))
    with pytest.raises(Refused, match="Nobody checks their own certificate"), writing():
        evidence.accept(handed_in, by=ada, now=NOW)
