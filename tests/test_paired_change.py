"""What changed for the same people: the signed-rank test, and every figure of a table of pairs."""

import random
from itertools import product

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata, wilcoxon

from app.impact.statistics import (
    good,
    mcnemar_exact,
    mean,
    newcombe_paired,
    paired_change,
    rank_biserial,
    signed_rank_pratt,
)

BEFORE, AFTER = [3, 3, 3, 3, 2, 4, 5, 2, 3, 1], [3, 3, 3, 4, 4, 3, 4, 5, 2, 4]
unhurried = settings(deadline=None, max_examples=40)
rating = st.integers(1, 5)
some_pairs = st.lists(st.tuples(rating, rating), max_size=60)
few_pairs = st.lists(st.tuples(rating, rating), max_size=11)
table_of_pairs = st.lists(st.lists(st.integers(0, 9), min_size=5, max_size=5), min_size=5, max_size=5)


def table_from(pairs):
    table = [[0] * 5 for _ in range(5)]
    for before, after in pairs:
        table[before - 1][after - 1] += 1
    return table


def random_pairs(people, lean, seed):
    """Pairs in which ratings after are higher by about ``lean``."""
    draw = random.Random(seed)
    before = [draw.randint(1, 5) for _ in range(people)]
    return [(b, min(5, max(1, round(b + draw.gauss(lean, 1.2))))) for b in before]


# The signed-rank test


def test_pratt_gives_the_golden_values_where_dropping_zeros_would_not():
    found = signed_rank_pratt(zip(BEFORE, AFTER, strict=True))
    assert found.p == 0.46875
    assert found.effect == pytest.approx(0.3265, abs=5e-5)
    assert rank_biserial(zip(BEFORE, AFTER, strict=True)) == found.effect
    assert (found.moved, found.rises, found.falls) == (7, 32.5, 16.5)


def test_all_who_moved_rose_has_the_largest_effect():
    found = signed_rank_pratt(zip([2, 3, 2, 1, 4, 3, 2, 2], [4, 4, 3, 3, 4, 5, 2, 4], strict=True))
    assert (found.moved, found.p, found.effect) == (6, 0.03125, 1.0)


def test_nobody_moved_gives_p_one_and_no_effect():
    for pairs in ([], [(3, 3)] * 40):
        found = signed_rank_pratt(pairs)
        assert (found.moved, found.p, found.effect) == (0, 1.0, 0.0)


def every_sign_flip(pairs):
    """The same p by counting all ways to give the ranks of those who moved a sign."""
    moves = [after - before for before, after in pairs]
    ranks = rankdata([abs(move) for move in moves])
    moved = [(int(2 * rank), move > 0) for rank, move in zip(ranks, moves, strict=True) if move]
    total = sum(rank for rank, _ in moved)
    seen = abs(2 * sum(rank for rank, up in moved if up) - total)
    sums = [
        sum(r for (r, _), up in zip(moved, signs, strict=True) if up)
        for signs in product((0, 1), repeat=len(moved))
    ]
    return sum(abs(2 * rises - total) >= seen for rises in sums) / len(sums)


@unhurried
@given(pairs=few_pairs)
def test_the_exact_p_counts_every_sign_flip(pairs):
    assert signed_rank_pratt(pairs).p == every_sign_flip(pairs)


@unhurried
@given(pairs=some_pairs)
def test_a_fall_is_judged_as_its_mirror_image(pairs):
    found = signed_rank_pratt(pairs)
    mirror = signed_rank_pratt((after, before) for before, after in pairs)
    assert (mirror.p, mirror.effect) == (found.p, -found.effect)
    assert (mirror.rises, mirror.falls) == (found.falls, found.rises)
    assert 0 < found.p <= 1
    assert -1 <= found.effect <= 1


@unhurried
@given(pairs=some_pairs)
def test_the_rank_sums_are_those_of_scipy(pairs):
    found = signed_rank_pratt(pairs)
    moves = numpy.array([after - before for before, after in pairs])
    ranks = rankdata(abs(moves)) if len(moves) else moves
    assert found.rises == ranks[moves > 0].sum()
    assert found.falls == ranks[moves < 0].sum()


@pytest.mark.parametrize("seed", range(12))
def test_above_two_hundred_who_moved_p_is_that_of_scipy(seed):
    pairs = random_pairs(people=420 + 90 * seed, lean=0.02 * seed, seed=seed)
    found = signed_rank_pratt(pairs)
    assert found.moved > 200
    before, after = zip(*pairs, strict=True)
    theirs = wilcoxon(after, before, zero_method="pratt", method="asymptotic", correction=False)
    assert found.p == pytest.approx(theirs.pvalue, rel=1e-9)


def test_exact_and_approximate_meet_where_one_hands_over_to_the_other():
    pairs = random_pairs(people=330, lean=0.15, seed=5)
    exact = signed_rank_pratt(pairs)
    assert 150 < exact.moved <= 200
    before, after = zip(*pairs, strict=True)
    theirs = wilcoxon(after, before, zero_method="pratt", method="asymptotic", correction=False)
    assert exact.p == pytest.approx(theirs.pvalue, rel=0.02)
    assert exact.p != theirs.pvalue


# Counts of ratings, and everything about a table of pairs


def test_good_or_very_good_is_ratings_four_and_five():
    assert good([1, 2, 3, 20, 22]) == (42, 48)
    assert good([0, 0, 0, 0, 0]) == (0, 0)


def test_the_mean_rating_is_that_of_those_who_answered():
    assert mean([1, 0, 0, 0, 1]) == 3.0
    assert mean([0, 0, 0, 0, 0]) is None


@pytest.mark.parametrize("counts", [[1, 2, 3, 4], [1, 2, 3, 4, 5, 6], [1, 2, -3, 4, 5]])
def test_counts_that_are_not_five_are_refused(counts):
    with pytest.raises(ValueError, match="five counts"):
        good(counts)
    with pytest.raises(ValueError, match="five counts"):
        mean(counts)
    with pytest.raises(ValueError, match="five counts"):
        paired_change([counts] * 5)


def test_a_table_of_pairs_has_five_rows():
    with pytest.raises(ValueError, match="five rows"):
        paired_change([[0] * 5] * 4)


def test_a_table_without_pairs_has_no_change():
    assert paired_change([[0] * 5] * 5) is None


def test_a_small_table_gives_every_figure_of_change():
    found = paired_change(table_from(zip(BEFORE, AFTER, strict=True)))
    assert (found.pairs, found.good_before, found.good_after) == (10, 2, 5)
    assert (str(found.percent_before), str(found.percent_after)) == ("20.0", "50.0")
    assert str(found.difference) == "30.0"
    # 4 to 3 is the one good rating lost; four others became good
    assert found.interval == tuple(100 * end for end in newcombe_paired(1, 1, 4, 4))
    assert found.p == mcnemar_exact(1, 4) == 0.375
    assert (found.mean_before, found.mean_after) == (2.9, 3.5)
    assert (found.rose, found.stayed, found.fell) == (4, 3, 3)
    assert found.p_signed_rank == 0.46875
    assert found.effect == pytest.approx(0.3265, abs=5e-5)
    assert found.holds_zero


def test_a_clear_rise_leaves_zero_outside_its_interval():
    found = paired_change(table_from([(2, 5)] * 40 + [(4, 4)] * 10))
    assert not found.holds_zero
    assert found.interval[0] > 60
    assert found.p < 1e-10


def test_a_fall_has_a_negative_difference():
    found = paired_change(table_from([(5, 2)] * 40 + [(4, 4)] * 10))
    assert str(found.difference) == "-80.0"
    assert found.interval[1] < -60
    assert found.effect == -1.0


@unhurried
@given(table=table_of_pairs.filter(lambda table: any(map(any, table))))
def test_the_figures_of_a_table_add_up(table):
    found = paired_change(table)
    pairs = [(b, a) for b in range(1, 6) for a in range(1, 6) for _ in range(table[b - 1][a - 1])]
    assert found.pairs == len(pairs) == found.rose + found.stayed + found.fell
    assert found.good_before == sum(before >= 4 for before, _ in pairs)
    assert found.good_after == sum(after >= 4 for _, after in pairs)
    assert found.mean_after == pytest.approx(sum(after for _, after in pairs) / len(pairs))
    assert found.interval[0] - 0.05 <= float(found.difference) <= found.interval[1] + 0.05
    ranks = signed_rank_pratt(pairs)
    assert (found.p_signed_rank, found.effect) == (ranks.p, ranks.effect)
    assert paired_change(list(zip(*table, strict=True))).difference == -found.difference
