"""What is answered at a secret address that somebody's calendar reads."""

import logging
from datetime import timedelta

import pytest
from time_machine import Traveller

from app.accounts.models import Person
from app.db import writing
from tests.browser import CheckedClient
from tests.calendar_checkers import read_with_both
from tests.factories import make_booking, make_course, make_event, make_person, make_trainer
from tests.secret_feeds import NOW, lines, new_address, stranger
from tests.statements import count_statements

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def priya(client: CheckedClient) -> Person:
    """Priya, signed in."""
    person = make_person("Priya Patel")
    client.sign_in(person)
    return person


@pytest.mark.parametrize("token", ["x", "x" * 32, "%C3%A9", "..%2f..", "a" * 4000, "-" * 32])
def test_an_address_that_never_was_and_one_that_was_ended_answer_alike(
    client: CheckedClient, priya: Person, token: str
):
    ended = new_address(client)
    new_address(client, "Make a new address")
    caller, told = stranger(client), []
    for path in (f"/calendar/{token}.ics", ended):
        with count_statements() as statements:
            answer = caller.get(path)
        kept = {k: v for k, v in answer.headers.items() if k not in ("X-Request-Id", "Date")}
        told.append((answer.status_code, answer.data, kept, len(statements)))
    if "%2f" not in token:  # Flask knows no such path at all
        assert told[0] == told[1]
    assert told[1][0] == 404
    assert told[1][3] == 1


def test_a_closed_account_has_no_calendar_any_more(client: CheckedClient, priya: Person):
    path = new_address(client)
    with writing() as session:
        session.get_one(Person, priya.id).closed_at = NOW
    assert stranger(client).get(path).status_code == 404


def test_the_feed_is_ones_own_and_names_nobody_else(client: CheckedClient, priya: Person):
    event = make_event(make_course("Neglect"), joining_url="https://meet.example/secret-room")
    booking = make_booking(event, priya)
    other = make_booking(event, make_person("Sam Other"))
    make_trainer(event)
    answer = stranger(client).get(new_address(client))
    (sitting,) = read_with_both(answer.text)
    assert sitting.uid.startswith(booking.public_id)
    for word in ("Sam", "Other", "Tom", "Priya", "ATTENDEE", "meet.example", other.public_id):
        assert word not in answer.text
    assert f"URL:http://localhost/join/{booking.public_id}" in lines(answer.text)


def test_the_answer_is_private_and_shown_to_no_search_engine(client: CheckedClient, priya: Person):
    headers = stranger(client).get(new_address(client)).headers
    assert headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert headers["Cache-Control"] == "private, max-age=900"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["ETag"].startswith('"')
    assert headers["Last-Modified"] == "Fri, 20 Nov 2026 00:00:00 GMT"
    assert "Set-Cookie" not in headers


def test_an_unchanged_feed_is_byte_for_byte_the_same_and_need_not_be_sent(
    client: CheckedClient, priya: Person, today: Traveller
):
    booking = make_booking(make_event(make_course("Neglect")), priya)
    path, caller = new_address(client), stranger(client)
    first = caller.get(path)
    today.shift(timedelta(hours=5))
    again = caller.get(path)
    assert again.data == first.data
    assert again.headers["ETag"] == first.headers["ETag"]
    etag, since = first.headers["ETag"], first.headers["Last-Modified"]
    for asked in (
        {"If-None-Match": etag},
        {"If-None-Match": f'"other", W/{etag}'},
        {"If-Modified-Since": since},
        {"If-None-Match": etag, "If-Modified-Since": "Thu, 01 Jan 2026 00:00:00 GMT"},
    ):
        answer = caller.get(path, headers=asked)
        assert (answer.status_code, answer.data) == (304, b"")
        assert answer.headers["ETag"] == etag
        assert answer.headers["Cache-Control"] == "private, max-age=900"
    for asked in (
        {"If-None-Match": '"other"'},
        {"If-None-Match": '"other"', "If-Modified-Since": since},
        {"If-Modified-Since": "Thu, 01 Jan 2026 00:00:00 GMT"},
        {"If-Modified-Since": "nonsense"},
    ):
        assert caller.get(path, headers=asked).status_code == 200
    make_booking(make_event(make_course("Other"), NOW + timedelta(days=50)), booking.person, made_at=NOW)
    changed = caller.get(path, headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != etag
    assert caller.get(path, headers={"If-Modified-Since": since}).status_code == 200


def test_a_calendar_may_ask_for_the_headers_alone(client: CheckedClient, priya: Person):
    path, caller = new_address(client), stranger(client)
    whole, head = caller.get(path), caller.head(path)
    assert head.data == b""
    for name in ("ETag", "Content-Type", "Content-Length", "Last-Modified"):
        assert head.headers[name] == whole.headers[name]
    assert caller.head(path, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
    assert caller.post(path).status_code in (400, 405)


def test_the_address_is_never_logged(
    client: CheckedClient, priya: Person, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
):
    caplog.set_level(logging.DEBUG)
    path = new_address(client)
    token = path.split("/")[-1].removesuffix(".ics")
    for asked in (path, f"/calendar/{token}x.ics", f"{path}?x={token}"):
        stranger(client).get(asked)
    seen = capfd.readouterr()
    records = [str(vars(record)) for record in caplog.records if record.name == "roundtable"]
    assert any("/calendar/<token>.ics" in record for record in records)
    assert not [record for record in records if token in record]
    assert token not in seen.out + seen.err


def test_the_statements_are_as_many_for_one_booking_as_for_sixty(client: CheckedClient, priya: Person):
    path, caller, found = new_address(client), stranger(client), []
    for many in (1, 30, 30):
        for number in range(many):
            days = timedelta(days=20 + len(found) * 100 + number)
            event = make_event(make_course(f"Course {len(found)} {number}"), NOW + days)
            make_booking(event, priya)
            if number % 3 == 0:
                make_trainer(event, priya)
        with count_statements() as statements:
            text = caller.get(path).text
        found.append(len(statements))
    assert text.count("BEGIN:VEVENT") == 61 + 21
    assert found == [7, 7, 7]


def test_who_delivers_nothing_is_asked_one_statement_less(client: CheckedClient, priya: Person):
    make_booking(make_event(), priya)
    path, caller = new_address(client), stranger(client)
    with count_statements() as statements:
        assert caller.get(path).text.count("BEGIN:VEVENT") == 1
    assert len(statements) == 6
