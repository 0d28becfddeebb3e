"""Signing in with a mail: its link, its code, and everything that can be wrong with them."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.accounts.models import SignInRequest
from app.accounts.rules import (
    MAILS_FROM_ONE_NETWORK,
    MAILS_TO_ONE_ADDRESS,
    WRONG_CODES_OF_ONE_ADDRESS,
    WRONG_CODES_OF_ONE_MAIL,
)
from app.db import db, writing
from app.notifications.models import Letter
from tests.browser import CheckedClient
from tests.factories import make_partnership, make_person
from tests.signing_in import (
    NEW,
    another,
    ask,
    code_in,
    letters,
    link_in,
    typed,
    who,
    wrong,
)
from tests.statements import count_statements

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture(autouse=True)
def partnership(app: Flask) -> None:
    """There is a partnership to sign in to."""
    make_partnership()


def test_the_code_of_the_mail_signs_in_and_leads_back(client: CheckedClient):
    priya = make_person("Priya Patel")
    page = ask(client, " Priya.Patel@Northshire.example ", "/bookings?when=past")
    assert page.heading == "Check your mail"
    assert "priya.patel@northshire.example" in page.text
    answer = typed(client, code_in(letters(str(priya.email))[0]), status=303)
    assert answer.response.location == "/bookings?when=past"
    assert who(client) == priya.email


def test_the_mail_names_the_person_and_holds_link_and_code_once(client: CheckedClient):
    priya = make_person("Priya Patel")
    ask(client, str(priya.email))
    (letter,) = letters(str(priya.email))
    assert "Hello Priya Patel" in letter.text
    assert "Northshire SCP" in letter.subject
    assert letter.secret
    assert letter.expires_at is not None
    code, link = code_in(letter), link_in(letter)
    stored = db.session.scalars(sa.select(SignInRequest)).one()
    kept = f"{stored.token_hash} {stored.code_hash} {stored.asked_from}"
    assert link.rpartition("/")[2] not in kept
    assert code.replace(" ", "") not in stored.code_hash[:6]
    assert "127.0.0.1" not in kept


def test_the_link_works_on_another_device_and_opening_it_changes_nothing(app: Flask, client: CheckedClient):
    priya = make_person("Priya Patel")
    ask(client, str(priya.email), "/learning")
    link, phone = link_in(letters(str(priya.email))[0]), another(app)
    for _ in range(3):  # the mail scanner, the preview, the person
        assert phone.page(link).heading == "One more press"
    assert who(phone) == ""
    page = phone.send(link, button="Sign in", follow=False, status=303)
    assert page.response.location == "/learning"
    assert who(phone) == priya.email
    assert who(client) == ""


def test_a_code_typed_on_another_device_asks_for_the_address(app: Flask, client: CheckedClient):
    priya = make_person("Priya Patel")
    ask(client, str(priya.email))
    code, phone = code_in(letters(str(priya.email))[0]), another(app)
    page = phone.page("/sign-in/code")
    assert page.heading == "Type your code"
    typed(phone, code, status=303, email="Priya.Patel@northshire.example")
    assert who(phone) == priya.email


def test_a_link_works_once(app: Flask, client: CheckedClient):
    priya = make_person("Priya Patel")
    ask(client, str(priya.email))
    link = link_in(letters(str(priya.email))[0])
    client.send(link, button="Sign in", follow=False, status=303)
    page = another(app).page(link, status=410)
    assert page.heading == "This link does not work any more"


def test_a_code_works_once(app: Flask, client: CheckedClient):
    priya = make_person("Priya Patel")
    ask(client, str(priya.email))
    code = code_in(letters(str(priya.email))[0])
    typed(client, code, status=303)
    typed(another(app), code, status=422, email=str(priya.email))


def test_link_and_code_end_after_half_an_hour(
    app: Flask, client: CheckedClient, today: time_machine.Traveller
):
    priya = make_person("Priya Patel")
    ask(client, str(priya.email))
    letter = letters(str(priya.email))[0]
    today.shift(timedelta(minutes=29, seconds=59))
    another(app).page(link_in(letter))
    today.shift(timedelta(seconds=1))
    page = another(app).page(link_in(letter), status=410)
    assert page.form("/sign-in", "Send me a new mail")
    typed(client, code_in(letter), status=422)


@pytest.mark.parametrize("token", ["x", "a" * 32, "..%2F", "é"])
def test_a_link_nobody_sent_offers_a_new_one(client: CheckedClient, token: str):
    page = client.page(f"/sign-in/{token}", status=410 if "2F" not in token else 404)
    assert "link" in page.text or "Page not found" in page.heading


def test_answers_for_known_and_unknown_addresses_are_the_same(client: CheckedClient):
    make_person("Priya Patel")

    def answers(email: str) -> list[str]:
        found = []
        with count_statements() as statements:
            found.append(ask(client, email).html)
        found.append(str(len(statements)))
        found.append(typed(client, "000000", status=422).html)
        with client.session_transaction() as session:
            session.clear()
        return [
            re.sub(r'name="csrf_token" value="[^"]+"', "", re.sub("nonce-[^']+", "", page)).replace(
                email, "…"
            )
            for page in found
        ]

    assert answers("priya.patel@northshire.example") == answers("nobody.there@northshire.example")


def test_an_unknown_address_gets_the_same_mail_without_a_name(client: CheckedClient):
    ask(client, NEW)
    (letter,) = letters(NEW)
    assert "Hello, press the button" in letter.text


def test_asking_again_keeps_the_older_link_but_not_the_older_code(app: Flask, client: CheckedClient):
    priya = make_person("Priya Patel")
    ask(client, str(priya.email))
    client.send("/sign-in", on="/sign-in/code", button="Send another mail")
    older, newer = letters(str(priya.email))
    typed(another(app), code_in(older), status=422, email=str(priya.email))
    another(app).send(link_in(older), button="Sign in", follow=False, status=303)
    typed(client, code_in(newer), status=303)


def test_asking_again_still_leads_back(client: CheckedClient):
    priya = make_person("Priya Patel")
    ask(client, str(priya.email), "/bookings")
    client.send("/sign-in", on="/sign-in/code", button="Send another mail")
    page = typed(client, code_in(letters(str(priya.email))[-1]), status=303)
    assert page.response.location == "/bookings"


def test_five_wrong_codes_are_the_end_of_a_mails_code_but_not_of_its_link(app: Flask, client: CheckedClient):
    priya = make_person("Priya Patel")
    ask(client, str(priya.email))
    letter = letters(str(priya.email))[0]
    for _ in range(WRONG_CODES_OF_ONE_MAIL):
        page = typed(client, wrong(code_in(letter)), status=422)
    assert "not right" in page.text
    page = typed(client, code_in(letter), status=429)
    assert "Too many wrong codes" in page.text
    another(app).send(link_in(letter), button="Sign in", follow=False, status=303)


def test_twenty_wrong_codes_a_day_are_the_end_for_an_address(
    app: Flask, client: CheckedClient, today: time_machine.Traveller
):
    priya = make_person("Priya Patel")
    for _ in range(WRONG_CODES_OF_ONE_ADDRESS // WRONG_CODES_OF_ONE_MAIL):
        today.shift(timedelta(hours=1))
        ask(client, str(priya.email))
        for _ in range(WRONG_CODES_OF_ONE_MAIL):
            typed(client, wrong(code_in(letters(str(priya.email))[-1])), status=422)
    today.shift(timedelta(hours=1))
    ask(client, str(priya.email))
    typed(client, code_in(letters(str(priya.email))[-1]), status=429)
    today.shift(timedelta(days=1))
    ask(client, str(priya.email))
    typed(client, code_in(letters(str(priya.email))[-1]), status=303)


@pytest.mark.parametrize("email", ["priya.patel@northshire.example", NEW])
def test_an_address_gets_so_many_mails_in_half_an_hour(
    app: Flask, client: CheckedClient, today: time_machine.Traveller, email: str
):
    make_person("Priya Patel")
    for _ in range(MAILS_TO_ONE_ADDRESS):
        ask(client, email)
    page = client.send("/sign-in", button="Send me the mail", email=email, status=429)
    assert "Those already sent still work" in page.text
    assert page.response.headers["Retry-After"]
    assert len(letters(email)) == MAILS_TO_ONE_ADDRESS
    today.shift(timedelta(minutes=30))
    ask(client, email)


def test_a_network_asks_for_so_many_mails_in_half_an_hour(app: Flask, client: CheckedClient):
    form = client.page("/sign-in").form("", "Send me the mail")
    for number in range(MAILS_FROM_ONE_NETWORK):
        answer = client.post("/sign-in", data={**form, "email": f"p{number}@northshire.example"})
        assert answer.status_code == 303
    blocked = {**form, "email": "one.more@northshire.example"}
    assert client.post("/sign-in", data=blocked).status_code == 429
    elsewhere = client.post("/sign-in", data=blocked, environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert elsewhere.status_code == 303


@pytest.mark.parametrize(
    "email", ["", "priya", "priya@", "@x.example", "a@b c.example", "a" * 250 + "@x.example"]
)
def test_what_is_no_address_is_said_with_everything_still_there(client: CheckedClient, email: str):
    page = client.send("/sign-in", button="Send me the mail", email=email, status=422)
    assert "There is a problem" in page.text
    assert page.form("", "Send me the mail")["email"] == email
    assert not db.session.scalar(sa.select(sa.func.count()).select_from(Letter))


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/x", "//evil.example", "/\\evil.example", "/sign-in/demo", "javascript:x"],
)
def test_signing_in_never_leads_off_the_site_or_round_in_a_circle(client: CheckedClient, elsewhere: str):
    priya = make_person("Priya Patel")
    form = client.page("/sign-in").form("", "Send me the mail")
    client.post("/sign-in", data={**form, "email": priya.email, "next": elsewhere})
    answer = typed(client, code_in(letters(str(priya.email))[0]), status=303)
    assert answer.response.location == "/learning"


def test_a_closed_account_cannot_sign_in(client: CheckedClient, today: time_machine.Traveller):
    priya = make_person("Priya Patel")
    with writing():
        priya.closed_at = priya.created_at
    ask(client, str(priya.email))
    page = typed(client, code_in(letters(str(priya.email))[0]), status=409)
    assert "account is closed" in page.text
    assert who(client) == ""


def test_signing_in_starts_a_new_session_of_fourteen_days(client: CheckedClient):
    priya = make_person("Priya Patel")
    with client.session_transaction() as session:
        session["left behind"] = "by somebody else"
    ask(client, str(priya.email))
    answer = typed(client, code_in(letters(str(priya.email))[0]), status=303)
    with client.session_transaction() as session:
        assert "left behind" not in session
        assert "sign_in_email" not in session
    cookie = next(c for c in answer.response.headers.getlist("Set-Cookie") if c.startswith("session="))
    assert "04 Dec 2026" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_signing_out_takes_a_press_and_forgets_the_person(client: CheckedClient):
    priya = make_person("Priya Patel")
    client.sign_in(priya)
    assert client.get("/sign-out").status_code in (404, 405)
    assert who(client) == priya.email
    client.send("/sign-out", on="/sign-in/about-you", button="Sign out", follow=False, status=303)
    assert who(client) == ""


def test_somebody_signed_in_is_led_on_from_the_sign_in_page(client: CheckedClient):
    client.sign_in(make_person("Priya Patel"))
    assert client.get("/sign-in?next=/bookings").location == "/bookings"
    assert client.get("/sign-in").location == "/learning"
