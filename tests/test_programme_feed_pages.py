"""The programme as a calendar that anybody may follow: its addresses, its answers and the buttons that lead there."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from time_machine import Traveller

from app.web import feeds
from tests.browser import CheckedClient, Page, words
from tests.calendar_checkers import read_with_both
from tests.factories import make_course, make_event, make_partnership
from tests.statements import count_statements

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
JANUARY = datetime(2027, 1, 12, 9, 30, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """No text of another test's programme."""
    feeds.kept.clear()


def titles(client: CheckedClient, path: str) -> list[str]:
    """What is in the calendar of that address."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    assert answer.content_type == "text/calendar; charset=utf-8"
    found = [line for line in answer.text.replace("\r\n ", "").splitlines() if line.startswith("SUMMARY:")]
    assert len(found) == len(read_with_both(answer.text))
    return sorted(line.removeprefix("SUMMARY:") for line in found)


def followed(page: Page) -> str:
    """The address that the page's button for Apple follows, on this site."""
    (href,) = (a.get("href") or "" for a in page.all("a") if words(a).startswith("Apple and others"))
    assert href.startswith("webcal://localhost/")
    return href.removeprefix("webcal://localhost")


def test_anybody_can_follow_the_whole_programme_or_one_course(client: CheckedClient):
    for title in ("Neglect", "Radicalisation"):
        make_event(make_course(title), JANUARY)
    assert titles(client, "/programme.ics") == ["Neglect", "Radicalisation"]
    for path in ("/programme/neglect.ics", "/programme.ics?course=neglect"):
        assert titles(client, path) == ["Neglect"]


@pytest.mark.parametrize(
    "path", ["/programme/nothing.ics", "/programme.ics?course=draft", "/programme/draft.ics"]
)
def test_a_course_that_nobody_may_know_of_has_no_calendar(client: CheckedClient, path: str):
    make_event(make_course("Draft", published=False), JANUARY)
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (404, "text/plain")


def test_an_audience_can_follow_what_is_for_them(client: CheckedClient):
    make_event(make_course("Neglect", audience_groups=["Volunteer"]), JANUARY)
    make_event(make_course("Boards", audience_groups=["Senior or strategic leader"]), JANUARY)
    make_event(make_course("Everybody"), JANUARY)
    assert titles(client, "/programme.ics?group=Volunteer") == ["Everybody", "Neglect"]
    answer = client.get("/programme.ics?group=Volunteer")
    assert "X-WR-CALNAME:Northshire SCP training: Volunteer" in answer.text


def test_a_filter_that_nobody_could_have_chosen_is_left_out(client: CheckedClient):
    make_event(make_course("Neglect"), JANUARY)
    for query in ("level=9", "group=nobody", "kind=<script>", "month=2027-99", "page=7", "q="):
        assert titles(client, f"/programme.ics?{query}") == ["Neglect"]


def test_the_pages_lead_to_the_calendars_of_what_they_show(client: CheckedClient):
    make_event(make_course("Neglect", level=2), JANUARY)
    make_event(make_course("Radicalisation", level=3), JANUARY)
    for page, found in (
        ("/programme", ["Neglect", "Radicalisation"]),
        ("/courses", ["Neglect", "Radicalisation"]),
        ("/courses?level=2", ["Neglect"]),
        ("/courses/radicalisation", ["Radicalisation"]),
    ):
        opened = client.page(page)
        assert titles(client, followed(opened)) == found
        assert "every 8 to 24 hours" in opened.text


def test_google_and_outlook_are_told_the_whole_address(client: CheckedClient):
    make_event(make_course("Neglect"), JANUARY)
    page = client.page("/programme")
    links = [a.get("href") or "" for a in page.all("a") if "follow Northshire SCP training" in words(a)]
    google, outlook = (parse_qs(urlsplit(href).query) for href in links[:2])
    assert google == {"cid": ["webcal://localhost/programme.ics"]}
    assert outlook == {"url": ["http://localhost/programme.ics"], "name": ["Northshire SCP training"]}


def test_the_answer_may_be_kept_for_a_quarter_of_an_hour_and_need_not_be_sent_twice(
    client: CheckedClient, today: Traveller
):
    event = make_event(make_course("Neglect"), JANUARY)
    first = client.get("/programme.ics")
    assert first.headers["Cache-Control"] == "public, max-age=900"
    assert "X-Robots-Tag" not in first.headers
    etag, since = first.headers["ETag"], first.headers["Last-Modified"]
    today.shift(timedelta(hours=3))
    assert client.get("/programme.ics").data == first.data
    for asked in ({"If-None-Match": etag}, {"If-Modified-Since": since}):
        assert client.get("/programme.ics", headers=asked).status_code == 304
    head = client.head("/programme.ics")
    assert (head.data, head.headers["Content-Length"]) == (b"", first.headers["Content-Length"])
    make_event(event.course, JANUARY + timedelta(days=1))
    assert client.get("/programme.ics", headers={"If-None-Match": etag}).status_code == 200


def test_what_leaves_the_programme_is_noticed_by_the_next_day_whatever_is_asked(
    client: CheckedClient, today: Traveller
):
    make_event(make_course("Neglect"), NOW - timedelta(days=29, hours=12))
    first = client.get("/programme.ics")
    assert "Neglect" in first.text
    today.shift(timedelta(days=2))
    for name, value in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")):
        answer = client.get("/programme.ics", headers={name: first.headers[value]})
        assert answer.status_code == 200
        assert "Neglect" not in answer.text


def test_few_texts_are_kept_and_one_that_changed_is_written_anew(
    client: CheckedClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(feeds, "KEPT_OCTETS", 12_000)
    for number in range(12):
        make_event(make_course(f"Course {number}"), JANUARY)
        assert titles(client, f"/programme/course-{number}.ics") == [f"Course {number}"]
        assert sum(len(feed.text) for feed in feeds.kept.values()) <= 12_000
    assert 2 < len(feeds.kept) < 12
    assert len(titles(client, "/programme.ics")) == 12


def test_a_calendar_that_did_not_change_is_written_once(
    client: CheckedClient, monkeypatch: pytest.MonkeyPatch
):
    make_event(make_course("Neglect"), JANUARY)
    make_event(make_course("Radicalisation"), JANUARY)
    made = []
    monkeypatch.setattr(feeds, "write", lambda *feed, write=feeds.write: made.append(feed) or write(*feed))
    for path in ("/programme.ics", "/programme.ics", "/programme/neglect.ics", "/programme.ics"):
        assert "Neglect" in titles(client, path)
    assert len(made) == 2


def test_the_statements_are_as_many_for_one_date_as_for_two_hundred(client: CheckedClient):
    make_partnership()
    counted = []
    for many in (1, 199):
        for number in range(many):
            starts = JANUARY + timedelta(days=number, minutes=len(counted))
            make_event(make_course(f"Course {number % 20}"), starts)
        with count_statements() as statements:
            answer = client.get("/programme.ics")
        counted.append(len(statements))
        with count_statements() as statements:
            again = client.get("/programme.ics", headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304
        counted.append(len(statements))
    assert answer.text.count("BEGIN:VEVENT") == 200
    assert counted == [3, 3, 3, 3]


def test_an_empty_programme_is_an_empty_calendar(client: CheckedClient):
    make_partnership()
    assert titles(client, "/programme.ics") == []
