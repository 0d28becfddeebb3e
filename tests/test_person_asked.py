"""A person's page answers what the one who rings asks about, in as many statements for few bookings as for many."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.accounts.models import Affiliation, Person
from app.accounts.rules import Role
from app.booking.models import Interest
from app.booking.rules import State
from app.db import db, writing
from tests.browser import CheckedClient
from tests.conftest import TODAY
from tests.factories import (
    add,
    make_booking,
    make_course,
    make_event,
    make_partnership,
    make_person,
    make_requirement,
)
from tests.statements import count_statements

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def priya(client: CheckedClient) -> Person:
    """Priya rings; Ada is at the desk."""
    make_partnership()
    client.sign_in(make_person("Ada Admin", Role.ADMINISTRATOR))
    return make_person("Priya Patel")


def test_the_page_says_what_of_part_1_is_still_to_do_and_by_when(client: CheckedClient, priya: Person):
    course = make_course("Neglect")
    make_requirement(course, make_course("Foundation"))
    make_booking(make_event(course), priya)
    make_booking(make_event(make_course("Thresholds")), priya)
    text = client.page(f"/people/{priya.public_id}").text
    assert text.count("Part 1 to finish") == 1
    assert "Part 1 to finish by " in text


def test_the_page_shows_the_newest_mobile_number_and_the_manager(client: CheckedClient, priya: Person):
    make_booking(make_event(), priya, mobile="07700 900111")
    make_booking(make_event(make_course("Neglect")), priya, mobile="07700 900222")
    with writing():
        works = db.session.scalars(sa.select(Affiliation).where(Affiliation.person_id == priya.id)).one()
        works.manager_name, works.manager_email = "Mel Manager", "mel@north.example"
    text = client.page(f"/people/{priya.public_id}").text
    assert "Mobile07700 900222" in text
    assert "07700 900111" not in text
    assert "Line managerMel Manager, mel@north.example" in text


def test_the_page_lists_the_courses_they_wait_to_hear_of_and_no_ended_ones(
    client: CheckedClient, priya: Person
):
    for title, ended in (("Neglect", None), ("Thresholds", TODAY)):
        add(
            Interest(
                course_id=make_course(title).id,
                person_id=priya.id,
                asked_at=TODAY - timedelta(days=3),
                ended_at=ended,
                area="Ashfield",
                time_of_day="morning",
            )
        )
    text = client.page(f"/people/{priya.public_id}").text
    assert "Waits to hear of a date Neglect, Ashfield, mornings" in text
    assert "Thresholds" not in text


def test_more_waiting_bookings_take_no_more_statements(client: CheckedClient, priya: Person):
    def statements() -> int:
        with count_statements() as found:
            client.page(f"/people/{priya.public_id}")
        return len(found)

    def waiting(title: str) -> None:
        event = make_event(make_course(title), capacity=1)
        make_booking(event)
        make_booking(event, priya, state=State.WAITING)

    waiting("Neglect")
    statements()  # the first look is written down
    few = statements()
    for number in range(6):
        waiting(f"Course {number}")
    assert statements() == few
