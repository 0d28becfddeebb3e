"""Secret addresses of calendars, made on My calendar and read by whoever has them."""

import re
from datetime import UTC, datetime

from tests.browser import CheckedClient

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)

ADDRESS = re.compile(r'value="(http://localhost/calendar/([\w-]{32})\.ics)"')


def new_address(client: CheckedClient, button: str = "Make an address") -> str:
    """The path of the address that is made by pressing the button, as the page shows it."""
    page = client.send("/calendar/address", on="/calendar", button=button)
    found = ADDRESS.search(page.html)
    assert found, page.text
    return f"/calendar/{found[2]}.ics"


def stranger(client: CheckedClient) -> CheckedClient:
    """Somebody's calendar: it has no cookies."""
    found = client.application.test_client()
    assert isinstance(found, CheckedClient)
    return found


def lines(text: str) -> list[str]:
    """The calendar's lines, unfolded."""
    return text.replace("\r\n ", "").splitlines()
