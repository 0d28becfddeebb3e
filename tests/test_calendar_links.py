"""Links into the calendars of the web: right times in UTC, and every text as it was."""

from datetime import date, datetime, time, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clock import from_london
from app.web.calendar_links import additions, subscriptions
from tests.browser import CheckedClient, words
from tests.factories import make_booking, make_course, make_event, make_person

SUMMER = from_london(date(2027, 7, 1), time(9, 30))
WINTER = from_london(date(2027, 1, 12), time(9, 30))


def asked(href: str) -> dict[str, str]:
    """What a link asks for."""
    return {name: values[0] for name, values in parse_qs(urlsplit(href).query).items()}


@pytest.mark.parametrize(("starts_at", "hour"), [(SUMMER, "08"), (WINTER, "09")])
def test_both_calendars_are_told_the_times_in_utc(starts_at: datetime, hour: str):
    google, outlook = additions(
        "Training: Neglect", starts_at, starts_at + timedelta(hours=3), place="Online", details="x"
    )
    day = f"{starts_at:%Y%m%d}"
    assert asked(google.href)["dates"] == f"{day}T{hour}3000Z/{day}T{int(hour) + 3:02d}3000Z"
    assert asked(outlook.href)["startdt"] == f"{starts_at:%Y-%m-%d}T{hour}:30:00Z"
    assert asked(outlook.href)["enddt"] == f"{starts_at:%Y-%m-%d}T{int(hour) + 3:02d}:30:00Z"


@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=60))
def test_what_is_typed_comes_out_of_the_link_as_it_went_in(typed: str):
    google, outlook = additions(
        typed, WINTER, WINTER + timedelta(hours=3), place=f"at {typed}", details=f"on {typed}"
    )
    told = asked(google.href)
    assert (told["text"], told["location"], told["details"]) == (typed, f"at {typed}", f"on {typed}")
    told = asked(outlook.href)
    assert (told["subject"], told["location"], told["body"]) == (typed, f"at {typed}", f"on {typed}")
    assert asked(subscriptions("https://x.example/y.ics", typed)[1].href)["name"] == typed


def test_a_long_text_does_not_make_an_address_nobody_accepts():
    google, _ = additions("x", WINTER, WINTER, place="", details="y" * 5000)
    assert len(google.href) < 2000


@pytest.mark.usefixtures("today")
def test_a_booking_leads_into_google_outlook_and_any_other_calendar(client: CheckedClient):
    priya = make_person("Priya Patel")
    client.sign_in(priya)
    booking = make_booking(make_event(make_course("Neglect"), WINTER), priya)
    page = client.page(f"/bookings/{booking.public_id}")
    links = {words(a): a.get("href") or "" for a in page.all("a")}
    for told, name in ((asked(links["Google"]), "text"), (asked(links["Outlook"]), "subject")):
        assert told[name] == "Training: Neglect"
        assert f"http://localhost/join/{booking.public_id}" in " ".join(told.values())
        assert "meet.example" not in " ".join(told.values())
    file = client.get(links["Calendar file"])
    assert file.mimetype == "text/calendar"
    assert f"UID:{booking.public_id}-" in file.text
