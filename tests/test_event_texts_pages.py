"""What is written to everybody on an event goes to their mobiles too: seen and counted first, short enough, and once."""

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.accounts.rules import Role
from app.booking.models import Booking, EventMessage
from app.booking.rules import State
from app.catalogue.models import Event
from app.db import db, writing
from app.notifications import choices
from app.notifications.models import Letter
from app.records.actions import changing
from tests.browser import CheckedClient, Page, words
from tests.conftest import TODAY
from tests.factories import make_booking, make_course, make_event, make_partnership, make_person
from tests.statements import count_statements
from tests.texting import texts

TYPED = {
    "to": "on it",
    "subject": "The car park is closed",
    "text": "Park behind the church.\r\n\r\nIt is free.",
}
SHORT = "Car park closed: use the church's."


@pytest.fixture
def desk(
    client: CheckedClient, app: Flask, monkeypatch: pytest.MonkeyPatch, today: time_machine.Traveller
) -> CheckedClient:
    """Ada administers, where there is a way for texts."""
    monkeypatch.setitem(app.config, "TEXT_TRANSPORT", "folder")
    return client.sign_in(make_person("Ada Admin", Role.ADMINISTRATOR))


@pytest.fixture
def event(app: Flask, today: time_machine.Traveller) -> Event:
    """Neglect: Priya and Max share a mobile, Sam gave a landline, Wanda waits and gave a mobile."""
    found = make_event(make_course("Neglect"))
    make_booking(found, make_person("Priya Patel"), mobile="07700 900123")
    make_booking(found, make_person("Max Mobile"), mobile="+44 7700 900123")
    make_booking(found, make_person("Sam Smith"), mobile="01632 960001")
    make_booking(found, make_person("Wanda Waits"), state=State.WAITING, mobile="07700 900777")
    return found


def write(desk: CheckedClient, event: Event, status: int = 200, **typed: str) -> Page:
    return desk.send(
        f"/events/{event.id}/messages/new",
        button="See how it looks",
        status=status,
        **{**TYPED, "by_text": "y", **typed},
    )


def last() -> EventMessage:
    found = db.session.scalars(sa.select(EventMessage).order_by(EventMessage.id.desc())).first()
    assert found is not None
    return found


def press_send(desk: CheckedClient, event: Event) -> Page:
    at = f"/events/{event.id}/messages/{last().public_id}"
    label = next(words(b) for b in desk.page(at).all("button") if words(b).startswith("Send it to"))
    return desk.send(f"{at}/send", on=at, button=label)


def test_the_tick_says_how_many_gave_a_number_and_how_many_did_not(desk: CheckedClient, event: Event):
    page = desk.page(f"/events/{event.id}/messages/new")
    assert "As a text message too" in page.text
    assert "Of the 4 people on this date, 3 gave a mobile number and 1 did not" in page.text


def test_where_no_provider_is_set_up_there_is_no_tick_and_none_can_be_sneaked_in(
    desk: CheckedClient, event: Event, app: Flask, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(app.config, "TEXT_TRANSPORT", "none")
    page = desk.page(f"/events/{event.id}/messages/new")
    assert "As a text message too" not in page.text
    assert "Text messages cannot be sent from this site: no provider is set up" in page.text
    token = desk.token(f"/events/{event.id}/messages/new")
    desk.post(f"/events/{event.id}/messages/new", data={**TYPED, "by_text": "y", "csrf_token": token})
    assert last().short_text == ""
    press_send(desk, event)
    assert texts() == []


def test_the_page_before_sending_shows_the_text_and_whom_it_reaches(desk: CheckedClient, event: Event):
    page = write(desk, event, short_text=SHORT)
    assert page.heading == "4 people get this mail, and 2 a text message"
    assert "3 gave a mobile number, 1 did not: Sam Smith." in page.text
    assert "A number that several gave gets one." in page.text
    shown = page.text
    assert (
        "Northshire SCP training, Neglect Fri 18 Dec 9:30-12:30: Car park closed: use the church's. http"
        in shown
    )
    assert "goes out as one part" in shown
    assert texts() == []


def test_it_goes_to_each_number_once_with_its_own_link_reason_and_history(desk: CheckedClient, event: Event):
    write(desk, event, short_text=SHORT)
    page = press_send(desk, event)
    assert "on its way to 4 people, and 2 by text message." in page.text
    assert page.heading == "Sent to 4 people, and 2 by text message"
    found = {text.to_phone: text for text in texts()}
    assert sorted(found) == ["+447700900123", "+447700900777"]
    wanda = db.session.scalars(sa.select(Booking).where(Booking.state == State.WAITING)).one()
    text = found["+447700900777"]
    assert text.text.endswith(f" http://localhost/bookings/{wanda.public_id}")
    assert (text.message, text.about) == ("text-message", f"booking:{wanda.public_id}")
    there = desk.page(f"/outbox/{text.public_id}")
    assert "The training team wrote to everybody it chose" in there.text
    assert "Written" in there.text
    assert desk.page(f"/events/{event.id}/messages/new").text.count("and 2 by text message") == 1


def test_a_second_press_texts_nobody_again(desk: CheckedClient, event: Event):
    write(desk, event, short_text=SHORT)
    at = f"/events/{event.id}/messages/{last().public_id}"
    form = {"csrf_token": desk.token(at), "reaches": "4 2"}
    for _ in range(2):
        assert desk.post(f"{at}/send", data=form).status_code == 303
    assert len(texts()) == 2
    assert "Nobody gets it twice" in desk.page(at).text


def test_the_message_itself_is_the_text_where_nothing_else_was_written(desk: CheckedClient, event: Event):
    page = write(desk, event)
    assert ": Park behind the church. It is free. http" in page.text
    assert last().short_text == "Park behind the church. It is free."
    edit = desk.page(f"/events/{event.id}/messages/{last().public_id}/edit")
    form = edit.form(button="See how it looks")
    assert (form.get("short_text"), form.get("by_text")) == ("", "y")


def test_what_is_too_long_is_refused_with_how_long_it_may_be(desk: CheckedClient, event: Event):
    page = write(desk, event, status=422, short_text="Bring a coat. " * 30)
    assert "This has 419 characters, and there is room for" in page.text
    assert "Shorten it by" in page.text
    page = write(desk, event, status=422, text="Bring a coat. " * 30)
    assert "The message has 419 characters" in page.text
    assert "Write a shorter one here." in page.text
    page = write(desk, event, status=422, short_text="Proszę zabrać płaszcz 東 " * 6)
    assert "leave half the room" in page.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(EventMessage)) == 0


def test_what_just_fits_is_not_cut_and_one_more_is_refused(desk: CheckedClient, event: Event):
    page = write(desk, event, status=422, short_text="a" * 400)
    room = int(page.text.partition("there is room for ")[2].split()[0])
    write(desk, event, short_text="a" * room)
    press_send(desk, event)
    assert {("a" * room) in text.text for text in texts()} == {True}
    write(desk, event, status=422, short_text="a" * (room + 1))


def test_somebody_without_an_address_is_reached_by_text_alone(desk: CheckedClient, event: Event):
    gone = make_event(make_course("Thresholds"))
    nobody = make_person("Nat Noaddress")
    make_booking(gone, nobody, mobile="07700 900555")
    with writing():
        nobody.email = None
        db.session.add(nobody)
    page = write(desk, gone, short_text=SHORT)
    assert "No address" not in page.text
    press_send(desk, gone)
    assert [text.to_phone for text in texts()] == ["+447700900555"]


def test_it_goes_to_as_many_as_the_page_said_or_not_at_all(desk: CheckedClient, event: Event):
    write(desk, event, short_text=SHORT)
    at = f"/events/{event.id}/messages/{last().public_id}"
    token = desk.token(at)
    make_booking(event, make_person("Late Comer"), mobile="07700 900888")
    desk.post(f"{at}/send", data={"csrf_token": token, "reaches": "4 2"})
    assert texts() == []
    assert "It would now reach 5 people, and 3 by text message." in desk.page(at).text


def test_what_is_switched_off_goes_to_no_mobile_either(desk: CheckedClient, event: Event):
    write(desk, event, short_text=SHORT)
    with writing():
        choices.switch(make_partnership().id, "written", on=False, by="", now=TODAY)
    at = f"/events/{event.id}/messages/{last().public_id}"
    page = desk.page(at)
    assert "Nothing can be sent: “Written by the training team” is switched off." in page.text
    assert not [b for b in page.all("button") if words(b).startswith("Send it to")]
    desk.post(f"{at}/send", data={"csrf_token": desk.token("/account/mail"), "reaches": "4 2"})
    assert "is switched off" in desk.page(at).text
    assert texts() == []
    assert not db.session.scalars(sa.select(Letter)).all()
    assert last().sent_at is None


def test_a_text_about_a_course_that_is_over_does_not_leave_late(desk: CheckedClient, event: Event):
    write(desk, event, short_text=SHORT)
    press_send(desk, event)
    assert {text.expires_at for text in texts()} == {event.ends_at}


def test_looking_at_a_message_asks_no_more_the_more_people_there_are(desk: CheckedClient, event: Event):
    def asked() -> int:
        at = f"/events/{event.id}/messages/{last().public_id}"
        with count_statements() as statements:
            desk.page(at)
        return len(statements)

    write(desk, event, short_text=SHORT)
    asked()
    before = asked()
    for number in range(8):
        make_booking(event, make_person(f"Nr {number}"), mobile=f"07700 9002{number:02d}")
    assert asked() == before


def test_on_the_morning_everybody_booked_is_told_from_the_page_of_the_ill_trainer(
    desk: CheckedClient, event: Event
):
    there = f"/events/{event.id}/trainer-ill"
    page = desk.page(there)
    assert "Of the 3 people who are booked, 2 gave a mobile number and 1 did not" in page.text
    page = desk.send(
        f"/events/{event.id}/messages/new",
        on=there,
        button="See how it looks",
        text="We start at 11 instead.",
    )
    assert page.heading == "3 people get this mail, and 1 a text message"
    assert ": We start at 11 instead. http" in page.text
    press_send(desk, event)
    assert [text.to_phone for text in texts()] == ["+447700900123"]


@pytest.mark.usefixtures("texting")
def test_a_message_is_texted_once_on_both_databases():
    from app.booking import messages
    from app.booking.delegates import Narrowed

    event, by = make_event(make_course("Neglect")), make_person("Ada Admin", Role.ADMINISTRATOR)
    make_booking(event, make_person("Priya Patel"), mobile="07700 900123")
    with changing(event.id, now=TODAY) as locked:
        written = messages.draft(
            locked, Narrowed(), subject="x", text="y", short_text=SHORT, by=by, now=TODAY
        )
        for _ in range(2):
            messages.send(written, locked, now=TODAY)
        assert (written.reached, written.texted) == (1, 1)
    assert len(texts()) == 1
