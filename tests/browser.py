"""A test client that behaves like a browser without script, and checks every page it opens."""

import re
from collections import Counter
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.accounts.models import Person
from app.db import db

FIELDS = {"input", "select", "textarea"}
UNLABELLED_KINDS = {"hidden", "submit", "button", "image", "reset"}


class Page:
    """An answer's HTML, parsed; finds what a person would look for."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.html = response.get_data(as_text=True)
        parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
        self.tree: Element = parser.parse(self.html)

    def all(self, name: str) -> list[Element]:
        """Every element of that name."""
        return list(self.tree.iter(name))

    @property
    def text(self) -> str:
        """The words of the page's main part, blanks folded."""
        main = self.tree.find(".//main")
        return words(main if main is not None else self.tree)

    @property
    def heading(self) -> str:
        """The words of the h1."""
        return words(self.all("h1")[0])

    def form(self, action_ends: str = "", button: str = "") -> dict[str, Any]:
        """The fields of the form whose action ends so, or that has that button: name to value."""
        for form in self.all("form"):
            labels = [words(b) for b in form.iter("button")]
            if (form.get("action") or "").endswith(action_ends) and (not button or button in labels):
                return fields_of(form)
        raise AssertionError(f"no form to {action_ends!r} with button {button!r} on this page")

    def link(self, label: str) -> str:
        """The address behind the link with these words."""
        for anchor in self.all("a"):
            if words(anchor) == label:
                return anchor.get("href") or ""
        raise AssertionError(f"no link {label!r} on this page")


def words(element: Element) -> str:
    """An element's text, blanks folded."""
    return " ".join("".join(element.itertext()).split())


def fields_of(form: Element) -> dict[str, Any]:
    """What a browser would send for a form as it stands (without its buttons)."""
    found: dict[str, Any] = {}
    for field in form.iter():
        name = field.get("name")
        if not name or field.tag not in FIELDS:
            continue
        if field.tag == "select":
            options = list(field.iter("option"))
            chosen = [o for o in options if o.get("selected") is not None] or options[:1]
            found[name] = (
                (chosen[0].get("value") if chosen[0].get("value") is not None else words(chosen[0]))
                if chosen
                else ""
            )
        elif field.tag == "textarea":
            found[name] = "".join(field.itertext())
        elif field.get("type") in ("checkbox", "radio"):
            if field.get("checked") is not None:
                value = field.get("value", "on")
                if name in found and field.get("type") == "checkbox":
                    found[name] = [*(found[name] if isinstance(found[name], list) else [found[name]]), value]
                else:
                    found[name] = value
        elif field.get("type") not in ("submit", "button", "image", "reset", "file"):
            value = field.get("value", "")
            if name in found:  # the three boxes of a day
                found[name] = [*(found[name] if isinstance(found[name], list) else [found[name]]), value]
            else:
                found[name] = value
    return found


def check_page(page: Page) -> None:
    """What holds on every page: title, one h1, unique ids, a label for every field, no inline style or script."""
    titles = [words(t) for t in page.all("title") if words(t)]
    assert titles, "the page has no title"
    assert len(page.all("h1")) == 1, f"{len(page.all('h1'))} h1 on {titles[0]!r}"
    ids = Counter(e.get("id") for e in page.tree.iter() if e.get("id"))
    assert not [i for i, n in ids.items() if n > 1], f"ids twice: {[i for i, n in ids.items() if n > 1]}"
    labels = {label.get("for") for label in page.all("label")}
    for field in page.tree.iter():
        if field.tag in FIELDS and field.get("type") not in UNLABELLED_KINDS:
            named = field.get("id") in labels or field.get("aria-label") or field.get("aria-labelledby")
            assert named, f"field {field.get('name')!r} has no label"
        assert field.get("style") is None, f"inline style on {field.tag}"
    for script in page.all("script"):
        assert script.get("src") or script.get("nonce"), "a script without a nonce"


class CheckedClient(FlaskClient):
    """Opens pages, follows redirects, fills forms; every HTML page is checked."""

    def open(self, *arguments: Any, **keywords: Any) -> TestResponse:
        """As Flask's, each request in a context and database session of its own, and look at what came."""
        db.session.rollback()  # the test's own session sees afterwards what the request did
        keywords.setdefault("buffered", True)  # a browser reads to the end; sheets are written while it does
        with self.application.app_context():
            response = super().open(*arguments, **keywords)
        is_page = response.mimetype == "text/html" and not 300 < response.status_code < 400
        # A mail for a frame brings its own styles, under a policy that shuts everything else out.
        if is_page and "sandbox" not in response.headers.get("Content-Security-Policy", ""):
            check_page(Page(response))
        return response

    def page(self, path: str, status: int = 200) -> Page:
        """Open a page (redirects followed) and expect this status."""
        response = self.get(path, follow_redirects=True)
        assert response.status_code == status, f"{path}: {response.status_code}"
        return Page(response)

    def send(
        self,
        path: str,
        *,
        on: str = "",
        button: str = "",
        status: int = 200,
        follow: bool = True,
        **typed: Any,
    ) -> Page:
        """Open the page ``on`` (or ``path``), fill its form with what is typed, press the button, expect the status.

        The form is the one whose action ends with ``path`` (or has none) or that has the button.
        """
        page = self.page(on or path)
        forms = page.all("form")
        actions = [f.get("action") or "" for f in forms]
        wanted = path if any(a.endswith(path) for a in actions) else ""
        fields = page.form(wanted, button) if button or wanted else page.form("", button)
        response = self.post(path, data={**fields, **typed}, follow_redirects=follow)
        assert response.status_code == status, (
            f"POST {path}: {response.status_code}\n{response.get_data(as_text=True)[:2000]}"
        )
        return Page(response)

    def sign_in(self, person: Person) -> "CheckedClient":
        """Become this person without the mail (the sign-in pages have tests of their own)."""
        with self.session_transaction() as session:
            session["_user_id"] = f"{person.public_id}.{person.session_number}"
            session["_fresh"] = True
        return self

    def token(self, on: str = "/courses") -> str:
        """The CSRF token of this client's session, from a form of that page (signed in: of any page)."""
        page = self.page(on)
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.html)
        assert found, f"no form with a CSRF token on {on}"
        return found.group(1)
