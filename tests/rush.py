"""A client process of the contention test: some people, each with a browser, who all press the button at once.

It is started as a script and imports nothing of the application. On its standard input it is told where to go and
who everybody is, and later "go"; on its standard output it says "ready", and in the end what each person saw.
"""

import contextlib
import http.client
import json
import re
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

HEADING = re.compile(r"<h1[^>]*>(.*?)</h1>", re.S)


class Form(HTMLParser):
    """The fields of the first form that is sent without the browser's own checks."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where the form begins, and every field in it."""
        found = dict(attrs)
        if tag == "form" and "novalidate" in found:
            self.inside = True
        name = found.get("name")
        if self.inside and name and tag in ("input", "textarea"):
            self.fields[name] = found.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        """Note where it ends."""
        self.inside = self.inside and tag != "form"


@dataclass
class Answer:
    """What came back."""

    status: int
    location: str
    text: str

    def form(self) -> dict[str, str]:
        """The fields of the page's form as a browser would send them."""
        found = Form()
        found.feed(self.text)
        assert found.fields, f"no form on the page (status {self.status}):\n{self.text[:2000]}"
        return found.fields


@dataclass
class Browser:
    """One person's browser: cookies, and a new connection for every page, so that none is kept from others."""

    port: int
    cookie: str = ""

    def send(self, method: str, path: str, body: str | None = None) -> Answer:
        """Ask for a page; redirects are not followed."""
        headers = {"Cookie": self.cookie, "Connection": "close"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=25)) as connection:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        for set_cookie in answer.headers.get_all("Set-Cookie") or ():
            self.cookie = set_cookie.partition(";")[0]
        return Answer(answer.status, answer.headers.get("Location", ""), text)

    def get(self, path: str) -> Answer:
        """Open a page."""
        return self.send("GET", path)

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        """Send a form."""
        return self.send("POST", path, urlencode(fields))


def book(browser: Browser, path: str, opened: threading.Barrier, start: threading.Event) -> dict[str, Any]:
    """Open the form, wait for everybody, send it; take the waiting list if that is what is offered."""
    form = browser.get(path)
    opened.wait(20)
    start.wait(20)
    answer = browser.post(path, form.form())
    statuses = [form.status, answer.status]
    if answer.status == 409 and "novalidate" in answer.text:
        answer = browser.post(path, answer.form())
        statuses.append(answer.status)
    if answer.location:
        answer = browser.get(answer.location)
        statuses.append(answer.status)
    heading = HEADING.search(answer.text)
    return {"statuses": statuses, "heading": heading[1] if heading else ""}


def main() -> None:
    """Run the people of this process."""
    task = json.loads(sys.stdin.readline())
    visits = [(Browser(task["port"], cookie), path) for path, cookie in task["visits"]]
    opened, start = threading.Barrier(len(visits) + 1), threading.Event()
    with ThreadPoolExecutor(len(visits)) as people:
        seen = [people.submit(book, browser, path, opened, start) for browser, path in visits]
        opened.wait(20)
        print("ready", flush=True)  # noqa: T201
        sys.stdin.readline()
        start.set()
        print(json.dumps([one.result() for one in seen]), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
