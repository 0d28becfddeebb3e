"""The outbox as people meet it: who may read what, and how each mail looks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import Person
from app.accounts.rules import Role
from app.db import db, writing
from app.notifications.actions import post
from app.notifications.calendar import Invite
from app.notifications.models import Letter
from tests.browser import CheckedClient
from tests.factories import make_partnership, make_person
from tests.statements import count_statements

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
INVITE = Invite(
    uid="booking-session@roundtable",
    sequence=0,
    title="Training: Neglect",
    starts_at=NOW + timedelta(days=28),
    ends_at=NOW + timedelta(days=28, hours=3),
)
pytestmark = pytest.mark.usefixtures("today")


def posted(number: int = 0, **given: Any) -> str:
    """A letter to Priya; its public id."""
    usual = {
        "to_email": "priya.practitioner@northshire.example",
        "to_name": "Priya Practitioner",
        "partnership": make_partnership(),
        "now": NOW,
        "sent_as": "x",
    }
    context: dict[str, Any] = {**usual, **given}
    with writing():
        public_id = post("test-mail", key=f"trial:{number}", **context)
    assert public_id
    return public_id


def change(public_id: str, **values: Any) -> None:
    """As the worker would leave it."""
    with writing() as session:
        session.execute(sa.update(Letter).where(Letter.public_id == public_id).values(**values))


@pytest.fixture
def ada(client: CheckedClient) -> CheckedClient:
    """Ada the administrator's browser."""
    return client.sign_in(make_person("Ada Administrator", Role.ADMINISTRATOR))


@pytest.fixture
def demonstration(app: Flask) -> Any:
    """The app as a demonstration."""
    app.config["DEMONSTRATION"] = True
    yield app
    app.config["DEMONSTRATION"] = False


def pages_of(public_id: str) -> list[str]:
    """Every address that shows a mail."""
    return [
        f"/outbox{end}"
        for end in (
            "",
            f"/{public_id}",
            f"/{public_id}/html",
            f"/{public_id}/invite.ics",
            f"/{public_id}.eml",
        )
    ]


def test_a_stranger_is_asked_to_sign_in(client: CheckedClient):
    for path in pages_of(posted(calendar=INVITE)):
        answer = client.get(path)
        assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/sign-in")


@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.TRAINER, Role.AGENCY_LEAD, Role.LWD_MEMBER])
def test_other_roles_may_not_read_mail(client: CheckedClient, role: Role):
    public_id = posted(calendar=INVITE)
    client.sign_in(make_person("", role))
    for path in pages_of(public_id):
        assert client.get(path).status_code == 403
    assert client.post(f"/outbox/{public_id}/again").status_code in (400, 403)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.COORDINATOR])
def test_the_desk_reads_every_mail(client: CheckedClient, app: Flask, role: Role):
    public_id = posted(calendar=INVITE)
    client.sign_in(make_person("", role))
    assert "Priya Practitioner" in client.page("/outbox").text
    assert client.page(f"/outbox/{public_id}").heading == "A test mail from the training site"
    assert client.get(f"/outbox/{public_id}/invite.ics").data.startswith(b"BEGIN:VCALENDAR\r\n")


@pytest.mark.usefixtures("demonstration")
def test_in_the_demonstration_everybody_reads_every_mail(client: CheckedClient):
    public_id = posted(secret=True)
    assert "As soon as" not in client.page("/outbox").text
    assert "Mail works" in client.page(f"/outbox/{public_id}").text


@pytest.mark.usefixtures("demonstration")
def test_in_the_demonstration_only_the_desk_sends_mail(client: CheckedClient):
    public_id = posted()
    change(public_id, state="sent", sent_at=NOW)
    page = client.page(f"/outbox/{public_id}")
    assert "Send again" not in page.text
    assert "Send me a test mail" not in client.page("/outbox").text


def test_a_sign_in_mail_is_its_readers_alone(ada: CheckedClient):
    public_id = posted(secret=True, calendar=INVITE)
    assert "A test mail" not in ada.page("/outbox").html
    page = ada.page(f"/outbox/{public_id}")
    assert page.heading == "Sign-in mail"
    assert "Mail works" not in page.html
    assert "iframe" not in page.html
    for end in ("/html", "/invite.ics", ".eml"):
        assert ada.get(f"/outbox/{public_id}{end}").status_code == 404


def test_the_mail_of_another_partnership_is_not_there(ada: CheckedClient):
    other = make_partnership(slug="southshire", name="Southshire SCP", short_name="Southshire")
    public_id = posted(partnership=other)
    assert "No mail yet" in ada.page("/outbox").text
    ada.page(f"/outbox/{public_id}", status=404)


def test_an_empty_outbox_says_so(ada: CheckedClient):
    assert "No mail yet" in ada.page("/outbox").text


def test_the_list_has_25_a_page_newest_first(ada: CheckedClient):
    for number in range(30):
        posted(number, to_name=f"Person {number}", to_email=f"p{number}@northshire.example")
    first, second = ada.page("/outbox"), ada.page("/outbox?page=2")
    assert "30 mails, newest first" in first.text
    assert first.text.index("p29@") < first.text.index("p28@") < first.text.index("p5@")
    assert "p4@" not in first.text
    assert "p4@" in second.text
    assert "p0@" in ada.page("/outbox?page=99").text
    assert "p29@" in ada.page("/outbox?page=nonsense").text


@pytest.mark.parametrize("typed", ["07700 900123", "07700900123", "+44 7700 900123", "900123"])
def test_a_text_message_is_found_by_the_number_as_people_write_it(ada: CheckedClient, typed: str):
    change(posted(1), channel="text", to_phone="+447700900123")
    change(posted(2, to_name="Tom Trainer"), channel="text", to_phone="+447700900124")
    page = ada.page(f"/outbox?{urlencode({'q': typed})}")
    assert "+447700900123" in page.text
    assert "+447700900124" not in page.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=SIAN", ["sian@"]),
        ("q=O%27Neill", ["sian@"]),
        ("q=%25", []),
        ("state=failed", ["tom@"]),
        ("state=nonsense", []),
        ("message=test-mail", ["sian@", "tom@"]),
        ("message=booked", []),
        ("q=northshire.example&state=queued", ["sian@"]),
    ],
)
def test_filters_live_in_the_address(ada: CheckedClient, query: str, found: list[str]):
    posted(1, to_name="Siân O'Neill", to_email="sian@northshire.example")
    change(posted(2, to_name="Tom Trainer", to_email="tom@northshire.example"), state="failed", fault="550")
    page = ada.page(f"/outbox?{query}")
    assert [word for word in ("sian@", "tom@") if word in page.text] == found
    assert ("No mail like that" in page.text) == (not found)


def test_a_page_further_on_keeps_the_filters(ada: CheckedClient):
    for number in range(30):
        posted(number)
    page = ada.page("/outbox?q=Priya&state=queued")
    assert page.link("Next page") == "/outbox?q=Priya&state=queued&page=2"


def test_the_number_of_statements_does_not_grow_with_the_mails(ada: CheckedClient):
    for number in range(26):
        posted(number)
    with count_statements() as statements:
        ada.page("/outbox")
    assert len(statements) <= 4
    public_id = db.session.scalars(sa.select(Letter.public_id).limit(1)).one()
    with count_statements() as statements:
        ada.page(f"/outbox/{public_id}")
    assert len(statements) <= 6


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"state": "queued"}, "To be sent"),
        ({"due_at": NOW + timedelta(days=5)}, "due Wed 25 November 2026, 10am"),
        ({"tries": 2, "fault": "Refused: 451 try later"}, "Trying again"),
        ({"state": "sent", "sent_at": NOW + timedelta(minutes=1)}, "Fri 20 November 2026, 10:01am"),
        ({"state": "failed", "fault": "Refused: 550 no such person"}, "Not sent"),
        ({"state": "withdrawn"}, "Withdrawn"),
    ],
)
def test_what_became_of_it_is_said_in_words(ada: CheckedClient, values: dict[str, Any], words: str):
    public_id = posted()
    change(public_id, **values)
    assert words in ada.page("/outbox").text
    page = ada.page(f"/outbox/{public_id}")
    assert words.removeprefix("due ") in page.text
    assert values.get("fault", "") in page.text


def test_the_html_of_a_mail_is_shown_in_a_frame_that_can_do_nothing(ada: CheckedClient, app: Flask):
    public_id = posted(to_name='<script>alert("x")</script>')
    page = ada.get(f"/outbox/{public_id}")
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
    plain = FlaskClient(app, use_cookies=True)
    with plain.session_transaction() as session:
        person = db.session.scalars(sa.select(Person).where(Person.name == "Ada Administrator")).one()
        session["_user_id"] = f"{person.public_id}.{person.session_number}"
    answer = plain.get(f"/outbox/{public_id}/html")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "frame-ancestors 'self'" in policy
    html = answer.get_data(as_text=True)
    assert '<base target="_top">' in html
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_a_letter_can_be_sent_again(ada: CheckedClient):
    public_id = posted()
    change(public_id, state="failed", fault="Refused: 550 no such person")
    assert ada.page(f"/outbox/{public_id}").link("Look up its reader").startswith("/people?q=")
    page = ada.send(f"/outbox/{public_id}/again", on=f"/outbox/{public_id}")
    assert "It is on its way again" in page.text
    assert "To be sent" in page.text
    again = ada.post(
        f"/outbox/{public_id}/again", data={"csrf_token": ada.page("/outbox").form("trial")["csrf_token"]}
    )
    assert again.status_code == 409


def test_what_is_on_its_way_cannot_be_sent_again(ada: CheckedClient):
    assert "Send again" not in ada.page(f"/outbox/{posted()}").text


def test_an_administrator_can_try_whether_mail_works(ada: CheckedClient):
    page = ada.send("/outbox/trial", on="/outbox")
    assert "A test mail to you is on its way" in page.text
    assert "ada.administrator@northshire.example" in page.text
    page = ada.send("/outbox/trial", on="/outbox")
    assert "One is on its way already" in page.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Letter)) == 1


def test_a_mail_that_is_not_there_is_a_404(ada: CheckedClient):
    for end in ("", "/html", "/invite.ics"):
        ada.page(f"/outbox/nothing{end}", status=404)
    assert ada.get(f"/outbox/{posted()}/invite.ics").status_code == 404


def newer(**given: Any) -> Invite:
    """What was said of the same session later."""
    return replace(INVITE, **{"sequence": 1, "starts_at": INVITE.starts_at + timedelta(hours=1), **given})


@pytest.mark.parametrize("state", ["queued", "sending", "sent", "failed", "unsure"])
def test_an_invite_is_not_sent_again_once_its_calendar_was_told_something_newer(
    ada: CheckedClient, state: str
):
    old = posted(1, calendar=INVITE)
    change(old, state="sent", sent_at=NOW)
    form = ada.page(f"/outbox/{old}").form(f"/outbox/{old}/again")
    new = posted(2, calendar=newer())
    change(new, state=state)
    answer = ada.post(f"/outbox/{old}/again", data={"csrf_token": form["csrf_token"]})
    assert answer.status_code == 409
    assert "A newer mail told this calendar something else since" in answer.get_data(as_text=True)
    assert db.session.scalar(sa.select(sa.func.count(Letter.id))) == 2
    page = ada.page(f"/outbox/{old}")
    assert "Send again" not in page.text
    assert page.link("Look at the newest") == f"/outbox/{new}"


def test_the_newest_invite_of_its_session_is_sent_again(ada: CheckedClient):
    for number, invite in enumerate((INVITE, newer(), replace(INVITE, uid="another@roundtable", sequence=7))):
        change(posted(number, calendar=invite), state="sent", sent_at=NOW)
    new = db.session.scalars(sa.select(Letter.public_id).where(Letter.key == "trial:1")).one()
    assert "It is on its way again" in ada.send(f"/outbox/{new}/again", on=f"/outbox/{new}").text


def test_what_never_left_does_not_keep_an_invite_from_being_sent_again(ada: CheckedClient):
    old = posted(1, calendar=INVITE)
    change(old, state="sent", sent_at=NOW)
    change(posted(2, calendar=newer()), state="withdrawn")
    assert "Send again" in ada.page(f"/outbox/{old}").text
    again = ada.send(f"/outbox/{old}/again", on=f"/outbox/{old}")
    assert "It is on its way again" in again.text
    copy = db.session.scalars(sa.select(Letter.public_id).where(Letter.key == "trial:1:again:1")).one()
    change(copy, state="sent", sent_at=NOW)
    assert "Send again" in ada.page(f"/outbox/{old}").text  # its own copy says the same
