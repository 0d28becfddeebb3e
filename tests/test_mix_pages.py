"""The page of who shares a date's places: rules are tried before they are kept, and nobody loses a place."""

import pytest
import sqlalchemy as sa
import time_machine

from app.accounts.models import Agency, Person
from app.accounts.rules import Role
from app.booking.models import Booking, MixRule
from app.booking.rules import State
from app.catalogue.models import Event, EventChange
from app.clock import start_of_day
from app.db import db
from app.working_days import working_days_before
from tests.browser import CheckedClient, Page, words
from tests.factories import add, make_agency, make_booking, make_course, make_event, make_person


@pytest.fixture(autouse=True)
def ada(client: CheckedClient, today: time_machine.Traveller) -> Person:
    """Ada administers, and sits at the browser."""
    person = make_person("Ada Admin", Role.ADMINISTRATOR)
    client.sign_in(person)
    return person


@pytest.fixture
def police(ada: Person) -> Agency:
    """An agency of a sector of its own."""
    return make_agency("Police", sector="Police")


@pytest.fixture
def event(ada: Person) -> Event:
    """Neglect, with four places, of which the council holds two."""
    made = make_event(make_course("Neglect"), capacity=4)
    for name in ("Cora Council", "Carl Council"):
        make_booking(made, make_person(name))
    return made


def rules(event: Event) -> list[tuple[str, str, int]]:
    """The rules that are stored."""
    rows = sa.select(MixRule.kind, MixRule.of, MixRule.places).where(MixRule.event_id == event.id)
    return [tuple(row) for row in db.session.execute(rows.order_by(MixRule.id))]


def row_of(page: Page, name: str) -> str:
    """What the page says of somebody."""
    return next(words(row) for row in page.all("tr") if words(row).startswith(name))


def press(client: CheckedClient, event: Event, button: str, status: int = 200, **typed: str) -> Page:
    """Fill in the first rule and press one of the two buttons."""
    here = f"/events/{event.id}/mix"
    sent = {f"rules-0-{name}": value for name, value in typed.items()}
    trying = {"try": "yes"} if button == "See who would wait" else {}
    fields = {k: v for k, v in client.page(here).form("", button).items() if k != "try"}
    answer = client.post(here, data={**fields, **sent, **trying}, follow_redirects=True)
    assert answer.status_code == status
    return Page(answer)


def test_the_picture_shows_how_many_places_each_sector_and_agency_holds(
    client: CheckedClient, event: Event, police: Agency
):
    make_booking(event, make_person("Paul Police", agency=police))
    page = client.page(f"/events/{event.id}/mix")
    assert "3 of 4 places are held." in page.text
    assert row_of(page, "Local authority") == "Local authority 2Gets a place"
    assert row_of(page, "Police") == "Police 1Gets a place"


def test_rules_are_tried_before_they_are_kept(client: CheckedClient, event: Event, police: Agency):
    make_booking(event, make_person("Cleo Council"), state=State.WAITING)
    make_booking(event, make_person("Pam Police", agency=police), state=State.WAITING)
    page = press(client, event, "See who would wait", kind="cap", places="2", whom="each:agency")
    assert "Of 2 people waiting, 1 would get a place" in page.text
    assert "any one agency may have 2 places on this date, and has them already" in row_of(
        page, "Cleo Council"
    )
    assert "Gets a place" in row_of(page, "Pam Police")
    assert rules(event) == []
    assert set(db.session.scalars(sa.select(Booking.state))) == {State.BOOKED, State.WAITING}


@pytest.mark.parametrize(
    ("days", "said", "heading"),
    [
        (14, "Gets a place", "Of 6 people waiting, 1 would get a place"),
        (9, "Is offered a place", "Of 6 people waiting, 1 would be offered a place"),
        (2, "Is asked: the first to accept has it", "Of 6 people waiting, 4 would be asked"),
        (1, "Can be rung", "Of 6 people waiting, 1 could be rung"),
    ],
)
def test_what_rules_would_do_depends_on_how_near_the_start_is(
    client: CheckedClient, ada: Person, today: time_machine.Traveller, days: int, said: str, heading: str
):
    event = make_event(make_course("Neglect"), capacity=1)
    for number in range(6):
        make_booking(event, make_person(f"Waiter {number}"), state=State.WAITING)
    today.move_to(working_days_before(event.starts_at, days))
    client.sign_in(ada)
    page = press(client, event, "See who would wait", kind="cap", places="9", whom="each:agency")
    assert heading in page.text
    assert said in row_of(page, "Waiter 0")
    assert "Waits" in row_of(page, "Waiter 5")


def test_keeping_the_rules_promotes_whom_they_let_and_nobody_loses_a_place(
    client: CheckedClient, event: Event, police: Agency
):
    add(MixRule(event_id=event.id, kind="cap", of="agency", places=0))
    pam = make_booking(event, make_person("Pam Police", agency=police), state=State.WAITING)
    page = press(client, event, "Keep these rules", kind="cap", places="1", whom="each:agency")
    assert "1 person who waited got a place" in page.text and "Nobody loses a place" in page.text
    db.session.expire_all()
    assert db.session.get_one(Booking, pam.id).state == State.BOOKED
    assert db.session.get_one(Event, event.id).places_held == 3
    assert rules(event) == [("cap", "agency", 1)]
    assert db.session.scalars(sa.select(EventChange.what)).all() == ["mix"]


def test_places_are_kept_for_a_sector_until_a_day(client: CheckedClient, event: Event, police: Agency):
    here = f"/events/{event.id}/mix"
    fields = {k: v for k, v in client.page(here).form("", "Keep these rules").items() if k != "try"}
    rule = {"rules-0-kind": "kept", "rules-0-places": "2", "rules-0-whom": "sector:Police"}
    day = {"rules-0-until": ["4", "12", "2026"]}
    client.post(here, data={**fields, **rule, **day})
    [kept] = db.session.scalars(sa.select(MixRule)).all()
    assert (kept.kind, kept.sector, kept.places) == ("kept", "Police", 2)
    assert kept.until_at == start_of_day(kept.until_at.date())
    page = client.page(here)
    assert "the places left are kept for Police until Fri 4 December" in row_of(page, "Local authority")


def test_places_cannot_be_kept_for_each_alike(client: CheckedClient, event: Event):
    page = press(client, event, "Keep these rules", 422, kind="kept", places="2", whom="each:agency")
    assert "Choose for whom the places are kept" in page.text and rules(event) == []


def test_a_row_without_a_number_is_taken_away(client: CheckedClient, event: Event):
    add(MixRule(event_id=event.id, kind="cap", of="agency", places=1))
    press(client, event, "Keep these rules", places="")
    assert rules(event) == []
