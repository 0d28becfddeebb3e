"""How an event and a module become counts that add up (domain.md, "Figures" and "Tallies").

Plain rows in, a JSON-ready document out. A *unit* is the agency and setting of a booking with its sector and role
group. What does not add up over events (different people, different organisations) is kept as sorted keys.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

from ..partnerships.outcome_rules import OutcomeRule
from .completing import has_come, who_completed

LINKS = (("before", "after"), ("after", "follow-up"), ("before", "follow-up"))
STAGES = ("before", "after", "follow-up")

Counts = dict[str, Any]


class Unit(NamedTuple):
    """Whose people they are: agency and setting by id (None: not known), sector and role group in words."""

    agency: int | None
    setting: int | None
    sector: str
    role_group: str


UNKNOWN = Unit(None, None, "", "")


class Delegate(NamedTuple):
    """A booking as the tally sees it."""

    booking: int
    person: int
    unit: Unit
    expected: bool  # booked at the start of the first session
    walk_in: bool
    late_loss: bool  # cancelled or moved late


class Marked(NamedTuple):
    """One mark: minutes there, of the session's length."""

    booking: int
    mark: str
    minutes: int
    why: str
    session: int = 0


class Rated(NamedTuple):
    """One rating from 1 to 5. ``booking`` is None where the answer could not be matched."""

    booking: int | None
    response: int
    stage: str
    question: str
    rating: int


class Trained(NamedTuple):
    """Somebody who delivered, of the pool or an expert, and their minutes. Who observed is not among them."""

    person: int
    agency: int | None
    part: str
    preparation: int
    delivery: int = 0
    travel: int = 0


class Organisation(NamedTuple):
    """An organisation on a headcount-only event; ``came`` None while nobody counted."""

    key: str
    unit: Unit
    expected: int
    came: int | None


@dataclass
class EventFacts:
    """Everything about one event that its tally is made from."""

    capacity: int
    took_place: bool
    headcount_only: bool
    minutes: int
    headline: str = "knowledge"
    delegates: list[Delegate] = field(default_factory=list)
    marks: list[Marked] = field(default_factory=list)
    ratings: list[Rated] = field(default_factory=list)
    trainers: list[Trained] = field(default_factory=list)
    organisations: list[Organisation] = field(default_factory=list)
    sessions: dict[int, int] = field(default_factory=dict)  # the length of each in minutes
    rules: dict[int, OutcomeRule] = field(default_factory=dict)  # by booking; the usual one for the others
    decided: dict[int, str] = field(default_factory=dict)  # outcomes decided by hand, by booking

    def marks_by_booking(self) -> dict[int, list[Marked]]:
        """Everybody's marks."""
        found: dict[int, list[Marked]] = {}
        for mark in self.marks:
            found.setdefault(mark.booking, []).append(mark)
        return found


OUTCOMES = (
    "expected",
    "came",
    "came_expected",
    "walk_ins",
    "completed",
    "part",
    "excused",
    "did_not_attend",
    "late_losses",
)


def outcome(delegate: Delegate, marks: Sequence[Marked], *, done: bool) -> Counts:
    """One delegate as ones and zeros under OUTCOMES, with the reason of an absence; ``done``: they completed."""
    came = has_come(marks)
    excused = not came and any(m.mark == "excused" for m in marks)
    reasons = {m.why: 1 for m in marks if m.why and not came and delegate.expected}
    return {
        "expected": int(delegate.expected),
        "came": int(came),
        "came_expected": int(came and delegate.expected),
        "walk_ins": int(came and delegate.walk_in),
        "completed": int(done),
        "part": int(came and not done),
        "excused": int(excused and delegate.expected),
        "did_not_attend": int(delegate.expected and not came and not excused),
        "late_losses": int(delegate.late_loss),
        "reasons": reasons,
    }


def count_units(facts: EventFacts) -> list[Counts]:
    """Outcomes by unit, sorted, without zeros."""
    marks = facts.marks_by_booking()
    through = who_completed(facts)
    found: dict[Unit, Counts] = {}
    for delegate in facts.delegates:
        row = found.setdefault(delegate.unit, {**dict.fromkeys(OUTCOMES, 0), "reasons": {}})
        one = outcome(delegate, marks.get(delegate.booking, ()), done=delegate.booking in through)
        for name in OUTCOMES:
            row[name] += one[name]
        for why in one["reasons"]:
            row["reasons"][why] = row["reasons"].get(why, 0) + 1
    rows = {unit: {k: v for k, v in row.items() if v} for unit, row in found.items()}
    return [{**unit_fields(unit), **rows[unit]} for unit in sorted(rows, key=unit_order) if rows[unit]]


def unit_fields(unit: Unit) -> Counts:
    """A unit as it stands in the document."""
    return {
        "agency": unit.agency,
        "setting": unit.setting,
        "sector": unit.sector,
        "role_group": unit.role_group,
    }


def unit_order(unit: Unit) -> tuple[int, int, str, str]:
    """Units in a steady order."""
    return unit.agency or 0, unit.setting or 0, unit.sector, unit.role_group


def count_ratings(facts: EventFacts) -> list[Counts]:
    """Ratings by question and by agency or setting, sorted, without zeros.

    A stage holds ``[rating, people]``, a pair of stages ``[earlier rating, later rating, people]``: the same
    delegate's answers at both.
    """
    owners = {d.booking: d.unit._replace(role_group="") for d in facts.delegates}
    found: dict[tuple[str, Unit], Counter[tuple[str | int, ...]]] = defaultdict(Counter)
    given: dict[tuple[str, int], dict[str, int]] = defaultdict(dict)
    for rated in facts.ratings:
        unit = owners.get(rated.booking, UNKNOWN) if rated.booking is not None else UNKNOWN
        found[rated.question, unit][rated.stage, rated.rating] += 1
        if rated.booking is not None:
            given[rated.question, rated.booking][rated.stage] = rated.rating
    for (question, booking), by_stage in given.items():
        for earlier, later in LINKS:
            if earlier in by_stage and later in by_stage:
                pair = (f"{earlier} to {later}", by_stage[earlier], by_stage[later])
                found[question, owners.get(booking, UNKNOWN)][pair] += 1
    ordered = sorted(found, key=lambda key: (key[0], *unit_order(key[1])))
    return [{"question": q, **unit_fields(u), **without_zeros(found[q, u])} for q, u in ordered]


def without_zeros(counts: Counter[tuple[str | int, ...]]) -> Counts:
    """Counts by (name, rating ...) as lists under their names."""
    row: Counts = {}
    for (name, *ratings), people in sorted(counts.items(), key=str):
        row.setdefault(str(name), []).append([*ratings, people])
    return row


def organisation_of(unit: Unit) -> str:
    """What counts as one organisation: the setting where there is one, else the agency."""
    return f"setting:{unit.setting}" if unit.setting else f"agency:{unit.agency}"


def organisations(facts: EventFacts) -> tuple[list[str], list[str]]:
    """Keys of the different organisations booked, and of those of which somebody came."""
    came = {m.booking for m in facts.marks if m.mark == "present"}
    booked = {organisation_of(d.unit) for d in facts.delegates if d.expected}
    attended = {organisation_of(d.unit) for d in facts.delegates if d.booking in came}
    booked |= {o.key for o in facts.organisations}
    attended |= {o.key for o in facts.organisations if o.came}
    return sorted(booked), sorted(attended)


def lost_late(facts: EventFacts) -> int:
    """Late cancellations and moves whose places were not filled again by the start."""
    late = sum(d.late_loss for d in facts.delegates)
    expected = sum(d.expected for d in facts.delegates)
    return min(late, max(0, facts.capacity - expected))


def count_event(facts: EventFacts) -> Counts:
    """The tally of one event."""
    booked, attended = organisations(facts)
    came = {m.booking for m in facts.marks if m.mark == "present"}
    trainers = [t._asdict() for t in sorted(facts.trainers, key=lambda t: (t.part, t.person))]
    return {
        "capacity": facts.capacity,
        "took_place": facts.took_place,
        "headcount_only": facts.headcount_only,
        "headcount_expected": sum(o.expected for o in facts.organisations),
        "headcount_came": sum(o.came or 0 for o in facts.organisations),
        "minutes": facts.minutes,
        "headline": facts.headline,
        "late_lost": lost_late(facts),
        "units": count_units(facts),
        "ratings": count_ratings(facts),
        "answered": answered(facts.ratings),
        "people": sorted({d.person for d in facts.delegates if d.booking in came}),
        "organisations_booked": booked,
        "organisations_attended": attended,
        "trainers": trainers,
    }


def answered(ratings: Iterable[Rated]) -> dict[str, int]:
    """How many delegates gave a rating, by stage."""
    people: dict[str, set[int]] = {stage: set() for stage in STAGES}
    for rated in ratings:
        people[rated.stage].add(rated.response)
    return {stage: len(found) for stage, found in people.items()}


class Taken(NamedTuple):
    """A module taken up (``begun``) or completed in the month of the tally."""

    person: int
    unit: Unit
    begun: bool
    completed: bool


def count_module(taken: Iterable[Taken]) -> Counts:
    """The tally of one module in one month."""
    units: dict[Unit, dict[str, int]] = {}
    people: set[int] = set()
    for take in taken:
        row = units.setdefault(take.unit, {"begun": 0, "completed": 0})
        row["begun"] += take.begun
        row["completed"] += take.completed
        if take.begun:
            people.add(take.person)
    ordered = sorted(units, key=unit_order)
    return {"units": [{**unit_fields(u), **units[u]} for u in ordered], "people": sorted(people)}


def digest(counts: Counts) -> str:
    """What tells two tallies apart: the same counts have the same digest."""
    return sha256(json.dumps(counts, sort_keys=True).encode()).hexdigest()[:32]
