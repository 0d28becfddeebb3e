"""Calendars to subscribe to, as two other calendar readers understand them, and byte for byte."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clock import from_london
from app.notifications.feed_text import Entry, Feed, feed_text, folded
from tests.calendar_checkers import Sitting, read_with_both, understood
from tests.test_calendar import CLOCK_CHANGES

CHANGED = datetime(2026, 11, 12, 9, 30, tzinfo=UTC)
STARTS = from_london(date(2027, 1, 12), time(9, 30))
ENTRY = Entry(
    uid="kZ0p6bJXv1Qe2c9d-Vb3n-_8sQw1Zx4Rt@roundtable",
    sequence=3,
    title="Training: Neglect",
    starts_at=STARTS,
    ends_at=STARTS + timedelta(hours=3),
    changed_at=CHANGED,
    location="Hill House, 1 High Street, NS1 2AB",
    description="Joining link: https://site.example/join/kZ0p6bJXv1Qe2c9d",
    url="https://site.example/join/kZ0p6bJXv1Qe2c9d",
)
HARD = (
    "Training: fabricated, induced illness; part 1 \\ of 2",
    "Siân's “Neglect” – Ó Briain\\n",
    "東京" * 90,
    "x" * 74 + "ü" * 400,
    "العنف الأسري",
    "👩‍👩‍👧‍👦" * 30,
    "First line\nsecond, line; with: all\n\nof \\it",
)
WRITABLE = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=300)


def feed(*entries: Entry, name: str = "Northshire SCP training") -> Feed:
    """A calendar with these."""
    return Feed(name, "Northshire SCP training", "training@northshire.example", entries)


def lines(text: str) -> list[str]:
    """The calendar's lines, unfolded."""
    return text.replace("\r\n ", "").split("\r\n")


def two_hundred() -> list[Entry]:
    """A year of entries across both clock changes, every seventh called off, with hard texts."""
    return [
        ENTRY._replace(
            uid=f"booking{number:03d}-session@roundtable",
            sequence=number % 5,
            title=f"Training: {HARD[number % len(HARD)]}",
            description=HARD[(number + 1) % len(HARD)],
            location=HARD[(number + 2) % len(HARD)],
            starts_at=STARTS + timedelta(days=2 * number, minutes=number),
            ends_at=STARTS + timedelta(days=2 * number, minutes=number, hours=3),
            lost="" if number % 7 else "Cancelled",
        )
        for number in range(200)
    ]


def expected(*entries: Entry) -> list[Sitting]:
    """What a reader should make of them."""
    return [Sitting(one.uid, one.sequence, one.starts_at, one.ends_at) for one in entries]


def test_two_other_readers_find_the_same_two_hundred_entries_and_no_fault():
    entries = two_hundred()
    assert read_with_both(feed_text(feed(*entries))) == expected(*entries)


@pytest.mark.parametrize(("day", "start", "end"), CLOCK_CHANGES)
def test_both_sides_of_both_clock_changes_are_told_right(day: date, start: time, end: time):
    entry = ENTRY._replace(starts_at=from_london(day, start), ends_at=from_london(day, end))
    text = feed_text(feed(entry))
    assert f"DTSTART;TZID=Europe/London:{day:%Y%m%d}T{start:%H%M%S}" in lines(text)
    assert read_with_both(text) == expected(entry)


def test_of_the_hour_that_comes_twice_the_second_is_told_in_utc():
    second = datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    entry = ENTRY._replace(starts_at=second, ends_at=second + timedelta(hours=2))
    text = feed_text(feed(entry))
    assert "DTSTART:20271031T013000Z" in lines(text)
    assert read_with_both(text) == expected(entry)


@pytest.mark.parametrize("text", HARD)
def test_commas_line_ends_and_other_alphabets_come_through(text: str):
    entry = ENTRY._replace(title=text, description=text, location=text)
    (event,) = understood(feed_text(feed(entry))).events
    assert [event["summary"], event["description"], event["location"]] == [text] * 3


@given(WRITABLE, WRITABLE)
def test_every_title_comes_back_as_it_was_and_no_line_is_too_long(title: str, name: str):
    text = feed_text(feed(ENTRY._replace(title=title or "-"), name=name))
    assert understood(text).events[0]["summary"] == (title or "-")
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    assert "\n" not in text.replace("\r\n", "")


@given(st.text(max_size=120))
def test_nothing_that_is_typed_begins_a_line_of_its_own(typed: str):
    entry = ENTRY._replace(title=typed, description=typed, location=typed)
    names = {line.partition(":")[0].partition(";")[0] for line in lines(feed_text(feed(entry, name=typed)))}
    assert names <= {line.partition(":")[0].partition(";")[0] for line in lines(feed_text(feed(ENTRY)))}


@given(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r\n"), max_size=400))
def test_a_folded_line_unfolds_to_itself_and_is_cut_between_characters(line: str):
    pieces = folded(line).split("\r\n ")
    assert "".join(pieces) == line
    assert all(len(piece.encode()) <= (75 if number == 0 else 74) for number, piece in enumerate(pieces))


@pytest.mark.parametrize(
    "line",
    [
        "METHOD:PUBLISH",
        "NAME:Northshire SCP training",
        "X-WR-CALNAME:Northshire SCP training",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "SEQUENCE:3",
        "DTSTAMP:20261112T093000Z",
        "LAST-MODIFIED:20261112T093000Z",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        'ORGANIZER;CN="Northshire SCP training":mailto:training@northshire.example',
    ],
)
def test_a_feed_says(line: str):
    assert line in lines(feed_text(feed(ENTRY)))


def test_what_is_called_off_says_so_thrice_and_takes_nobodys_time():
    text = lines(feed_text(feed(ENTRY._replace(lost="Cancelled"))))
    assert "STATUS:CANCELLED" in text
    assert "SUMMARY:Cancelled: Training: Neglect" in text
    assert "TRANSP:TRANSPARENT" in text
    assert "X-MICROSOFT-CDO-BUSYSTATUS:FREE" in text


def test_where_one_joins_and_that_it_is_private_is_said_as_in_an_invite():
    online = ENTRY._replace(online=True, private=True)
    assert read_with_both(feed_text(feed(online))) == expected(online)
    text = lines(feed_text(feed(online)))
    assert f"CONFERENCE;VALUE=URI;FEATURE=VIDEO;LABEL=Join:{ENTRY.url}" in text
    assert "CLASS:PRIVATE" in text
    assert "CONFERENCE" not in feed_text(feed(online._replace(lost="Cancelled")))


def test_nothing_is_said_with_an_empty_property():
    text = lines(feed_text(feed(ENTRY._replace(location="", description="", url=""))))
    assert not [line for line in text[:-1] if line.endswith(":")]
    assert not [line for line in text if line.startswith(("LOCATION", "DESCRIPTION", "URL"))]


def test_nobody_attends():
    assert "ATTENDEE" not in feed_text(feed(*two_hundred()))


def test_a_feed_without_entries_is_a_calendar_all_the_same():
    text = feed_text(feed())
    assert read_with_both(text) == []
    assert understood(text).parts == ["vtimezone"]


def test_the_same_entries_have_the_same_bytes_and_fingerprint_and_any_other_another():
    first, again = feed(*two_hundred()), feed(*two_hundred())
    assert feed_text(first) == feed_text(again)
    assert first.fingerprint == again.fingerprint
    others = [
        feed(ENTRY._replace(**{name: value}))
        for name, value in {
            "sequence": 4,
            "title": "Other",
            "starts_at": STARTS - timedelta(minutes=5),
            "ends_at": STARTS + timedelta(hours=4),
            "changed_at": CHANGED + timedelta(seconds=1),
            "location": "Low Hall",
            "description": "Other",
            "url": "https://site.example/",
            "lost": "Postponed",
            "busy": False,
            "online": True,
            "private": True,
        }.items()
    ]
    assert len({one.fingerprint for one in [feed(ENTRY), feed(ENTRY, name="x"), feed(), *others]}) == 15


def test_a_name_of_two_lines_is_called_by_one():
    text = feed_text(feed(ENTRY, name="Neglect\r\nX-EVIL:1"))
    assert "X-WR-CALNAME:Neglect X-EVIL:1\r\n" in text
    assert read_with_both(text) == expected(ENTRY)
