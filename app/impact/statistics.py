"""How sure we are: percentages, intervals and tests, from counts alone and with the standard library alone.

Ratings are whole numbers from 1 to 5. A *table of pairs* has a row for each rating before and a column for
each rating after: ``table[1][3]`` people moved from 2 to 4.

Sources: Wilson 1927; Newcombe 1998 (Statistics in Medicine 17: 2635-2650, method 10); McNemar 1947;
Pratt 1959 for zeros in the signed-rank test; Kerby 2014 for the matched-pairs rank-biserial correlation.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import comb, erfc, sqrt
from statistics import NormalDist

Interval = tuple[float, float]
RATINGS = 5
GOOD_FROM = 4
EXACT_UP_TO = 200
Z95 = NormalDist().inv_cdf(0.975)


def percent_half_up(k: int, n: int, places: int = 1) -> Decimal:
    """``k`` of ``n`` as a percentage, a half rounded away from zero, so a fall reads as its mirror image.

    Whole numbers throughout: 163 of 200 is 81.5 and never 81.49999. There is no percentage of nothing.
    """
    if n <= 0:
        raise ValueError("A percentage needs a count above zero to be taken of")
    steps = (2 * abs(k) * 100 * 10**places + n) // (2 * n)
    return Decimal(steps if k >= 0 else -steps).scaleb(-places)


def wilson(k: int, n: int) -> Interval:
    """Wilson's 95 % score interval for a proportion, from 0 to 1; of nobody, anything is possible."""
    if n == 0:
        return (0.0, 1.0)
    p, z2 = k / n, Z95 * Z95
    width = 1 + z2 / n
    centre = (p + z2 / (2 * n)) / width
    half = Z95 * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / width
    return (0.0 if k == 0 else max(0.0, centre - half), 1.0 if k == n else min(1.0, centre + half))


def newcombe_paired(a: int, b: int, c: int, d: int) -> Interval:
    """95 % interval for (good after) - (good before) of the same people, as proportions from -1 to 1.

    ``a`` were good both times, ``b`` before only, ``c`` after only, ``d`` neither time. Newcombe's method 10:
    two Wilson intervals, joined through a correlation that is corrected for continuity.
    """
    n = a + b + c + d
    if n == 0:
        return (-1.0, 1.0)
    after, before = (a + c) / n, (a + b) / n
    (after_low, after_high), (before_low, before_high) = wilson(a + c, n), wilson(a + b, n)
    phi = _correlation(a, b, c, d)

    def reach(one: float, other: float) -> float:
        return sqrt(max(0.0, one * one - 2 * phi * one * other + other * other))

    low = after - before - reach(after - after_low, before_high - before)
    high = after - before + reach(after_high - after, before - before_low)
    return (max(-1.0, low), min(1.0, high))


def _correlation(a: int, b: int, c: int, d: int) -> float:
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    if margins == 0:
        return 0.0
    product = a * d - b * c
    corrected = max(product - (a + b + c + d) / 2, 0.0) if product > 0 else float(product)
    return corrected / sqrt(margins)


def mcnemar_exact(b: int, c: int) -> float:
    """Two-sided exact p that ``b`` moved one way and ``c`` the other by chance alone."""
    n = b + c
    return min(1.0, 2 * sum(comb(n, i) for i in range(min(b, c) + 1)) / (1 << n))


@dataclass(frozen=True)
class SignedRank:
    """Wilcoxon's signed-rank test: who moved, the rank sums of the rises and of the falls, p, effect size."""

    moved: int
    rises: float
    falls: float
    p: float
    effect: float


def signed_rank_pratt(pairs: Iterable[tuple[int, int]]) -> SignedRank:
    """The two-sided signed-rank test of (before, after), zeros ranked and then left out, as Pratt would.

    Ties share their middle rank. The p-value is exact while no more than 200 people moved; above that it is
    the normal approximation with the variance of the very ranks (hence corrected for ties and zeros).
    """
    return _signed_rank(Counter(after - before for before, after in pairs))


def rank_biserial(pairs: Iterable[tuple[int, int]]) -> float:
    """Matched-pairs rank-biserial correlation: -1 if all who moved fell, 1 if all rose, 0 if nobody moved."""
    return signed_rank_pratt(pairs).effect


def _signed_rank(moves: Mapping[int, int]) -> SignedRank:
    """Ranks are doubled in here, so that middle ranks stay whole numbers."""
    groups: list[tuple[int, int]] = []
    ranked, rises = moves.get(0, 0), 0
    for size in sorted({abs(move) for move in moves} - {0}):
        up, down = moves.get(size, 0), moves.get(-size, 0)
        rank = 2 * ranked + up + down + 1
        groups.append((rank, up + down))
        ranked += up + down
        rises += rank * up
    total = sum(rank * people for rank, people in groups)
    moved = ranked - moves.get(0, 0)
    if total == 0:
        return SignedRank(moved=0, rises=0.0, falls=0.0, p=1.0, effect=0.0)
    p = _exact_p(groups, rises) if moved <= EXACT_UP_TO else _normal_p(groups, rises)
    return SignedRank(moved, rises / 2, (total - rises) / 2, p, (2 * rises - total) / total)


def _exact_p(groups: Sequence[tuple[int, int]], rises: int) -> float:
    """Of all ways to choose who rose, the share at least as lopsided as what happened.

    Dynamic programming over the groups of equal rank; sums above the smaller tail are never needed.
    """
    tail = min(rises, sum(rank * people for rank, people in groups) - rises)
    ways = {0: 1}
    for rank, people in groups:
        reached: Counter[int] = Counter()
        for so_far, count in ways.items():
            for chosen in range(min(people, (tail - so_far) // rank) + 1):
                reached[so_far + rank * chosen] += count * comb(people, chosen)
        ways = reached
    return min(1.0, 2 * sum(ways.values()) / (1 << sum(people for _, people in groups)))


def _normal_p(groups: Sequence[tuple[int, int]], rises: int) -> float:
    mean = sum(rank * people for rank, people in groups) / 2
    deviation = sqrt(sum(rank * rank * people for rank, people in groups) / 4)
    return erfc(abs(rises - mean) / deviation / sqrt(2))


def good(counts: Sequence[int]) -> tuple[int, int]:
    """Good or very good, and all who answered, from the counts of the ratings 1 to 5."""
    return sum(_five(counts)[GOOD_FROM - 1 :]), sum(counts)


def mean(counts: Sequence[int]) -> float | None:
    """The mean rating, from the counts of the ratings 1 to 5; ``None`` if nobody answered."""
    answered = sum(_five(counts))
    return sum(rating * people for rating, people in enumerate(counts, 1)) / answered if answered else None


def _five(counts: Sequence[int]) -> Sequence[int]:
    if len(counts) != RATINGS or min(counts) < 0:
        raise ValueError("Ratings are five counts, none below zero")
    return counts


@dataclass(frozen=True)
class PairedChange:
    """What changed for those who answered both times; difference and interval are in percentage points."""

    pairs: int
    good_before: int
    good_after: int
    difference: Decimal
    interval: Interval
    p: float
    mean_before: float
    mean_after: float
    rose: int
    stayed: int
    fell: int
    p_signed_rank: float
    effect: float

    @property
    def percent_before(self) -> Decimal:
        """Good or very good before, of those who answered both times."""
        return percent_half_up(self.good_before, self.pairs)

    @property
    def percent_after(self) -> Decimal:
        """Good or very good after, of those who answered both times."""
        return percent_half_up(self.good_after, self.pairs)

    @property
    def holds_zero(self) -> bool:
        """Whether no change at all is among what the interval allows."""
        return self.interval[0] <= 0 <= self.interval[1]


def paired_change(table: Sequence[Sequence[int]]) -> PairedChange | None:
    """Every statistic of change from a table of pairs (rows before, columns after); ``None`` if empty."""
    if len(table) != RATINGS:
        raise ValueError("A table of pairs has five rows")
    before = [sum(_five(row)) for row in table]
    after = [sum(column) for column in zip(*table, strict=True)]
    mean_before, mean_after = mean(before), mean(after)
    if mean_before is None or mean_after is None:
        return None
    (good_before, pairs), (good_after, _) = good(before), good(after)
    both = sum(sum(row[GOOD_FROM - 1 :]) for row in table[GOOD_FROM - 1 :])
    only_before, only_after = good_before - both, good_after - both
    low, high = newcombe_paired(both, only_before, only_after, pairs - both - only_before - only_after)
    moves: Counter[int] = Counter()
    for rating_before, row in enumerate(table):
        for rating_after, people in enumerate(row):
            moves[rating_after - rating_before] += people
    ranks = _signed_rank(moves)
    return PairedChange(
        pairs=pairs,
        good_before=good_before,
        good_after=good_after,
        difference=percent_half_up(good_after - good_before, pairs),
        interval=(100 * low, 100 * high),
        p=mcnemar_exact(only_before, only_after),
        mean_before=mean_before,
        mean_after=mean_after,
        rose=sum(people for move, people in moves.items() if move > 0),
        stayed=moves[0],
        fell=sum(people for move, people in moves.items() if move < 0),
        p_signed_rank=ranks.p,
        effect=ranks.effect,
    )
