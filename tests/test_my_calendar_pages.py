"""My calendar: what is coming, as a page and as a file, and the secret addresses that calendars read."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.feeds import make_feed
from app.accounts.models import CalendarFeed, Person
from app.accounts.rules import Role
from app.catalogue.models import Event, EventSession
from app.db import db, writing
from tests.browser import CheckedClient, words
from tests.calendar_checkers import read_with_both
from tests.factories import make_booking, make_course, make_event, make_person, make_trainer
from tests.secret_feeds import ADDRESS, NOW, lines, new_address, stranger

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def priya(client: CheckedClient) -> Person:
    """Priya, signed in."""
    person = make_person("Priya Patel")
    client.sign_in(person)
    return person


def test_the_calendar_shows_sessions_by_month_and_what_one_delivers(client: CheckedClient, priya: Person):
    assert "Nothing is in your calendar" in client.page("/calendar").text
    booking = make_booking(make_event(make_course("Neglect")), priya)
    make_booking(make_event(make_course("Radicalisation"), NOW + timedelta(days=60)), priya)
    make_booking(make_event(make_course("Waited for"), NOW + timedelta(days=60)), priya, state="waiting")
    make_booking(make_event(make_course("Long ago"), NOW - timedelta(days=60)), priya)
    make_trainer(make_event(make_course("Delivered"), NOW + timedelta(days=61)), priya)
    page = client.page("/calendar")
    assert [words(h) for h in page.all("h2")][:2] == ["December 2026", "January 2027"]
    assert page.link("Neglect") == f"/bookings/{booking.public_id}"
    assert "Delivered Wed 20 January 2027, 10am to 1pm Online You deliver" in page.text
    assert "Waited for" not in page.text
    assert "Long ago" not in page.text


def test_the_calendar_as_a_file_has_every_coming_session_once(client: CheckedClient, priya: Person):
    event = make_event(make_course("Neglect"))
    second = event.starts_at + timedelta(days=7)
    with writing() as session:
        session.add(EventSession(event_id=event.id, starts_at=second, ends_at=second + timedelta(hours=3)))
        session.get_one(Event, event.id).ends_at = second + timedelta(hours=3)
    booking = make_booking(event, priya)
    make_trainer(make_event(make_course("Delivered"), NOW + timedelta(days=61)), priya)
    make_booking(make_event(make_course("Long ago"), NOW - timedelta(days=60)), priya)
    answer = client.get(client.page("/calendar").link("Download what is coming as a file"))
    assert answer.mimetype == "text/calendar"
    uids = [one.uid for one in read_with_both(answer.text)]
    assert len(uids) == len(set(uids)) == 3
    assert sum(booking.public_id in uid for uid in uids) == 2
    assert "SUMMARY:Deliver: Delivered" in lines(answer.text)
    assert "Long ago" not in answer.text
    assert "ATTENDEE" not in answer.text


def test_an_address_is_shown_once_with_a_way_into_each_calendar(client: CheckedClient, priya: Person):
    page = client.send("/calendar/address", on="/calendar", button="Make an address")
    found = ADDRESS.search(page.html)
    assert found
    whole, token = found[1], found[2]
    google, outlook, apple = (
        a.get("href") or "" for a in page.all("a") if "follow Northshire SCP training" in words(a)
    )
    assert parse_qs(urlsplit(google).query)["cid"] == [f"webcal://localhost/calendar/{token}.ics"]
    assert parse_qs(urlsplit(outlook).query) == {"url": [whole], "name": ["Northshire SCP training"]}
    assert apple == f"webcal://localhost/calendar/{token}.ics"
    assert "every 8 to 24 hours" in page.text
    again = client.page("/calendar")
    assert token not in again.html
    assert "You made an address on 20 November 2026" in again.text
    assert stranger(client).get(f"/calendar/{token}.ics").status_code == 200


def test_only_a_keyed_hash_of_the_address_is_kept(client: CheckedClient, priya: Person):
    token = new_address(client).split("/")[-1].removesuffix(".ics")
    (kept,) = db.session.scalars(sa.select(CalendarFeed)).all()
    assert len(token) == 32
    assert re.fullmatch("[0-9a-f]{64}", kept.token_hash)
    with db.engine.connect() as connection:
        dump = "\n".join(connection.connection.dbapi_connection.iterdump())  # type: ignore[union-attr]
    assert kept.token_hash in dump
    assert token not in dump


def test_a_new_address_ends_the_one_before_and_ending_it_ends_it(client: CheckedClient, priya: Person):
    first = new_address(client)
    second = new_address(client, "Make a new address")
    assert stranger(client).get(first).status_code == 404
    assert stranger(client).get(second).status_code == 200
    page = client.send("/calendar/address/end", on="/calendar", button="End this address")
    assert "no longer works" in page.text
    assert stranger(client).get(second).status_code == 404
    assert "You made an address" not in page.text


def test_ending_what_was_never_made_changes_nothing(client: CheckedClient, priya: Person):
    sent = {"kind": "mine", "csrf_token": client.token("/calendar")}
    assert client.post("/calendar/address/end", data=sent).status_code == 303
    assert db.session.scalars(sa.select(CalendarFeed)).all() == []


@pytest.mark.parametrize("path", ["/calendar/address", "/calendar/address/end"])
def test_an_address_of_another_kind_cannot_be_asked_for(client: CheckedClient, priya: Person, path: str):
    sent = {"kind": "everybody", "csrf_token": client.token("/calendar")}
    assert client.post(path, data=sent).status_code == 400
    assert client.get(path).status_code == 405


def test_a_trainer_can_have_an_address_for_what_they_deliver_alone(client: CheckedClient):
    tom = make_person("Tom Trainer", Role.TRAINER)
    client.sign_in(tom)
    event = make_event(make_course("Neglect"), capacity=24)
    make_trainer(event, tom)
    make_booking(make_event(make_course("Learnt"), NOW + timedelta(days=50)), tom)
    for _ in range(18):
        make_booking(event)
    make_booking(event, state="waiting")
    paths = [
        new_address(client),
        new_address(client, "Make an address for what you deliver"),
    ]
    both, delivering = (stranger(client).get(path).text for path in paths)
    assert "SUMMARY:Training: Learnt" in lines(both)
    assert "SUMMARY:Deliver: Neglect" in lines(both)
    assert "Learnt" not in delivering
    assert "18 of 24 booked" in "".join(lines(delivering))
    assert "Person" not in delivering
    assert "X-WR-CALNAME:Northshire SCP training I deliver" in lines(delivering)
    assert len(read_with_both(both)) == 2


def test_who_delivers_nothing_is_not_offered_it(client: CheckedClient, priya: Person):
    assert "Only what you deliver" not in client.page("/calendar").text


def test_two_addresses_made_in_one_instant_are_one_after_the_other(each_app: Flask):
    priya = make_person("Priya Patel")
    tokens = []
    for _ in range(2):
        with writing():
            tokens.append(make_feed(priya, "mine", now=NOW))
    open_ones = db.session.scalars(CalendarFeed.open_of(priya.id)).all()
    assert len(open_ones) == 1
    assert len(set(tokens)) == 2
    with pytest.raises(sa.exc.IntegrityError), writing() as session:
        session.add(CalendarFeed(person_id=priya.id, kind="mine", token_hash="x" * 64, made_at=NOW))
