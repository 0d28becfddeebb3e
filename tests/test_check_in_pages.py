"""Self check-in as people meet it: the screen without names, the phone, and what the trainer makes of it."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.accounts.rules import Role
from app.attendance import check_in_codes
from app.attendance import check_in_rules as rules
from app.attendance.check_in_models import CheckIn, CheckInKey, CheckInLink, WalkInRequest
from app.attendance.models import Mark, RegisterClosing
from app.booking.codes import code_of, shown_code
from app.booking.models import Booking
from app.catalogue.models import Event, EventSession
from app.clock import now
from app.db import db, rebuilding
from app.notifications.models import Letter
from tests.browser import CheckedClient, Page
from tests.conftest import TODAY
from tests.factories import add, make_booking, make_course, make_event, make_person, make_trainer
from tests.statements import count_statements

NAMES = ["Priya Nair", "Ben Archer", "Cleo Núñez"]
STARTS = TODAY + timedelta(minutes=10)
PICTURE = 'class="check-in-picture"'
GONE = (*(name.lower() for name in NAMES), "tom trainer", "@northshire.example")


@pytest.fixture
def event(app: Flask, today: object) -> Event:
    """An event that begins in ten minutes, with three people; Tom delivers it."""
    found = make_event(make_course("Neglect"), starts=STARTS, capacity=10)
    for name in NAMES:
        make_booking(found, make_person(name))
    make_trainer(found, make_person("Tom Trainer", Role.TRAINER))
    return found


@pytest.fixture
def tom(client: CheckedClient, event: Event) -> CheckedClient:
    """Tom's browser, with the code on the screen."""
    found = client.application.test_client()
    assert isinstance(found, CheckedClient)
    found.sign_in(person("Tom Trainer"))
    found.send(f"/events/{event.id}/check-in", button="Show the code")
    return found


def person(name: str) -> Person:
    """Somebody by name."""
    db.session.rollback()
    return db.session.scalars(sa.select(Person).where(Person.name == name)).one()


def make_admin() -> Person:
    """Ada administers."""
    return make_person("Ada Admin", Role.ADMINISTRATOR)


def session_of(event: Event) -> EventSession:
    """The only session of an event."""
    return db.session.scalars(sa.select(EventSession).where(EventSession.event_id == event.id)).one()


def shown(event: Event) -> check_in_codes.Shown:
    """What the screen shows now."""
    db.session.rollback()
    session = session_of(event)
    return check_in_codes.shown(db.session.get_one(CheckInKey, session.id), session, now())


def address(event: Event) -> str:
    """Where the picture on the screen leads."""
    return f"/check-in/{shown(event).token}"


def phone(client: CheckedClient, name: str = "") -> CheckedClient:
    """Another phone, of somebody signed in or of nobody."""
    found = client.application.test_client()
    assert isinstance(found, CheckedClient)
    return found.sign_in(person(name)) if name else found


def said() -> dict[str, tuple[str, bool]]:
    """Who says they are here: name to the way and whether it is flagged."""
    db.session.rollback()
    rows = db.session.execute(
        sa.select(Person.name, CheckIn.way, CheckIn.shared)
        .join(Booking, Booking.id == CheckIn.booking_id)
        .join(Person, Person.id == Booking.person_id)
    )
    return {row.name: (row.way, row.shared) for row in rows}


def marks() -> dict[str, tuple[str, str, int]]:
    """The marks: name to what, how and how late."""
    db.session.rollback()
    rows = db.session.execute(
        sa.select(Person.name, Mark.mark, Mark.how, Mark.minutes_late)
        .join(Booking, Booking.id == Mark.booking_id)
        .join(Person, Person.id == Booking.person_id)
    )
    return {row.name: (row.mark, row.how, row.minutes_late) for row in rows}


def check_in(client: CheckedClient, event: Event, name: str) -> CheckedClient:
    """Somebody signed in scans the code and presses the button."""
    found = phone(client, name)
    found.send(address(event), button="I am here")
    return found


# The screen.


def test_the_screen_shows_a_code_and_a_count_and_never_a_name(
    client: CheckedClient, event: Event, tom: CheckedClient
):
    for name in NAMES[:2]:
        check_in(client, event, name)
    page = tom.page(f"/events/{event.id}/check-in")
    assert "2 of 3 say they are here" in page.text
    assert PICTURE in page.html
    code = shown(event).code
    assert f"{code[:3]} {code[3:]}" in page.text
    assert "localhost/check-in" in page.text
    assert not [name for name in GONE if name in page.html.lower()]


def test_what_was_said_on_the_register_stays_off_the_screen(event: Event, tom: CheckedClient):
    with tom.session_transaction() as browser:
        browser["_flashes"] = [("success", "Priya Nair is on the register, marked here.")]
    assert "Priya" not in tom.page(f"/events/{event.id}/check-in").html
    assert "Priya Nair is on the register" in tom.page(f"/events/{event.id}/register").html


def test_the_picture_is_of_the_address_of_the_code_and_changes_each_minute(
    event: Event, tom: CheckedClient, today: object
):
    first = tom.page(f"/events/{event.id}/check-in").html
    pictures = [re.findall(r'<path class="qrline"[^>]*>', first)]
    for _ in range(2):
        today.shift(timedelta(seconds=60))  # type: ignore[attr-defined]
        pictures.append(
            re.findall(r'<path class="qrline"[^>]*>', tom.page(f"/events/{event.id}/check-in").html)
        )
    assert all(len(one) == 1 for one in pictures)
    assert len({one[0] for one in pictures}) == 3
    assert '<meta http-equiv="refresh" content="30">' in first


def test_no_key_is_made_by_looking_and_one_by_pressing_twice(client: CheckedClient, event: Event):
    tom = phone(client, "Tom Trainer")
    for _ in range(2):
        assert "Show the code" in tom.page(f"/events/{event.id}/check-in").text
    assert db.session.scalars(sa.select(CheckInKey)).all() == []
    token = tom.token(f"/events/{event.id}/check-in")
    keys = set()
    for _ in range(2):
        tom.post(f"/events/{event.id}/check-in", data={"csrf_token": token})
        db.session.rollback()
        keys |= set(db.session.scalars(sa.select(CheckInKey.key)))
    assert len(keys) == 1


def test_the_screen_costs_as_many_statements_however_many_are_there(
    client: CheckedClient, event: Event, tom: CheckedClient
):
    counted = []
    for name in ["Priya Nair", "Ben Archer"]:
        check_in(client, event, name)
        with count_statements() as statements:
            tom.page(f"/events/{event.id}/check-in")
        counted.append(len(statements))
    assert counted[0] == counted[1]


# The phone.


def test_somebody_signed_in_is_here_with_one_press_and_looking_records_nothing(
    client: CheckedClient, event: Event, tom: CheckedClient
):
    priya = phone(client, "Priya Nair")
    assert "You are signed in as Priya Nair" in priya.page(address(event)).text
    assert said() == {}
    page = priya.send(address(event), button="I am here")
    assert page.heading == "You are checked in"
    assert said() == {"Priya Nair": ("sign-in", False)}
    assert marks() == {}
    db.session.rollback()
    row = db.session.scalars(sa.select(CheckIn)).one()
    assert (row.said_at, row.step) == (TODAY, rules.step_at(TODAY))
    assert priya.page(address(event)).heading == "You are checked in"


def test_a_phone_that_nobody_signed_in_to_sees_no_name(
    client: CheckedClient, event: Event, tom: CheckedClient
):
    check_in(client, event, "Priya Nair")
    page = phone(client).page(address(event))
    assert "Neglect" in page.text
    assert not [name for name in GONE if name in page.html.lower()]


def test_the_pages_send_no_referrer_and_ask_nobody_else_for_anything(
    client: CheckedClient, event: Event, tom: CheckedClient
):
    for path in (address(event), "/check-in", "/check-in/mail-sent", "/check-in/not-a-code"):
        answer = phone(client).get(path)
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', answer.get_data(as_text=True))


def test_the_address_holds_nothing_about_a_person_or_a_date(event: Event, tom: CheckedClient):
    session, signature = shown(event).token.split(".")
    assert session == session_of(event).public_id
    assert len(signature) == rules.SIGNATURE


def test_a_form_without_a_referrer_is_taken_over_https(
    client: CheckedClient, event: Event, tom: CheckedClient
):
    priya, secure = phone(client, "Priya Nair"), {"base_url": "https://localhost"}
    page = Page(priya.get(address(event), **secure))
    fields = page.form("", "I am here")
    answer = priya.post(address(event), data=fields, **secure)
    assert answer.status_code == 303
    assert said() == {"Priya Nair": ("sign-in", False)}


def test_two_presses_are_one_check_in(client: CheckedClient, event: Event, tom: CheckedClient):
    priya = phone(client, "Priya Nair")
    sent = {"csrf_token": priya.token(address(event))}
    for _ in range(2):
        assert priya.post(address(event), data=sent).status_code == 303
    assert said() == {"Priya Nair": ("sign-in", False)}


def test_a_second_person_on_the_same_phone_is_flagged_and_not_refused(
    client: CheckedClient, event: Event, tom: CheckedClient
):
    shared = phone(client, "Priya Nair")
    shared.send(address(event), button="I am here")
    shared.sign_in(person("Ben Archer"))
    assert shared.send(address(event), button="I am here").heading == "You are checked in"
    check_in(client, event, "Cleo Núñez")
    assert said() == {
        "Priya Nair": ("sign-in", False),
        "Ben Archer": ("sign-in", True),
        "Cleo Núñez": ("sign-in", False),
    }
    listed = tom.page(f"/events/{event.id}/check-ins").text
    assert "Same phone as Priya Nair" in listed
    assert "Same phone as Ben Archer" in listed
    assert listed.count("Same phone") == 2
    assert "2 people checked in from a phone that spoke for somebody else too" in (
        tom.page(f"/events/{event.id}/register").text
    )


# Not good: wrong, old, another event's; before and after the window; closed, cancelled.


@pytest.mark.parametrize("typed", ["not-a-code", "x" * 16 + "." + "y" * 22, "é" * 39, "a" * 400])
def test_a_wrong_code_is_not_found_and_says_what_to_do(
    client: CheckedClient, event: Event, tom: CheckedClient, typed: str
):
    page = phone(client).page(f"/check-in/{typed}", status=404)
    assert page.heading == "This code does not work"
    assert "Scan the code on the trainer’s screen again" in page.text


def test_the_signature_of_another_session_is_wrong(client: CheckedClient, event: Event, tom: CheckedClient):
    other = make_event(make_course("Forced marriage"), starts=STARTS)
    phone(client, "Tom Trainer").sign_in(make_admin()).send(
        f"/events/{other.id}/check-in", button="Show the code"
    )
    signature = shown(other).token.partition(".")[2]
    crossed = f"/check-in/{session_of(event).public_id}.{signature}"
    assert phone(client).page(crossed, status=404).heading == "This code does not work"


def test_an_old_code_says_that_it_has_changed(
    client: CheckedClient, event: Event, tom: CheckedClient, today: object
):
    old = address(event)
    today.shift(timedelta(seconds=119))  # type: ignore[attr-defined]
    assert phone(client, "Priya Nair").page(old).heading == "Neglect"
    today.shift(timedelta(seconds=1))  # type: ignore[attr-defined]
    page = phone(client, "Ben Archer").page(old, status=410)
    assert page.heading == "This code has changed"
    assert "Scan the one that is there now" in page.text
    assert said() == {}


def test_who_opened_the_page_in_time_has_ten_minutes_on_that_phone(
    client: CheckedClient, event: Event, tom: CheckedClient, today: object
):
    old, priya = address(event), phone(client, "Priya Nair")
    form = priya.page(old).form("", "I am here")
    today.shift(timedelta(minutes=9))  # type: ignore[attr-defined]
    ben = phone(client, "Ben Archer")
    assert ben.post(old, data={"csrf_token": ben.token("/check-in")}).status_code == 410
    assert priya.post(old, data=form).status_code == 303
    assert said() == {"Priya Nair": ("sign-in", False)}


def test_after_ten_minutes_it_has_to_be_scanned_again(
    client: CheckedClient, event: Event, tom: CheckedClient, today: object
):
    old, priya = address(event), phone(client, "Priya Nair")
    form = priya.page(old).form("", "I am here")
    today.shift(timedelta(minutes=5))  # type: ignore[attr-defined]
    priya.page(old)  # looking again makes it no longer
    today.shift(timedelta(minutes=5))  # type: ignore[attr-defined]
    assert priya.post(old, data=form).status_code == 410
    assert said() == {}


def test_before_the_window_it_says_when_it_opens(
    client: CheckedClient, event: Event, tom: CheckedClient, today: object
):
    today.shift(timedelta(minutes=-21))  # type: ignore[attr-defined]
    page = phone(client, "Priya Nair").page(address(event), status=409)
    assert page.heading == "Check-in is not open yet"
    assert "Check-in for Neglect opens at 9:40am" in page.text
    screen = phone(client, "Tom Trainer").page(f"/events/{event.id}/check-in")
    assert "The code appears here at 9:40am" in screen.text
    assert PICTURE not in screen.html


def test_after_the_window_the_trainer_can_still_be_told(
    client: CheckedClient, event: Event, tom: CheckedClient, today: object
):
    priya = phone(client, "Priya Nair")
    form = priya.page(address(event)).form("", "I am here")
    today.shift(timedelta(minutes=25))  # type: ignore[attr-defined]
    page = priya.page(address(event), status=410)
    assert page.heading == "Check-in is over"
    assert "closed at 10:25am. Tell the trainer that you are here" in page.text
    assert priya.post(address(event), data=form).status_code == 410
    assert said() == {}


def test_the_window_is_the_partnerships(
    client: CheckedClient, event: Event, tom: CheckedClient, today: object
):
    coordinator = make_person("Cora Ordinator", Role.COORDINATOR)
    desk = phone(client, coordinator.name)
    day = {"from_on": [str(TODAY.day), str(TODAY.month), str(TODAY.year)]}
    for key in ("check_in_opens_minutes", "check_in_closes_minutes"):
        desk.send(f"/messages/timings/{key}", button="Save", value="5", **day)
    assert phone(client, "Priya Nair").page(address(event), status=409).heading == "Check-in is not open yet"
    today.shift(timedelta(minutes=5))  # type: ignore[attr-defined]
    assert phone(client, "Priya Nair").page(address(event)).heading == "Neglect"
    today.shift(timedelta(minutes=10))  # type: ignore[attr-defined]
    assert phone(client, "Priya Nair").page(address(event), status=410).heading == "Check-in is over"


def test_a_closed_register_takes_no_check_in(client: CheckedClient, event: Event, tom: CheckedClient):
    priya = phone(client, "Priya Nair")
    form = priya.page(address(event)).form("", "I am here")
    add(RegisterClosing(event_id=event.id, closed_at=now()))
    page = priya.page(address(event), status=409)
    assert page.heading == "The register is closed"
    assert "tell the trainer or the training team" in page.text
    assert priya.post(address(event), data=form).status_code == 409
    assert said() == {}


def test_a_cancelled_date_takes_no_check_in(client: CheckedClient, event: Event, tom: CheckedClient):
    with rebuilding() as session:
        session.get_one(Event, event.id).state = "cancelled"
    page = phone(client, "Priya Nair").page(address(event), status=410)
    assert page.heading == "This date was cancelled"
    assert "Neglect on Fri 20 November was cancelled" in page.text
    assert PICTURE not in tom.page(f"/events/{event.id}/check-in").html


def test_after_the_session_the_key_is_gone_and_no_code_is_good(
    client: CheckedClient, event: Event, tom: CheckedClient, today: object
):
    from app.records.check_ins import due

    old = address(event)
    today.shift(timedelta(hours=4))  # type: ignore[attr-defined]
    due(now)
    db.session.rollback()
    assert db.session.scalars(sa.select(CheckInKey)).all() == []
    assert phone(client, "Priya Nair").page(old, status=410).heading == "Check-in is over"


# Without a place here.


def test_somebody_with_a_place_on_another_date_is_told_which_and_can_ask(
    client: CheckedClient, event: Event, tom: CheckedClient
):
    other = make_event(make_course("Forced marriage"), starts=STARTS + timedelta(days=3))
    make_booking(other, make_person("Olga Other"))
    olga = phone(client, "Olga Other")
    page = olga.page(address(event))
    assert "you have no place on this date. Yours is on Forced marriage, Mon 23 November 2026" in page.text
    assert said() == {}
    assert olga.send(f"{address(event)}/ask", on=address(event)).heading == "The trainer was asked"
    assert "The trainer was asked to add you" in olga.page(address(event)).text


def test_the_trainer_adds_who_asks_and_they_are_marked_here(
    client: CheckedClient, event: Event, tom: CheckedClient
):
    make_person("Wanda Walker")
    wanda = phone(client, "Wanda Walker")
    for _ in range(2):
        wanda.post(f"{address(event)}/ask", data={"csrf_token": wanda.token("/check-in")})
    db.session.rollback()
    asked = db.session.scalars(sa.select(WalkInRequest)).one()
    page = tom.page(f"/events/{event.id}/check-ins")
    assert "Wanda Walker" in page.text
    fields = page.form("/asking", "Add Wanda Walker, here")
    answer = tom.post(f"/events/{event.id}/check-ins/asking", data={**fields, "approve": str(asked.id)})
    assert answer.status_code == 303
    assert marks() == {"Wanda Walker": ("present", "check-in", 0)}
    booking = db.session.scalars(sa.select(Booking).where(Booking.state == "walk-in")).one()
    assert booking.person.name == "Wanda Walker"
    assert wanda.page(address(event)).text.count("Wanda Walker") == 1


def test_the_trainer_declines_who_asks_and_no_booking_comes_of_it(
    client: CheckedClient, event: Event, tom: CheckedClient
):
    make_person("Wanda Walker")
    wanda = phone(client, "Wanda Walker")
    wanda.send(f"{address(event)}/ask", on=address(event))
    db.session.rollback()
    asked = db.session.scalars(sa.select(WalkInRequest)).one()
    sent = {"csrf_token": tom.token(f"/events/{event.id}/check-ins")}
    tom.post(f"/events/{event.id}/check-ins/asking", data={**sent, "decline": str(asked.id)})
    tom.post(f"/events/{event.id}/check-ins/asking", data={**sent, "approve": str(asked.id)})
    assert marks() == {}
    assert db.session.scalars(sa.select(Booking).where(Booking.state == "walk-in")).all() == []
    assert "The trainer did not add you" in wanda.page(address(event)).text


def test_somebody_who_waits_for_a_place_asks_the_trainer_and_becomes_a_walk_in(
    client: CheckedClient, event: Event, tom: CheckedClient
):
    make_booking(event, make_person("Wes Waiting"), state="waiting")
    wes = phone(client, "Wes Waiting")
    wes.send(f"{address(event)}/ask", on=address(event))
    db.session.rollback()
    asked = db.session.scalars(sa.select(WalkInRequest)).one()
    sent = {"csrf_token": tom.token(f"/events/{event.id}/check-ins"), "approve": str(asked.id)}
    tom.post(f"/events/{event.id}/check-ins/asking", data=sent)
    assert marks() == {"Wes Waiting": ("present", "check-in", 0)}


def test_who_delivers_the_session_need_not_check_in(client: CheckedClient, event: Event, tom: CheckedClient):
    assert "You deliver this session" in tom.page(address(event)).text


# By a mailed link.


def ask_for_mail(client: CheckedClient, event: Event, email: str, status: int = 200) -> Page:
    """Type an address on the page behind the code."""
    return client.send(f"{address(event)}/mail", on=address(event), email=email, status=status)


def link_mailed() -> str:
    """The link of the newest mail."""
    db.session.rollback()
    text = db.session.scalars(
        sa.select(Letter.text).where(Letter.message == "check-in").order_by(Letter.id.desc())
    ).first()
    assert text is not None
    found = re.search(r"/check-in/link/[\w-]+", text)
    assert found
    return found.group()


def test_a_link_goes_to_the_bookings_address_and_checks_in_once(
    client: CheckedClient, event: Event, tom: CheckedClient
):
    mine, other = phone(client), phone(client)
    page = ask_for_mail(mine, event, "Priya.Nair@northshire.example ")
    assert page.heading == "Look at your mail"
    link = link_mailed()
    assert "Priya" not in other.page(link).text
    assert said() == {}
    assert other.send(link, button="I am here").heading == "You are checked in"
    assert said() == {"Priya Nair": ("link", False)}
    assert phone(client).page(link).heading == "You are checked in"
    assert len(said()) == 1
    letter = db.session.scalars(sa.select(Letter).where(Letter.message == "check-in")).one()
    assert letter.secret
    hashes = db.session.scalars(sa.select(CheckInLink.token_hash)).one()
    assert link.rpartition("/")[2] not in hashes


def test_an_unknown_address_gets_the_same_answer_and_no_mail(
    client: CheckedClient, event: Event, tom: CheckedClient
):
    make_person("Olga Other")
    pages = [
        ask_for_mail(phone(client), event, email).text
        for email in (
            "priya.nair@northshire.example",
            "nobody@x.example",
            "olga.other@northshire.example",
        )
    ]
    assert len(set(pages)) == 1
    db.session.rollback()
    assert db.session.scalars(sa.select(Letter.to_email).where(Letter.message == "check-in")).all() == [
        "priya.nair@northshire.example"
    ]


@pytest.mark.parametrize("email", ["priya.nair@northshire.example", "nobody@x.example"])
def test_an_address_gets_three_mails_in_ten_minutes_known_or_not(
    client: CheckedClient, event: Event, tom: CheckedClient, today: object, email: str
):
    asked = phone(client)
    for _ in range(3):
        ask_for_mail(asked, event, email)
    refused = ask_for_mail(asked, event, email, status=429)
    assert "Several mails were asked for already" in refused.text
    ask_for_mail(asked, event, "ben.archer@northshire.example")
    today.shift(timedelta(minutes=11))  # type: ignore[attr-defined]
    ask_for_mail(asked, event, email)


def test_a_link_asked_for_in_time_works_for_a_quarter_of_an_hour_and_says_when_they_had_the_code(
    client: CheckedClient, event: Event, tom: CheckedClient, today: object
):
    today.shift(timedelta(minutes=24))  # type: ignore[attr-defined]
    asked_at = now()
    for name in ("priya.nair", "ben.archer"):
        ask_for_mail(phone(client), event, f"{name}@northshire.example")
    bens = link_mailed()
    texts = sa.select(Letter.text).where(Letter.to_email.startswith("priya"))
    priyas = re.search(r"/check-in/link/[\w-]+", str(db.session.scalars(texts).one())).group()  # type: ignore[union-attr]
    today.shift(timedelta(minutes=14))  # type: ignore[attr-defined]
    phone(client).send(priyas, button="I am here")
    today.shift(timedelta(minutes=1))  # type: ignore[attr-defined]
    assert phone(client).page(bens, status=410).heading == "This link no longer works"
    tom.send(f"/events/{event.id}/check-ins", on=f"/events/{event.id}/register", button="Confirm")
    late = int((asked_at - STARTS).total_seconds()) // 60
    assert marks() == {"Priya Nair": ("present", "check-in", late)}


def test_a_link_that_never_was_is_no_longer_good(client: CheckedClient, event: Event):
    assert phone(client).page("/check-in/link/abc", status=410).heading == "This link no longer works"


# By the booking's code and the family name.


def typed(event: Event, name: str) -> str:
    """The code of somebody's booking."""
    db.session.rollback()
    mine = sa.select(Booking.public_id).join(Person, Person.id == Booking.person_id)
    return db.session.scalars(mine.where(Person.name == name, Booking.event_id == event.id)).one()


def guess(client: CheckedClient, event: Event, code: str, name: str, status: int) -> Page:
    """Type a code and a family name."""
    path = f"{address(event)}/booking"
    return client.send(path, on=address(event), code=code, family_name=name, status=status)


def test_the_code_of_the_booking_and_the_family_name_check_in(
    client: CheckedClient, event: Event, tom: CheckedClient
):
    page = guess(phone(client), event, shown_code(typed(event, NAMES[2])).lower(), "nunez", 200)
    assert page.heading == "You are checked in"
    guess(phone(client), event, typed(event, NAMES[0]), "Nair", 200)  # the reference in the address will do
    assert said() == {"Cleo Núñez": ("code", False), "Priya Nair": ("code", False)}


def test_five_wrong_guesses_in_ten_minutes_and_no_more_from_that_network(
    client: CheckedClient, event: Event, tom: CheckedClient, today: object
):
    right = code_of(typed(event, "Priya Nair"))
    guesser = phone(client)
    for code, name in ((right, "Archer"), ("23456789", "Nair"), (right, ""), (right, "%"), ("", "Nair")):
        guess(guesser, event, code, name, 422)
    for code, name in ((right, "Ben"), ("K7MP4QXT", "Nair")):
        guess(guesser, event, code, name, 422)
    assert said() == {}
    # The empty ones were no guesses; the five were.
    refused = guess(phone(client), event, right, "Nair", 429)
    assert "Too many tries" in refused.heading
    assert said() == {}
    today.shift(timedelta(minutes=10, seconds=1))  # type: ignore[attr-defined]
    guess(phone(client), event, right, "Nair", 200)
    assert said() == {"Priya Nair": ("code", False)}


def test_a_hall_full_of_people_on_one_network_checks_in_by_code(
    client: CheckedClient, event: Event, tom: CheckedClient
):
    for number in range(7):
        make_booking(event, make_person(f"Person Number{number}"))
    for number in range(7):
        name = f"Person Number{number}"
        guess(phone(client), event, code_of(typed(event, name)), f"Number{number}", 200)
    assert len(said()) == 7


def test_the_code_of_a_booking_on_another_date_says_which_one_it_is_for(
    client: CheckedClient, event: Event, tom: CheckedClient
):
    other = make_event(make_course("Forced marriage"), starts=STARTS + timedelta(days=3))
    make_booking(other, make_person("Olga Other"))
    code = code_of(typed(other, "Olga Other"))
    page = guess(phone(client), event, code, "Other", 422)
    assert "That booking is for Forced marriage, Mon 23 November 2026" in page.text
    assert "Forced marriage" not in guess(phone(client), event, code, "Nair", 422).text
    assert said() == {}


def test_a_place_that_was_given_up_has_no_code(client: CheckedClient, event: Event, tom: CheckedClient):
    make_booking(event, make_person("Gil Gone"), state="cancelled")
    guess(phone(client), event, code_of(typed(event, "Gil Gone")), "Gone", 422)
    assert said() == {}


# The code that is typed.


def test_the_typed_code_leads_where_the_picture_does(
    client: CheckedClient, event: Event, tom: CheckedClient, today: object
):
    code = shown(event).code
    today.shift(timedelta(seconds=60))  # type: ignore[attr-defined]
    priya = phone(client, "Priya Nair")
    page = priya.send("/check-in", button="Go on", code=f"{code[:3].lower()} {code[3:]}")
    assert page.heading == "Neglect"
    today.shift(timedelta(seconds=60))  # type: ignore[attr-defined]
    page = phone(client, "Ben Archer").send("/check-in", button="Go on", code=code, status=422)
    assert "That is not the code on the screen" in page.text


def test_five_wrong_codes_and_no_more(client: CheckedClient, event: Event, tom: CheckedClient):
    guesser = phone(client)
    for _ in range(5):
        guesser.send("/check-in", button="Go on", code="K7M4QX", status=422)
    page = guesser.send("/check-in", button="Go on", code=shown(event).code, status=429)
    assert "Too many tries" in page.heading


# What the trainer makes of it.


def test_one_press_confirms_everybody_who_was_shown_and_nobody_else(
    client: CheckedClient, event: Event, tom: CheckedClient, today: object
):
    check_in(client, event, "Priya Nair")
    today.shift(timedelta(minutes=18))  # type: ignore[attr-defined]
    check_in(client, event, "Ben Archer")
    page = tom.page(f"/events/{event.id}/register")
    assert "2 say they are here" in page.text
    assert "Says they are here, 10:18am" in page.text
    check_in(client, event, "Cleo Núñez")  # after the page was opened
    fields = page.form("/check-ins", "Confirm them all")
    answer = tom.post(f"/events/{event.id}/check-ins", data=fields, follow_redirects=True)
    assert "Confirmed: 2 people marked here." in answer.get_data(as_text=True)
    assert marks() == {
        "Priya Nair": ("present", "check-in", 0),
        "Ben Archer": ("present", "check-in", 8),
    }
    assert "1 says they are here" in tom.page(f"/events/{event.id}/register").text
    settled = db.session.execute(sa.select(CheckIn.settled_as, CheckIn.settled_by_id)).all()
    assert sorted(settled) == sorted([("confirmed", person("Tom Trainer").id)] * 2 + [("", None)])


def test_one_is_confirmed_with_other_minutes_and_one_is_taken_away(
    client: CheckedClient, event: Event, tom: CheckedClient
):
    for name in NAMES[:2]:
        check_in(client, event, name)
    ids = dict(
        db.session.execute(
            sa.select(Person.name, CheckIn.id)
            .join(Booking, Booking.person_id == Person.id)
            .join(CheckIn, CheckIn.booking_id == Booking.id)
        ).all()
    )
    sent = {"csrf_token": tom.token(f"/events/{event.id}/check-ins"), "late": "12"}
    tom.post(f"/events/{event.id}/check-ins", data={**sent, "confirm": str(ids["Priya Nair"])})
    tom.post(f"/events/{event.id}/check-ins", data={**sent, "take_away": str(ids["Ben Archer"])})
    tom.post(f"/events/{event.id}/check-ins", data={**sent, "confirm": str(ids["Ben Archer"])})
    assert marks() == {"Priya Nair": ("present", "check-in", 12)}
    assert "1 of 3 says they are here" in tom.page(f"/events/{event.id}/check-in").text
    assert "the trainer took it away" in phone(client, "Ben Archer").page(address(event)).text


@pytest.mark.parametrize("late", ["-1", "two", "181"])
def test_minutes_that_cannot_be_are_refused(
    client: CheckedClient, event: Event, tom: CheckedClient, late: str
):
    check_in(client, event, "Priya Nair")
    db.session.rollback()
    id = str(db.session.scalars(sa.select(CheckIn.id)).one())
    sent = {"csrf_token": tom.token(f"/events/{event.id}/check-ins"), "confirm": id, "late": late}
    assert tom.post(f"/events/{event.id}/check-ins", data=sent).status_code == 409
    assert marks() == {}


def test_a_mark_that_is_there_is_not_overwritten_by_confirming_all(
    client: CheckedClient, event: Event, tom: CheckedClient
):
    booking_id = db.session.scalars(
        sa.select(Booking.id).join(Person, Person.id == Booking.person_id).where(Person.name == NAMES[0])
    ).one()
    for name in NAMES[:2]:
        check_in(client, event, name)
    gone = {"booking_id": booking_id, "session_id": session_of(event).id, "mark": "absent"}
    add(Mark(**gone, marked_at=now()))
    tom.send(f"/events/{event.id}/check-ins", on=f"/events/{event.id}/register", button="Confirm")
    assert marks() == {"Priya Nair": ("absent", "register", 0), "Ben Archer": ("present", "check-in", 0)}
    assert "The register says absent" in tom.page(f"/events/{event.id}/check-ins").text
    tom.send(f"/events/{event.id}/check-ins", button="Confirm Priya Nair", confirm=str(first_check_in()))
    assert marks()["Priya Nair"] == ("present", "check-in", 0)


def first_check_in() -> int:
    """The id of the check-in that is not settled."""
    db.session.rollback()
    return db.session.scalars(sa.select(CheckIn.id).where(CheckIn.settled_as == "")).one()


def test_a_closed_register_is_not_changed_by_confirming(
    client: CheckedClient, event: Event, tom: CheckedClient
):
    check_in(client, event, "Priya Nair")
    sent = {"csrf_token": tom.token(f"/events/{event.id}/check-ins"), "confirm": str(first_check_in())}
    add(RegisterClosing(event_id=event.id, closed_at=now()))
    answer = tom.post(f"/events/{event.id}/check-ins", data=sent)
    assert answer.status_code == 409
    assert "correct it there, with a reason" in answer.get_data(as_text=True)
    assert marks() == {}


def test_my_events_leads_to_the_screen(event: Event, tom: CheckedClient):
    assert tom.page("/my-events").link("Check-in code for the screen") == f"/events/{event.id}/check-in"
