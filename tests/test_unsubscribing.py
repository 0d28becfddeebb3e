"""Mails that a reader may refuse: by the link in the letter, by one click in the mail reader, on a page of their own."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.accounts.rules import Role
from app.db import db, writing
from app.notifications import choices, unsubscribing
from app.notifications.actions import post
from app.notifications.letters import mime
from app.notifications.message_table import BY_WORDING, MESSAGES
from app.notifications.models import Letter, MessageChoice
from app.notifications.readers import WHAT_FOR
from tests.browser import CheckedClient
from tests.factories import make_booking, make_event, make_partnership, make_person, make_trainer

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
EMAIL = "priya@northshire.example"


@pytest.fixture
def letter(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Letter:
    """A letter of an optional message. Its words are the test mail's, so that no other part is needed for it."""
    optional = next(m for m in MESSAGES if m.key == "follow-up")
    monkeypatch.setitem(BY_WORDING, "test-mail", optional)
    with writing():
        named = {"to_email": EMAIL, "to_name": "Priya", "partnership": make_partnership(), "now": NOW}
        post("test-mail", key="optional", sent_as="x", **named)  # type: ignore[arg-type]
    return db.session.scalars(sa.select(Letter)).one()


def path_of(letter: Letter) -> str:
    return unsubscribing.link_of(letter.public_id)


def test_an_optional_letter_offers_one_click_and_a_link_in_its_foot(letter: Letter):
    address = "http://localhost" + path_of(letter)
    assert f"Choose which mails you get: {address}" in letter.text
    assert f'href="{address}"' in letter.html
    sent = message_from_bytes(mime(letter).as_bytes(), policy=default)
    assert sent["List-Unsubscribe"] == f"<{address}>"
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_header_stays_readable_to_mail_servers_on_a_long_host_name(app: Flask, letter: Letter):
    site = "https://training.safeguarding-children-partnership.northshire.gov.uk"
    app.config["SITE_URL"], before = site, app.config["SITE_URL"]
    letter.headers = {**letter.headers, **unsubscribing.headers_of(letter.public_id)}
    raw = mime(letter).as_bytes()
    app.config["SITE_URL"] = before
    assert b"=?utf-8?" not in raw.split(b"\r\n\r\n")[0].lower()
    assert f"<{site}{path_of(letter)}>".encode() in raw


def test_another_letter_offers_neither(app: Flask):
    with writing():
        post(
            "test-mail",
            key="x",
            to_email=EMAIL,
            to_name="",
            partnership=make_partnership(),
            now=NOW,
            sent_as="x",
        )
    found = db.session.scalars(sa.select(Letter)).one()
    assert "List-Unsubscribe" not in found.headers
    assert "Choose which mails" not in found.text


def test_opening_the_link_changes_nothing(client: CheckedClient, letter: Letter):
    page = client.page(path_of(letter))
    assert page.heading == "Stop these mails?"
    assert "Follow-up" in page.text
    assert not db.session.scalars(sa.select(MessageChoice)).all()


def test_one_click_stops_them_without_sign_in_and_without_a_csrf_token(client: CheckedClient, letter: Letter):
    path = path_of(letter)
    answer = client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 303
    assert not choices.wants(EMAIL, "follow-up")
    assert choices.wants(EMAIL, "reminder")
    assert client.page(path).heading == "These mails are stopped"
    client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert len(db.session.scalars(sa.select(MessageChoice)).all()) == 1
    page = client.send(path, button="Send them to me again", again="1")
    assert "Your choice is kept." in page.text
    assert choices.wants(EMAIL, "follow-up")


def test_what_waits_to_leave_is_taken_back_with_the_click(client: CheckedClient, letter: Letter):
    with writing():
        other = {"to_email": "tom@northshire.example", "to_name": "Tom", "partnership": make_partnership()}
        post("follow-up-again", key="tom", now=NOW, wording="test-mail", sent_as="x", **other)
        mine = other | {"to_email": EMAIL}
        post("follow-up-again", key="priya", now=NOW, wording="test-mail", sent_as="x", **mine)
        post("joining", key="needed", now=NOW, wording="test-mail", sent_as="x", **mine)
    client.post(path_of(letter), data={"List-Unsubscribe": "One-Click"})
    db.session.expire_all()
    states = {found.key: found.state for found in db.session.scalars(sa.select(Letter))}
    assert {name: states[name] for name in ("tom", "priya", "needed")} == {
        "tom": "queued",
        "priya": "withdrawn",
        "needed": "queued",
    }


def test_what_was_stopped_is_not_posted_again(client: CheckedClient, letter: Letter):
    client.post(path_of(letter), data={"List-Unsubscribe": "One-Click"})
    with writing():
        named = {"to_email": EMAIL.title(), "to_name": "", "partnership": make_partnership(), "now": NOW}
        assert post("test-mail", key="y", sent_as="x", **named) is None  # type: ignore[arg-type]


def test_the_link_lets_choose_among_all_that_may_be_refused(client: CheckedClient, letter: Letter):
    client.post(path_of(letter), data={"boxes": "1", "wanted": ["follow-up"]})
    assert choices.wants(EMAIL, "follow-up")
    assert not choices.wants(EMAIL, "refresher")


@pytest.mark.parametrize("bend", [lambda t: t + "x", lambda t: t[:-1], lambda _: "x", lambda t: "." + t])
def test_a_link_that_was_not_made_here_is_not_found(client: CheckedClient, letter: Letter, bend: object):
    token = bend(unsubscribing.token_of(letter.public_id))  # type: ignore[operator]
    for answer in (client.get(f"/unsubscribe/{token}"), client.post(f"/unsubscribe/{token}")):
        assert answer.status_code == 404
    assert not db.session.scalars(sa.select(MessageChoice)).all()


def test_the_link_of_a_letter_that_must_come_stops_nothing(client: CheckedClient, letter: Letter):
    with writing():
        letter.message = "booked"
    assert client.page(path_of(letter)).heading == "Which mails you get"
    assert client.post(path_of(letter), data={"List-Unsubscribe": "One-Click"}).status_code == 404


def test_a_person_chooses_on_their_own_page(client: CheckedClient, app: Flask):
    person = make_person("Priya Practitioner", email=EMAIL)
    client.sign_in(person)
    assert client.page("/courses").link("Which mails you get") == "/account/mail"
    page = client.page("/account/mail")
    assert "Nobody could sign in without them." in page.text
    assert page.form(button="Save")["wanted"] == ["follow-up", "refresher"]
    page = client.send("/account/mail", button="Save", wanted=["refresher"])
    assert "Your choice is kept" in page.html
    assert not choices.wants(EMAIL, "follow-up")
    assert choices.wants(EMAIL, "refresher")
    assert page.form(button="Save")["wanted"] == "refresher"


def read_by(client: CheckedClient, person: Person) -> set[str]:
    """Which of the mails that only some people get stand on somebody's page."""
    text = client.sign_in(person).page("/account/mail").text
    return {key for key in ("trainer", "cue-sheet", "register-open", "who-went") if WHAT_FOR[key] in text}


def test_nobody_reads_of_mails_that_they_never_get(client: CheckedClient, app: Flask, today: object):
    with writing():
        choices.switch(make_partnership().id, "who-went", on=True, by="", now=NOW)
    for_trainers = {"trainer", "cue-sheet", "register-open"}
    event = make_event()
    assert read_by(client, make_person("Priya Practitioner")) == set()
    assert read_by(client, make_person("Tom Trainer", Role.TRAINER)) == for_trainers
    guest = make_person("Gus Speaker")
    make_trainer(event, guest, part="guest speaker")
    assert read_by(client, guest) == for_trainers
    assert read_by(client, make_person("Ada Administrator", Role.ADMINISTRATOR)) == {"register-open"}
    assert read_by(client, make_person("Leah Lead", Role.AGENCY_LEAD)) == {"who-went"}
    manager = make_person("Mo Manager")
    make_booking(event, make_person("Sam Social"), manager_email=(manager.email or "").title())
    assert read_by(client, manager) == {"who-went"}


def test_a_choice_that_is_not_offered_stays_as_it_is(client: CheckedClient, app: Flask):
    with writing():
        choices.switch(make_partnership().id, "who-went", on=True, by="", now=NOW)
    client.sign_in(make_person("Priya Practitioner", email=EMAIL))
    client.send("/account/mail", button="Save", wanted=["follow-up"])
    assert choices.wants(EMAIL, "who-went")


def test_what_the_partnership_does_not_send_is_not_offered(client: CheckedClient, app: Flask):
    client.sign_in(make_person("Priya Practitioner", email=EMAIL))
    assert "a course you have a place on" not in client.page("/account/mail").text
    with writing():
        choices.switch(make_partnership().id, "reminder", on=True, by="", now=NOW)
    assert "One working day before a course you have a place on" in client.page("/account/mail").text


def test_a_choice_goes_along_to_a_corrected_address(app: Flask):
    with writing():
        choices.choose(EMAIL, "follow-up", wanted=False, now=NOW)
        choices.follow(EMAIL, "p.nair@northshire.example", now=NOW)
    assert not choices.wants("p.nair@northshire.example", "follow-up")
    assert choices.wants("p.nair@northshire.example", "refresher")
