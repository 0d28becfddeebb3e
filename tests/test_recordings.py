"""Recording a date: what is said of it and where, who agrees, and the end of a recording. And content notes."""

from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.accounts.models import Person
from app.accounts.rules import Role
from app.booking.models import Booking
from app.catalogue.models import Event
from app.clock import from_london, stopped_at
from app.db import db, rebuilding
from app.errors import Refused
from app.evaluation import letters
from app.materials import recordings
from app.materials.models import Material, RecordingConsent, RecordingNotice
from app.materials.recordings import Said
from app.notifications.models import Letter
from app.records import recordings as clock_work
from app.records.actions import changing
from tests.browser import CheckedClient
from tests.conftest import TODAY
from tests.factories import make_booking, make_course, make_event, make_material, make_person, make_trainer

STARTS = from_london(date(2026, 12, 18), time(9, 30))
KEPT = date(2027, 3, 31)
SAID = Said(True, "For those who could not come", "Those on this date", KEPT)
pytestmark = pytest.mark.usefixtures("today")


def day_with_tom() -> tuple[Event, Person]:
    """A date that Tom delivers."""
    event = make_event(make_course("Neglect"), starts=STARTS)
    return event, make_trainer(event).person


def said(event: Event, by: Person, what: Said = SAID) -> RecordingNotice:
    """It was said of the date."""
    with changing(event.id, now=TODAY) as locked:
        notice = recordings.say(locked, what, by=by, now=TODAY)
        assert notice is not None
    return notice


def answered(booking: Booking, notice: RecordingNotice, *, agrees: bool) -> None:
    """Somebody answered."""
    with changing(booking.event_id, now=TODAY):
        recordings.answer(booking, notice.id, agrees=agrees, by=booking.person, now=TODAY)


def told(message: str) -> list[str]:
    """Who has that letter."""
    db.session.rollback()
    return list(
        db.session.scalars(sa.select(Letter.to_name).where(Letter.message == message).order_by(Letter.id))
    )


def test_the_trainer_says_it_and_everybody_with_a_place_is_told_once(client: CheckedClient):
    event, tom = day_with_tom()
    make_booking(event, make_person("Priya Practitioner"))
    client.sign_in(tom)
    typed = {
        "recorded": "yes",
        "what_for": SAID.what_for,
        "seen_by": SAID.seen_by,
        "until_on": ["31", "3", "2027"],
    }
    page = client.send(f"/events/{event.id}/recording", button="Save", **typed)
    assert "1 person with a place will be told by mail" in page.text
    assert told("recording-said") == ["Priya Practitioner"]
    page = client.send(f"/events/{event.id}/recording", button="Save")
    assert "Nothing was changed" in page.text
    assert told("recording-said") == ["Priya Practitioner"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Choose whether it is recorded"),
        (
            {"recorded": "yes", "seen_by": "us", "until_on": ["31", "3", "2027"]},
            "Say what the recording is for",
        ),
        ({"recorded": "yes", "what_for": "x", "until_on": ["31", "3", "2027"]}, "Say who sees the recording"),
        ({"recorded": "yes", "what_for": "x", "seen_by": "us"}, "Enter the last day on which it is kept"),
        (
            {"recorded": "yes", "what_for": "x", "seen_by": "us", "until_on": ["1", "1", "2020"]},
            "Enter a day that is not over",
        ),
    ],
)
def test_a_recording_without_purpose_viewers_or_end_is_not_taken(
    client: CheckedClient, typed: dict, sentence: str
):
    event, tom = day_with_tom()
    client.sign_in(tom)
    page = client.send(f"/events/{event.id}/recording", button="Save", status=422, **typed)
    assert sentence in page.html
    assert recordings.notice_of(event.id) is None


def test_it_is_said_before_booking_on_the_booking_and_where_people_join(client: CheckedClient):
    event, tom = day_with_tom()
    said(event, tom)
    assert "This course is recorded" in client.page(f"/events/{event.id}").text
    client.sign_in(make_person("Nina New"))
    assert "This course is recorded" in client.page(f"/events/{event.id}/book").text
    booking = make_booking(event, make_person("Priya Practitioner"))
    client.sign_in(booking.person)
    assert "This course is recorded" in client.page(f"/bookings/{booking.public_id}").text
    assert "31 March 2027" in client.page(f"/join/{booking.public_id}").text


def test_somebody_refuses_changes_their_mind_and_every_answer_is_kept(client: CheckedClient):
    event, tom = day_with_tom()
    said(event, tom)
    booking = make_booking(event, make_person("Priya Practitioner"))
    client.sign_in(booking.person)
    at = f"/bookings/{booking.public_id}"
    page = client.send(f"{at}/recording", on=at, agrees="no")
    assert "you do not agree to be recorded" in page.text
    assert recordings.refused_by(event.id) == {booking.id}
    client.send(f"{at}/recording", on=at, agrees="yes")
    assert recordings.refused_by(event.id) == frozenset()
    db.session.rollback()
    assert [
        row.agrees for row in db.session.scalars(sa.select(RecordingConsent).order_by(RecordingConsent.id))
    ] == [
        False,
        True,
    ]


def test_nobody_answers_for_somebody_else(client: CheckedClient):
    event, tom = day_with_tom()
    said(event, tom)
    booking = make_booking(event, make_person("Priya Practitioner"))
    client.sign_in(booking.person)
    sent = client.page(f"/bookings/{booking.public_id}").form("/recording")
    client.sign_in(make_person("Carl Colleague"))
    assert client.get(f"/bookings/{booking.public_id}").status_code == 404
    assert client.post(f"/bookings/{booking.public_id}/recording", data=sent).status_code in (400, 404)
    assert recordings.refused_by(event.id) == frozenset()


def test_who_agreed_to_one_notice_has_not_agreed_to_another(each_app: Flask):
    event, tom = day_with_tom()
    booking, first = make_booking(event, make_person("Priya Practitioner")), said(event, tom)
    answered(booking, first, agrees=True)
    second = said(event, tom, Said(True, "For everybody", "The whole county", KEPT))
    assert [row.agrees for row in recordings.answers_to(second)] == [None]
    db.session.rollback()
    with pytest.raises(Refused):
        answered(booking, first, agrees=True)


def test_the_trainer_sees_who_is_not_to_be_recorded(client: CheckedClient):
    event, tom = day_with_tom()
    notice = said(event, tom)
    answered(make_booking(event, make_person("Priya Practitioner")), notice, agrees=False)
    answered(make_booking(event, make_person("Anna Agrees")), notice, agrees=True)
    make_booking(event, make_person("Sam Silent"))
    client.sign_in(tom)
    page = client.page(f"/events/{event.id}/recording").text
    assert "1 agree, 1 do not, 1 has not said" in page
    assert "Priya Practitioner" in page
    assert "Sam Silent" in page
    assert "Anna Agrees" not in page


def test_the_recording_is_kept_no_longer_than_people_were_told(client: CheckedClient):
    event, tom = day_with_tom()
    said(event, tom)
    client.sign_in(tom)
    typed = {"title": "Recording", "url": "https://video.example/abc", "is_recording": "y"}
    path = f"/events/{event.id}/materials"
    for until in (["", "", ""], ["1", "4", "2027"]):
        page = client.send(path, button="Add it", status=422, **typed, until_on=until)
        assert "people were told so" in page.html
    client.send(path, button="Add it", **typed, until_on=["31", "3", "2027"])
    db.session.rollback()
    found = db.session.scalars(sa.select(Material)).one()
    assert (found.kind, found.shown, found.until_on) == ("recording", "after", KEPT)


def test_a_shorter_promise_shortens_the_recording_and_none_is_refused_while_it_is_there(app: Flask):
    event, tom = day_with_tom()
    said(event, tom)
    make_material(
        event, kind="recording", file=None, url="https://video.example/a", shown="after", until_on=KEPT
    )
    said(event, tom, Said(True, "For those who could not come", "Those on this date", date(2027, 1, 31)))
    assert db.session.scalars(sa.select(Material.until_on)).one() == date(2027, 1, 31)
    db.session.rollback()
    with pytest.raises(Refused):
        said(event, tom, Said(recorded=False))


def test_on_the_day_after_its_last_it_is_removed_and_the_coordinator_told_once(
    each_app: Flask, today: time_machine.Traveller
):
    event, _ = day_with_tom()
    make_person("Cora Coordinator", Role.COORDINATOR)
    make_material(
        event, kind="recording", title="Recording", file=None, url="https://video.example/a", until_on=KEPT
    )
    db.session.rollback()
    clock_work.due(stopped_at(from_london(KEPT, time(23, 59))))
    assert told("recording-removed") == []
    for _ in range(2):
        clock_work.due(stopped_at(from_london(KEPT + timedelta(days=1), time(0, 1))))
    assert told("recording-removed") == ["Cora Coordinator"]
    row = db.session.execute(sa.select(Material.url, Material.removed_by_id, Material.removed_at)).one()
    assert (row.url, row.removed_by_id) == ("", None)
    assert row.removed_at is not None


def test_joining_details_say_what_is_hard_what_is_recorded_and_what_to_read(app: Flask):
    event, tom = day_with_tom()
    with rebuilding():
        db.session.get_one(Event, event.id).content_note = "We hear of a death."
    said(event, tom)
    make_material(event, title="The case to read")
    make_booking(event, make_person("Priya Practitioner"))
    near = STARTS - timedelta(days=1)
    with changing(event.id, now=near) as locked:
        letters.tell_joining(locked, now=near)
    text = db.session.scalars(sa.select(Letter.text).where(Letter.message == "joining")).one()
    for words in ("We hear of a death.", "It is recorded", "Those on this date", "The case to read"):
        assert words in text, words


def test_a_content_note_is_plain_text_and_read_before_booking(client: CheckedClient):
    course = make_course("Neglect", content_note="Pictures of homes.\n<b>Hard</b> to see.")
    event = make_event(course, starts=STARTS, content_note="A parent speaks.")
    assert "Pictures of homes." in client.page("/courses/neglect").text
    client.sign_in(make_person("Nina New"))
    for path in (f"/events/{event.id}", f"/events/{event.id}/book"):
        page = client.page(path).text
        for words in ("Pictures of homes.", "<b>Hard</b> to see.", "A parent speaks."):
            assert words in page, (path, words)


def test_a_coordinator_writes_content_notes_on_course_and_date(client: CheckedClient):
    event, _ = day_with_tom()
    client.sign_in(make_person("Cora Coordinator", Role.COORDINATOR))
    client.send("/courses/neglect/edit", button="Save the course", content_note="Of the course.")
    client.send(f"/events/{event.id}/edit", button="Save", content_note="Of the date.")
    page = client.page(f"/events/{event.id}").text
    assert "Of the course." in page
    assert "Of the date." in page
