"""The figures of a year: each with its identifier, definition and counts. Pure: sums in, figures out.

Ratings are given only where at least ``SMALLEST`` people answered, and never so that fewer could be worked out by
taking one figure from another.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from ..pool.hours import days, hours
from .definitions import DEFINITIONS, LABELS
from .statistics import good, paired_change, percent_half_up, wilson
from .sums import UNKNOWN_SECTOR, CourseName, Ratings, Sum, Year

SMALLEST = 5
HEALTH = "Health"
Number = int | Decimal


@dataclass(frozen=True)
class Figure:
    """One figure. ``value`` is None where there is nothing to show; ``withheld`` says that it was suppressed."""

    id: str
    value: Number | None
    unit: str = "count"
    numerator: int | None = None
    denominator: int | None = None
    interval: tuple[Decimal, Decimal] | None = None
    scope: dict[str, str] = field(default_factory=dict)
    withheld: bool = False

    @property
    def label(self) -> str:
        """What it is called on screen."""
        return LABELS[self.id]

    @property
    def definition(self) -> str:
        """What it means, readable beside it."""
        return DEFINITIONS[self.id]

    @property
    def asked(self) -> bool:
        """Whether there is anything behind it, shown or withheld."""
        return self.value is not None or self.withheld

    def as_json(self) -> dict[str, Any]:
        """The figure as ``/impact/<year>.json`` gives it out."""
        row = {k: v for k, v in asdict(self).items() if k != "withheld"}
        interval = [float(end) for end in self.interval] if self.interval else None
        value = float(self.value) if isinstance(self.value, Decimal) else self.value
        return {
            **row,
            "value": value,
            "interval": interval,
            "label": self.label,
            "definition": self.definition,
        }


def share(id: str, k: int, n: int, scope: dict[str, str]) -> Figure:
    """A percentage of counts (not of ratings); None of nothing."""
    value = percent_half_up(k, n) if n else None
    return Figure(id, value, "percent", k, n, None, scope)


def rated(id: str, counts: list[int], scope: dict[str, str]) -> Figure:
    """Good or very good of those who answered, with Wilson's interval; withheld below SMALLEST answers."""
    k, n = good(counts)
    if n < SMALLEST:
        return Figure(id, None, "percent", scope=scope, withheld=n > 0)
    low, high = wilson(k, n)
    return Figure(id, percent_half_up(k, n), "percent", k, n, (points(100 * low), points(100 * high)), scope)


def points(value: float) -> Decimal:
    """A computed bound, to one decimal."""
    return Decimal(str(round(value, 6))).quantize(Decimal("0.1"), rounding="ROUND_HALF_UP")


def matched(ratings: Ratings, scope: dict[str, str]) -> Figure:
    """Change of those who answered both; withheld when the few who answered once could be worked out from it."""
    change = paired_change(ratings.pairs["before to after"])
    rest = [sum(ratings.stages[s]) - (change.pairs if change else 0) for s in ("before", "after")]
    if change is None or change.pairs < SMALLEST or any(0 < n < SMALLEST for n in rest):
        return Figure("matched_change_points", None, "points", scope=scope, withheld=change is not None)
    interval = (points(change.interval[0]), points(change.interval[1]))
    moved = change.good_after - change.good_before
    return Figure("matched_change_points", change.difference, "points", moved, change.pairs, interval, scope)


def contribution(total: Sum) -> Iterator[Figure]:
    """Who delivered, and the hours they gave; experts apart."""
    pool, expert = (total.given.get(part, Counter()) for part in ("pool", "expert"))
    yield Figure("pool_people", len(total.trainers.get("pool", ())))
    yield Figure("pool_agencies", len(total.trainer_agencies))
    for kind in ("delivery", "preparation", "travel"):
        yield Figure(f"pool_{kind}_hours", hours(pool[kind]), "hours")
    yield Figure("external_experts", len(total.trainers.get("expert", ())))
    yield Figure("external_expert_hours", hours(expert["preparation"] + expert["delivery"]), "hours")


def attendance(total: Sum, scope: dict[str, str]) -> Iterator[Figure]:
    """Places, people and rates of some events."""
    out = total.outcomes
    yield Figure("events", total.events, scope=scope)
    yield Figure("places_offered", total.places_offered, scope=scope)
    for name in ("expected", "came", "completed"):
        yield Figure(name, out[name], scope=scope)
    if total.headcount_events:
        yield Figure("headcount_came", total.headcount_came, scope=scope)
    yield share("take_up", out["came"], total.places_offered, scope)
    yield share("attendance_rate", out["came_expected"], out["expected"], scope)
    yield share("no_show_rate", out["did_not_attend"], out["expected"], scope)
    yield Figure("places_lost", out["did_not_attend"] + total.late_lost, scope=scope)
    yield Figure("organisations_booked", len(total.organisations_booked), scope=scope)
    yield Figure("organisations_attended", len(total.organisations_attended), scope=scope)


def outside_health(by_sector: dict[str, Counter[str]], scope: dict[str, str]) -> Figure:
    """Who came from outside health, of those whose sector is known."""
    known = sum(c["came"] for sector, c in by_sector.items() if sector != UNKNOWN_SECTOR)
    health = by_sector.get(HEALTH, Counter())["came"]
    return share("outside_health_percent", known - health, known, scope)


def of_course(course: CourseName, total: Sum) -> list[Figure]:
    """Every figure of one course."""
    scope = {"course": course.slug}
    found = [*attendance(total, scope), outside_health(total.by_sector, scope)]
    found.append(rated("good_before_percent", total.headline.stages["before"], scope))
    found.append(rated("good_after_percent", total.headline.stages["after"], scope))
    found.append(matched(total.headline, scope))
    overall = total.questions.get("overall", Ratings())
    found.append(rated("event_rating_good_percent", overall.stages["after"], scope))
    found.append(
        share("response_before_percent", total.answered["before"], total.outcomes["expected"], scope)
    )
    found.append(share("response_after_percent", total.answered["after"], total.outcomes["came"], scope))
    return found


def of_year(year: Year) -> list[Figure]:
    """The figures of the year as a whole."""
    total, modules = year.total, year.modules_total
    came = total.outcomes["came"]
    return [
        Figure("training_opportunities", came + modules.begun),
        Figure("training_opportunities_events", came),
        Figure("training_opportunities_e_learning", modules.begun),
        Figure("modules_completed", modules.completed),
        Figure("practitioners_reached", len(total.people)),
        *attendance(total, {}),
        Figure("days_delivered", days(total.minutes), "days"),
        *contribution(total),
        outside_health(total.by_sector, {}),
    ]


def of_reach(year: Year, agencies: dict[int, str]) -> list[Figure]:
    """Who came, by sector and by agency (slug by id); attendance counts only, no ratings."""
    sectors = [
        Figure("sector_came", counts["came"], scope={"sector": sector})
        for sector, counts in sorted(year.total.by_sector.items())
    ]
    by_agency: Counter[int] = Counter()
    for (agency, _), counts in year.total.by_unit.items():
        by_agency[agency or 0] += counts["came"]
    found = sorted(by_agency.items())
    return sectors + [
        Figure("agency_came", n, scope={"agency": agencies.get(a, "not-known")}) for a, n in found
    ]


def all_figures(year: Year, agencies: dict[int, str]) -> list[Figure]:
    """The year, each course, each sector and agency: what the JSON gives out."""
    found = of_year(year)
    for course, total in sorted(year.courses.items(), key=lambda item: item[0].slug):
        found += of_course(course, total)
    return found + of_reach(year, agencies)
