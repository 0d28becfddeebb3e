"""Mail stopped, mail in doubt, mail that comes back, and all that an address was ever sent: pages and commands."""

import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.corrections import correct
from app.accounts.models import Person
from app.accounts.rules import Role
from app.db import db, writing
from app.notifications import choices, history, switch
from app.notifications.actions import post
from app.notifications.models import Letter, MailSwitch
from app.notifications.unreachable import came_back, is_unreachable
from tests.browser import CheckedClient
from tests.factories import make_partnership, make_person
from tests.mail import SmtpServer, work_off
from tests.statements import count_statements
from tests.test_outbox_pages import INVITE, NOW, change, posted

pytestmark = pytest.mark.usefixtures("today")
PRIYA = "priya.practitioner@northshire.example"


@pytest.fixture
def ada(client: CheckedClient) -> CheckedClient:
    """Ada the administrator's browser."""
    return client.sign_in(make_person("Ada Administrator", Role.ADMINISTRATOR))


def stopped(why: str = "Wrong date") -> None:
    with writing():
        switch.pause(by="", why=why, now=NOW)


def marked(email: str = PRIYA, letter: Letter | None = None) -> None:
    with writing():
        came_back(email, why="Refused: 550 5.1.1 no such person", now=NOW, letter=letter)


def flask(app: Flask, *words: str, expected: int = 0) -> str:
    """What a command says."""
    db.session.remove()
    result = app.test_cli_runner().invoke(args=["mail", *words])
    assert result.exit_code == expected, result.output
    return result.output


# The switch


def test_the_page_says_beforehand_what_it_stops_and_how_many_wait(ada: CheckedClient):
    posted(1)
    page = ada.page("/outbox/pause")
    assert "1 letter waits to leave now, 1 sign-in mail among them" in page.text
    assert "It stops sign-in mails too" in page.text
    assert ada.page("/outbox").link("Stop all mail") == "/outbox/pause"


def test_an_administrator_stops_mail_and_lets_it_go_on(
    ada: CheckedClient, app: Flask, smtp_server: SmtpServer
):
    posted(1)
    posted(2, expires_at=NOW + timedelta(minutes=1))
    page = ada.send("/outbox/pause", on="/outbox/pause", why="Wrong date in the bulletin")
    assert page.heading == "All mail is stopped"
    assert "Ada Administrator stopped it" in page.text
    assert "2 letters wait and leave when mail goes on" in page.text
    assert "All mail is stopped since Fri 20 November 2026, 10am: Wrong date" in ada.page("/outbox").text
    desk = ada.page("/desk")
    assert "All mail is stopped" in desk.text
    with smtp_server.used_by(app):
        work_off(app)
    assert smtp_server.mails == []
    page = ada.send("/outbox/resume", on="/outbox/pause")
    assert "Mail goes on: 2 letters leave now" in page.text
    assert "All mail is stopped since" not in page.text
    with smtp_server.used_by(app):
        work_off(app, at=(NOW + timedelta(minutes=2)).isoformat())
    assert len(smtp_server.mails) == 1, "what was over is not sent"
    assert db.session.scalars(sa.select(Letter.state).order_by(Letter.id)).all() == ["sent", "withdrawn"]
    assert "Wrong date in the bulletin" in ada.page("/outbox/pause").text


def test_why_mail_is_stopped_has_to_be_said(ada: CheckedClient):
    assert (
        "Say why mail is stopped" in ada.send("/outbox/pause", on="/outbox/pause", status=422, why=" ").text
    )
    assert switch.paused_now() is None


def test_stopping_what_is_stopped_is_refused(ada: CheckedClient):
    token = ada.page("/outbox/pause").form(button="Stop all mail")["csrf_token"]
    stopped()
    assert ada.post("/outbox/pause", data={"csrf_token": token, "why": "x"}).status_code == 409
    assert db.session.scalar(sa.select(sa.func.count()).select_from(MailSwitch)) == 1


def test_who_asks_for_a_sign_in_mail_hears_that_none_comes(client: CheckedClient):
    make_partnership()
    stopped()
    page = client.send("/sign-in", on="/sign-in", email=PRIYA)
    assert "No mail leaves the site at the moment" in page.text


def test_a_letter_that_was_held_back_says_so(ada: CheckedClient):
    public_id = posted()
    stopped()
    assert (
        "Held back: all mail was stopped by command on the server (Wrong date)"
        in ada.page(f"/outbox/{public_id}").text
    )


def test_a_letter_that_had_failed_before_was_not_held_back(ada: CheckedClient):
    public_id = posted()
    change(public_id, state="failed", fault="Refused: 550 no such mailbox")
    with writing():
        found = db.session.scalars(sa.select(Letter)).one()
        history.note([found.id], "failed", at=NOW - timedelta(minutes=1), detail=found.fault)
    stopped()
    page = ada.page(f"/outbox/{public_id}")
    assert "Tried in vain: Refused: 550 no such mailbox" in page.text
    assert "Held back" not in page.text


def test_a_letter_that_was_not_due_meanwhile_was_not_held_back(ada: CheckedClient):
    public_id = posted()
    change(public_id, due_at=NOW + timedelta(minutes=10))
    stopped()
    with writing():
        switch.resume(by="", now=NOW + timedelta(minutes=1))
    assert "Held back" not in ada.page(f"/outbox/{public_id}").text


def test_the_switch_as_a_command(app: Flask):
    posted(1)
    assert "All mail is stopped. 1 letter waits." in flask(app, "pause", "--why", "Wrong date")
    assert "stopped already" in flask(app, "pause", expected=1)
    found = switch.paused_now()
    assert found
    assert found.why == "Wrong date"
    assert "Mail goes on. 1 letter leaves now." in flask(app, "resume")
    assert "not stopped" in flask(app, "resume", expected=1)


# What may have left


def doubtful() -> str:
    public_id = posted()
    change(public_id, state="unsure", message="message", fault="It may have left.", handed_at=NOW)
    return public_id


def test_a_person_decides_on_the_letters_page_that_it_left(ada: CheckedClient):
    public_id = doubtful()
    assert "A mail may have left, or not" in ada.page("/desk").text
    assert "May have left" in ada.page("/outbox?state=unsettled").text
    page = ada.send(f"/outbox/{public_id}/settle", on=f"/outbox/{public_id}", left="yes")
    assert "It is marked as sent" in page.text
    assert "Left, somebody said (Ada Administrator)" in page.text
    assert "may have left" not in ada.page("/desk").text


def test_a_person_decides_to_send_it_again(ada: CheckedClient):
    public_id = doubtful()
    token = ada.page(f"/outbox/{public_id}").form(f"/outbox/{public_id}/settle")["csrf_token"]
    ada.post(f"/outbox/{public_id}/settle", data={"csrf_token": token, "left": "no"})
    page = ada.page(f"/outbox/{public_id}")
    assert "To be sent" in page.text
    again = ada.post(f"/outbox/{public_id}/settle", data={"csrf_token": token, "left": "no"})
    assert again.status_code == 409


# The mail itself


def test_the_mail_as_it_goes_out(ada: CheckedClient, app: Flask, smtp_server: SmtpServer):
    public_id = posted(calendar=INVITE)
    answer = ada.get(f"/outbox/{public_id}.eml")
    assert answer.content_type == "message/rfc822"
    with smtp_server.used_by(app):
        work_off(app)
    (received,) = smtp_server.mails
    taken_in = [line for line in received.content.splitlines() if not line.startswith(b"X-")]
    same = [
        line for line in answer.data.splitlines() if b"boundary=" not in line and not line.startswith(b"--")
    ]
    assert [line for line in taken_in if b"boundary=" not in line and not line.startswith(b"--")] == same


def test_a_letter_says_why_its_reader_gets_it_and_what_happened(ada: CheckedClient):
    public_id = posted(reason="You asked for it this morning.")
    letter = db.session.scalars(sa.select(Letter).where(Letter.public_id == public_id)).one()
    with writing():
        history.note([letter.id], "failed", at=NOW + timedelta(minutes=1), detail="Refused: 451 try later")
    change(public_id, state="sent", sent_at=NOW + timedelta(minutes=2))
    page = ada.page(f"/outbox/{public_id}")
    assert "You asked for it this morning." in page.text
    told = [page.text.index(words) for words in ("10:02am", "Tried in vain: Refused: 451", "Written")]
    assert told == sorted(told)


# Mail that comes back


def test_a_refusal_for_good_marks_the_address_and_essential_mail_is_still_tried(
    app: Flask, smtp_server: SmtpServer
):
    smtp_server.refused[PRIYA] = "550 5.1.1 no such person"
    posted(1)
    with smtp_server.used_by(app):
        work_off(app)
    assert is_unreachable(PRIYA)
    assert posted(2)
    with writing():
        choices.switch(make_partnership().id, "bulletin", on=True, by="", now=NOW)
        usual: dict[str, Any] = {"to_name": "P", "partnership": make_partnership(), "now": NOW}
        assert post("bulletin", key="b:1", to_email=PRIYA, **usual) is None


@pytest.mark.parametrize(
    "answer", ["451 try later", "550 5.7.1 you are on a block list", "554 no", "452 4.2.2 full"]
)
def test_a_refusal_that_is_not_about_the_address_marks_nobody(
    app: Flask, smtp_server: SmtpServer, answer: str
):
    smtp_server.refused[PRIYA] = answer
    posted(1)
    with smtp_server.used_by(app):
        work_off(app)
    assert not is_unreachable(PRIYA)


def test_whose_mail_comes_back_is_told_on_their_next_visit_and_can_say_that_it_works(client: CheckedClient):
    client.sign_in(make_person("Priya Practitioner"))
    assert "comes back" not in client.page("/learning").text
    with count_statements() as before:
        client.page("/learning")
    marked()
    with count_statements() as after:
        page = client.page("/learning")
    assert f"Mail to {PRIYA} comes back" in page.text
    assert len(after) == len(before), "it is asked with who is signed in"
    page = client.send("/my-address/works-again", on="/learning")
    assert "The site writes to you again" in page.text
    assert not is_unreachable(PRIYA)
    assert "comes back" not in client.page("/learning").text


def test_nobody_else_is_told(client: CheckedClient):
    marked()
    client.sign_in(make_person("Sam Social"))
    assert "comes back" not in client.page("/learning").text


def test_the_desk_leads_to_whose_mail_comes_back(ada: CheckedClient):
    assert "No mail comes back" in ada.page("/outbox/unreachable").heading
    make_person("Priya Practitioner")
    posted()
    letter = db.session.scalars(sa.select(Letter)).one()
    marked(letter=letter)
    marked("manager@elsewhere.example")
    desk = ada.page("/desk")
    assert "Mail to 2 people comes back" in desk.text
    page = ada.page("/outbox/unreachable")
    assert page.heading == "Mail to 2 people comes back"
    assert "Priya Practitioner" in page.text
    assert "550 5.1.1 no such person" in page.text
    page = ada.send("/outbox/unreachable/works", on="/outbox/unreachable", email=PRIYA)
    assert f"{PRIYA} works again" in page.text
    assert page.heading == "Mail to 1 person comes back"
    assert not is_unreachable(PRIYA)


def test_another_partnerships_returned_mail_is_not_on_the_list(ada: CheckedClient):
    other = make_partnership(slug="southshire", name="Southshire SCP", short_name="Southshire")
    posted(partnership=other)
    marked(letter=db.session.scalars(sa.select(Letter)).one())
    assert ada.page("/outbox/unreachable").heading == "No mail comes back"
    token = ada.page("/outbox").form("trial")["csrf_token"]
    answer = ada.post("/outbox/unreachable/works", data={"csrf_token": token, "email": PRIYA})
    assert answer.status_code == 404
    assert is_unreachable(PRIYA)


# Mail that does not leave


def test_mail_that_should_have_left_an_hour_ago_is_on_the_desk(ada: CheckedClient, today: Any):
    posted()
    today.shift(3500)
    assert "should have left" not in ada.page("/desk").text
    today.shift(200)
    assert "1 mail should have left by now" in ada.page("/desk").text
    assert "or no worker runs. Nothing is lost" in ada.page("/desk").text
    with writing() as session:
        session.execute(sa.update(Letter).values(fault="The mail server cannot be used: check SMTP_USER"))
    assert "cannot be used: check SMTP_USER. Nothing is lost" in ada.page("/desk").text


# All that an address was sent


@pytest.fixture
def moved(app: Flask) -> Person:
    """Priya, who had another address when the first letter went out."""
    priya, ada = make_person("Priya Practitioner"), make_person("Ada Lane", Role.ADMINISTRATOR)
    posted(1)
    posted(2, to_email="tom@northshire.example", to_name="Tom")
    with writing():
        for letter in db.session.scalars(sa.select(Letter)):
            letter.state, letter.sent_at = "sent", NOW
        correct(
            db.session.get_one(Person, priya.id),
            name=priya.name,
            email="priya.new@northshire.example",
            partnership=make_partnership(),
            by=ada,
            now=NOW + timedelta(minutes=1),
        )
    posted(3, to_email="priya.new@northshire.example", now=NOW + timedelta(minutes=2))
    return priya


@pytest.mark.usefixtures("moved")
@pytest.mark.parametrize("address", [PRIYA, "priya.new@northshire.example", "Priya.New@northshire.example"])
def test_everything_an_address_was_ever_sent_is_found_also_under_an_earlier_one(app: Flask, address: str):
    found = json.loads(flask(app, "find", address, "--json"))
    assert [(one["message"], one["to"].partition("@")[0], one["state"]) for one in found] == [
        ("test-mail", "priya.new", "queued"),
        ("address-changed", "priya.new", "queued"),
        ("address-changed", "priya.practitioner", "queued"),
        ("test-mail", "priya.practitioner", "sent"),
    ]
    assert found[-1]["sent"] == NOW.isoformat()
    said = flask(app, "find", address)
    assert f"4 letters to {address}" in said
    assert "tom@" not in said


@pytest.mark.usefixtures("moved")
def test_the_search_on_the_page_finds_the_same(ada: CheckedClient):
    for address in (PRIYA, "priya.new@northshire.example"):
        assert "4 mails found" in ada.page(f"/outbox?q={address}").text
    assert "1 mail found" in ada.page(f"/outbox?q={PRIYA}&state=sent").text


def test_a_sign_in_mails_subject_is_not_said_by_the_command(app: Flask):
    posted(secret=True)
    assert "A test mail" not in flask(app, "find", PRIYA)


def test_nothing_found_is_said(app: Flask):
    assert "0 letters to nobody@northshire.example" in flask(app, "find", "nobody@northshire.example")
    assert json.loads(flask(app, "find", "nobody@northshire.example", "--json")) == []
