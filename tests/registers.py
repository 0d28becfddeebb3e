"""What the tests of registers share: four people, Tom who marks them, and a phone that shows what he sees."""

import contextlib
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.accounts.rules import Role
from app.attendance.models import Mark
from app.booking.models import Booking
from app.catalogue.models import Event
from app.db import db
from tests.browser import CheckedClient
from tests.cable import Cable, cable
from tests.factories import make_booking, make_event, make_person, make_trainer
from tests.live import Watch, session_cookie, size

NAMES = ["Ada Adeyemi", "Ben Archer", "Cleo Brown", "Dev Chandra"]


def make_four(starts: datetime) -> Event:
    """An event with four people."""
    found = make_event(starts=starts, capacity=10)
    for name in NAMES:
        make_booking(found, make_person(name))
    return found


def make_deliverer(event: Event, name: str = "Tom Trainer") -> Person:
    """Somebody who delivers it."""
    person = make_person(name, Role.TRAINER)
    make_trainer(event, person)
    return person


def marks() -> dict[str, str]:
    """The marks there are: name to mark."""
    db.session.rollback()
    rows = sa.select(Person.name, Mark.mark).join(Booking, Booking.person_id == Person.id).join(Mark)
    return dict(db.session.execute(rows).all())  # type: ignore[arg-type]


def fields(client: CheckedClient, event: Event) -> dict[str, str]:
    """The register's form as it stands."""
    return client.page(f"/events/{event.id}/register").form("", "Save the register")


def public_ids(event: Event) -> dict[str, str]:
    """Booking ids in addresses by name."""
    rows = sa.select(Person.name, Booking.public_id).join(Booking, Booking.person_id == Person.id)
    return dict(db.session.execute(rows.where(Booking.event_id == event.id)).all())  # type: ignore[arg-type]


def cookies_of(app: Flask, url: str, person: Person) -> list[dict[str, str]]:
    """The cookie of somebody's session."""
    return session_cookie(app, url, _user_id=f"{person.public_id}.{person.session_number}")


# What a browser says where the signal is gone, of a page's requests and of its worker's; and of a page that is too old.
NO_SIGNAL = ("net::ERR_", "error occurred when fetching the script", "status of 400")


@contextlib.contextmanager
def phone(
    chromium: Any, app: Flask, url: str, person: Person | None, address: str, *, at: datetime | None = None
) -> Iterator[Any]:
    """A phone of its own on which somebody opened an address; in the end nothing went wrong but the signal.

    ``cut`` and ``mend`` take its signal away, from the page and from its worker, and give it back;
    ``at`` is what its clock shows.
    """
    with cable(url) as wire:
        cookies = cookies_of(app, wire.url, person) if person else []
        db.session.rollback()
        window = chromium.new_context(viewport=size("phone"), base_url=wire.url, reduced_motion="reduce")
        window.add_cookies(cookies)
        WIRES[window] = wire
        if at:
            window.clock.install(time=at)
        page = window.new_page()
        watch = Watch(page, wire.url)
        page.goto(address)
        yield page
        wrong = [said for said in watch.complaints if not any(words in said for words in NO_SIGNAL)]
        assert not wrong, "\n".join(wrong)
        window.close()
        del WIRES[window]


# The wire of each phone, by its browser window.
WIRES: dict[Any, Cable] = {}


def cut(page: Any) -> None:
    """No signal on that phone, for the page and for its worker."""
    WIRES[page.context].cut()
    page.context.set_offline(True)


def mend(page: Any) -> None:
    """The signal is back."""
    WIRES[page.context].whole = True
    page.context.set_offline(False)


def look_again(page: Any) -> None:
    """Take the phone out of the pocket."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def tap(page: Any, name: str, words: str) -> None:
    """Press one of a person's buttons."""
    page.get_by_role("radio", name=f"{name}: {words}").click(force=True)


def here(page: Any, counted: str) -> None:
    """Wait for the counter."""
    from playwright.sync_api import expect

    expect(page.locator("#counter")).to_contain_text(counted)


def wait_for(it_is_so: Callable[[], bool]) -> None:
    """Wait until something is so, 20 seconds at most."""
    until = time.monotonic() + 20
    while not it_is_so() and time.monotonic() < until:
        time.sleep(0.05)
    assert it_is_so()


def eventually(wanted: dict[str, str]) -> None:
    """Wait until these are the marks in the database."""
    wait_for(lambda: marks() == wanted)


# Everything a browser remembers of the site, as one text: what lies in its caches, and what its storage holds.
REMEMBERED = """async () => {
  const found = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const text = await (await cache.match(request)).text();
      if (!new URL(request.url).pathname.startsWith("/static/")) found.push(request.url, text);
    }
  }
  return found.join("\\n");
}"""


def remembered(page: Any) -> str:
    """What the phone has kept, Cache and storage."""
    return str(page.evaluate(REMEMBERED))


READY = """async () => (await caches.keys()).length
  && (await navigator.serviceWorker.ready).active.state === "activated"
  && Boolean(await caches.match(document.querySelector("link[rel=stylesheet]").href))"""


def is_kept(page: Any) -> None:
    """Wait until the page lies on the phone with what it is drawn with, and its worker is there."""
    wait_for(lambda: bool(page.evaluate(READY)) and NAMES[0] in remembered(page))
