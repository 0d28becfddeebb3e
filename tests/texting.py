"""What tests of text messages share: a provider on loopback, a way to it, the texts there are, and a date that begins soon."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.booking.models import Booking
from app.catalogue.models import Event
from app.catalogue.plans import SessionPlan
from app.db import db
from app.delivery import actions
from app.notifications.models import Letter
from app.notifications.text_transports import (
    HttpProvider,
)
from app.notifications.transports import Unsent
from app.pool.models import PoolMember
from app.records.actions import changing
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


class Provider(ThreadingHTTPServer):
    """A provider of texts on loopback: keeps what it was sent, and answers as it is told to."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.got: list[tuple[str, dict[str, str], Any]] = []
        self.status, self.location, self.silent = 202, "", False
        # How an answer begins that then comes one sign at a time, without an end; and whether it was hung up on.
        self.drips, self.hung_up_on = b"", threading.Event()

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
        if self.server.drips:
            self.drip()
            return
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.end_headers()
        self.wfile.write(b'{"error": "number not in service"}')

    def drip(self) -> None:
        """A sign every twentieth of a second, for half a minute at most."""
        try:
            self.wfile.write(self.server.drips)
            for _ in range(600):
                self.wfile.write(b"2")
                time.sleep(0.05)
        except OSError:
            self.server.hung_up_on.set()

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


@pytest.fixture
def texting(each_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """An app that has a way for texts."""
    monkeypatch.setitem(each_app.config, "TEXT_TRANSPORT", "folder")
    return each_app


def texts() -> list[Letter]:
    """The texts in the outbox, oldest first."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(Letter).where(Letter.channel == "text").order_by(Letter.id)))


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
