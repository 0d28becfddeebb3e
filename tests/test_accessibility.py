"""Every page of the site in a real browser: empty, filled, with mistakes, on a phone and on a desktop.

``PICTURES=1`` leaves a picture of each in tests/pictures.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.db import db
from app.notifications.models import Letter
from tests.addresses import NO_PAGE, OPENINGS, Opening
from tests.conftest import TODAY, build_app
from tests.found import FOUND, person_called
from tests.live import (
    WCAG,
    WIDTHS,
    Watch,
    axe_findings,
    complaints,
    open_folds,
    picture,
    serve,
    session_cookie,
    size,
)
from tests.scenery import furnish_empty, furnish_filled

pytestmark = pytest.mark.browser


class Site(NamedTuple):
    """A site that runs: its app, its address, and a browser window for each who looks at it."""

    app: Flask
    url: str
    windows: dict[str, Any]

    def address(self, opening: Opening) -> str:
        """Where an opening leads here."""
        with self.app.app_context():
            return self.url + opening.address.format(**{name: FOUND[name]() for name in opening.names})

    def window(self, chromium: Any, who: str) -> Any:
        """The window of somebody, signed in."""
        if who not in self.windows:
            window = chromium.new_context(reduced_motion="reduce", locale="en-GB")
            with self.app.app_context():
                window.add_cookies(session_cookie(self.app, self.url, **kept_in_session(who)))
            self.windows[who] = window
        return self.windows[who]


def kept_in_session(who: str) -> dict[str, str]:
    """What the session of somebody holds."""
    if who == "anybody":
        return {}
    if who == "asked":
        return {"sign_in_email": "priya.nair@nottscc.example"}
    person = person_called(who)
    return {"_user_id": f"{person.public_id}.{person.session_number}"}


def furnished(folder: Path, name: str, source: Path) -> Flask:
    """An app on a copy of a database, furnished for looking at."""
    shutil.copyfile(source, folder / f"{name}.sqlite")
    app = build_app(
        folder, f"sqlite:///{folder / name}.sqlite", DEMONSTRATION=True, MAIL_TRANSPORT="demonstration"
    )
    with app.app_context():
        (furnish_empty if name == "empty" else furnish_filled)()
        db.session.remove()
    return app


@pytest.fixture(scope="module")
def sites(chromium: Any, folder: Path, template: Path, demo_file: Path) -> Iterator[dict[str, Site]]:
    """Both sites, on the day of the demonstration."""
    with time_machine.travel(TODAY, tick=True):
        apps = {
            name: furnished(folder, name, path) for name, path in (("empty", template), ("filled", demo_file))
        }
        with serve(apps["empty"]) as empty, serve(apps["filled"]) as filled:
            found = {"empty": Site(apps["empty"], empty, {}), "filled": Site(apps["filled"], filled, {})}
            yield found
            for site in found.values():
                for window in site.windows.values():
                    window.close()


def cases() -> Iterator[Any]:
    """Each opening in each state it can be in."""
    for opening in OPENINGS:
        yield pytest.param(opening, "filled", id=f"{opening.label}-filled")
        if opening.on_an_empty_site and opening.scene != "found":
            yield pytest.param(opening, "empty", id=f"{opening.label}-empty")
        if opening.typed is not None:
            yield pytest.param(opening, "mistakes", id=f"{opening.label}-mistakes")


@pytest.mark.parametrize(("opening", "state"), list(cases()))
def test_a_page_is_accessible_and_keeps_to_itself(
    opening: Opening, state: str, sites: dict[str, Site], chromium: Any
) -> None:
    site = sites["empty" if state == "empty" else "filled"]
    page = site.window(chromium, opening.who).new_page()
    watch, found = Watch(page, site.url), []
    try:
        page.set_viewport_size(size("desktop"))
        answer = page.goto(site.address(opening))
        assert answer.status == opening.status
        if state == "mistakes":
            make_mistakes(page, opening)
        for width in ("phone", "desktop"):
            page.set_viewport_size(size(width))
            picture(page, f"{opening.label}-{state}-{WIDTHS[width][0]}")
        open_folds(page)
        for width in ("desktop", "phone"):
            page.set_viewport_size(size(width))
            found += [f"{width}: {said}" for said in (*complaints(page), *axe_findings(page))]
        found += watch.complaints
    finally:
        page.close()
    assert not found, "\n".join([opening.address, *found])


def make_mistakes(page: Any, opening: Opening) -> None:
    """Fill the form in wrongly and send it: it comes back with a summary that leads to each field."""
    open_folds(page)
    for name, value in (opening.typed or {}).items():
        page.fill(f"main form[method=post] [name='{name}']", value)
    with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
        page.click(opening.button)
    assert sent.value.status == 422
    page.wait_for_selector(".govuk-error-summary a")
    for link in page.locator(".govuk-error-summary a").all():
        assert page.locator(f"[id='{link.get_attribute('href')[1:]}']").count() == 1


@pytest.mark.parametrize(
    ("width", "menus"), [("phone", (".rt-menu", ".rt-more")), ("desktop", (".rt-more",))]
)
def test_an_open_menu_is_accessible(
    width: str, menus: tuple[str, ...], sites: dict[str, Site], chromium: Any
) -> None:
    site = sites["filled"]
    page = site.window(chromium, "coordinator").new_page()
    page.set_viewport_size(size(width))
    page.goto(f"{site.url}/accessibility")
    for menu in menus:
        page.click(f"{menu} summary")
    page.get_by_role("link", name="My calendar").wait_for()
    picture(page, f"menu-{WIDTHS[width][0]}")
    found = [*complaints(page), *axe_findings(page)]
    page.close()
    assert not found, "\n".join(found)


def test_the_bar_over_somebody_elses_pages_is_accessible(sites: dict[str, Site], chromium: Any) -> None:
    site, found = sites["filled"], []
    window = chromium.new_context(reduced_motion="reduce", locale="en-GB")
    with site.app.app_context():
        window.add_cookies(session_cookie(site.app, site.url, **kept_in_session("administrator")))
        whom = person_called("practitioner").public_id
    page = window.new_page()
    page.goto(f"{site.url}/people/{whom}")
    page.get_by_role("button", name="See what they see").click()
    way_out = page.get_by_role("button", name="Back to my own pages")
    for width in ("phone", "desktop"):
        page.set_viewport_size(size(width))
        way_out.wait_for()
        picture(page, f"seeing-{WIDTHS[width][0]}")
        found += [f"{width}: {said}" for said in (*complaints(page), *axe_findings(page))]
        way_out.hover()
        found += [f"{width}, pointed at: {said}" for said in axe_findings(page)]
        page.mouse.move(0, 0)
    way_out.click()
    page.get_by_text("These are your own pages again.").wait_for()
    window.close()
    assert not found, "\n".join(found)


def test_a_mail_is_accessible(sites: dict[str, Site], chromium: Any) -> None:
    site, found = sites["filled"], []
    with site.app.app_context():
        letters = {
            row.message: row.html for row in db.session.execute(sa.select(Letter.message, Letter.html))
        }
    page = site.window(chromium, "anybody").new_page()
    for message, html in letters.items():
        page.set_content(html)
        for width in ("phone", "desktop"):
            page.set_viewport_size(size(width))
            # A mail is an article in the page of somebody's mail program, so it has no landmarks of its own.
            found += [f"{message}, {width}: {said}" for said in axe_findings(page, WCAG)]
    page.close()
    assert letters.keys() >= {"booked", "booking-cancelled", "part-one", "sign-in", "waiting"}
    assert not found, "\n".join(found)


def test_every_address_stands_in_the_tables(lasting_app: Flask) -> None:
    there = {rule.endpoint for rule in lasting_app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    opened = {opening.endpoint for opening in OPENINGS}
    assert there - opened - NO_PAGE.keys() == set(), "no way to open these is written down"
    assert (opened | NO_PAGE.keys()) - there == set(), "these are no longer there"


def test_every_form_is_got_wrong_or_cannot_be(lasting_app: Flask) -> None:
    rules = [rule for rule in lasting_app.url_map.iter_rules() if {"GET", "POST"} <= (rule.methods or set())]
    tried = {o.endpoint for o in OPENINGS if o.typed is not None or o.faultless}
    assert {rule.endpoint for rule in rules} - tried == set()
