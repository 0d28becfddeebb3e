"""Who answered before and after, and what: so that each count of the plan comes out to the unit.

Chance decides who is sure of themselves and whom the course helped; the counts decide where the line between
average and good is drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from .delegates import Delegate, Held
from .plan import CoursePlan, Good
from .seed import chance

# Of those who say good or better, how many say very good; of the others: average, poor, very poor.
VERY_GOOD = {"before": 0.2, "after": 0.46, "follow-up": 0.4}
BELOW = {"before": (0.62, 0.30, 0.08), "after": (0.86, 0.12, 0.02), "follow-up": (0.9, 0.1, 0.0)}


@dataclass(frozen=True)
class Given:
    """One rating of the headline question. Without a delegate where answers were given without bookings."""

    held: Held
    delegate: Delegate | None
    stage: str
    rating: int


def given_ratings(
    plan: CoursePlan, events: Sequence[Held], *, shy: set[int], eager: set[int], long_over: set[int]
) -> list[Given]:
    """Everything that was answered about past events of a course, in no order.

    ``shy``: people who have not answered after; ``eager``: people who have. ``long_over``: ids of the events that
    were followed up.
    """
    draw = chance("answers", plan.course, events[0].plan.starts_at.year)
    if events[0].plan.headcount_only:
        return [Given(events[0], None, "after", r) for r in ratings(plan.after, "after")]
    asked = [(held, d) for held in events for d in held.delegates if d.expected or d.came]
    asked = draw.sample(asked, len(asked))
    asked.sort(key=lambda a: a[1].human.id not in eager)
    before, after = who_answered(plan, asked, shy)
    sure = {id(d): draw.gauss(0, 1) for _, d in asked}
    helped = {id(d): 0.55 * sure[id(d)] + draw.gauss(0, 0.8) for _, d in asked}
    later = draw.sample([a for a in after if a[0].id in long_over], plan.follow_up.answered)
    found = rank("before", before, plan.before, sure)
    found += rank("after", after, plan.after, helped)
    return found + rank("follow-up", later, plan.follow_up, helped)


Asked = tuple[Held, Delegate]


def who_answered(plan: CoursePlan, asked: list[Asked], shy: set[int]) -> tuple[list[Asked], list[Asked]]:
    """Those who answered before and those who answered after, with as many pairs as the plan says.

    Raises ValueError when there are not enough people for the counts.
    """
    may_after = [a for a in asked if a[1].came and a[1].human.id not in shy]
    both = [a for a in may_after if a[1].expected][: plan.pairs]
    taken = {id(d) for _, d in both}
    only_before = [a for a in asked if a[1].expected and id(a[1]) not in taken]
    only_before.sort(key=lambda a: a[1].came)  # who did not come first: the others may be needed after
    only_before = only_before[: plan.before.answered - len(both)]
    taken |= {id(d) for _, d in only_before}
    only_after = [a for a in may_after if id(a[1]) not in taken][: plan.after.answered - len(both)]
    before, after = both + only_before, both + only_after
    if (len(before), len(after)) != (plan.before.answered, plan.after.answered):
        raise ValueError(f"{plan.course}: {len(before)} can answer before and {len(after)} after")
    return before, after


def rank(stage: str, who: list[Asked], wanted: Good, score: dict[int, float]) -> list[Given]:
    """The ratings of a stage, the best to those with the highest score."""
    order = sorted(range(len(who)), key=lambda i: (-score[id(who[i][1])], i))
    given = dict(zip(order, ratings(wanted, stage), strict=True))
    return [Given(held, delegate, stage, given[i]) for i, (held, delegate) in enumerate(who)]


def ratings(wanted: Good, stage: str) -> list[int]:
    """So many ratings of which exactly so many are good or very good, the best first."""
    best = round(wanted.good * VERY_GOOD[stage])
    rest = wanted.answered - wanted.good
    average = round(rest * BELOW[stage][0])
    poor = min(rest - average, round(rest * BELOW[stage][1]))
    counts = ((5, best), (4, wanted.good - best), (3, average), (2, poor), (1, rest - average - poor))
    return [rating for rating, count in counts for _ in range(count)]
