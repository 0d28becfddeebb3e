"""What a place costs: lengths, standings, dated terms, and sums as people write them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.booking.prices import MOST, Price, Terms, in_force, pence_of, plain, pounds, price

DAY = date(2026, 11, 20)
STANDINGS = ("partner", "relevant", "contributor", "reciprocal", "other")
FREE = frozenset(STANDINGS[:4])
sums = st.integers(0, 50_000)
terms = st.builds(
    Terms,
    from_on=st.dates(date(2015, 4, 1), date(2035, 3, 31)),
    charging=st.booleans(),
    half_day=sums,
    full_day=sums,
    late=sums,
    missed=sums,
    exempt=st.frozensets(st.sampled_from(STANDINGS)),
)


def costs(**given: object) -> Terms:
    """Half days £45, full days £80, nothing for partners and the like."""
    usual = {"from_on": DAY, "charging": True, "half_day": 4500, "full_day": 8000, "exempt": FREE}
    return Terms(**{**usual, **given})


@pytest.mark.parametrize(
    ("minutes", "pence", "length"),
    [
        (1, 4500, "Half day"),
        (239, 4500, "Half day"),
        (240, 4500, "Half day"),
        (241, 8000, "Full day"),
        (720, 8000, "Full day"),
    ],
)
def test_up_to_four_hours_is_a_half_day(minutes: int, pence: int, length: str):
    found = price(costs(), minutes=minutes, standing="other")
    assert found is not None
    assert (found.pence, found.length) == (pence, length)


def test_a_length_that_is_not_known_yet_is_told_as_a_full_day():
    found = price(costs(), minutes=None, standing="other")
    assert found is not None
    assert found.pence == 8000


def test_an_agency_without_a_standing_is_charged_like_any_other():
    assert price(costs(), minutes=180, standing="") == price(costs(), minutes=180, standing="other")


def test_a_free_place_has_a_price_where_not_coming_costs_something():
    found = price(costs(half_day=0, full_day=0, missed=5000), minutes=180, standing="other")
    assert found is not None
    assert (found.pence, found.missed) == (0, 5000)
    assert found.words == "A place on this date is free. Not coming costs £50."


def test_the_price_is_told_in_sentences():
    found = price(costs(late=2050, missed=4000), minutes=180, standing="other")
    assert found is not None
    assert (
        found.words
        == "A place on this date costs £45. Cancelling late costs £20.50 more. Not coming costs £40 more."
    )


@given(terms, st.integers(1, 2000), st.sampled_from(STANDINGS))
def test_a_price_is_one_of_the_sums_of_its_terms_and_there_is_none_for_the_exempt(
    found: Terms, minutes: int, standing: str
):
    asked = price(found, minutes=minutes, standing=standing)
    nothing = not found.charging or standing in found.exempt
    if nothing:
        assert asked is None
        return
    place = found.half_day if minutes <= 240 else found.full_day
    expected = Price(
        pence=place, late=found.late, missed=found.missed, half_day=minutes <= 240, from_on=found.from_on
    )
    assert asked == (expected if place or found.late or found.missed else None)


@given(
    st.lists(terms, unique_by=lambda one: one.from_on, max_size=8),
    st.dates(date(2014, 1, 1), date(2036, 1, 1)),
)
def test_the_newest_terms_that_have_begun_hold_and_later_ones_change_nothing(chosen: list[Terms], day: date):
    found = in_force(chosen, day)
    begun = [one for one in chosen if one.from_on <= day]
    assert (found is None) == (not begun)
    if found:
        assert found.from_on <= day
        assert all(one.from_on <= found.from_on for one in begun)
    later = costs(from_on=day + timedelta(days=1))
    assert in_force([*chosen, later], day) == found


@given(st.integers(0, MOST))
def test_a_sum_that_is_written_is_read_as_the_same_pence(pence: int):
    assert pence_of(pounds(pence)) == pence
    assert pence_of(plain(pence)) == pence


@pytest.mark.parametrize(
    ("typed", "pence"),
    [("45", 4500), (" £45 ", 4500), ("45.5", None), ("45.50", 4550), ("£1,250", 125_000), ("0", 0)],
)
def test_sums_are_read_as_people_write_them(typed: str, pence: int | None):
    assert pence_of(typed) == pence


@pytest.mark.parametrize("typed", ["", "free", "-5", "1,25", "45.555", "10000.01", "99999999", "4 5", "٤٥"])
def test_what_is_no_sum_is_not_taken_for_one(typed: str):
    assert pence_of(typed) is None
