"""Who is on an event, and what became of them there."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from ..clock import london_day
from ..partnerships.rules import reporting_year
from .facts import facts
from .people import Crowd, Human, Post
from .plan import EventPlan
from .seed import chance, split, weighted

HEALTH = "Health"


@dataclass
class Delegate:
    """A person on an event. ``fate``: came, part, walk-in, excused, absent, booked, cancelled, late or waited."""

    human: Human
    post: Post
    fate: str
    booking: dict[str, Any] = field(default_factory=dict)

    @property
    def expected(self) -> bool:
        """Whether they were booked when it started."""
        return self.fate in ("came", "part", "excused", "absent", "booked")

    @property
    def came(self) -> bool:
        """Whether they were there."""
        return self.fate in ("came", "part", "walk-in")


@dataclass
class Held:
    """An event with its rows' ids, and everybody on it."""

    id: int
    plan: EventPlan
    session_ids: list[int]
    trainer_ids: list[int]
    delegates: list[Delegate] = field(default_factory=list)


def fates(plan: EventPlan) -> list[str]:
    """What becomes of the people of an event, those who came first."""
    counts = {
        "came": plan.came - plan.walk_ins - plan.part,
        "part": plan.part,
        "walk-in": plan.walk_ins,
        "excused": plan.excused,
        "absent": plan.absent,
        "booked": plan.booked,
        "late": plan.late,
        "cancelled": plan.cancelled - plan.late,
        "waited": plan.waited,
    }
    return [fate for fate, count in counts.items() for _ in range(count)]


def from_health(events: list[EventPlan], outside: int) -> list[int]:
    """How many of those who came to each event are from health, when so many of all are not."""
    return split(sum(e.came for e in events) - outside, [e.came for e in events])


def choose(
    plan: EventPlan,
    crowd: Crowd,
    *,
    outside: set[int],
    first: Human | None = None,
    last: Human | None = None,
    health: int | None = None,
) -> list[Delegate]:
    """Everybody of an event: free that day, new to the course this year, the likelier the more it is for them.

    ``outside`` are people who go to none by chance; ``first`` comes to it (or is booked), ``last`` waits for it.
    ``health``: how many of those who came are from health, where that is settled.
    """
    draw = chance("delegates", plan.course, plan.starts_at.date(), plan.scene)
    free = [human for human in crowd.everybody if human.id not in outside and is_free(human, plan)]
    order = weighted(draw, free, 3 * (plan.capacity + plan.came + 20), interest(plan))
    kinds = fates(plan)
    if health is not None:
        order = with_share(order, plan.came, health, london_day(plan.starts_at))
    people = [*([first] if first else []), *order][: len(kinds)]
    people[-1:] = [last] if last else people[-1:]
    if len(people) < len(kinds):
        raise ValueError(f"{plan.course}: too few people for {len(kinds)} bookings")
    return [delegate(human, plan, fate) for human, fate in zip(people, kinds, strict=True)]


def interest(plan: EventPlan) -> Callable[[Human], float]:
    """How likely somebody is to book it, by where they work."""
    weights: dict[str, float] = facts("people")["audience"].get(plan.course, {})
    day = london_day(plan.starts_at)

    def weight(human: Human) -> float:
        post = human.post_on(day)
        return weights.get(post.employer.sector, 1.0) if post else 0.0

    return weight


def is_free(human: Human, plan: EventPlan) -> bool:
    """Whether they work here all through, have nothing else on those days, and were not there this year."""
    first, last = london_day(plan.starts_at), london_day(plan.ends_at)
    if (
        (plan.course, reporting_year(last)) in human.done
        or not human.posts
        or human.posts[0].from_on > first - timedelta(days=80)
    ):
        return False
    until = human.posts[-1].until_on
    return (until is None or until >= last) and not human.busy & {first, last}


def with_share(order: list[Human], came: int, health: int, day: date) -> list[Human]:
    """The same people, but so that exactly that many of the first ``came`` are from health."""

    def of_health(human: Human) -> bool:
        post = human.post_on(day)
        return post is not None and post.employer.sector == HEALTH

    inside = [human for human in order if of_health(human)]
    others = [human for human in order if not of_health(human)]
    there = inside[:health] + others[: came - health]
    return there + inside[health:] + others[came - health :]


def delegate(human: Human, plan: EventPlan, fate: str) -> Delegate:
    """A person with a fate; what takes up their day is remembered."""
    day = london_day(plan.starts_at)
    post = human.post_on(day)
    assert post is not None
    human.done.add((plan.course, reporting_year(london_day(plan.ends_at))))
    if fate not in ("cancelled", "late", "waited"):
        human.busy |= {london_day(start) for start, _ in plan.sittings}
    return Delegate(human, post, fate)


def shuffled(draw: Random, delegates: list[Delegate]) -> list[Delegate]:
    """In the order in which they booked."""
    found = list(delegates)
    draw.shuffle(found)
    return found
