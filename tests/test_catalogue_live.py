"""With script, a filter of the catalogue shows its results at once, and the address follows."""

from typing import Any

import pytest
from flask import Flask

from tests.factories import make_course, make_event
from tests.live import serve

pytestmark = pytest.mark.browser


def test_a_filter_shows_its_results_without_reloading(app: Flask, chromium: Any, today: object):
    make_event(make_course("Neglect", level=2))
    make_event(make_course("County lines", level=3))
    with serve(app) as address:
        page = chromium.new_page()
        faults: list[str] = []
        page.on("console", lambda message: faults.append(message.text))
        page.goto(f"{address}/courses")
        assert page.inner_text("#said").startswith("2 dates")
        page.evaluate("window.stays = true")
        page.check("#level-3")
        page.wait_for_url("**/courses?*level=3*")
        page.get_by_role("link", name="Neglect", exact=True).wait_for(state="detached")
        assert page.inner_text("#said").startswith("1 date")
        page.go_back()
        page.get_by_role("link", name="Neglect", exact=True).wait_for()
        assert page.evaluate("window.stays")
        assert faults == []
        page.close()
