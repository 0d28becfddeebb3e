"""The site on a port of the loopback interface, and a real Chromium to open it."""

import contextlib
import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from tests.machine import missing

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AXE = Path(__file__).parent / "vendor/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = {"phone": (390, 844), "desktop": (1280, 900)}


@contextlib.contextmanager
def serve(app: Flask) -> Iterator[str]:
    """The app behind a threaded server; yields its address. The app's SITE_URL follows."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    app.config["SITE_URL"] = f"http://127.0.0.1:{server.server_port}"
    try:
        yield app.config["SITE_URL"]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def open_chromium() -> Iterator[Any]:
    """A headless Chromium of the machine's own; skips (or fails where it is required) when there is none."""
    if not CHROMIUM.exists():
        missing("a browser", "apt-get install chromium", "REQUIRE_BROWSER")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def axe_findings(page: Any) -> list[str]:
    """What axe-core finds on the open page, violations and what it could not decide, a line each."""
    page.evaluate("document.fonts.ready")
    page.evaluate(AXE.read_text())
    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations", "incomplete"]}
    found = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{kind}: {rule['id']}: {rule['help']}: {rule['nodes'][0]['html'][:160]}"
        for kind in ("violations", "incomplete")
        for rule in found[kind]
    ]


def picture(page: Any, name: str) -> None:
    """Take a picture into tests/pictures, when PICTURES=1 asks for them."""
    if os.environ.get("PICTURES") == "1":
        folder = Path(__file__).parent / "pictures"
        folder.mkdir(exist_ok=True)
        page.screenshot(path=str(folder / f"{name}.png"), full_page=True)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser for the run."""
    with open_chromium() as found:
        yield found
