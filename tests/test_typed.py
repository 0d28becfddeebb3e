"""What people send: characters that no page and no database can hold."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask, request

from app.accounts.models import Person
from app.accounts.rules import Role
from app.catalogue.models import Course
from app.db import db
from app.web.access import own_path
from app.web.typed import cleaned
from tests.browser import CheckedClient
from tests.factories import add, make_course, make_event, make_partnership, make_person


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Zoë O’Brien-Ñuñez", "Zoë O’Brien-Ñuñez"),
        ("two\r\nlines\tand a tab", "two\r\nlines\tand a tab"),
        ("👩‍👧 شيماء", "👩‍👧 شيماء"),
        ("bell\x07 and \x1b[31m", "bell and [31m"),
        ("gpj\u202eexe.", "gpjexe."),
        ("\ufffe\x85x", "x"),
        ("   ", ""),
        ("\u200b\u2060", ""),
        ("", ""),
    ],
)
def test_what_nobody_types_is_left_out(typed: str, kept: str):
    assert cleaned(typed) == kept


@pytest.mark.parametrize(
    "path", ["/courses?q=a%00b", "/join/a%00b", "/courses?a%00=1&q=%00", "/events/1?x=%00"]
)
def test_a_nul_in_an_address_is_refused_on_either_database(each_app: Flask, path: str):
    make_partnership()
    client = each_app.test_client()
    assert isinstance(client, CheckedClient)
    assert client.page(path, status=400).heading == "We could not read that"


def test_a_nul_in_a_form_is_refused_on_either_database(each_app: Flask, monkeypatch: pytest.MonkeyPatch):
    make_partnership()
    client = each_app.test_client()
    monkeypatch.setitem(each_app.config, "WTF_CSRF_ENABLED", False)
    for field in ("email", "next", "no such field"):
        assert client.post("/sign-in", data={field: "a\x00@b.example"}).status_code == 400


def test_fields_are_cleaned_in_addresses_and_in_forms_of_both_kinds(app: Flask):
    for sent in ({"data": {"a": "x\x07"}}, {"data": {"a": "x\x07"}, "content_type": "multipart/form-data"}):
        with app.test_request_context("/?a=y%1b&a=z", method="POST", **sent):
            assert request.form["a"] == "x"
            assert request.args.getlist("a") == ["y", "z"]


def test_a_name_of_blanks_is_no_name(client: CheckedClient, app: Flask):
    person = make_person("Priya Practitioner")
    newcomer = Person(name="", email="new@northshire.example", created_at=person.created_at)
    add(newcomer)
    client.sign_in(newcomer)
    path = "/sign-in/about-you?agency=northshire-county-council"
    page = client.send(path, status=422, name="   ", role_group="Volunteer")
    assert "Enter your name" in page.text


@pytest.mark.parametrize("box", ["starts", "ends", "day"])
def test_a_time_of_blanks_is_no_time(client: CheckedClient, box: str):
    client.sign_in(make_person("Ada Administrator", Role.ADMINISTRATOR))
    course = make_course()
    day = [" ", " ", " "] if box == "day" else ["12", "1", "2027"]
    typed = {"sessions-0-day": day, "sessions-0-starts": "9:30am", "sessions-0-ends": "12:30pm"}
    typed |= {"capacity": "20"} | ({} if box == "day" else {f"sessions-0-{box}": "\u3000"})
    page = client.send(f"/courses/{course.slug}/events/new", status=422, **typed)
    assert "There is a problem" in page.text


def test_a_title_stays_on_its_line_whatever_is_sent(client: CheckedClient):
    client.sign_in(make_person("Cora Coordinator", Role.COORDINATOR))
    sent = {"kind": "core", "delivery": "virtual", "level": "", "published": "y"}
    client.send("/courses/new", title="Neglect\r\nBcc: all@northshire.example", **sent)
    titles = db.session.scalars(sa.select(Course.title)).all()
    assert titles == ["Neglect Bcc: all@northshire.example"]


@pytest.mark.parametrize("address", ["http://[", "//[x", "https://]", "http://a:99999999/x", "/ok\x7f"])
def test_an_address_that_cannot_be_read_leads_nowhere(app: Flask, client: CheckedClient, address: str):
    make_partnership()
    with app.test_request_context("/"):
        assert own_path(address) == ""
    assert client.get("/sign-in", query_string={"next": address}).status_code == 200
    assert client.post("/learning", headers={"Referer": address.rstrip("\x7f")}).status_code in (303, 405)


@pytest.mark.parametrize("number", ["-1", "0", "99999999999999999999999999", "٣", "1e5", "x"])
def test_numbers_beyond_a_row_find_nothing(client: CheckedClient, number: str):
    coordinator = make_person("Cora Coordinator", Role.COORDINATOR)
    trainer = make_person("Tom Trainer", Role.TRAINER)
    client.sign_in(coordinator)
    token = client.token(f"/people/{trainer.public_id}/roles")
    sent = {"csrf_token": token, "grant": number}
    assert client.post(f"/people/{trainer.public_id}/roles/end", data=sent).status_code == 404
    for path in ("/bookings", "/outbox", "/people", "/agencies", "/agencies/northshire-county-council"):
        assert client.get(path, query_string={"page": number, "settings": number}).status_code in (200, 404)
    assert make_event().id and db.session


@pytest.mark.parametrize("number", ["²", "99999999999999999999999999", "-1", ""])
def test_a_walk_in_chosen_by_no_number_is_asked_for_again(client: CheckedClient, number: str):
    event = make_event(starts=datetime.now(UTC) - timedelta(minutes=5))
    person = make_person("Priya Practitioner")
    client.sign_in(make_person("Ada Administrator", Role.ADMINISTRATOR))
    path = f"/events/{event.id}/register"
    sent = {"csrf_token": client.token(path), "person": f"{person.public_id}.{number}"}
    assert client.post(f"{path}/walk-in", data=sent).status_code == 422
