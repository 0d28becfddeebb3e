"""What a trainer's calendar was last told, for the desk and on My events, and the button that tells it once more."""

from datetime import timedelta

import pytest
from time_machine import Traveller

from app.accounts.models import Person
from app.accounts.rules import Role
from app.catalogue.models import Event
from app.db import rebuilding
from app.delivery import actions
from app.delivery.standing_in import stand_in
from app.records.actions import changing
from tests.browser import CheckedClient, Page
from tests.calendar_checkers import understood
from tests.calendar_laws import calendars_told, let_mail_leave
from tests.conftest import TODAY
from tests.factories import make_event, make_person, make_trainer

pytestmark = pytest.mark.usefixtures("today", "calendars_read")
MINUTE = timedelta(minutes=1)
LAST_TOLD = "calendar was last told on Fri 20 November 2026, 10am (version 1)."


@pytest.fixture
def tom(app: object) -> Person:
    """Tom, who delivers."""
    return make_person("Tom Trainer", Role.TRAINER)


@pytest.fixture
def ada(app: object) -> Person:
    """Ada, of the desk."""
    return make_person("Ada Administrator", Role.ADMINISTRATOR)


def delivered(tom: Person, ada: Person) -> Event:
    """An event that Tom was named on; its mail has left."""
    event = make_event()
    with changing(event.id, now=TODAY) as locked:
        stand_in(locked, tom, part="expert", agency_id=None, by=ada, now=TODAY)
    let_mail_leave(TODAY)
    return event


def by_desk(client: CheckedClient, event: Event, button: str = "Send it again") -> Page:
    """Press the button on the page of who trains."""
    on = f"/events/{event.id}/trainers"
    return client.send(f"{on}/invite", on=on, button=f"{button} to Tom Trainer")


def by_tom(client: CheckedClient, event: Event, button: str = "Send it again") -> Page:
    """Press the button on My events."""
    said = f"{button} for {event.course.title}, Fri 18 December 2026"
    return client.send(f"/events/{event.id}/my-invite", on="/my-events", button=said)


def test_the_desk_sends_a_trainers_invite_again_with_the_same_sequence_to_todays_address(
    client: CheckedClient, tom: Person, ada: Person
):
    event = delivered(tom, ada)
    client.sign_in(ada)
    assert f"Their {LAST_TOLD}" in client.page(f"/events/{event.id}/trainers").text
    with rebuilding() as session:
        session.get_one(Person, tom.id).email = "tom.new@northshire.example"
    page = by_desk(client, event)
    assert "The invite is on its way to tom.new@northshire.example." in page.text
    assert "An invite for their calendar is on its way (version 1)." in page.text
    assert "Send it again" not in page.text
    (first, told), (copy, told_again) = calendars_told()
    assert told == told_again
    assert copy.message_id != first.message_id and copy.to_email == "tom.new@northshire.example"


def test_a_trainer_has_it_sent_again_once_in_ten_minutes(
    client: CheckedClient, tom: Person, ada: Person, today: Traveller
):
    event = delivered(tom, ada)
    client.sign_in(tom)
    assert f"Your {LAST_TOLD}" in client.page("/my-events").text
    today.shift(9 * MINUTE)
    assert "Your invite was sent a few minutes ago." in by_tom(client, event).text
    assert len(calendars_told()) == 1
    today.shift(2 * MINUTE)
    assert f"The invite is on its way to {tom.email}." in by_tom(client, event).text
    (first, told), (copy, told_again) = calendars_told()
    assert told == told_again
    stamps = [understood(letter.calendar).events[0]["stamp"] for letter in (first, copy)]
    assert stamps[1] - stamps[0] == 11 * 60


def test_of_a_cancelled_date_the_cancellation_is_sent_again(client: CheckedClient, tom: Person, ada: Person):
    event = delivered(tom, ada)
    with changing(event.id, now=TODAY) as locked:
        actions.cancel_event(locked, by=ada, now=TODAY, why="Too few people")
    let_mail_leave(TODAY + timedelta(hours=1))
    client.sign_in(ada)
    assert "Their calendar was told to take it out" in client.page(f"/events/{event.id}/trainers").text
    by_desk(client, event)
    assert [(letter.calendar_method, told.sequence) for letter, told in calendars_told()] == [
        ("REQUEST", 0),
        ("CANCEL", 1),
        ("CANCEL", 1),
    ]


def test_of_several_dates_only_the_one_that_was_asked_for_is_sent_again(
    client: CheckedClient, tom: Person, ada: Person, today: Traveller
):
    delivered(tom, ada)
    event = delivered(tom, ada)
    today.shift(11 * MINUTE)
    client.sign_in(tom)
    by_tom(client, event)
    *_, (second, told), (copy, told_again) = calendars_told()
    assert (second.about, told) == (copy.about, told_again)
    assert len(calendars_told()) == 3


def test_a_trainer_who_never_had_an_invite_can_have_one(client: CheckedClient, tom: Person, ada: Person):
    event = make_event()
    make_trainer(event, tom)
    client.sign_in(ada)
    assert "The invite is on its way" in by_desk(client, event, "Send the invite").text
    [(letter, told)] = calendars_told()
    assert (letter.message, letter.calendar_method, told.sequence) == ("trainer-named", "REQUEST", 0)


def test_nothing_is_sent_of_what_is_over_or_without_an_address(
    client: CheckedClient, tom: Person, ada: Person
):
    event = make_event(starts=TODAY - timedelta(days=2))
    make_trainer(event, tom)
    nobody = make_trainer(coming := make_event(), make_person("Tara Trainer"))
    with rebuilding() as session:
        session.get_one(Person, nobody.person_id).email = None
    client.sign_in(ada)
    for one, person in ((event, tom.public_id), (coming, nobody.person.public_id), (coming, tom.public_id)):
        assert "Send" not in client.page(f"/events/{one.id}/trainers").text
        sent = {"person": person, "csrf_token": client.token()}
        assert client.post(f"/events/{one.id}/trainers/invite", data=sent).status_code == 303
    assert calendars_told() == []


def test_nobody_has_the_invite_of_an_event_they_do_not_deliver(
    client: CheckedClient, tom: Person, ada: Person
):
    event = delivered(tom, ada)
    client.sign_in(make_person("Tara Trainer", Role.TRAINER))
    sent = {"csrf_token": client.token()}
    assert client.post(f"/events/{event.id}/my-invite", data=sent).status_code == 404
    assert len(calendars_told()) == 1
