"""The cue sheet as a page: who comes, how they rated themselves, who needs what, and what to weave in."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.accounts.rules import Role
from app.catalogue.models import Course, Event
from app.clock import stopped_at
from app.db import db
from app.materials.models import RecordingNotice
from app.records import forgetting
from tests.browser import CheckedClient
from tests.conftest import TODAY
from tests.factories import (
    add,
    make_agency,
    make_booking,
    make_course,
    make_event,
    make_person,
    make_requirement,
    make_trainer,
)
from tests.statements import count_statements
from tests.test_cue_sheets import answers


@pytest.fixture
def event(app: Flask, today: object) -> Event:
    """A date in a week that Tom delivers, with Priya of the council and Pat of the police."""
    course = make_course("Neglect")
    make_requirement(course, make_course("Part 1"))
    found = make_event(course, starts=TODAY + timedelta(days=7))
    make_booking(found, make_person("Priya Patel"), needs="A hearing loop")
    make_booking(found, make_person("Pat Police", agency=make_agency("Northshire Police", sector="Police")))
    make_trainer(found, make_person("Tom Trainer", Role.TRAINER))
    return found


@pytest.fixture
def tom(client: CheckedClient, event: Event) -> CheckedClient:
    """Tom at the browser."""
    return client.sign_in(db.session.scalars(sa.select(Person).where(Person.name == "Tom Trainer")).one())


def test_a_trainer_sees_who_comes_who_needs_what_and_part_one(tom: CheckedClient, event: Event):
    page = tom.page(f"/events/{event.id}/cue-sheet")
    assert "2 people have a place" in page.text
    assert "Priya Patel: A hearing loop" in page.text
    assert "Pat Police: Part 1" in page.text
    assert "Local authority" in page.text and "Police" in page.text
    assert "Fewer than five people have answered" in page.text


def test_ratings_come_in_handfuls(tom: CheckedClient, event: Event):
    answers(event, 1, 2, 2, 4)
    assert "Of the first" not in tom.page(f"/events/{event.id}/cue-sheet").text
    answers(event, 4)
    five = tom.page(f"/events/{event.id}/cue-sheet").text
    assert "Of the first 5 who answered" in five
    answers(event, 5, 5, 5, 5)
    six = tom.page(f"/events/{event.id}/cue-sheet").text
    assert "Of the first 5 who answered" in six
    assert "Very good 0" in five and "Very good 0" in six


def test_needs_are_gone_thirty_days_after(tom: CheckedClient, event: Event):
    forgetting.due(stopped_at(TODAY + timedelta(days=38)))
    page = tom.page(f"/events/{event.id}/cue-sheet")
    assert "hearing loop" not in page.text
    assert "Nobody wrote down access or dietary needs" in page.text


def test_what_was_said_about_recording_stands_there(tom: CheckedClient, event: Event):
    here = f"/events/{event.id}/cue-sheet"
    assert "recorded" not in tom.page(here).text
    said = {"what_for": "Those who cannot come", "seen_by": "Northshire staff", "until_on": date(2027, 1, 31)}
    add(RecordingNotice(event_id=event.id, recorded=True, said_at=TODAY, **said))
    assert "What for: Those who cannot come. Who sees it: Northshire staff" in tom.page(here).text
    add(RecordingNotice(event_id=event.id, recorded=False, said_at=TODAY, until_on=None))
    assert "recorded" not in tom.page(here).text


def test_a_coordinator_writes_what_to_weave_in(client: CheckedClient, event: Event):
    client.sign_in(make_person("Cora Coordinator", Role.COORDINATOR))
    slug = db.session.get_one(Course, event.course_id).slug
    here = f"/courses/{slug}/learning-points"
    assert "There is a problem" in client.send(here, button="Save", status=422, points="x" * 301).text
    many = "\n".join(f"Point {number}" for number in range(13))
    assert "Enter at most 12" in client.send(here, button="Save", status=422, points=many).text
    client.send(here, button="Save", points="Ask about sleep\n\nSee the child alone\nAsk about sleep")
    page = client.page(f"/events/{event.id}/cue-sheet")
    assert "Ask about sleep" in page.text and "See the child alone" in page.text
    db.session.rollback()
    assert db.session.get_one(Course, event.course_id).learning_points == [
        "Ask about sleep",
        "See the child alone",
    ]


def test_another_trainer_and_a_delegate_do_not_see_it(client: CheckedClient, event: Event):
    client.sign_in(make_person("Olga Other", Role.TRAINER))
    assert client.get(f"/events/{event.id}/cue-sheet").status_code == 403
    client.sign_in(db.session.scalars(sa.select(Person).where(Person.name == "Priya Patel")).one())
    assert client.get(f"/events/{event.id}/cue-sheet").status_code == 403


def test_the_page_asks_the_same_however_many_come(tom: CheckedClient, event: Event):
    with count_statements() as few:
        tom.page(f"/events/{event.id}/cue-sheet")
    for _ in range(15):
        make_booking(event, needs="A ramp")
    with count_statements() as many:
        tom.page(f"/events/{event.id}/cue-sheet")
    assert len(many) == len(few)
