"""``/messages``: what the site writes to people, edited, looked at, switched and timed by a coordinator."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.accounts.rules import Role
from app.booking.models import Booking
from app.clock import london_day
from app.db import db, writing
from app.notifications import choices, wordings
from app.notifications.models import Letter, MessageSwitch, WordingFault, WordingVersion
from app.notifications.shipped import shipped
from app.partnerships.models import PartnershipSetting
from app.partnerships.rules import DEFAULTS
from app.partnerships.timing_rules import TIMINGS, Timing
from tests.browser import CheckedClient
from tests.conftest import TODAY
from tests.factories import make_booking, make_course, make_event, make_partnership, make_person

BOOKED = shipped("booked")


@pytest.fixture
def booking(app: Flask, today: time_machine.Traveller) -> Booking:
    """Priya has a place on Neglect in three weeks."""
    event = make_event(make_course("Neglect"), starts=TODAY + timedelta(days=20))
    return make_booking(event, make_person("Priya Nair", email="priya@northshire.example"))


@pytest.fixture
def desk(client: CheckedClient, booking: Booking) -> CheckedClient:
    """Carla, a coordinator, at her browser."""
    return client.sign_in(
        make_person("Carla Coordinator", Role.COORDINATOR, email="carla@northshire.example")
    )


def test_every_message_is_listed_with_whether_it_is_sent(desk: CheckedClient):
    page = desk.page("/messages")
    for label in ("Bookings and waiting lists", "Reminder", "Sign-in link and code", "Booking cancelled"):
        assert label in page.text
    assert "Always sent" in page.text
    assert "Switch on: Reminder" in page.text


def test_a_wording_is_shown_with_its_fields_and_what_they_are_for_somebody(desk: CheckedClient):
    page = desk.page("/messages/booked")
    assert page.form(button="Save")["subject"] == BOOKED.subject
    assert "Subject: You have a place: Neglect, Thu 10 December" in page.text
    assert page.form(button="Save")["text"].split() == BOOKED.text.split()
    assert "Priya Nair: Neglect, 10 December 2026" in page.text
    assert "The course’s title Neglect" in page.text.replace("title", "title ").replace("  ", " ")
    assert "the link with which the place is given back" in page.text


def test_the_mail_is_shown_for_a_real_row_and_nothing_is_sent(desk: CheckedClient, booking: Booking):
    shown = desk.get(f"/messages/booked/example?about={booking.public_id}")
    assert b"you have a place on <strong>Neglect</strong>" in shown.data
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    as_text = desk.get(f"/messages/booked/example?about={booking.public_id}&as=text")
    assert b"Hello Priya Nair" in as_text.data
    assert not db.session.scalars(sa.select(Letter)).all()


def typed(desk: CheckedClient, booking: Booking, **more: str) -> dict[str, str]:
    """What the form would send, with some of it typed anew."""
    fields = desk.page("/messages/booked").form(button="Save")
    return {**fields, "about": booking.public_id, **more}


def test_typed_words_are_shown_before_they_are_saved(desk: CheckedClient, booking: Booking):
    text = BOOKED.text + "\nBring <b>lunch</b>, {{ to_name }}."
    sent = typed(desk, booking, text=text)
    shown = desk.post("/messages/booked/preview", data=sent)
    assert b"Bring &lt;b&gt;lunch&lt;/b&gt;, Priya Nair." in shown.data
    plain = desk.post("/messages/booked/preview", data={**sent, "as": "text"})
    assert b"Bring &lt;b&gt;lunch" in plain.data
    wrong = desk.post("/messages/booked/preview", data={**sent, "text": BOOKED.text + "\n{{ cours.title }}"})
    assert "There is no field called “cours”. Did you mean “course”?" in wrong.get_data(as_text=True)
    assert not db.session.scalars(sa.select(WordingVersion)).all()
    assert not db.session.scalars(sa.select(Letter)).all()


def test_saved_words_go_out_from_then_on(desk: CheckedClient, booking: Booking):
    page = desk.send("/messages/booked", button="Save", text=BOOKED.text + "\nBring lunch.")
    assert "Every mail from now on uses these words" in page.html
    assert "Bring lunch." in desk.get(f"/messages/booked/example?about={booking.public_id}").get_data(
        as_text=True
    )
    assert "Edited" in desk.page("/messages").text
    page = desk.send("/messages/booked", button="Save")
    assert "Nothing was changed" in page.html


def test_nobody_saves_over_the_words_of_another_unseen(desk: CheckedClient, booking: Booking):
    mine = typed(desk, booking, text=BOOKED.text + "\nFrom Carla.")
    host = make_partnership()
    with writing():
        other = make_person("Conor Coordinator", Role.COORDINATOR)
        theirs = {"subject": BOOKED.subject, "text": BOOKED.text + "\nFrom Conor."}
        wordings.save(host.id, "booked", **theirs, by=other.public_id, now=TODAY)
    answer = desk.post("/messages/booked", data=mine)
    said = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Conor Coordinator saved other words" in said
    assert "From Carla." in said
    newest = wordings.newest_version(host.id, "booked")
    assert newest is not None
    assert "From Conor." in newest.text
    assert f'name="over" value="{newest.id}"' in said
    assert desk.post("/messages/booked", data={**mine, "over": str(newest.id)}).status_code == 303
    newest = wordings.newest_version(host.id, "booked")
    assert newest is not None
    assert "From Carla." in newest.text


@pytest.mark.parametrize(
    "text", ["{{ to_name|when }}", "{{ now|plural }}", "{{ sessions[999].starts_at|when }}"]
)
@pytest.mark.parametrize("do", ["", "send"])
def test_words_that_cannot_be_filled_in_are_not_kept(
    desk: CheckedClient, booking: Booking, text: str, do: str
):
    said = desk.post("/messages/booked", data=typed(desk, booking, text=f"{BOOKED.text}\n{text}", do=do))
    assert said.status_code == 422
    assert "These words cannot be filled in" in said.get_data(as_text=True)
    assert not db.session.scalars(sa.select(WordingVersion)).all()
    assert not db.session.scalars(sa.select(Letter)).all()


def test_a_double_press_of_save_is_no_conflict(desk: CheckedClient, booking: Booking):
    mine = typed(desk, booking, text=BOOKED.text + "\nFrom Carla.")
    for _ in range(2):
        assert desk.post("/messages/booked", data=mine).status_code == 303
    assert len(wordings.versions_of(make_partnership().id, "booked")) == 1


def test_a_refused_save_loses_nothing_and_says_where(desk: CheckedClient):
    text = BOOKED.text + "\nBring {{ cours.title }}."
    page = desk.send("/messages/booked", button="Save", status=422, subject="{{ nobody }}", text=text)
    assert "There is no field called “nobody”" in page.text
    assert "Bring {{ cours.title }}." in page.form(button="Save")["text"]
    page = desk.send("/messages/booked", button="Save", status=422, text=text)
    line = len(BOOKED.text.splitlines()) + 2
    assert f"Line {line}: There is no field called “cours”. Did you mean “course”?" in page.text
    page = desk.send("/messages/booked", button="Save", status=422, text="See you.")
    assert "This mail has to hold where it is and the link with which the place is given back." in page.text
    assert not db.session.scalars(sa.select(WordingVersion)).all()


def test_somebody_else_is_found_and_what_was_typed_stays(desk: CheckedClient, booking: Booking):
    make_booking(booking.event, make_person("Sam Okoro", email="sam@northshire.example"))
    page = desk.send(
        "/messages/booked", on="/messages/booked", button="Save", do="find", named="okor", text="Typed"
    )
    assert "Sam Okoro: Neglect" in page.text
    assert "Priya Nair: Neglect" not in page.text
    assert page.form(button="Save")["text"].strip() == "Typed"
    page = desk.send(
        "/messages/booked", on="/messages/booked", button="Save", do="find", named="xyzzy", text="T"
    )
    assert "Nobody is found for “xyzzy”." in page.text


def test_a_test_goes_to_its_editor_alone_without_an_invite(desk: CheckedClient):
    page = desk.send("/messages/booked", button="Save", do="send", text=BOOKED.text + "\nBring lunch.")
    assert "A test is on its way to carla@northshire.example." in page.html
    [letter] = db.session.scalars(sa.select(Letter)).all()
    assert letter.to_email == "carla@northshire.example"
    assert letter.subject.startswith("Test: You have a place: Neglect")
    assert "Bring lunch." in letter.text
    assert letter.calendar == "" and letter.about == ""
    assert not db.session.scalars(sa.select(WordingVersion)).all()


def test_versions_can_be_read_and_used_again(desk: CheckedClient):
    desk.send("/messages/booked", button="Save", text=BOOKED.text + "\nOne.")
    desk.send("/messages/booked", button="Save", text=BOOKED.text + "\nTwo.")
    first = db.session.scalars(sa.select(WordingVersion).order_by(WordingVersion.id)).first()
    assert first is not None
    page = desk.page(f"/messages/booked/versions/{first.id}")
    assert "Subject You have a place: Neglect, Thu 10 December" in page.text
    assert "One." in page.text and "Saved by Carla Coordinator" in page.text
    desk.send(f"/messages/booked/versions/{first.id}", button="Use these words")
    assert wordings.edited(make_partnership().id)["booked"].text.endswith("One.\n")
    desk.send("/messages/booked/versions/0", button="Use these words")
    db.session.info.pop("wordings", None)
    assert not wordings.edited(make_partnership().id)
    assert "Use these words" not in desk.page("/messages/booked/versions/0").text


def test_a_version_that_may_no_longer_be_used_is_refused(desk: CheckedClient):
    desk.send("/messages/booked", button="Save", text=BOOKED.text + "\nOne.")
    with writing():
        row = db.session.scalars(sa.select(WordingVersion)).one()
        row.text = "{{ gone }}"
        wordings.back_to_shipped(row.partnership_id, "booked", by="", now=TODAY)
    page = desk.send(f"/messages/booked/versions/{row.id}", button="Use these words")
    assert "There is no field called “gone”" in page.html


def test_it_is_told_that_words_could_not_be_filled_in(desk: CheckedClient):
    desk.send("/messages/booked", button="Save", text=BOOKED.text + "\nOne.")
    with writing():
        row = db.session.scalars(sa.select(WordingVersion)).one()
        db.session.add(WordingFault(version_id=row.id, at=TODAY, what="UndefinedError: no title"))
    assert "Cannot be filled in" in desk.page("/messages").text
    assert (
        "could not be filled in, and the shipped ones were sent instead" in desk.page("/messages/booked").text
    )
    assert "Booked" in desk.page("/desk").text
    assert "words that could not be filled in" in desk.page("/desk").text


def test_a_message_is_switched_with_what_it_means_and_its_history(desk: CheckedClient):
    page = desk.page("/messages/switch/booking")
    assert "People who book will no longer get their invite" in page.text
    page = desk.send("/messages/switch/booking/off", on="/messages/switch/booking", button="Switch it off")
    assert "is no longer sent" in page.html
    assert "switched off by Carla Coordinator" in page.text
    assert not choices.is_on(make_partnership().id, "booking")
    desk.send("/messages/switch/booking/on", on="/messages/switch/booking", button="Switch it on")
    assert [row.on for row in db.session.scalars(sa.select(MessageSwitch))] == [False, True]
    assert "cannot be switched off" in desk.page("/messages/switch/sign-in").text
    assert (
        desk.post(
            "/messages/switch/sign-in/off", data={"csrf_token": desk.token("/messages/booked")}
        ).status_code
        == 409
    )


def set_to(desk: CheckedClient, key: str, value: str, *, day: object = None, status: int = 200) -> str:
    day = day or london_day(TODAY)
    sent = {"value": value, "from_on": [str(day.day), str(day.month), str(day.year)]}  # type: ignore[attr-defined]
    return desk.send(f"/messages/timings/{key}", button="Save", status=status, **sent).html


def test_a_timing_holds_from_a_day_on(desk: CheckedClient):
    assert "5 working days" in desk.page("/messages/timings").text
    later = london_day(TODAY) + timedelta(days=30)
    set_to(desk, "joining_working_days", "7")
    set_to(desk, "joining_working_days", "8")
    set_to(desk, "joining_working_days", "3", day=later)
    set_to(desk, "part_one_reminders_working_days", "20, 10, 5")
    found = sa.select(PartnershipSetting.value).order_by(PartnershipSetting.id)
    assert db.session.scalars(found).all() == [8, 3, [20, 10, 5]]
    page = desk.page("/messages/timings")
    assert "8 working days (at first 5 working days)" in page.text
    assert "3 working days" in page.text
    assert "20, 10 and 5 working days" in page.text
    assert "by Carla Coordinator" in desk.page("/messages/timings/joining_working_days").text
    for path in ("/messages", "/messages/switch/joining", "/messages/joining"):
        assert "8 working days before, or at booking if later" in desk.page(path).text
    assert "at booking, 20, 10 and 5 working days before" in desk.page("/messages").text


def test_how_many_months_before_a_refresher_people_are_told_is_a_timing(desk: CheckedClient):
    assert "A refresher is due, before the day" in desk.page("/messages/timings").text
    set_to(desk, "refresher_months", "6, 2")
    assert db.session.scalars(sa.select(PartnershipSetting.value)).all() == [[6, 2]]
    assert "6 and 2 months (at first 3 and 1 months)" in desk.page("/messages/timings").text


def test_trainers_and_then_administrators_hear_of_an_open_register_by_one_timing(desk: CheckedClient):
    set_to(desk, "register_open_working_days", "2, 4")
    assert db.session.scalars(sa.select(PartnershipSetting.value)).all() == [[2, 4]]
    assert "2 and 4 working days (at first 1 and 3 working days)" in desk.page("/messages/timings").text
    assert "2 working days on at" in desk.page("/messages").text


@pytest.mark.parametrize("timing", TIMINGS, ids=lambda timing: timing.key)
def test_what_a_timing_is_may_be_saved_as_it_is(desk: CheckedClient, timing: Timing):
    typed = desk.page(f"/messages/timings/{timing.key}").form(button="Save")["value"]
    set_to(desk, timing.key, typed)
    assert db.session.scalars(sa.select(PartnershipSetting.value)).all() == [DEFAULTS[timing.key]]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *((("joining_working_days"), bad) for bad in ("", "-1", "61", "five", "5.5", "1, 2", "٣", "9" * 400)),
        *((("part_one_reminders_working_days"), bad) for bad in ("", "5, 10", "5,5", "5, ", "0", "a, b")),
        *(
            (("register_open_working_days"), bad)
            for bad in ("", "2", "4, 2", "2, 2", "1, 2, 3", "0, 3", "2, 61")
        ),
    ],
)
def test_a_timing_that_makes_no_sense_is_refused(desk: CheckedClient, key: str, value: str):
    assert "Enter " in set_to(desk, key, value, status=422)
    assert not db.session.scalars(sa.select(PartnershipSetting)).all()


def test_a_timing_cannot_begin_in_the_past(desk: CheckedClient):
    yesterday = london_day(TODAY) - timedelta(days=1)
    assert "today or a later day" in set_to(desk, "joining_working_days", "6", day=yesterday, status=422)


def test_an_administrator_may_look_and_not_change(client: CheckedClient, booking: Booking):
    client.sign_in(make_person("Adam Administrator", Role.ADMINISTRATOR))
    assert "A coordinator can change its words." in client.page("/messages/booked").text
    assert "A coordinator can switch it." in client.page("/messages/switch/booking").text
    assert "A coordinator can change it." in client.page("/messages/timings/joining_working_days").text
    assert client.get(f"/messages/booked/example?about={booking.public_id}").status_code == 200


def test_an_administrator_may_look_at_a_mail_for_somebody_else(client: CheckedClient, booking: Booking):
    other = make_booking(booking.event, make_person("Zoë Okoro", email="zoe@northshire.example"))
    client.sign_in(make_person("Adam Administrator", Role.ADMINISTRATOR))
    asked = client.page("/messages/booked").form(button="Show it")
    assert "csrf_token" not in asked
    page = client.page(f"/messages/booked?about={asked['about']}&named=okor")
    assert "Zoë Okoro: Neglect" in page.text
    assert "Priya Nair" not in page.text
    assert f"about={other.public_id}" in page.html


def test_a_wording_that_is_not_there_is_not_found(desk: CheckedClient):
    for path in (
        "/messages/no-such",
        "/messages/foot",
        "/messages/switch/no-such",
        "/messages/timings/no_such",
    ):
        desk.page(path, status=404)
    desk.page("/messages/booked/versions/999", status=404)
    assert "Nothing to show" in desk.get("/messages/booked/example?about=xyz").get_data(as_text=True)


def test_the_outbox_leads_to_the_words_of_a_mail(desk: CheckedClient, booking: Booking):
    desk.send("/messages/booked", button="Save", do="send")
    with writing():
        letter = db.session.scalars(sa.select(Letter)).one()
        letter.about = f"booking:{booking.public_id}"
    page = desk.page(f"/outbox/{letter.public_id}")
    assert desk.page(page.link("The words of this mail")).form(button="Save")["about"] == booking.public_id
