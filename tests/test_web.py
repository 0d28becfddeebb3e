"""What all pages share: headers, cookies, problems in words, health."""

import json
import logging

import pytest
import sqlalchemy as sa
from flask import Flask, request
from sqlalchemy.exc import OperationalError

from app import create_app
from app.db import db
from app.errors import Refused
from app.web.access import own_path, public
from app.web.filters import clock_time, duration, listed, plural, when
from app.web.headers import JsonLines
from tests.browser import CheckedClient
from tests.conftest import TODAY
from tests.factories import make_event, make_partnership, make_person


def test_every_page_carries_a_policy_without_unsafe_inline(client: CheckedClient):
    make_partnership()
    headers = client.get("/courses").headers
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_site_without_a_partnership_still_says_what_is_wrong(client: CheckedClient):
    assert client.page("/courses", status=404).heading == "Page not found"


def test_a_post_without_a_token_is_refused_and_says_how_to_go_on(client: CheckedClient):
    make_partnership()
    person = make_person("Priya Practitioner")
    answer = client.sign_in(person).post("/sign-out")
    assert answer.status_code == 400
    assert "open for too long" in answer.get_data(as_text=True)


def test_health_needs_no_database_and_readiness_does(client: CheckedClient, monkeypatch: pytest.MonkeyPatch):
    assert client.get("/healthz").get_json() == {"status": "up"}
    assert client.get("/readyz").get_json() == {"status": "ready"}


def test_a_database_that_is_away_is_said_with_retry_after(folder: object, tmp_path: object):
    app = create_app(
        TESTING=True,
        FOLDER=tmp_path,
        SECRET_KEY="x",
        SQLALCHEMY_DATABASE_URI="postgresql+psycopg://nobody@127.0.0.1:1/none?connect_timeout=1",
    )
    client = app.test_client()
    for path in ("/readyz", "/courses"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "30"
        assert b"We are away for a moment" in answer.data
    assert client.get("/healthz").status_code == 200


def test_what_a_rule_forbids_is_a_page_with_its_sentence(app: Flask):
    make_partnership()
    with app.test_request_context("/"):
        answer = app.handle_user_exception(Refused("Booking for this event has closed"))
        assert app.make_response(answer).status_code == 409
        assert b"Booking for this event has closed" in app.make_response(answer).data


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/events/3/book?x=1", "/events/3/book?x=1"),
        ("//evil.example/x", ""),
        ("https://evil.example/", ""),
        ("/\\evil.example", ""),
        ("javascript:alert(1)", ""),
        ("/a\nb", "/ab"),
        ("", ""),
        (None, ""),
    ],
)
def test_only_an_own_path_is_gone_back_to(app: Flask, address: str | None, path: str):
    with app.test_request_context("/"):
        assert own_path(address) == path


def test_cookies_are_bound_to_the_host_where_it_is_served_over_https(tmp_path: object):
    app = create_app(TESTING=True, FOLDER=tmp_path, SECRET_KEY="x", SITE_URL="https://training.example")
    assert app.config["SESSION_COOKIE_NAME"] == "__Host-session"
    assert app.config["SESSION_COOKIE_SECURE"] is True
    assert app.config["SESSION_COOKIE_HTTPONLY"] is True
    assert app.config["SESSION_COOKIE_SAMESITE"] == "Lax"


def test_the_log_names_the_rule_and_never_the_person(client: CheckedClient, caplog: pytest.LogCaptureFixture):
    make_partnership()
    logger = logging.getLogger("roundtable")
    logger.addHandler(caplog.handler)
    try:
        client.get("/courses?q=jane.doe@example.org")
    finally:
        logger.removeHandler(caplog.handler)
    line = json.loads(JsonLines().format(caplog.records[-1]))
    assert line["route"] == "/courses"
    assert line["request"]
    assert "jane" not in json.dumps(line)


def test_times_are_said_as_people_say_them():
    assert clock_time(TODAY) == "10am"
    assert clock_time(TODAY.replace(hour=12)) == "midday"
    assert clock_time(TODAY.replace(month=7, hour=8, minute=30)) == "9:30am"
    assert when(TODAY, TODAY.replace(hour=13, minute=30)) == "Fri 20 November 2026, 10am to 1:30pm"
    assert (duration(150), duration(60), duration(0)) == ("2 hours 30 minutes", "1 hour", "")
    assert (plural(1, "place"), plural(1200, "place")) == ("1 place", "1,200 places")
    assert (listed(["a", "b", "c"]), listed(["a"]), listed([])) == ("a, b and c", "a", "")


def test_a_reading_page_cannot_write(app: Flask):
    event = make_event()
    db.session.rollback()
    with pytest.raises(OperationalError):
        db.session.execute(sa.text("UPDATE event SET capacity = 1 WHERE id = :id"), {"id": event.id})
    db.session.rollback()


@pytest.mark.parametrize(("proxies", "seen"), [(0, "127.0.0.1"), (1, "203.0.113.7")])
def test_where_a_request_comes_from_is_believed_of_own_proxies_only(
    tmp_path: object, proxies: int, seen: str
):
    app = create_app(TESTING=True, FOLDER=tmp_path, SECRET_KEY="x", PROXIES=proxies)
    app.add_url_rule("/from", "where", public(lambda: {"from": request.remote_addr}))
    answer = app.test_client().get("/from", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.7"})
    assert answer.get_json() == {"from": seen}
