"""Words of a mail are looked at and saved in a browser, with script."""

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


def test_words_that_were_just_looked_at_can_be_saved(app: Flask, chromium: Any, today: object):
    event = make_event(make_course("Neglect"), starts=TODAY + timedelta(days=20))
    make_booking(event, make_person("Priya Nair"))
    carla = make_person("Carla Coordinator", Role.COORDINATOR)
    session = f"{carla.public_id}.{carla.session_number}"
    words = shipped("booked").text + "\n\nBring a pen.\n"
    db.session.rollback()
    with serve(app) as address:
        window = chromium.new_context(base_url=address)
        window.add_cookies(session_cookie(app, address, _user_id=session))
        page = window.new_page()
        watch = Watch(page, address)
        page.goto("/messages/booked")
        page.fill("textarea[name=text]", words)
        page.get_by_role("button", name="Show these words").click()
        page.frame_locator("iframe[name=preview]").get_by_text("Bring a pen.").wait_for()
        page.get_by_role("button", name="Save", exact=True).click()
        page.wait_for_selector(".rt-banner--success")
        assert watch.complaints == []
        window.close()
    assert "Bring a pen." in db.session.query(WordingVersion).one().text
