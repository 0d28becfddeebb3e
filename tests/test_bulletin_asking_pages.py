"""Asking for the bulletin with an address, choosing what to hear about, leaving it."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.bulletin.models import Subscriber, SubscriberChange
from app.bulletin.rules import MAILS_FROM_ONE_NETWORK, MAILS_TO_ALL, MAILS_TO_ONE_ADDRESS, Wishes
from app.bulletin.subscribing import is_wanted
from app.db import db
from app.notifications.models import Letter
from tests.browser import CheckedClient, Page
from tests.bulletins import approve, letters, make_bulletin, make_date, make_subscriber, switch_on, work
from tests.conftest import TODAY
from tests.factories import make_partnership, make_person
from tests.signing_in import another

pytestmark = pytest.mark.usefixtures("today")
SAM = "sam@northshire.example"


@pytest.fixture(autouse=True)
def partnership(app: Flask) -> None:
    """There is one to hear from."""
    make_partnership()


def ask(client: CheckedClient, email: str = SAM, status: int = 200, **more: object) -> Page:
    """Ask with an address."""
    return client.send("/bulletin/subscribe", button="Get the bulletin", status=status, email=email, **more)


def link_to(email: str = SAM) -> str:
    """The path of the link in the newest mail that asked."""
    mail = [letter for letter in letters("bulletin-confirm") if letter.to_email == email][-1]
    found = re.search(r"http://localhost(/bulletin/confirm/\S+)", mail.text)
    assert found, mail.text
    return found.group(1)


def rows() -> list[Subscriber]:
    """Everybody on the list, in the order of their addresses."""
    db.session.expire_all()
    return list(db.session.scalars(sa.select(Subscriber).order_by(Subscriber.email)))


def happened(row: Subscriber) -> list[str]:
    """What happened to one, oldest first."""
    return [change.what for change in db.session.scalars(SubscriberChange.of(row.id))][::-1]


def test_an_address_that_somebody_typed_gets_one_mail_and_no_bulletin_until_its_reader_presses(
    app: Flask, client: CheckedClient
):
    page = ask(client)
    assert page.heading == "Check your mail" and SAM in page.text
    (row,) = rows()
    assert row.confirmed_at is None and not is_wanted(row)
    link, phone = link_to(), another(app)
    for _ in range(3):  # the mail scanner, the preview, the person
        assert phone.page(link).heading == "One more press"
    assert not is_wanted(rows()[0])
    page = phone.send(link, button="Yes, send me the bulletin", levels=["2", "3"], deliveries=["virtual"])
    assert page.heading == "You get the bulletin" and "training at level 2 or 3 that is virtual" in page.text
    (row,) = rows()
    assert is_wanted(row) and row.wishes == {"levels": [2, 3], "deliveries": ["virtual"]}
    assert happened(row) == ["asked", "subscribed"]


@pytest.mark.parametrize("page", ["/programme", "/courses"])
def test_the_form_stands_at_the_foot_of_lists_of_dates(client: CheckedClient, page: str):
    found = client.page(page).form("/bulletin/subscribe")
    answer = client.post("/bulletin/subscribe", data={**found, "email": SAM}, follow_redirects=True)
    assert "Check your mail" in answer.text and len(rows()) == 1


def test_an_address_in_capitals_or_with_a_plus_is_one_reader(client: CheckedClient):
    ask(client, " Sam+Training@Northshire.EXAMPLE ")
    ask(client, "sam+training@northshire.example")
    ask(client, SAM)
    assert [row.email for row in rows()] == ["sam+training@northshire.example", SAM]


def test_the_answer_does_not_tell_whether_an_address_is_on_the_list(client: CheckedClient):
    make_subscriber("known@northshire.example")
    known, new = ask(client, "known@northshire.example"), ask(client, "new@northshire.example")
    assert known.text.replace("known@", "new@") == new.text
    assert len(letters("bulletin-confirm")) == 2
    by_reader = {letter.to_email: letter for letter in letters("bulletin-confirm")}
    assert by_reader["known@northshire.example"].subject == by_reader["new@northshire.example"].subject


@pytest.mark.parametrize(
    "typed", ["", "sam", "sam@", "s\u00e1m@northshire.example", "a@b\r\nBcc: c@d.example"]
)
def test_what_is_no_address_is_refused_in_words(client: CheckedClient, typed: str):
    page = ask(client, typed, status=422)
    assert "There is a problem" in page.text and rows() == []


def test_a_bot_with_a_thousand_addresses_is_stopped_by_its_network(client: CheckedClient):
    form = client.page("/bulletin/subscribe").form("", "Get the bulletin")
    answers = [
        client.post(
            "/bulletin/subscribe", data={**form, "email": f"victim{n}@northshire.example"}
        ).status_code
        for n in range(60)
    ]
    assert answers == [303] * MAILS_FROM_ONE_NETWORK + [429] * (60 - MAILS_FROM_ONE_NETWORK)
    assert len(letters("bulletin-confirm")) == MAILS_FROM_ONE_NETWORK == len(rows())


def test_a_bot_from_everywhere_is_stopped_too(client: CheckedClient, monkeypatch: pytest.MonkeyPatch):
    form = client.page("/bulletin/subscribe").form("", "Get the bulletin")
    codes = []
    for n in range(MAILS_TO_ALL + 3):
        sent = {**form, "email": f"victim{n}@northshire.example"}
        origin = {"REMOTE_ADDR": f"192.0.{n // 250}.{n % 250}"}
        codes.append(client.post("/bulletin/subscribe", data=sent, environ_base=origin).status_code)
    assert codes == [303] * MAILS_TO_ALL + [429] * 3


def test_one_address_is_not_mailed_again_and_again(client: CheckedClient, today: time_machine.Traveller):
    for _ in range(MAILS_TO_ONE_ADDRESS):
        ask(client)
    page = ask(client, status=429)
    assert "Wait half an hour" in page.text
    today.shift(timedelta(minutes=31))
    ask(client)


def test_a_link_is_good_for_seven_days_and_not_after_its_reader_left(
    client: CheckedClient, today: time_machine.Traveller
):
    ask(client)
    link = link_to()
    today.shift(timedelta(days=6, hours=23))
    client.send(link, button="Yes, send me the bulletin")
    client.send(link, button="Save", levels=["1"])
    assert rows()[0].wishes == {"levels": [1]}
    today.shift(timedelta(hours=2))
    assert client.page(link, status=410).heading == "This link does not work any more"
    assert client.page("/bulletin/confirm/" + link[-20:], status=410)


def test_an_old_link_does_not_bring_back_who_has_left(client: CheckedClient):
    ask(client)
    link = link_to()
    client.send(link, button="Yes, send me the bulletin")
    sam = make_person("Sam Smith", email=SAM)
    client.sign_in(sam)
    client.send("/bulletin/mine/end", on="/bulletin/mine", button="Stop the bulletin")
    client.page(link, status=410)
    assert client.post(link, data={"csrf_token": client.token()}).status_code == 410
    assert not is_wanted(rows()[0])


def test_somebody_signed_in_needs_no_mail(client: CheckedClient):
    client.sign_in(make_person("Sam Smith", email=SAM))
    page = client.page("/bulletin/subscribe")
    assert page.heading == "Get the bulletin by mail"
    page = client.send("/bulletin/mine", button="Send me the bulletin", role_group="Volunteer")
    assert page.heading == "You get the bulletin" and "for \u201cVolunteer\u201d" in page.text
    client.send("/bulletin/mine", button="Save", role_group="")
    page = client.send("/bulletin/mine/end", on="/bulletin/mine", button="Stop the bulletin")
    assert page.heading == "Get the bulletin by mail"
    client.send("/bulletin/mine", button="Send me the bulletin")
    (row,) = rows()
    assert happened(row) == ["subscribed", "changed", "unsubscribed", "subscribed"]
    assert letters("bulletin-confirm") == []


def test_one_click_in_the_mail_ends_it_and_another_brings_it_back(client: CheckedClient, app: Flask):
    make_date()
    make_subscriber(SAM)
    switch_on()
    approve(make_bulletin())
    work()
    (letter,) = letters()
    link = letter.headers["List-Unsubscribe"].strip("<>").removeprefix("http://localhost")
    reader = another(app)
    assert reader.post(link, data={"List-Unsubscribe": "One-Click"}).status_code in (200, 303)
    assert not is_wanted(rows()[0])
    work(TODAY + timedelta(minutes=1))
    assert [letter.state for letter in letters()] == ["withdrawn"]
    assert happened(rows()[0]) == ["subscribed", "unsubscribed"]
    reader.send(link, button="Send them to me again", again="1")
    work(TODAY + timedelta(minutes=2))
    assert is_wanted(rows()[0])


def test_wishes_that_nobody_could_have_chosen_are_refused(client: CheckedClient):
    client.sign_in(make_person("Sam Smith", email=SAM))
    page = client.send(
        "/bulletin/mine", button="Send me the bulletin", status=422, levels=["9"], role_group="Everybody"
    )
    assert "There is a problem" in page.text and rows() == []


def test_the_page_knows_what_was_chosen(client: CheckedClient):
    client.sign_in(make_person("Sam Smith", email=SAM))
    make_subscriber(SAM, Wishes(levels=(2,), deliveries=("blended",), role_group="Volunteer"))
    found = client.page("/bulletin/mine").form("", "Save")
    assert (found["levels"], found["deliveries"], found["role_group"]) == ("2", "blended", "Volunteer")


def test_the_mail_that_asks_holds_nothing_but_the_question_and_is_its_reader_s_alone(client: CheckedClient):
    ask(client)
    (letter,) = letters("bulletin-confirm")
    assert letter.secret and letter.expires_at == TODAY + timedelta(days=7)
    assert "do nothing" in letter.text and isinstance(letter, Letter)
