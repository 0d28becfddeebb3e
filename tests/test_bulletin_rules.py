"""What a bulletin announces, to whom and in which order: rules on plain values."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.bulletin.rules import (
    MAILS_FROM_ONE_NETWORK,
    MAILS_TO_ALL,
    MAILS_TO_ONE_ADDRESS,
    Arrangement,
    Available,
    Contents,
    NewCourse,
    OpenDate,
    Wishes,
    arranged,
    as_chosen,
    composed,
    is_at_work,
    is_new,
    is_wanted,
    may_ask,
    moved,
    narrowed,
    suggested,
    wishes_from,
)

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def a_date(event_id: int = 1, *, days: float = 20, **given: object) -> OpenDate:
    """Neglect online with four places left, so many days ahead."""
    starts_at = NOW + timedelta(days=days)
    usual = {
        "event_id": event_id,
        "slug": "neglect",
        "title": "Neglect",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=3),
        "where": "Online",
        "left": 4,
        "booked": 16,
        "level": 3,
        "delivery": "virtual",
    }
    return OpenDate(**{**usual, **given})  # type: ignore[arg-type]


dates = st.lists(
    st.builds(
        a_date,
        st.integers(1, 40),
        days=st.integers(1, 300),
        title=st.sampled_from(["Neglect", "Exploitation", "Forced marriage"]),
        left=st.integers(1, 30),
        booked=st.integers(0, 30),
        level=st.sampled_from([None, 1, 2, 3, 4]),
        delivery=st.sampled_from(["virtual", "classroom", "blended"]),
        groups=st.sampled_from([(), ("Volunteer",), ("Senior or strategic leader", "Volunteer")]),
    ),
    max_size=12,
    unique_by=lambda found: found.event_id,
)
arrangements = st.builds(
    Arrangement,
    grouped_by=st.sampled_from(["month", "course", "list"]),
    few_first=st.booleans(),
    ordered=st.lists(st.integers(1, 40), unique=True).map(tuple),
)
wishes = st.builds(
    Wishes,
    levels=st.lists(st.sampled_from([1, 2, 3, 4]), unique=True).map(tuple),
    deliveries=st.lists(st.sampled_from(["virtual", "classroom"]), unique=True).map(tuple),
    role_group=st.sampled_from(["", "Volunteer"]),
)


@given(dates, arrangements)
def test_arranging_loses_no_date_and_tells_none_twice(found: list[OpenDate], arrangement: Arrangement):
    told = [date.event_id for section in arranged(found, arrangement) for date in section.dates]
    assert sorted(told) == sorted(date.event_id for date in found)


@given(dates, arrangements)
def test_the_order_does_not_depend_on_how_the_dates_came(found: list[OpenDate], arrangement: Arrangement):
    assert arranged(found, arrangement) == arranged(reversed(found), arrangement)


@given(dates)
def test_months_stand_one_after_the_other(found: list[OpenDate]):
    sections = arranged(found, Arrangement(grouped_by="month"))
    starts = [min(date.starts_at for date in section.dates) for section in sections]
    assert starts == sorted(starts)
    assert len({section.heading for section in sections}) == len(sections)


@given(dates, wishes)
def test_a_reader_hears_exactly_what_passes_every_filter(found: list[OpenDate], wanted: Wishes):
    contents = Contents(arranged(found, Arrangement()))
    told = {date.event_id for date in narrowed(contents, wanted).dates}
    assert told == {date.event_id for date in found if is_wanted(date, wanted)}
    assert narrowed(contents, Wishes()) == contents


@given(wishes)
def test_wishes_are_read_as_they_were_stored(wanted: Wishes):
    assert wishes_from(wanted.kept()) == wanted


@given(dates, arrangements, st.integers(0, 11), st.sampled_from([-1, 1]))
def test_moving_a_date_swaps_it_with_its_neighbour_and_nothing_else(
    found: list[OpenDate], arrangement: Arrangement, which: int, step: int
):
    sections = arranged(found, arrangement)
    told = [date.event_id for section in sections for date in section.dates]
    if not told:
        return
    event_id = told[which % len(told)]
    order = moved(sections, event_id, step)
    assert sorted(order) == sorted(told)
    assert sum(before != after for before, after in zip(told, order, strict=True)) in (0, 2)
    assert abs(order.index(event_id) - told.index(event_id)) <= 1


@given(dates, arrangements, st.integers(0, 11))
def test_the_order_somebody_chose_is_the_order_that_is_shown(
    found: list[OpenDate], arrangement: Arrangement, which: int
):
    sections = arranged(found, arrangement)
    told = [date.event_id for section in sections for date in section.dates]
    order = moved(sections, told[which % len(told)], 1) if told else []
    again = arranged(found, Arrangement(grouped_by=arrangement.grouped_by, ordered=tuple(order)))
    assert [date.event_id for section in again for date in section.dates] == order


def test_what_has_the_fewest_bookings_stands_first_if_wished():
    busy, quiet = a_date(1, days=5, left=2, booked=18), a_date(2, days=9, left=18, booked=2)
    soonest = arranged([quiet, busy], Arrangement(grouped_by="list"))
    emptiest = arranged([quiet, busy], Arrangement(grouped_by="list", few_first=True))
    assert [date.event_id for date in soonest[0].dates] == [1, 2]
    assert [date.event_id for date in emptiest[0].dates] == [2, 1]


def test_a_month_is_one_in_london():
    last_hour = a_date(1, starts_at=datetime(2027, 6, 30, 23, 30, tzinfo=UTC))
    (section,) = arranged([last_hour], Arrangement())
    assert section.heading == "July 2027"


def test_a_draft_holds_what_is_soon_but_for_what_was_left_out_and_besides_what_was_put_in():
    available = Available(
        dates=(a_date(1), a_date(2), a_date(3, days=100), a_date(4, days=100)),
        courses=(NewCourse(slug="a", title="A"), NewCourse(slug="b", title="B")),
    )
    contents = composed(
        available,
        Arrangement(),
        until=NOW + timedelta(weeks=8),
        left_out=[2, 4],
        put_in=[4],
        courses_left_out=["b"],
    )
    assert [date.event_id for date in contents.dates] == [1, 4]
    assert [course.slug for course in contents.courses] == ["a"]


def test_what_was_chosen_and_is_gone_is_left_out_and_said():
    available = Available(dates=(a_date(1), a_date(5)), gone={2: "Neglect: it is full"})
    contents, dropped = as_chosen(available, Arrangement(), {"events": [2, 1, 3], "courses": ["a"]})
    assert [date.event_id for date in contents.dates] == [1]
    assert dropped == ["Neglect: it is full"]
    assert contents.courses == ()


@pytest.mark.parametrize(("left", "words"), [(1, "1 place left"), (4, "4 places left")])
def test_places_left_are_told_in_words(left: int, words: str):
    assert a_date(left=left).places == words


@pytest.mark.parametrize(
    ("groups", "wanted", "told"),
    [
        ((), "Volunteer", True),
        (("Volunteer",), "Volunteer", True),
        (("Senior or strategic leader",), "Volunteer", False),
        (("Senior or strategic leader",), "", True),
    ],
)
def test_a_course_for_nobody_in_particular_is_for_everybody(groups: tuple[str, ...], wanted: str, told: bool):
    assert is_wanted(a_date(groups=groups), Wishes(role_group=wanted)) is told


def test_a_course_without_a_level_is_not_among_chosen_levels():
    assert not is_wanted(a_date(level=None), Wishes(levels=(3,)))


@pytest.mark.parametrize(
    ("days", "new"),
    [(0, False), (0.9, False), (1.1, True), (100, True)],
    ids=["with", "same day", "after", "late"],
)
def test_what_came_with_the_programme_s_beginning_is_not_new(days: float, new: bool):
    beginning = NOW - timedelta(days=200)
    made = beginning + timedelta(days=days)
    assert is_new(made, beginning=beginning, since=beginning - timedelta(days=1)) is new
    assert not is_new(made, beginning=beginning, since=NOW)


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300))
def test_asking_ends_at_any_of_the_three_limits(to_address: int, from_network: int, by_all: int):
    may = may_ask(to_address=to_address, from_network=from_network, by_all=by_all)
    below = to_address < MAILS_TO_ONE_ADDRESS, from_network < MAILS_FROM_ONE_NETWORK, by_all < MAILS_TO_ALL
    assert may is all(below)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-11-19T10:00", "2026-11-20T09:00"),  # a Thursday
        ("2026-11-20T10:00", "2026-11-23T09:00"),  # a Friday
        (
            "2026-12-24T10:00",
            "2026-12-29T09:00",
        ),  # Christmas Day, a Saturday, a Sunday, and the day for Boxing Day
        ("2027-03-25T10:00", "2027-03-30T08:00"),  # over Easter, and the clocks have gone forward
    ],
)
def test_nine_on_the_next_working_day_is_suggested(now: str, then: str):
    instant = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert suggested(instant) == datetime.fromisoformat(then).replace(tzinfo=UTC)
    assert is_at_work(suggested(instant))


@pytest.mark.parametrize(
    ("instant", "at_work"),
    [
        (NOW, True),
        (NOW.replace(hour=8, minute=59), False),
        (NOW.replace(hour=17), False),
        (NOW + timedelta(days=1), False),
        (datetime(2026, 12, 25, 11, tzinfo=UTC), False),
    ],
)
def test_people_are_at_work_on_working_days_from_nine_to_five(instant: datetime, at_work: bool):
    assert is_at_work(instant) is at_work
