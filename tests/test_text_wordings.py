"""The words of text messages, edited on the site as those of mails are: checked, kept in versions, and cut so that they fit."""

from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.accounts.rules import Role
from app.booking.models import Booking
from app.catalogue.models import Event
from app.db import db, writing
from app.delivery.actions import cancel_event
from app.notifications import wordings
from app.notifications.message_table import BY_WORDING
from app.notifications.models import WordingFault, WordingVersion
from app.notifications.shipped import shipped
from app.notifications.wording_faults import faults
from app.records.actions import changing
from tests.browser import CheckedClient
from tests.factories import make_booking, make_course, make_event, make_partnership, make_person
from tests.texting import NOW, SOON, texts

ALL = sorted(f"text-{f.stem}" for f in Path("templates/texts").glob("*.txt"))
CANCELLED = shipped("text-event-cancelled")
OWN = "{{ course.title }} is off today, sorry. {{ our_link }}"


def test_there_is_a_wording_for_every_text_message():
    assert sorted(name for name in BY_WORDING if name.startswith("text-")) == ALL


@pytest.mark.parametrize("wording", ALL)
def test_what_ships_passes_its_own_checks(wording: str):
    ships = shipped(wording)
    assert ships.by_text
    assert ships.subject == ""
    assert faults("", ships.text, ships) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "{{ course.titel }} {{ our_link }}",
            "Line 1: There is no field called “course.titel”. Did you mean “course.title”?",
        ),
        ("{{ course.title }}\n{{ trainer }} {{ our_link }}", "Line 2: There is no field called “trainer”."),
        ("{{ course.title }}", "This text message has to hold the reader’s own link to the date."),
        ("It is off. {{ our_link }}", "This text message has to hold the course’s title."),
        ("", "Line 1: Write a text."),
        (
            "{{ course.title }} {{ our_link }} {% include 'emails/foot.txt' %}",
            "Line 1: This part cannot be used",
        ),
        (
            "{{ course.title }} {{ our_link.__class__ }}",
            "Line 1: There is no field called “our_link.__class__”.",
        ),
    ],
)
def test_a_mistake_is_refused_by_name_and_line(text: str, said: str):
    assert str(faults("", text, CANCELLED)[0]).startswith(said)


def save(text: str, wording: str = "text-event-cancelled") -> WordingVersion | None:
    with writing():
        return wordings.save(make_partnership().id, wording, subject="", text=text, by="carla", now=NOW)


def call_off(title: str = "Neglect") -> Event:
    """A date that begins in ninety minutes is called off; somebody on it gave a mobile."""
    event, by = make_event(make_course(title), SOON), make_person()
    make_booking(event, make_person(), mobile="07700 900123")
    with changing(event.id, now=NOW) as locked:
        cancel_event(locked, by=by, now=NOW, why="The trainer is ill")
    return event


def test_an_edited_text_goes_out_and_what_ships_again_after_the_way_back(texting: Flask):
    save(OWN)
    event = call_off()
    assert [text.text for text in texts()] == [
        f"Neglect is off today, sorry. http://localhost/events/{event.id}"
    ]
    with writing():
        wordings.back_to_shipped(make_partnership().id, "text-event-cancelled", by="carla", now=NOW)
    call_off("Thresholds")
    assert "Thresholds today 11:30-14:30 is CANCELLED." in texts()[-1].text


def test_a_text_that_cannot_be_filled_in_goes_out_as_it_ships_and_that_is_noted(texting: Flask):
    save("{{ course.title|day }} {{ our_link }}")
    call_off()
    assert "is CANCELLED. Other dates are in our mail." in texts()[0].text
    fault = db.session.scalars(sa.select(WordingFault)).one()
    assert fault.what


def test_signs_in_a_title_stay_as_they_are_and_are_never_read_as_a_wording(texting: Flask):
    call_off("A **bold** [link](x) {{ our_link }} <b>")
    assert "training: A **bold** [link](x) {{ our_link }} <b> today" in texts()[0].text


@pytest.fixture
def desk(client: CheckedClient, today: time_machine.Traveller) -> CheckedClient:
    """Carla, a coordinator."""
    return client.sign_in(make_person("Carla Coordinator", Role.COORDINATOR))


@pytest.fixture
def booking(app: Flask, today: time_machine.Traveller) -> Booking:
    """Priya has a place on a course with a long name, and gave a mobile."""
    return make_booking(make_event(make_course("Neglect")), make_person("Priya Patel"), mobile="07700 900123")


def test_texts_are_listed_beside_the_mails_of_their_message(desk: CheckedClient):
    page = desk.page("/messages")
    for label in ("Date cancelled, by text", "Message to those on a date, by text"):
        assert label in page.text


@pytest.mark.parametrize("wording", ALL)
def test_a_text_is_shown_for_a_real_row_with_its_length_where_no_provider_is_set_up_too(
    desk: CheckedClient, booking: Booking, wording: str
):
    page = desk.page(f"/messages/{wording}")
    assert "Priya Patel: Neglect" in page.text
    shown = desk.get(f"/messages/{wording}/example?about={booking.public_id}").text
    assert "training" in shown
    assert "Neglect" in shown
    assert "characters: goes out as" in shown
    assert texts() == []


def test_a_text_has_no_subject_and_is_not_sent_to_its_editor(desk: CheckedClient, booking: Booking):
    page = desk.page("/messages/text-event-cancelled")
    assert "subject" not in page.form(button="Save")
    assert not [b for b in page.all("button") if "Send this to me" in "".join(b.itertext())]


def test_what_was_typed_is_shown_with_its_parts_before_it_is_saved(desk: CheckedClient, booking: Booking):
    at = "/messages/text-event-cancelled"
    typed = {"csrf_token": desk.token(at), "about": booking.public_id}
    shown = desk.post(f"{at}/preview", data={**typed, "text": OWN}).text
    assert "Neglect is off today, sorry." in shown
    assert "goes out as one part" in shown
    long = desk.post(f"{at}/preview", data={**typed, "text": OWN + " Sorry." * 20}).text
    assert "goes out as 2 parts" in long
    cut = desk.post(f"{at}/preview", data={**typed, "text": OWN + " Sorry." * 60}).text
    assert "Something was cut so that it fits two parts." in cut
    wrong = desk.post(f"{at}/preview", data={**typed, "text": OWN + "{{ nothing }}"}).text
    assert "There is no field called “nothing”." in wrong


def test_a_text_is_saved_with_versions_and_goes_back(desk: CheckedClient, booking: Booking):
    at = "/messages/text-event-cancelled"
    page = desk.send(at, button="Save", text=OWN)
    assert "Every text message from now on uses these words" in page.text
    assert desk.page(at).form(button="Save")["text"].strip() == OWN
    row = db.session.scalars(sa.select(WordingVersion)).one()
    assert OWN in desk.page(f"{at}/versions/{row.id}").text
    desk.send(f"{at}/versions/0", button="Use these words")
    assert "CANCELLED" in desk.page(at).form(button="Save")["text"]


def test_an_unknown_field_is_refused_by_name_and_nothing_is_lost(desk: CheckedClient, booking: Booking):
    page = desk.send(
        "/messages/text-event-cancelled", button="Save", status=422, text="{{ cours.title }} {{ our_link }}"
    )
    assert "There is no field called “cours”. Did you mean “course”?" in page.text
    assert page.form(button="Save")["text"].strip() == "{{ cours.title }} {{ our_link }}"
    assert not db.session.scalars(sa.select(WordingVersion)).all()
