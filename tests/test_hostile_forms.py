"""Every form of the site, sent with what nobody means: it is answered in words, never with an error page."""

from xml.etree.ElementTree import Element

import pytest
from flask import Flask

from tests.browser import CheckedClient, Page, fields_of
from tests.test_access import DOORS, World, person_called, the_world

HOSTILE = (
    "9" * 400,
    "-1",
    "1e400",
    "\x00a",
    "29 2 2027",
    "\U0001f4a5" * 3000,
    '\u2019"><script>alert(1)</script>',
    "=cmd|\u2019 /C calc\u2019!A0",
    "a\r\nBcc: somebody@elsewhere.example",
)
KNOCKING = ("coordinator", "practitioner", "agency lead")
LEFT_ALONE = ("/sign-out", "/sign-in", "/seeing")


def forms_behind(client: CheckedClient, path: str) -> list[Element]:
    """The forms that change something on the page of a door, if it opens a page."""
    answer = client.get(path, follow_redirects=True)
    assert answer.status_code < 500, path
    if answer.status_code != 200 or "html" not in answer.content_type:
        return []
    forms = [form for form in Page(answer).all("form") if (form.get("method") or "").lower() == "post"]
    return [form for form in forms if not any(part in (form.get("action") or "") for part in LEFT_ALONE)]


def send_hostile(client: CheckedClient, path: str, form: Element, world: World, who: str) -> int:
    """Send one form with each of the values in all its fields, pressing each of its buttons in turn."""
    fields = fields_of(form)
    buttons = [(b.get("name"), b.get("value") or "") for b in form.iter("button") if b.get("name")]
    for number, value in enumerate(HOSTILE):
        typed = {name: found if name == "csrf_token" else value for name, found in fields.items()}
        typed |= dict([buttons[number % len(buttons)]]) if buttons else {}
        answer = client.post(form.get("action") or path, data=typed)
        assert answer.status_code < 500, f"{form.get('action') or path} with {value[:20]!r}"
        client.sign_in(person_called(world, who))
    return len(HOSTILE)


@pytest.mark.usefixtures("today")
@pytest.mark.parametrize("who", KNOCKING)
def test_no_form_answers_hostile_input_with_an_error(app: Flask, client: CheckedClient, who: str):
    world, sent = the_world(), 0
    for door in DOORS.values():
        path = door.path.format(**world)
        client.sign_in(person_called(world, who))
        for form in forms_behind(client, path):
            sent += send_hostile(client, path, form, world, who)
    assert sent > 50
