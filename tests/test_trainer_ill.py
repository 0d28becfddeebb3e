"""The trainer cannot come this morning: one page, on which everything can be done."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.accounts.models import Person
from app.accounts.rules import Role
from app.catalogue.models import Event, EventChange
from app.db import db
from app.notifications.models import Letter
from app.pool.models import EventTrainer, PoolMember
from tests.browser import CheckedClient
from tests.conftest import TODAY
from tests.factories import (
    LONG_AGO,
    add,
    make_booking,
    make_course,
    make_event,
    make_partnership,
    make_person,
    make_trainer,
)

pytestmark = pytest.mark.usefixtures("app", "today", "calendars_read")


@pytest.fixture
def desk(client: CheckedClient) -> CheckedClient:
    """Ada's browser."""
    return client.sign_in(make_person("Ada Administrator", Role.ADMINISTRATOR))


def this_morning() -> Event:
    """A course that starts in an hour and a half; Tom was to train."""
    event = make_event(make_course("Neglect"), TODAY + timedelta(minutes=90))
    make_trainer(event)
    return event


def in_the_pool(name: str, *, phone: str = "", standing: str = "pool") -> Person:
    """Somebody who could stand in."""
    person = make_person(name)
    given = {"partnership_id": make_partnership().id, "person_id": person.id, "from_on": LONG_AGO}
    add(PoolMember(**given, standing=standing, phone=phone))
    return person


def trainers(event: Event) -> list[str]:
    """Who trains now."""
    db.session.rollback()
    wanted = sa.select(Person.name).join(EventTrainer, EventTrainer.person_id == Person.id)
    return list(db.session.scalars(wanted.where(EventTrainer.event_id == event.id).order_by(Person.name)))


def test_reserves_stand_with_their_numbers_the_free_and_practised_first(desk: CheckedClient):
    event = this_morning()
    new, busy, practised = (
        in_the_pool("Nia New"),
        in_the_pool("Bea Busy", phone="07700 900111"),
        in_the_pool("Pat Practised", phone="07700 900222"),
    )
    make_trainer(make_event(event.course, TODAY - timedelta(days=90)), practised)
    make_trainer(make_event(make_course("Sleep"), TODAY + timedelta(minutes=120)), busy)
    page = desk.page(f"/events/{event.id}/trainer-ill")
    order = [page.text.index(name) for name in ("Pat Practised", "Nia New", "Bea Busy")]
    assert order == sorted(order) and new.name in page.text
    assert page.link("07700 900222") == "tel:07700900222"
    assert "Gave this course 1 time" in page.text and "No number known" in page.text
    assert "Not free" in page.text and "Delivers Sleep then." in page.text


def test_a_reserve_takes_over_and_gets_an_invite(desk: CheckedClient):
    event, nia = this_morning(), in_the_pool("Nia New")
    page = desk.send(
        f"/events/{event.id}/trainer-ill/reserve",
        on=f"/events/{event.id}/trainer-ill",
        button="Takes over Nia New",
    )
    assert "Nia New trains on this date." in page.text
    assert trainers(event) == ["Nia New", "Tom Trainer"]
    letter = db.session.scalars(sa.select(Letter)).one()
    assert (letter.to_email, letter.calendar_method) == (nia.email, "REQUEST")
    assert letter.due_at == TODAY


def test_it_runs_with_one_when_the_other_cannot_come(desk: CheckedClient):
    event = this_morning()
    make_trainer(event, make_person("Tara Trainer", Role.TRAINER))
    path = f"/events/{event.id}/trainer-ill"
    page = desk.send(f"{path}/absent", on=path, button="Cannot come: run it without them Tom Trainer")
    assert "Tom Trainer is taken off this date. It runs with those who are left." in page.text
    assert trainers(event) == ["Tara Trainer"]
    letter = db.session.scalars(sa.select(Letter)).one()
    assert (letter.message, letter.calendar_method) == ("trainer-released", "CANCEL")
    page = desk.send(f"{path}/absent", on=path, button="Cannot come Tara Trainer")
    assert "Nobody trains on this date now." in page.text
    what = db.session.scalars(sa.select(EventChange.what)).all()
    assert what == ["trainer released", "trainer released"]


def test_everybody_booked_can_be_written_to_and_texted(desk: CheckedClient):
    event = this_morning()
    make_booking(event, make_person("Priya Patel"), mobile="07700 900123")
    make_booking(event, make_person("Sam Same"), mobile="+44 7700 900456")
    make_booking(event, make_person("Nora Number"))
    make_booking(event, make_person("Wes Waits"), state="waiting", mobile="07700 900999")
    page = desk.page(f"/events/{event.id}/trainer-ill")
    assert page.link("Text 2 people") == "sms:07700900123,+447700900456"
    [area] = [a for a in page.all("textarea") if a.get("id") == "numbers"]
    assert (area.text or "").split() == ["07700900123", "+447700900456"]
    assert "1 person has given no mobile number: Nora Number." in page.text
    assert page.link("Postpone it") == f"/events/{event.id}/postpone"
    assert page.link("Write to all, or to some, in more words").startswith(f"/events/{event.id}/messages")
    assert "Text messages cannot be sent from this site" in page.text
    assert "As a text message too" not in page.text


def test_a_number_is_kept_for_the_next_time(desk: CheckedClient):
    event, nia = this_morning(), in_the_pool("Nia New")
    path = f"/events/{event.id}/trainer-ill"
    page = desk.send(f"{path}/number", on=path, button="Keep the number", phone="07700 900777")
    assert page.link("07700 900777") == "tel:07700900777"
    page = desk.send(f"{path}/number", on=path, button="Keep the number", phone="ask the office")
    assert "is no telephone number: nothing was kept" in page.text
    member = sa.select(PoolMember.phone).where(PoolMember.person_id == nia.id)
    assert db.session.scalars(member).one() == "07700 900777"


def test_only_somebody_of_the_pool_can_stand_in(desk: CheckedClient):
    event, stranger = this_morning(), make_person("Sid Stranger")
    token = desk.token(f"/events/{event.id}/trainer-ill")
    sent = {"csrf_token": token, "person": stranger.public_id}
    for act in ("reserve", "number"):
        assert desk.post(f"/events/{event.id}/trainer-ill/{act}", data=sent).status_code == 404
    assert trainers(event) == ["Tom Trainer"]


def test_the_notice_for_the_door_says_what_was_chosen(desk: CheckedClient):
    event = this_morning()
    page = desk.page(f"/events/{event.id}/notice?what=later&own=We+start+at+11am.")
    assert page.heading == "Today’s course starts later" and "We start at 11am." in page.text
    assert "01632 960001" in page.text
    assert desk.page(f"/events/{event.id}/notice").heading == "Today’s course does not take place"


def test_a_course_that_is_over_needs_nobody(desk: CheckedClient):
    event = make_event(make_course("Neglect"), TODAY - timedelta(days=2))
    assert "is over" in desk.page(f"/events/{event.id}/trainer-ill", status=409).text
