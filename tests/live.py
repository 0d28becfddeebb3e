"""The site on a port of the loopback interface, and a real Chromium to open it."""

import contextlib
import logging
import os
import re
import threading
from collections.abc import Iterator, Sequence
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
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
TAGS = [*WCAG, "best-practice"]
WIDTHS = {"phone": (390, 844), "desktop": (1280, 900)}


def size(name: str) -> dict[str, int]:
    """A viewport."""
    width, height = WIDTHS[name]
    return {"width": width, "height": height}


@contextlib.contextmanager
def serve(app: Flask) -> Iterator[str]:
    """The app behind a threaded server; yields its address, which is the app's SITE_URL for so long."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    usual, address = app.config["SITE_URL"], f"http://127.0.0.1:{server.server_port}"
    app.config["SITE_URL"] = address
    try:
        yield address
    finally:
        app.config["SITE_URL"] = usual
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


def axe_findings(page: Any, tags: Sequence[str] = TAGS) -> list[str]:
    """What axe-core finds on the open page, violations and what it could not decide, a line each."""
    page.evaluate("document.fonts.ready.then(() => { scrollTo(0, 0); })")
    page.evaluate(AXE.read_text())
    options = {"runOnly": {"type": "tag", "values": tags}, "resultTypes": ["violations", "incomplete"]}
    # No script may run in a sandboxed frame, so axe cannot either: what it holds is looked at by itself.
    found = page.evaluate("options => axe.run({exclude: ['iframe[sandbox]']}, options)", options)
    return [
        f"{kind}: {rule['id']}: {rule['help']}: {rule['nodes'][0]['html'][:160]}"
        for kind in ("violations", "incomplete")
        for rule in found[kind]
    ]


# What of an element, its label or what stands next to it changes when it has the keyboard's focus.
FOCUS = """() => {
  const look = (element) => [element, element.nextElementSibling, element.closest("label")]
    .filter(Boolean)
    .flatMap((part) => [null, "::before", "::after"].map((pseudo) => {
      const style = getComputedStyle(part, pseudo);
      return [style.outline, style.boxShadow, style.border, style.backgroundColor, style.position].join();
    }))
    .join();
  const kinds = new Set(), unseen = [];
  for (const element of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
    const kind = `${element.tagName}.${element.className}.${element.type ?? ""}`;
    if (kinds.has(kind) || !element.checkVisibility() || element.disabled) continue;
    kinds.add(kind);
    document.activeElement?.blur();
    const before = look(element);
    element.focus();
    if (document.activeElement === element && look(element) === before) unseen.push(kind);
  }
  document.activeElement?.blur();
  return unseen;
}"""


def complaints(page: Any) -> list[str]:
    """What is wrong with the open page apart from what axe finds: sideways scrolling, headings, focus."""
    width = page.viewport_size["width"]
    needed = page.evaluate("document.scrollingElement.scrollWidth")
    headings = page.locator("h1").count()
    found = [f"it scrolls sideways: {needed} px"] if needed > width else []
    found += [f"{headings} h1 instead of one"] if headings != 1 else []
    page.keyboard.press("Tab")  # from now on the browser shows focus as it does to people with a keyboard
    return found + [f"focus cannot be seen on {kind}" for kind in page.evaluate(FOCUS)]


def open_folds(page: Any) -> None:
    """Open what is folded in the page, so that it is looked at too."""
    page.evaluate("document.querySelectorAll('main details').forEach((fold) => { fold.open = true; })")


class Watch:
    """What happens beside a page: errors in its console, requests that leave the site."""

    def __init__(self, page: Any, site: str) -> None:
        self.site, self.complaints = site, list[str]()
        page.on("console", self.console)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("request", self.request)

    def console(self, message: Any) -> None:
        """Note errors; that a page answers 4xx on purpose is no error of the page."""
        expected = "Failed to load resource" in message.text and re.search(
            r"status of 4(04|09|10|22)", message.text
        )
        if message.type in ("error", "warning") and not expected:
            self.complaints.append(f"console: {message.text}")

    def request(self, request: Any) -> None:
        """Note what leaves the site."""
        if not request.url.startswith((self.site + "/", "data:", "blob:")):
            self.complaints.append(f"request to {request.url}")


def session_cookie(app: Flask, site: str, **kept: str) -> list[dict[str, str]]:
    """The cookie of a session that holds this, for a window of the browser."""
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return [{"name": app.config["SESSION_COOKIE_NAME"], "value": serializer.dumps(kept), "url": site}]


DRAWN = """() => Promise.all([...document.images].filter((image) => !image.complete).map(
  (image) => new Promise((done) => { image.onload = image.onerror = done; })))"""


def picture(page: Any, name: str) -> None:
    """Take a picture into tests/pictures, when PICTURES=1 asks for them."""
    if os.environ.get("PICTURES") == "1":
        folder = Path(__file__).parent / "pictures"
        folder.mkdir(exist_ok=True)
        page.evaluate(DRAWN)
        page.screenshot(path=str(folder / f"{name}.png"), full_page=True)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser for the run."""
    with open_chromium() as found:
        yield found
