"""The statistics: published examples, exact identities, and the answers of scipy and statsmodels."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

from app.impact.statistics import (
    mcnemar_exact,
    newcombe_paired,
    percent_half_up,
    wilson,
)

unhurried = settings(deadline=None, max_examples=60)
cell = st.integers(0, 60)


# Percentages


@pytest.mark.parametrize(
    ("k", "n", "text"),
    [
        (42, 111, "37.8"),
        (117, 125, "93.6"),
        (101, 267, "37.8"),
        (249, 267, "93.3"),
        (163, 200, "81.5"),
        (1, 8, "12.5"),
        (0, 7, "0.0"),
        (7, 7, "100.0"),
        (1, 2000, "0.1"),
        (-1, 2000, "-0.1"),
        (-41, 111, "-36.9"),
        (1, 400, "0.3"),
        (-1, 400, "-0.3"),
    ],
)
def test_percentages_are_rounded_half_up_to_one_decimal(k, n, text):
    assert str(percent_half_up(k, n)) == text


def test_a_percentage_can_be_asked_for_with_other_places():
    assert str(percent_half_up(163, 200, places=0)) == "82"
    assert str(percent_half_up(2, 3, places=3)) == "66.667"


@unhurried
@given(k=st.integers(-(10**9), 10**9), n=st.integers(1, 10**9), places=st.integers(0, 6))
def test_a_percentage_is_the_nearest_one_and_never_a_floating_one(k, n, places):
    found = percent_half_up(k, n, places)
    step = Fraction(1, 10**places)
    assert abs(Fraction(found) - Fraction(100 * k, n)) <= step / 2
    assert found.as_tuple().exponent == -places
    assert percent_half_up(-k, n, places) == -found


@unhurried
@given(eighths=st.integers(-80_000, 80_000))
def test_a_half_goes_away_from_zero_as_decimal_arithmetic_has_it(eighths):
    exact = Decimal(eighths) / 8
    assert percent_half_up(eighths, 800) == exact.quantize(Decimal("0.1"), ROUND_HALF_UP)


def test_there_is_no_percentage_of_nothing():
    with pytest.raises(ValueError, match="above zero"):
        percent_half_up(0, 0)


# Wilson


def test_wilson_gives_the_golden_interval():
    assert wilson(310, 500) == pytest.approx((0.576692489073785, 0.6614776692154425), abs=1e-15)


def test_of_nobody_anything_is_possible():
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("k", "n", "low", "high"), [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (1, 29, 0.0061, 0.1718)]
)
def test_wilson_gives_the_intervals_that_newcombe_published(k, n, low, high):
    assert wilson(k, n) == pytest.approx((low, high), abs=6e-5)


@unhurried
@given(n=st.integers(1, 5000), share=st.floats(0, 1))
def test_wilson_agrees_with_statsmodels(n, share):
    k = round(n * share)
    assert wilson(k, n) == pytest.approx(proportion_confint(k, n, method="wilson"), abs=1e-12)


@unhurried
@given(n=st.integers(1, 5000), share=st.floats(0, 1))
def test_wilson_holds_its_proportion_and_mirrors(n, share):
    k = round(n * share)
    low, high = wilson(k, n)
    assert 0 <= low <= k / n <= high <= 1
    assert wilson(n - k, n) == pytest.approx((1 - high, 1 - low), abs=1e-12)
    assert (low == 0, high == 1) == (k == 0, k == n)


# Newcombe's method 10


@pytest.mark.parametrize(
    ("both", "only_before", "only_after", "neither", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17: 2635-2650, table II
        (36, 2, 12, 0, 0.0569, 0.3404),
        (18, 2, 12, 18, 0.0562, 0.3290),
        (53, 0, 0, 1, -0.0729, 0.0729),
        (0, 0, 30, 0, 0.8395, 1.0),
        # Bentur 2009 and Cavo 2012, as in Fagerland, Lydersen and Laake, Statistical Analysis of Contingency
        # Tables, chapter 8
        (1, 7, 1, 12, -0.507, -0.026),
        (59, 16, 6, 80, -0.1186, -0.0046),
    ],
)
def test_newcombe_gives_the_published_intervals(both, only_before, only_after, neither, low, high):
    tolerance = 6e-4 if both == 1 else 6e-5
    assert newcombe_paired(both, only_before, only_after, neither) == pytest.approx(
        (low, high), abs=tolerance
    )


def newcombe_again(a, b, c, d):
    """Method 10 a second way: phi from numpy's correlation of the answers, Wilson from statsmodels."""
    after = numpy.repeat([1, 0, 1, 0], [a, b, c, d])
    before = numpy.repeat([1, 1, 0, 0], [a, b, c, d])
    n, one, two = len(after), after.mean(), before.mean()
    phi = 0.0
    if 0 < one < 1 and 0 < two < 1:
        phi = numpy.corrcoef(after, before)[0, 1]
        if a * d - b * c > 0:
            phi = max(0.0, phi * (1 - n / 2 / (a * d - b * c)))
    l1, u1 = proportion_confint(after.sum(), n, method="wilson")
    l2, u2 = proportion_confint(before.sum(), n, method="wilson")
    lower = numpy.array([one - l1, u2 - two])
    upper = numpy.array([u1 - one, two - l2])
    blend = numpy.array([[1, -phi], [-phi, 1]])
    return (one - two - (lower @ blend @ lower) ** 0.5, one - two + (upper @ blend @ upper) ** 0.5)


@unhurried
@given(cells=st.tuples(cell, cell, cell, cell).filter(any))
def test_newcombe_agrees_with_a_second_computation(cells):
    low, high = newcombe_again(*cells)
    assert newcombe_paired(*cells) == pytest.approx((max(-1, low), min(1, high)), abs=1e-7)


@unhurried
@given(a=cell, b=cell, c=cell, d=cell)
def test_newcombe_holds_the_difference_and_mirrors_a_fall(a, b, c, d):
    low, high = newcombe_paired(a, b, c, d)
    n = a + b + c + d
    assert -1 <= low <= high <= 1
    assert low - 1e-12 <= ((c - b) / n if n else 0) <= high + 1e-12
    assert newcombe_paired(a, c, b, d) == pytest.approx((-high, -low), abs=1e-12)
    assert newcombe_paired(d, c, b, a) == pytest.approx((-high, -low), abs=1e-12)


def test_newcombe_says_nothing_of_nobody():
    assert newcombe_paired(0, 0, 0, 0) == (-1.0, 1.0)


# McNemar


def test_mcnemar_gives_the_golden_value():
    assert mcnemar_exact(12, 3) == 0.03515625


@unhurried
@given(b=st.integers(0, 400), c=st.integers(0, 400))
def test_mcnemar_agrees_with_statsmodels_whichever_way_round(b, c):
    assert mcnemar_exact(b, c) == mcnemar_exact(c, b)
    if b + c:
        theirs = mcnemar([[7, b], [c, 9]], exact=True).pvalue
        assert mcnemar_exact(b, c) == pytest.approx(theirs, rel=1e-9, abs=1e-300)


def test_if_nobody_moved_nothing_is_claimed():
    assert mcnemar_exact(0, 0) == 1.0


def test_mcnemar_bears_thousands_of_answers():
    assert 0 < mcnemar_exact(2100, 1900) < 0.01
