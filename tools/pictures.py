"""Take the pictures of the README from the demonstration: ``.venv/bin/python -m tools.pictures``."""

import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import time_machine
from flask import Flask
from flask_migrate import upgrade
from PIL import Image

from tests.conftest import TODAY, build_app
from tests.demonstration import build_into
from tests.found import FOUND, person_called
from tests.live import DRAWN, WIDTHS, open_chromium, serve, session_cookie

TO = Path(__file__).parent.parent / "docs/pictures"
MOST = 250_000  # bytes of a picture


class Shot(NamedTuple):
    """A picture to take: its name, the page, who looks at it and on what, and what they do before it is taken."""

    name: str
    address: str
    who: str
    on: str = "desktop"
    do: Callable[[Any], None] = lambda page: None
    height: int = 0  # of the window, where it is not the usual one


def tick_some(page: Any) -> None:
    """The first dozen are here, but for two."""
    rows = page.locator(".rt-register > li")
    for place in range(12):
        rows.nth(place).locator("label.rt-absent" if place in (3, 9) else "label.rt-present").click()
    page.wait_for_load_state("networkidle")
    page.evaluate("scrollTo(0, 0)")


SHOTS = (
    Shot("catalogue", "/courses", "anybody"),
    Shot("booking-phone", "/bookings/{booked}", "practitioner", "phone"),
    Shot("register-phone", "/events/{today}/register", "trainer", "phone", tick_some),
    Shot("dashboard", "/impact?year=2021-22", "lwd-member", height=1240),
    Shot("report", "/report/2021-22", "lwd-member", height=1240),
    Shot("desk", "/desk", "administrator"),
)


def take(app: Flask, site: str, browser: Any, shot: Shot) -> None:
    """One picture of what is seen first, as small as its few colours allow."""
    width, height = WIDTHS[shot.on]
    window = browser.new_context(
        viewport={"width": width, "height": shot.height or height},
        device_scale_factor=2 if shot.on == "phone" else 1.5,
        reduced_motion="reduce",
        locale="en-GB",
    )
    with app.app_context():
        names = {name: find() for name, find in FOUND.items() if f"{{{name}}}" in shot.address}
        if shot.who != "anybody":
            person = person_called(shot.who)
            user = f"{person.public_id}.{person.session_number}"
            window.add_cookies(session_cookie(app, site, _user_id=user))
    page = window.new_page()
    page.goto(site + shot.address.format(**names))
    shot.do(page)
    page.evaluate(DRAWN)
    path = TO / f"{shot.name}.png"
    page.screenshot(path=str(path))
    window.close()
    Image.open(path).convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)
    if path.stat().st_size > MOST:
        raise SystemExit(f"{path.name} has {path.stat().st_size} bytes, more than {MOST}.")


def main() -> None:
    """Build the demonstration in a folder of its own, serve it, look at it."""
    TO.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder, time_machine.travel(TODAY, tick=True):
        app = build_app(
            Path(folder),
            f"sqlite:///{folder}/demo.sqlite",
            DEMONSTRATION=True,
            MAIL_TRANSPORT="demonstration",
        )
        with app.app_context():
            upgrade()
        build_into(app)
        with serve(app) as site, open_chromium() as browser:
            for shot in SHOTS:
                take(app, site, browser, shot)
        shutil.rmtree(Path(folder) / "mail", ignore_errors=True)


if __name__ == "__main__":
    main()
