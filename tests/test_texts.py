"""Text messages: numbers, words, ways out (one of them a real HTTP server on loopback), the outbox and what they tell."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.rules import Role
from app.booking.models import Booking
from app.catalogue.models import Event, EventSession, Venue
from app.catalogue.plans import SessionPlan
from app.cli.work import Worker
from app.clock import stopped_at
from app.config import settings
from app.db import db, writing
from app.delivery import actions
from app.notifications.models import Letter
from app.notifications.phones import fits, fitted, length, mobile_of
from app.notifications.text_transports import (
    Demonstration,
    HttpProvider,
    Nowhere,
    TextFolder,
    text_transport_for,
)
from app.notifications.texting import post_text
from app.notifications.transports import Folder, Unsent
from app.pool.models import PoolMember
from app.records import forgetting
from app.records.actions import changing
from tests.browser import CheckedClient
from tests.factories import (
    LONG_AGO,
    add,
    make_booking,
    make_course,
    make_event,
    make_partnership,
    make_person,
    make_trainer,
)

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
SOON = NOW + timedelta(minutes=90)
HOURS = timedelta(hours=3)


# Numbers


@pytest.mark.parametrize(
    "typed",
    [
        "07700 900123",
        "07700-900-123",
        " +44 7700 900123 ",
        "+44 (0)7700 900123",
        "0044 7700 900123",
        "447700900123",
        "(07700) 900.123",
        "０７７００９００１２３",
    ],
)
def test_a_mobile_number_is_one_however_it_is_typed(typed: str):
    assert mobile_of(typed) == "+447700900123"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "01632 960001",
        "020 7946 0000",
        "0770090012",
        "077009001234",
        "070 0900 1234",
        "07600 900123",
        "+33 6 12 34 56 78",
        "ask Sam: 07700 900123",
        "07700 900123 or 07700 900124",
        "7700900123",
        "٠٧٧٠٠٩٠٠١٢٣x",
        "none",
    ],
)
def test_a_landline_and_nonsense_are_no_mobile_number(typed: str):
    assert mobile_of(typed) == ""


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_number_in_e164_or_none(typed: str):
    found = mobile_of(typed)
    assert found == "" or (
        found[:4] == "+447" and found[1:].isascii() and found[1:].isdigit() and len(found) == 13
    )
    assert mobile_of(found) == found


@given(
    st.integers(0, 99_999_999), st.sampled_from("1234578 9".replace(" ", "")), st.text(" -.()", max_size=3)
)
def test_every_mobile_number_is_found_with_blanks_and_either_beginning(rest: int, second: str, between: str):
    digits = f"7{second}{rest:08d}"
    for start in ("0", "+44", "0044"):
        assert mobile_of(f"{start}{between}{digits[:4]}{between}{digits[4:]}") == f"+44{digits}"


# Words


@given(st.text(max_size=300), st.text(max_size=300))
def test_a_text_is_short_enough_whatever_the_course_and_place_are_called(title: str, after: str):
    link = "https://training.northshire.example/join/kZ0p6bJXv1Qe2c9d"
    text = fitted("Northshire SCP training:", title, after, link)
    assert fits(text)
    assert text.endswith(link)
    assert "\n" not in text


def test_a_text_is_in_the_alphabet_of_telephones_as_far_as_it_can_be():
    text = fitted("NSCP:", "Siân’s “Neglect” – Łódź…", "has changed.", "https://x.example/1")
    assert text == 'NSCP: Sian\'s "Neglect" - Lodz... has changed. https://x.example/1'
    assert fitted("NSCP:", "Café", "müde", "x") == "NSCP: Café müde x"
    assert length("€") == 2
    assert length("東") == 1


# Ways out


class Provider(ThreadingHTTPServer):
    """A provider of texts on loopback: keeps what it was sent, and answers as it is told to."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.got: list[tuple[str, dict[str, str], Any]] = []
        self.status, self.location, self.silent = 202, "", False

    @property
    def url(self) -> str:
        """Where it takes texts."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1/messages?account=7"


class Answering(BaseHTTPRequestHandler):
    """One request."""

    server: Provider

    def do_POST(self) -> None:
        """Keep it, answer."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), json.loads(body)))
        if self.server.silent:
            self.connection.close()
            return
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.end_headers()
        self.wfile.write(b'{"error": "number not in service"}')

    do_GET = do_POST

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def provider() -> Iterator[Provider]:
    """It, running."""
    with Provider() as found:
        thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield found
        found.shutdown()
        thread.join()


def way_to(provider: Provider) -> HttpProvider:
    """The way to it."""
    return HttpProvider(provider.url, key="secret-key", sender="NSCP", patience=2)


def unsent(way: Any) -> Unsent:
    """Why a text does not leave that way."""
    with pytest.raises(Unsent) as caught:
        way.send("Hello", to="+447700900123", name="abc")
    return caught.value


def test_a_provider_is_told_who_writes_what_to_whom_with_the_key(provider: Provider):
    way_to(provider).send("Neglect – now at 11", to="+447700900123", name="abc")
    ((path, headers, said),) = provider.got
    assert path == "/v1/messages?account=7"
    assert headers["Authorization"] == "Bearer secret-key"
    assert headers["Content-Type"] == "application/json"
    assert said == {"from": "NSCP", "to": "+447700900123", "text": "Neglect – now at 11", "reference": "abc"}


@pytest.mark.parametrize(
    ("status", "for_good"),
    [
        (400, True),
        (401, True),
        (404, True),
        (422, True),
        (302, True),
        (408, False),
        (429, False),
        (500, False),
        (503, False),
    ],
)
def test_what_the_provider_refuses_is_given_up_and_what_it_cannot_do_now_is_tried_again(
    provider: Provider, status: int, for_good: bool
):
    provider.status = status
    error = unsent(way_to(provider))
    assert (error.for_good, error.unsure, error.away) == (for_good, False, False)
    assert f"{status}" in error.fault
    assert "secret-key" not in error.fault


def test_a_redirect_is_never_followed(provider: Provider):
    with Provider() as elsewhere:
        provider.status, provider.location = 307, elsewhere.url
        assert unsent(way_to(provider)).for_good
        assert len(provider.got) == 1
        assert elsewhere.got == []


def test_a_provider_that_is_not_there_is_tried_again(provider: Provider):
    way = way_to(provider)
    provider.shutdown()
    provider.server_close()
    error = unsent(way)
    assert (error.for_good, error.unsure) == (False, False)


def test_a_provider_that_breaks_off_may_have_sent_it(provider: Provider):
    provider.silent = True
    error = unsent(way_to(provider))
    assert (error.for_good, error.unsure) == (False, True)


@pytest.mark.parametrize(
    "url",
    [
        "http://texts.example/v1",
        "ftp://texts.example",
        "texts.example",
        "",
        "https://user:pw@texts.example/",
        "http://127.0.0.1.texts.example/",
    ],
)
def test_numbers_and_key_travel_over_tls_only_unless_on_this_machine(url: str):
    with pytest.raises(ValueError, match="TEXT_URL"):
        HttpProvider(url, key="k", sender="NSCP")
    HttpProvider("https://texts.example/v1", key="k", sender="NSCP")


def test_a_folder_keeps_a_file_of_each_and_one_that_cannot_be_written_is_tried_again(tmp_path: Path):
    TextFolder(tmp_path / "texts").send("Neglect – now at 11", to="+447700900123", name="abc")
    assert [p.name for p in (tmp_path / "texts").iterdir()] == ["abc.txt"]
    assert (tmp_path / "texts" / "abc.txt").read_text() == "To: +447700900123\n\nNeglect – now at 11\n"
    (tmp_path / "file").write_text("")
    assert not unsent(TextFolder(tmp_path / "file")).for_good


def test_the_settings_choose_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    usual = {
        "TEXT_FOLDER": str(tmp_path),
        "TEXT_URL": "https://x.example/",
        "TEXT_KEY": "k",
        "TEXT_SENDER": "NSCP",
    }
    kinds = {"none": Nowhere, "folder": TextFolder, "http": HttpProvider, "demonstration": Demonstration}
    for kind, way in kinds.items():
        assert type(text_transport_for(usual | {"TEXT_TRANSPORT": kind})) is way
    for wrong in ({"TEXT_TRANSPORT": "pigeon"}, {"TEXT_TRANSPORT": "http", "TEXT_KEY": ""}):
        with pytest.raises(ValueError, match="TEXT"):
            text_transport_for(usual | wrong)
    monkeypatch.setenv("TEXT_TRANSPORT", "")
    assert settings(FOLDER=tmp_path)["TEXT_TRANSPORT"] == "none"
    assert settings(FOLDER=tmp_path, DEMONSTRATION=True)["TEXT_TRANSPORT"] == "demonstration"
    assert unsent(Nowhere()).for_good


# The outbox


@pytest.fixture
def texting(each_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """An app that has a way for texts."""
    monkeypatch.setitem(each_app.config, "TEXT_TRANSPORT", "folder")
    return each_app


def texts() -> list[Letter]:
    """The texts in the outbox, oldest first."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(Letter).where(Letter.channel == "text").order_by(Letter.id)))


def post_one(key: str = "k", phone: str = "07700 900123", expires_at: datetime | None = None) -> bool:
    """One text in the outbox."""
    host = make_partnership()
    with writing():
        return post_text(
            "event-changed",
            key=key,
            to_phone=phone,
            to_name="Priya",
            partnership=host,
            now=NOW,
            text="NSCP: Neglect has changed.",
            expires_at=expires_at,
        )


def work(texts_by: Any, folder: Path, *, now: datetime = NOW) -> None:
    """A worker sends what is due."""
    worker = Worker(Folder(folder), batch=10, lease=timedelta(minutes=5), at=now, texts=texts_by)
    while worker.send_some() == 0:
        pass
    db.session.remove()


def test_a_text_is_posted_once_to_a_mobile_number_only_and_where_there_is_a_way(
    texting: Flask, monkeypatch: pytest.MonkeyPatch
):
    assert post_one()
    assert not post_one()
    assert not post_one("landline", "01632 960001")
    monkeypatch.setitem(texting.config, "TEXT_TRANSPORT", "none")
    assert not post_one("none")
    (text,) = texts()
    assert (text.to_phone, text.to_email, text.state) == ("+447700900123", "", "queued")


def test_a_worker_sends_texts_by_their_way_and_mails_by_theirs(
    texting: Flask, tmp_path: Path, provider: Provider
):
    post_one()
    work(way_to(provider), tmp_path / "mail")
    assert [said["text"] for _, _, said in provider.got] == ["NSCP: Neglect has changed."]
    assert [text.state for text in texts()] == ["sent"]
    assert not (tmp_path / "mail").exists()


def test_a_text_whose_sending_broke_off_is_unsure_and_never_sent_twice(
    texting: Flask, tmp_path: Path, provider: Provider
):
    post_one()
    provider.silent = True
    for minutes in (0, 30, 600):
        work(way_to(provider), tmp_path, now=NOW + timedelta(minutes=minutes))
    assert len(provider.got) == 1
    assert [text.state for text in texts()] == ["unsure"]


def test_a_provider_that_is_away_holds_up_no_mail_and_gets_the_text_later(
    texting: Flask, tmp_path: Path, provider: Provider
):
    post_one(expires_at=NOW + timedelta(hours=3))
    post_one("other")
    provider.status = 503
    work(way_to(provider), tmp_path)
    assert len(provider.got) == 2
    assert [text.state for text in texts()] == ["queued", "queued"]
    provider.status = 202
    work(way_to(provider), tmp_path, now=NOW + timedelta(minutes=2))
    assert [text.state for text in texts()] == ["sent", "sent"]


def test_a_text_about_what_is_over_does_not_leave(texting: Flask, tmp_path: Path, provider: Provider):
    post_one(expires_at=NOW + timedelta(hours=3))
    work(way_to(provider), tmp_path, now=NOW + timedelta(hours=4))
    assert provider.got == []
    assert [text.state for text in texts()] == ["withdrawn"]


# What they tell


def on_the_day(starts: datetime = SOON) -> tuple[Event, Booking]:
    """A date that begins soon, with Priya (who gave a mobile), Sam (a landline), somebody waiting, and Tom (a mobile)."""
    event = make_event(make_course("Neglect"), starts)
    priya = make_booking(event, make_person("Priya Practitioner"), mobile="07700 900123")
    make_booking(event, make_person("Sam Other"), mobile="01632 960002")
    make_booking(event, make_person("Wendy Waits"), state="waiting", mobile="07700 900777")
    tom = make_person("Tom Trainer")
    make_trainer(event, tom)
    host = make_partnership().id
    add(
        PoolMember(
            partnership_id=host, person_id=tom.id, standing="pool", from_on=LONG_AGO, phone="+44 7700 900456"
        )
    )
    return event, priya


def reschedule(event: Event, start: datetime, venue: str = "", *, now: datetime = NOW) -> None:
    """The whole change."""
    by = make_person()
    plan = SessionPlan(starts_at=start, ends_at=start + HOURS, venue=venue)
    with changing(event.id, now=now) as locked:
        actions.reschedule(locked, [plan], by=by, now=now)


def call_off(act: Any, event: Event, *, now: datetime = NOW) -> None:
    """The whole change."""
    by = make_person()
    with changing(event.id, now=now) as locked:
        act(locked, by=by, now=now, why="The trainer is ill")


def told() -> dict[str, str]:
    """Number -> text."""
    return {text.to_phone: text.text for text in texts()}


def test_a_change_less_than_two_hours_before_the_start_goes_to_mobiles_as_well(texting: Flask):
    event, priya = on_the_day()
    reschedule(event, SOON + timedelta(minutes=30), "Hill House")
    found = told()
    assert set(found) == {"+447700900123", "+447700900456"}
    assert found["+447700900123"] == (
        "Northshire SCP training: Neglect has changed. Now: today 12:00-15:00, Hill House. "
        f"http://localhost/join/{priya.public_id}"
    )
    assert found["+447700900456"].endswith(f"/join/{event.join_token}")
    assert {text.due_at for text in texts()} == {NOW}
    mails = db.session.scalars(sa.select(Letter).where(Letter.channel == "mail", Letter.to_email != "")).all()
    assert {mail.due_at for mail in mails} == {NOW}


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (actions.cancel_event, "today 11:30-14:30 is CANCELLED. Other dates are in our mail."),
        (actions.postpone, "today 11:30-14:30 is POSTPONED. We write when there is a new date."),
    ],
)
def test_a_date_that_is_called_off_so_soon_is_told_by_text(texting: Flask, act: Any, said: str):
    event, _ = on_the_day()
    call_off(act, event)
    words = f"Northshire SCP training: Neglect {said} http://localhost/events/{event.id}"
    assert told()["+447700900123"] == words
    assert "ill" not in " ".join(told().values())


@pytest.mark.parametrize("minutes", [120, 60 * 24, 60 * 24 * 30])
def test_nobody_gets_a_text_when_the_start_is_further_away(texting: Flask, minutes: int):
    event, _ = on_the_day(NOW + timedelta(minutes=minutes))
    reschedule(event, NOW + timedelta(minutes=minutes + 30))
    call_off(actions.cancel_event, event)
    assert texts() == []


def test_a_date_that_is_moved_up_to_within_two_hours_is_told_by_text(texting: Flask):
    event, _ = on_the_day(NOW + timedelta(hours=5))
    reschedule(event, NOW + timedelta(minutes=110))
    assert len(texts()) == 2


def test_a_change_of_a_later_session_is_no_reason_for_a_text_this_morning(texting: Flask):
    event, _ = on_the_day()
    plans = [
        SessionPlan(starts_at=SOON + timedelta(days=d), ends_at=SOON + timedelta(days=d) + HOURS)
        for d in (0, 7)
    ]
    by = make_person()
    with changing(event.id, now=NOW) as locked:
        actions.reschedule(locked, plans, by=by, now=NOW)
    assert texts() == []


def test_without_a_way_to_send_texts_there_are_none(texting: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(texting.config, "TEXT_TRANSPORT", "none")
    event, _ = on_the_day()
    call_off(actions.cancel_event, event)
    assert texts() == []


def test_a_text_names_no_person_and_one_number_gets_one(texting: Flask):
    event, _ = on_the_day()
    make_booking(event, make_person("Max Same"), mobile="+447700900123")
    call_off(actions.cancel_event, event)
    assert len(texts()) == 2
    assert not [name for name in ("Priya", "Sam", "Max", "Tom", "Wendy") if name in " ".join(told().values())]


def test_a_number_that_was_texted_is_wiped_thirty_days_after_the_event(texting: Flask):
    event, _ = on_the_day()
    call_off(actions.cancel_event, event)
    forgetting.due(stopped_at(NOW + timedelta(days=29)))
    assert all(text.to_phone for text in texts())
    forgetting.due(stopped_at(NOW + timedelta(days=31)))
    assert [text.to_phone for text in texts()] == ["", ""]


# The pages


@pytest.mark.usefixtures("today")
def test_the_pages_say_beforehand_how_many_get_a_text(
    client: CheckedClient, app: Flask, monkeypatch: pytest.MonkeyPatch
):
    client.sign_in(make_person("Ada Administrator", Role.ADMINISTRATOR))
    event, _ = on_the_day()
    said = "2 of them get a text message too"
    for act in ("cancel", "postpone"):
        assert said not in client.page(f"/events/{event.id}/{act}").text
    monkeypatch.setitem(app.config, "TEXT_TRANSPORT", "folder")
    for act in ("cancel", "postpone"):
        assert said in client.page(f"/events/{event.id}/{act}").text
    later = make_event(make_course("Radicalisation"), NOW + timedelta(days=20))
    make_booking(later, mobile="07700 900123")
    assert "text message" not in client.page(f"/events/{later.id}/cancel").text


@pytest.mark.usefixtures("today")
def test_the_page_that_changes_the_time_says_it_too(
    client: CheckedClient, app: Flask, monkeypatch: pytest.MonkeyPatch
):
    client.sign_in(make_person("Ada Administrator", Role.ADMINISTRATOR))
    monkeypatch.setitem(app.config, "TEXT_TRANSPORT", "folder")
    event, _ = on_the_day()
    typed = {"sessions-0-day": ["20", "11", "2026"], "sessions-0-starts": "12:15", "sessions-0-ends": "15:15"}
    page = client.send(f"/events/{event.id}/times", **typed)
    assert "2 of them get a text message too" in page.text


@pytest.mark.usefixtures("today")
def test_another_address_of_a_venue_reaches_those_who_are_on_their_way_by_text(
    client: CheckedClient, app: Flask, monkeypatch: pytest.MonkeyPatch
):
    client.sign_in(make_person("Ada Administrator", Role.ADMINISTRATOR))
    monkeypatch.setitem(app.config, "TEXT_TRANSPORT", "folder")
    event, _ = on_the_day()
    hall = add(Venue(name="Hill House", address="1 High Street", postcode="NS1 2AB"))
    with writing() as session:
        session.execute(sa.update(EventSession).values(venue_id=hall.id))
    assert "2 of them get a text message too" in client.page(f"/venues/{hall.id}").text
    typed = {"name": "Hill House", "address": "2 Low Street", "postcode": "NS1 2AB"}
    sent = client.post(f"/venues/{hall.id}", data={**typed, "csrf_token": client.token(f"/venues/{hall.id}")})
    assert sent.status_code == 303
    assert "Hill House, 2 Low Street, NS1 2AB" in told()["+447700900123"]
