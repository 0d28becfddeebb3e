"""Words of a mail are looked at and saved in a browser, with script."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app.accounts.rules import Role
from app.db import db
from app.notifications.models import WordingVersion
from app.notifications.shipped import shipped
from tests.conftest import TODAY
from tests.factories import make_booking, make_course, make_event, make_person
from tests.live import Watch, serve, session_cookie

pytestmark = pytest.mark.browser


@contextmanager
def editing(app: Flask, chromium: Any) -> Iterator[Any]:
    """Carla's browser at the words of "Booked"; Priya and Zoë have a place."""
    event = make_event(make_course("Neglect"), starts=TODAY + timedelta(days=20))
    for name in ("Priya Nair", "Zoë Okoro"):
        make_booking(event, make_person(name))
    carla = make_person("Carla Coordinator", Role.COORDINATOR)
    session = f"{carla.public_id}.{carla.session_number}"
    db.session.rollback()
    with serve(app) as address:
        window = chromium.new_context(base_url=address)
        window.add_cookies(session_cookie(app, address, _user_id=session))
        page = window.new_page()
        watch = Watch(page, address)
        page.goto("/messages/booked")
        yield page
        assert watch.complaints == []
        window.close()


def test_words_that_were_just_looked_at_can_be_saved(app: Flask, chromium: Any, today: object):
    words = shipped("booked").text + "\n\nBring a pen.\n"
    with editing(app, chromium) as page:
        page.fill("textarea[name=text]", words)
        page.get_by_role("button", name="Show these words").click()
        page.frame_locator("iframe[name=preview]").get_by_text("Bring a pen.").wait_for()
        page.get_by_role("button", name="Save", exact=True).click()
        page.wait_for_selector(".rt-banner--success")
    assert "Bring a pen." in db.session.query(WordingVersion).one().text


def test_enter_after_a_name_looks_for_somebody_and_saves_nothing(app: Flask, chromium: Any, today: object):
    with editing(app, chromium) as page:
        page.fill("textarea[name=text]", shipped("booked").text + "\n\nHalf a sen\n")
        page.fill("input[name=named]", "okor")
        page.press("input[name=named]", "Enter")
        page.wait_for_url("**/messages/booked")
        page.wait_for_function("document.querySelector('select[name=about]').options.length === 1")
        assert "Half a sen" in page.input_value("textarea[name=text]")
    assert not db.session.query(WordingVersion).all()
