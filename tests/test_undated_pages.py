"""Every page on which an event stands, with one that has no date yet and one that was postponed."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.accounts.models import Person, RoleGrant
from app.accounts.rules import Role
from app.booking.rules import State
from app.catalogue.models import Event
from app.db import db
from app.delivery import actions
from app.evaluation.models import EvaluationRequest
from app.records.actions import changing
from tests.browser import CheckedClient
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
    make_trainer,
    make_undated,
)

pytestmark = pytest.mark.usefixtures("app", "today")
ANNOUNCED = "Date to be announced"


class World:
    """An undated event and a postponed one of two courses; Priya waits for the one and has a place on the other."""

    def __init__(self) -> None:
        self.priya = make_person("Priya Practitioner")
        self.undated = make_undated(make_course("Trauma"), capacity=2)
        self.postponed = make_event(make_course("Neglect"), TODAY + timedelta(days=30), capacity=2)
        self.waits = make_booking(self.undated, self.priya, State.WAITING)
        self.has_place = make_booking(self.postponed, self.priya)
        self.before = add(
            EvaluationRequest(
                booking_id=self.has_place.id, stage="before", opens_at=TODAY - timedelta(days=1)
            )
        )
        self.tom = make_person("Tom Trainer", Role.TRAINER)
        for event in (self.undated, self.postponed):
            make_trainer(event, self.tom)
        self.ada = make_person("Ada Administrator", Role.ADMINISTRATOR)
        with changing(self.postponed.id, now=TODAY) as locked:
            actions.postpone(locked, by=self.ada, now=TODAY, why="The trainer is ill")

    def events(self) -> tuple[Event, Event]:
        """Both."""
        return self.undated, self.postponed


@pytest.fixture
def world() -> World:
    """The two events."""
    return World()


def lead() -> Person:
    """Lena leads the agency for which everybody here works."""
    lena = make_person("Lena Lead")
    given = {"partnership_id": make_partnership().id, "role": Role.AGENCY_LEAD.value, "from_on": LONG_AGO}
    add(RoleGrant(person_id=lena.id, agency_id=make_agency().id, **given))
    return lena


def test_a_visitor_finds_what_awaits_its_date(client: CheckedClient, world: World):
    assert (
        ANNOUNCED in client.page("/courses").text and "No date yet 1 waiting" in client.page("/courses").text
    )
    for event in world.events():
        assert ANNOUNCED in client.page(f"/courses/{event.course.slug}").text
        page = client.page(f"/events/{event.id}")
        assert ANNOUNCED in page.text and "Join the waiting list" in page.text
    assert "was postponed" in page.text
    for path in ("/", "/programme", "/courses?q=trauma&places=1", "/courses?month=2027-01"):
        client.page(path)
    assert "Trauma" not in client.page("/courses?places=1").text


def test_somebody_on_it_sees_it_on_all_their_pages(client: CheckedClient, world: World):
    client.sign_in(world.priya)
    for path in ("/bookings", "/learning"):
        page = client.page(path)
        assert page.text.count(ANNOUNCED) == 2 and "Number 1 on the list" in page.text
    assert "your place is kept" in page.text
    page = client.page(f"/bookings/{world.has_place.public_id}")
    assert page.heading == "You have a place" and "date to be announced" in page.text
    assert "You keep your place" in page.text
    assert "There is no date yet" in client.page(f"/bookings/{world.waits.public_id}").text
    for booking in (world.waits, world.has_place):
        assert ANNOUNCED in client.page(f"/bookings/{booking.public_id}/cancel").text
        assert client.get(f"/bookings/{booking.public_id}/calendar.ics").status_code == 404
        assert ANNOUNCED in client.page(f"/events/{booking.event_id}").text
    assert ANNOUNCED in client.page(f"/join/{world.has_place.public_id}").text
    assert "closed" in client.page(f"/evaluations/{world.before.token}", status=409).text
    client.page("/calendar")
    assert "END:VCALENDAR" in client.get("/calendar.ics").text


def test_a_newcomer_is_told_that_there_is_no_date(client: CheckedClient, world: World):
    client.sign_in(make_person("Nia Newcomer"))
    for event in world.events():
        page = client.page(f"/events/{event.id}/book")
        assert ANNOUNCED in page.text


def test_giving_up_a_place_on_a_postponed_event_is_never_late(client: CheckedClient, world: World):
    client.sign_in(world.priya)
    page = client.send(f"/bookings/{world.has_place.public_id}/cancel", button="Cancel your place")
    assert "This place is cancelled" in page.heading and ", late" not in page.text


def test_a_trainer_sees_it_without_a_date(client: CheckedClient, world: World):
    client.sign_in(world.tom)
    page = client.page("/my-events")
    assert page.text.count(ANNOUNCED) == 2 and "Postponed" in page.text
    for event in world.events():
        assert "no date yet" in client.page(f"/events/{event.id}/register", status=409).text
    client.page("/calendar")


def test_the_desk_sees_it_on_all_its_pages(client: CheckedClient, world: World):
    client.sign_in(world.ada)
    for path in ("/desk", "/people?q=priya", "/outbox", f"/people/{world.priya.public_id}"):
        client.page(path)
    for event in world.events():
        for page in ("", "/edit", "/trainers", "/bookings"):
            assert client.get(f"/events/{event.id}{page}").status_code == 200, page
    for letter in db.session.scalars(sa.text("SELECT public_id FROM letter")).all():
        client.page(f"/outbox/{letter}")


def test_a_lead_sees_their_people_on_it(client: CheckedClient, world: World):
    client.sign_in(lead())
    client.page("/my-agency")


def test_a_cancelled_event_without_a_date_is_shown_as_cancelled(client: CheckedClient, world: World):
    with changing(world.undated.id, now=TODAY) as locked:
        actions.cancel_event(locked, by=world.ada, now=TODAY, why="Nobody to train")
    client.sign_in(world.priya)
    assert "Date cancelled" in client.page("/bookings").text
    assert client.page(f"/bookings/{world.waits.public_id}").heading == "This date was cancelled"
    assert "This date has been cancelled" in client.page(f"/events/{world.undated.id}").text
