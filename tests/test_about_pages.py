"""The pages that say what this site is."""

import pytest
from flask import Flask

from tests.browser import CheckedClient
from tests.factories import make_partnership

PAGES = {
    "/about": "About Roundtable",
    "/accessibility": "Accessibility",
    "/privacy": "Privacy",
    "/contact": "Contact the training team",
}


@pytest.mark.parametrize(("path", "heading"), PAGES.items())
def test_anybody_can_read_what_the_site_is(client: CheckedClient, path: str, heading: str):
    make_partnership()
    page = client.page(path)
    assert page.heading == heading
    assert path == "/accessibility" or "Northshire Safeguarding Children Partnership" in page.text


def test_what_is_invented_is_told_in_a_demonstration_only(
    client: CheckedClient, app: Flask, monkeypatch: pytest.MonkeyPatch
):
    make_partnership()
    assert "invented" not in client.page("/about").text
    monkeypatch.setitem(app.config, "DEMONSTRATION", True)
    text = client.page("/about").text
    assert "What is real and what is invented in this demonstration" in text
    assert "The split of the training opportunities" in text and "The ratings of all other courses" in text
    assert "nobody reads or answers there" in client.page("/contact").text


def test_the_training_team_can_be_reached(client: CheckedClient):
    make_partnership()
    page = client.page("/contact")
    assert page.link("training@northshire.example") == "mailto:training@northshire.example"
    assert page.link("01632 960001") == "tel:01632960001"


def test_a_partnership_without_an_address_says_so(client: CheckedClient):
    make_partnership(contact_email="", contact_phone="")
    assert "has not put an address here yet" in client.page("/contact").text
