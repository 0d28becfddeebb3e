"""Signing in with a mail, and saying once who one is."""

import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.accounts.models import Affiliation, Agency, Person, Setting, SignInRequest, Team
from app.accounts.rules import (
    MAILS_FROM_ONE_NETWORK,
    MAILS_TO_ONE_ADDRESS,
    ROLE_GROUPS,
    WRONG_CODES_OF_ONE_ADDRESS,
    WRONG_CODES_OF_ONE_MAIL,
    Role,
)
from app.db import db, writing
from app.notifications.models import Letter
from tests.browser import CheckedClient, Page
from tests.factories import add, make_agency, make_partnership, make_person, make_setting
from tests.statements import count_statements

TODAY_ENDED = date(2026, 11, 19)
NEW = "nadia.newcomer@northshire.example"
pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture(autouse=True)
def partnership(app: Flask) -> None:
    """There is a partnership to sign in to."""
    make_partnership()


def another(app: Flask) -> CheckedClient:
    """Another device."""
    found = app.test_client()
    assert isinstance(found, CheckedClient)
    return found


def ask(client: CheckedClient, email: str, next_url: str = "") -> Page:
    """Ask for a mail."""
    on = f"/sign-in?next={next_url}" if next_url else "/sign-in"
    return client.send("/sign-in", on=on, button="Send me the mail", email=email)


def letters(email: str) -> list[Letter]:
    """What was posted to an address, oldest first."""
    return list(db.session.scalars(sa.select(Letter).where(Letter.to_email == email).order_by(Letter.id)))


def code_in(letter: Letter) -> str:
    """The code as it stands in the mail."""
    found = re.search(r"\b\d{3} \d{3}\b", letter.text)
    assert found, letter.text
    return found.group()


def link_in(letter: Letter) -> str:
    """The path of the link in the mail."""
    found = re.search(r"http://localhost(/sign-in/\S+)", letter.text)
    assert found, letter.text
    return found.group(1)


def typed(client: CheckedClient, code: str, status: int = 200, **more: str) -> Page:
    """Type a code and send it; redirects are not followed."""
    return client.send("/sign-in/code", button="Sign in", follow=False, status=status, code=code, **more)


def who(client: CheckedClient) -> str:
    """The address of who is signed in at this browser, or ""."""
    with client.session_transaction() as session:
        public_id = str(session.get("_user_id", "")).rpartition(".")[0]
    return db.session.scalar(sa.select(Person.email).where(Person.public_id == public_id)) or ""


def wrong(code: str) -> str:
    """Another code."""
    digits = code.replace(" ", "")
    return f"{(int(digits) + 1) % 1_000_000:06d}"


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


@pytest.mark.parametrize("token", ["x", "a" * 32, "%00", "..%2F", "é"])
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


def sign_in_anew(client: CheckedClient, email: str = NEW, next_url: str = "/bookings") -> Page:
    """Sign in somebody nobody knows yet; the page they come to."""
    ask(client, email, next_url)
    client.send(link_in(letters(email)[-1]), button="Sign in", follow=False, status=303)
    return client.page(next_url)


def about_priya(**more: str) -> dict[str, str]:
    """What a newcomer types."""
    return {"name": "Nadia  Newcomer", "role_group": ROLE_GROUPS[1], **more}


def test_a_newcomer_says_once_who_they_are_and_lands_where_they_were(client: CheckedClient):
    council = make_agency(email_domains=["northshire.example"])
    page = sign_in_anew(client)
    assert page.heading == "Who are you?"
    assert "Northshire County Council" in page.text
    typed_in = about_priya(job_role="Social worker", manager_name="Mo", manager_email="Mo@northshire.example")
    page = client.send(
        "/sign-in/about-you",
        on="/bookings",
        button="Save and go on",
        follow=False,
        status=303,
        **typed_in,
    )
    assert page.response.location == "/bookings"
    nadia = db.session.scalars(sa.select(Person).where(Person.email == NEW)).one()
    works = db.session.scalars(sa.select(Affiliation).where(Affiliation.person_id == nadia.id)).one()
    assert nadia.name == "Nadia Newcomer"
    assert (works.agency_id, works.role_group, works.job_role) == (
        council.id,
        ROLE_GROUPS[1],
        "Social worker",
    )
    assert (works.manager_name, works.manager_email) == ("Mo", "mo@northshire.example")
    assert str(works.from_on) == "2026-11-20"
    assert client.get("/sign-in/about-you?next=/learning").location == "/learning"


@pytest.mark.parametrize("path", ["/bookings", "/people", "/desk", "/my-agency"])
def test_every_page_leads_a_newcomer_to_the_question_first(client: CheckedClient, path: str):
    make_agency(email_domains=["northshire.example"])
    sign_in_anew(client)
    assert client.get(path).location == f"/sign-in/about-you?next={path}"


def test_a_newcomer_chooses_the_agency_where_the_address_says_nothing(client: CheckedClient):
    make_agency()
    make_agency("Northshire Police", sector="Criminal justice")
    page = sign_in_anew(client, "nadia@mail.example")
    assert page.heading == "Where do you work?"
    page = client.send("/sign-in/where-you-work", button="Next", agency="", status=422)
    assert "Choose your agency" in page.text
    page = client.send(
        "/sign-in/where-you-work",
        on="/sign-in/where-you-work?next=/bookings",
        button="Next",
        agency="northshire-police",
    )
    assert page.heading == "Who are you?"
    assert "Northshire Police" in page.text


def finish(client: CheckedClient, agency: str, status: int = 303, **typed_in: str) -> Page:
    """Send the form for that agency."""
    path = f"/sign-in/about-you?agency={agency}&next=/bookings"
    form = client.page(path).form("", "Save and go on")
    response = client.post(path, data={**form, **about_priya(), **typed_in})
    assert response.status_code == status, response.get_data(as_text=True)
    return Page(response)


def works_at() -> Affiliation:
    """Where the newcomer works now."""
    return db.session.scalars(sa.select(Affiliation)).one()


def test_a_school_is_found_whatever_its_capitals_and_blanks(client: CheckedClient):
    school = make_setting("St. Mary's Primary School")
    sign_in_anew(client, "nadia@mail.example")
    page = client.page("/sign-in/about-you?agency=schools-and-colleges")
    assert [o.get("value") for o in page.all("option")] == ["St. Mary's Primary School"]
    finish(client, "schools-and-colleges", setting="st marys  primary school")
    assert works_at().setting_id == school.id


def test_a_school_that_is_not_there_is_added_under_its_umbrella(client: CheckedClient):
    make_setting("Hill Top Primary School")
    sign_in_anew(client, "nadia@mail.example")
    finish(client, "schools-and-colleges", setting="Oakfield Academy")
    found = db.session.get_one(Setting, works_at().setting_id)
    assert (found.name, found.slug, found.agency.slug) == (
        "Oakfield Academy",
        "oakfield-academy",
        "schools-and-colleges",
    )


def test_a_school_typed_nearly_right_is_asked_about(client: CheckedClient):
    school = make_setting("Hill Top Primary School")
    sign_in_anew(client, "nadia@mail.example")
    page = finish(client, "schools-and-colleges", status=422, setting="Hilltop Primary School")
    assert "Choose which one you mean" in page.text
    assert page.form("", "Save and go on")["name"] == "Nadia Newcomer"
    finish(client, "schools-and-colleges", setting="Hilltop Primary School", meant="Hill Top Primary School")
    assert works_at().setting_id == school.id


def test_none_of_the_near_names_adds_a_new_school(client: CheckedClient):
    make_setting("Hill Top Primary School")
    sign_in_anew(client, "nadia@mail.example")
    finish(client, "schools-and-colleges", setting="Hilltop Primary School", meant="none of them")
    assert db.session.get_one(Setting, works_at().setting_id).name == "Hilltop Primary School"


def test_an_organisation_that_is_not_listed_becomes_a_setting_of_the_others(client: CheckedClient):
    sign_in_anew(client, "nadia@mail.example")
    page = client.page("/sign-in/where-you-work")
    assert "My organisation is not in this list" in page.html
    finish(client, "not-listed", setting="Northshire Canoe Club")
    setting = db.session.get_one(Setting, works_at().setting_id)
    assert (setting.name, setting.agency.name, setting.agency.is_umbrella) == (
        "Northshire Canoe Club",
        "Other organisations",
        True,
    )


def test_a_team_is_asked_for_where_the_agency_has_teams(client: CheckedClient):
    council = make_agency()
    team = add(Team(agency_id=council.id, name="Early Help"))
    sign_in_anew(client, "nadia@mail.example")
    finish(client, council.slug, status=422)
    finish(client, council.slug, team=str(team.id))
    assert works_at().team_id == team.id


def test_somebody_elses_team_cannot_be_chosen(client: CheckedClient):
    council, police = make_agency(), make_agency("Northshire Police")
    add(Team(agency_id=council.id, name="Early Help"))
    theirs = add(Team(agency_id=police.id, name="Public Protection"))
    sign_in_anew(client, "nadia@mail.example")
    finish(client, council.slug, status=422, team=str(theirs.id))


def test_agencies_without_a_standing_or_past_their_end_cannot_be_chosen(client: CheckedClient):
    make_agency("Gone Trust", until_on=TODAY_ENDED)
    add(Agency(slug="stranger", name="Stranger", sector="Health", email_domains=[]))
    sign_in_anew(client, "nadia@mail.example")
    page = client.page("/sign-in/where-you-work")
    assert "Gone Trust" not in page.html
    assert "Stranger" not in page.html
    client.page("/sign-in/about-you?agency=gone-trust", status=404)


def test_what_is_missing_is_said_with_everything_still_there(client: CheckedClient):
    make_agency(email_domains=["northshire.example"])
    sign_in_anew(client)
    page = client.send(
        "/sign-in/about-you", button="Save and go on", status=422, name="Nadia", manager_email="mo"
    )
    assert "Choose what comes closest to your work" in page.text
    assert "Enter an address like" in page.text
    form = page.form("", "Save and go on")
    assert (form["name"], form["manager_email"]) == ("Nadia", "mo")
    assert not db.session.scalars(sa.select(Affiliation)).all()


def test_a_guest_who_signs_in_keeps_their_name_and_is_asked_where_they_work(client: CheckedClient):
    make_agency(email_domains=["northshire.example"])
    add(Person(name="Gita Guest", email=NEW, is_guest=True, created_at=make_person().created_at))
    page = sign_in_anew(client)
    assert page.form("", "Save and go on")["name"] == "Gita Guest"
    assert not db.session.scalars(sa.select(Person.is_guest).where(Person.email == NEW)).one()


DEMO = {
    "practitioner@demo.example": Role.PRACTITIONER,
    "trainer@demo.example": Role.TRAINER,
    "agency-lead@demo.example": Role.AGENCY_LEAD,
    "administrator@demo.example": Role.ADMINISTRATOR,
    "coordinator@demo.example": Role.COORDINATOR,
    "lwd-member@demo.example": Role.LWD_MEMBER,
    "scrutineer@demo.example": Role.SCRUTINEER,
}


@pytest.fixture
def demonstration(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The site is a demonstration, with its people."""
    monkeypatch.setitem(app.config, "DEMONSTRATION", True)
    monkeypatch.setitem(app.config, "MAIL_TRANSPORT", "demonstration")
    for email, role in DEMO.items():
        make_person(f"Demo {role.value}", role, email=email)


@pytest.mark.usefixtures("demonstration")
@pytest.mark.parametrize("email", DEMO)
def test_the_demonstration_signs_in_as_each_role_with_one_press(client: CheckedClient, email: str):
    page = client.page("/sign-in/demo")
    assert len([b for b in page.all("button") if "Sign in as Demo" in "".join(b.itertext())]) == 7
    form = fields(page, email)
    assert client.post("/sign-in/demo", data=form).status_code == 303
    assert who(client) == email


def fields(page: Page, email: str) -> dict[str, str]:
    """The hidden fields of this person's button."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.html)
    assert token
    assert f'value="{email}"' in page.html
    return {"csrf_token": token.group(1), "email": email}


@pytest.mark.usefixtures("demonstration")
def test_the_demonstration_signs_in_as_nobody_else(client: CheckedClient):
    ada = make_person("Ada Admin", Role.COORDINATOR)
    form = fields(client.page("/sign-in/demo"), "trainer@demo.example")
    assert client.post("/sign-in/demo", data={**form, "email": ada.email}).status_code == 404
    assert who(client) == ""


@pytest.mark.usefixtures("demonstration")
@pytest.mark.parametrize(("setting", "value"), [("DEMONSTRATION", False), ("MAIL_TRANSPORT", "smtp")])
def test_there_is_no_one_press_sign_in_outside_the_demonstration(
    app: Flask, client: CheckedClient, monkeypatch: pytest.MonkeyPatch, setting: str, value: object
):
    form = fields(client.page("/sign-in/demo"), "coordinator@demo.example")
    monkeypatch.setitem(app.config, setting, value)
    client.page("/sign-in/demo", status=404)
    assert client.post("/sign-in/demo", data=form).status_code == 404
    assert who(client) == ""


def test_more_near_names_than_fit_ask_for_more_of_the_name(client: CheckedClient):
    for place in range(13):
        make_setting(f"St Cedd's Primary School, Town {place:02d}")
    sign_in_anew(client, "nadia@mail.example")
    page = finish(client, "schools-and-colleges", status=422, setting="St Cedds")
    assert "type more of its name" in page.text
    assert "Town 11" in page.text
    assert "Town 12" not in page.text
