"""Somebody who uses the site in a real browser, by the words they see on it."""

import contextlib
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import time_machine
from flask import Flask
from icalendar import Calendar, Event

from tests.conftest import TODAY, build_app
from tests.live import serve, size
from tests.mail import Mail, SmtpServer, work_off


class Visitor:
    """A window of the browser with one page. Everything waits until it is there; nothing sleeps."""

    def __init__(self, chromium: Any, site: str, *, script: bool = True, on: str = "desktop") -> None:
        self.window = chromium.new_context(
            base_url=site,
            java_script_enabled=script,
            viewport=size(on),
            locale="en-GB",
            reduced_motion="reduce",
        )
        self.page = self.window.new_page()
        self.page.set_default_timeout(20_000)
        self.arrivals = 0
        self.page.on("framenavigated", self.arrived)
        self.main = self.page.locator("main")

    def arrived(self, frame: Any) -> None:
        """Count the pages that were opened."""
        if frame == self.page.main_frame:
            self.arrivals += 1

    def leave(self) -> None:
        """Close the window."""
        self.window.close()

    def open(self, address: str) -> None:
        """Type an address, or take a link from a mail."""
        self.page.goto(address)

    def is_at(self, heading: str) -> None:
        """Wait for the page with this heading."""
        from playwright.sync_api import expect

        expect(self.page.locator("h1")).to_have_text(heading, timeout=20_000)

    def sees(self, *sentences: str) -> None:
        """Wait until the page says each of these."""
        from playwright.sync_api import expect

        for sentence in sentences:
            expect(self.main).to_contain_text(sentence, timeout=20_000)

    def text(self) -> str:
        """What the page says."""
        return " ".join(self.main.inner_text().split())

    def press(self, words: str, within: Any = None) -> None:
        """Press the button or link with these words."""
        place = within or self.main
        button = place.get_by_role("button", name=words, exact=True)
        button.or_(place.get_by_role("link", name=words, exact=True)).first.click()

    def go(self, words: str) -> None:
        """Press an entry of the navigation."""
        navigation = self.page.get_by_role("navigation", name="Main")
        entry = navigation.get_by_role("link", name=words, exact=True)
        if not entry.is_visible():
            navigation.locator("summary").click()
        entry.click()

    def type(self, label: str, text: str, within: Any = None) -> None:
        """Fill in the field of this label."""
        (within or self.main).get_by_label(label, exact=True).fill(text)

    def choose(self, label: str, *, of: str = "", within: Any = None) -> None:
        """Tick a box or choose an answer (``of`` a question)."""
        place = within or self.main
        if of:
            place = place.get_by_role("group", name=of)
        field = place.get_by_label(label, exact=True)
        place.locator(f"label[for='{field.get_attribute('id')}']").click()
        assert field.is_checked()

    def select(self, label: str, option: str, within: Any = None) -> None:
        """Choose from a list."""
        (within or self.main).get_by_label(label, exact=True).select_option(label=option)

    def unfold(self, words: str) -> None:
        """Open what is folded."""
        self.main.locator("summary", has_text=words).first.click()


class Town:
    """The site, its mail, its clock, and the people who come to it."""

    def __init__(
        self, app: Flask, url: str, mail: SmtpServer, clock: Any, chromium: Any, script: bool
    ) -> None:
        self.app, self.url, self.mail, self.clock, self.chromium = app, url, mail, clock, chromium
        self.script = script
        self.visitors: list[Visitor] = []

    def visitor(self, on: str = "desktop") -> Visitor:
        """Somebody comes to the site."""
        self.visitors.append(Visitor(self.chromium, self.url, script=self.script, on=on))
        return self.visitors[-1]

    def mail_to(self, address: str) -> Mail:
        """The newest mail to somebody, once the worker has sent what is due."""
        with self.app.app_context():
            work_off(self.app)
        return self.mail.to(address)

    def sign_in(self, visitor: Visitor, address: str) -> None:
        """Ask for a sign-in mail, open its link, press the button of its page."""
        if "/sign-in" not in visitor.page.url:
            visitor.open("/sign-in")
        visitor.is_at("Sign in")
        with self.app.app_context():
            work_off(
                self.app
            )  # what is due by now leaves first, so that the newest mail is the one asked for
        visitor.type("Your email address", address)
        visitor.press("Send me the mail")
        visitor.is_at("Check your mail")
        visitor.open(link_in(self.mail_to(address), "/sign-in/"))
        visitor.is_at("One more press")
        visitor.press("Sign in")


def link_in(mail: Mail, part: str) -> str:
    """The link of a mail that leads to such an address."""
    found = [link for link in mail.links() if part in link]
    assert found, mail.text
    return found[0]


def invite_of(mail: Mail) -> Event:
    """The one event of the invite in a mail."""
    (event,) = Calendar.from_ical(mail.calendar).walk("VEVENT")
    assert isinstance(event, Event)
    return event


@contextlib.contextmanager
def open_town(
    folder: Path, demo_file: Path, mail: SmtpServer, chromium: Any, *, script: bool
) -> Iterator[Town]:
    """The site on a copy of the demonstration, on the day it was built for."""
    path = folder / "journey.sqlite"
    for end in ("", "-wal", "-shm"):
        Path(f"{path}{end}").unlink(missing_ok=True)
    shutil.copyfile(demo_file, path)
    app = build_app(folder, f"sqlite:///{path}", **mail.settings)
    # The browser's clock is the real one: a session must not look expired to it, whenever this runs.
    app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(days=36500)
    with time_machine.travel(TODAY, tick=True) as clock, serve(app) as url:
        found = Town(app, url, mail, clock, chromium, script)
        try:
            yield found
        finally:
            for visitor in found.visitors:
                visitor.leave()
