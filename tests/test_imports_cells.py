"""What a cell says: read back whatever is written, and what is none is named in words."""

import string
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.catalogue.rules import KINDS
from app.clock import LONDON, in_london
from app.imports import cells
from app.imports.cells import Wrong

DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
MINUTES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
WRITTEN: tuple[Callable[[date], str], ...] = (
    lambda day: f"{day:%d/%m/%Y}",
    lambda day: f"{day.day}.{day.month}.{day.year}",
    lambda day: f"{day.day} - {day.month} - {day.year}",
    lambda day: day.isoformat(),
    lambda day: f"{day:%Y/%m/%d}",
    lambda day: f"{day.day} {day:%B} {day.year}",
    lambda day: f"{day:%a} {day.day} {day:%b} {day.year}",
    lambda day: f"{day:%d-%b-%Y}",
    lambda day: f"{day:%B} {day.day}, {day.year}",
    lambda day: f"{day:%A}, {day.day}th {day:%B} {day.year}",
)
PARSERS = (
    cells.day,
    cells.clock_time,
    cells.moment,
    cells.email,
    cells.whole,
    cells.yes,
    cells.link,
    cells.day_and_time,
    lambda text: cells.instant(date(2026, 10, 25), text),
    lambda text: cells.one_of(text, KINDS),
)


def wrong(parser: Callable[[str], object], text: str) -> str:
    with pytest.raises(Wrong) as found:
        parser(text)
    return str(found.value)


@given(DAYS, st.sampled_from(WRITTEN))
def test_a_day_is_read_however_it_is_written(day: date, write: Callable[[date], str]):
    assert cells.day(write(day)) == day


@given(MINUTES)
def test_a_time_is_read_however_it_is_written(at: time):
    half, hour = ("am" if at.hour < 12 else "pm"), at.hour % 12 or 12
    for text in (f"{at:%H:%M}", f"{at:%H.%M}", f"{at:%H:%M}:00", f"{hour}:{at.minute:02d} {half}"):
        assert cells.clock_time(text) == at


@given(st.datetimes(datetime(1996, 1, 1), datetime(2037, 1, 1)))  # noqa: DTZ001
def test_every_instant_is_read_back_with_the_zone_that_the_clocks_showed(naive: datetime):
    instant = naive.replace(second=0, microsecond=0, tzinfo=UTC)
    local = in_london(instant)
    assert cells.instant(local.date(), f"{local:%H:%M} {local:%Z}") == instant
    assert cells.moment(f"{local:%Y-%m-%dT%H:%M:00%z}") == instant


@given(st.datetimes(datetime(1996, 1, 1), datetime(2037, 1, 1)))  # noqa: DTZ001
def test_a_day_with_a_time_is_the_instant_that_shows_it_or_is_refused(naive: datetime):
    naive = naive.replace(second=0, microsecond=0)
    try:
        found = cells.moment(f"{naive:%d/%m/%Y %H:%M}")
    except Wrong as refused:
        assert "clocks go" in str(refused)
        shown = {fold: naive.replace(tzinfo=LONDON, fold=fold).utcoffset() for fold in (0, 1)}
        assert shown[0] != shown[1]
    else:
        assert in_london(found).replace(tzinfo=None) == naive
        assert in_london(found + timedelta(hours=1)).replace(tzinfo=None) != naive


@given(st.text(max_size=30))
def test_any_text_is_a_value_or_wrong_in_words(text: str):
    for parser in PARSERS:
        try:
            parser(text)
        except Wrong as refused:
            assert str(refused)


@given(st.text(string.ascii_lowercase + string.digits + "._-", min_size=1, max_size=20))
def test_the_quick_look_at_an_address_agrees_with_the_slow_one(local: str):
    from email_validator import EmailNotValidError, validate_email

    assume(cells.PLAIN_EMAIL.fullmatch(f"{local}@hill-top.co.uk"))
    try:
        validate_email(f"{local}@hill-top.co.uk", check_deliverability=False)
    except EmailNotValidError as refused:
        pytest.fail(f"{local}: {refused}")


@given(st.integers(0, 5000))
def test_a_whole_number_is_read_however_it_is_written(number: int):
    assert {cells.whole(text) for text in (str(number), f"{number:,}", f"{number}.0")} == {number}


@pytest.mark.parametrize(
    ("parser", "text", "words"),
    [
        (cells.day, "31/02/2026", "31 February 2026 is not a date"),
        (cells.day, "31 February 2026", "31 February 2026 is not a date"),
        (cells.day, "29/2/2026", "29 February 2026 is not a date"),
        (cells.day, "05/13/2026", "there is no month 13. The day comes before the month"),
        (cells.day, "2026-13-05", "there is no month 13"),
        (cells.day, "12/5/26", "could be several days. Write the year with four figures"),
        (cells.day, "46154", "is how Excel counts days (12 May 2026"),
        (cells.day, "soon", "is not a date. Write a day like 12/05/2026 or 2026-05-12"),
        (cells.day, "12 Mai 2026", "is not a date"),
        (cells.day, "12/05/1026", "1026 is not a year between 1990 and 2100"),
        (cells.clock_time, "25:00", "is not a time. Write a time like 9:30 or 13:00"),
        (cells.clock_time, "930", "is not a time"),
        (cells.clock_time, "0.395833333", "is how Excel counts the hours of a day"),
        (cells.email, "priya@", "is not an email address"),
        (cells.email, "Priya Patel", "is not an email address"),
        (cells.whole, "twelve", "is not a whole number"),
        (cells.whole, "1.5", "is not a whole number"),
        (cells.whole, "-1", "-1 is not between 0 and 5,000"),
        (cells.yes, "maybe", "is neither yes nor no"),
        (cells.link, "meet.example/abc", "is not a link that begins with https://"),
        (cells.link, "javascript:alert(1)", "is not a link"),
    ],
)
def test_what_is_none_is_named_with_what_to_write_instead(
    parser: Callable[[str], object], text: str, words: str
):
    assert words in wrong(parser, text)


def test_the_hour_that_a_clock_change_skips_or_repeats_is_explained():
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    assert (
        wrong(lambda text: cells.instant(spring, text), "1:30")
        == "01:30 does not exist on 29 March 2026: the clocks go forward"
    )
    said = wrong(lambda text: cells.instant(autumn, text), "1:30")
    assert said.startswith("01:30 comes twice on 25 October 2026: the clocks go back. Write 01:30 BST")
    assert cells.instant(autumn, "1:30 BST") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert cells.instant(autumn, "1:30 GMT") == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert "do not show GMT" in wrong(lambda text: cells.instant(date(2026, 7, 1), text), "1:30 GMT")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("12/05/2026 09:30", (date(2026, 5, 12), "09:30")),
        ("2026-05-12T09:30", (date(2026, 5, 12), "09:30")),
        ("Tue 12 May 2026, 9:30am", (date(2026, 5, 12), "9:30am")),
        ("12 May 2026 9am", (date(2026, 5, 12), "9am")),
        ("12 May 2026", (date(2026, 5, 12), "")),
    ],
)
def test_a_cell_may_hold_a_day_and_a_time(text: str, found: tuple[date, str]):
    assert cells.day_and_time(text) == found


def test_a_list_in_one_cell_is_separated_by_semicolons_or_lines():
    assert cells.entries("CCE; county lines\n CCE ;;Gangs  and knives") == (
        "CCE",
        "county lines",
        "Gangs and knives",
    )
