"""Whom to ask first to deliver an event, why, and who is not eligible. Pure.

The order: who may lead before who may co-deliver, then whose agency is not on the event yet, then who has given the
fewest days in the reporting year of the event, then who gave one longest ago.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from .rules import DELIVERING, DELIVERY_PARTS

MINUTES_OF_A_DAY = 360


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """What somebody would deliver: its days, where it is, and what an area is called there."""

    first: date
    last: date
    in_the_room: bool
    virtual: bool
    areas: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of somebody who could be asked."""

    name: str
    of_the_pool: bool = True  # or an expert; not somebody with the role of a trainer only
    leaves_on: date | None = None  # the last day in the pool
    may: str = ""  # lead | co | observing: approved for this course on its days
    approved_until: date | None = None  # of an approval that ran out before, the last day
    approved_from: date | None = None  # of one that begins later, its first
    released_until: date | None = None
    areas: tuple[str, ...] = ()
    in_the_room: bool = True
    virtual: bool = True
    clashes: tuple[str, ...] = ()  # what else they have then, as sentences
    agency: str = ""
    agency_there: bool = False  # somebody of it delivers the event
    minutes: int = 0  # given in the reporting year, coming events included
    days_offered: int | None = None
    last: date | None = None  # when they delivered last
    given: int = 0  # how often they gave this course


def order(facts: Facts) -> tuple[object, ...]:
    """By what those who are eligible are sorted; the name at the end, so that the order is always the same."""
    return (
        DELIVERY_PARTS.index(facts.may) if facts.may else len(DELIVERY_PARTS),
        facts.agency_there,
        facts.minutes,
        facts.last or date.min,
        facts.name,
    )


def covers(may: str, part: str) -> bool:
    """Whether an approval is enough for a part: who may lead may co-deliver, and either may observe."""
    return bool(may) and DELIVERY_PARTS.index(may) <= DELIVERY_PARTS.index(part)


def obstacles(facts: Facts, occasion: Occasion) -> tuple[str, ...]:
    """Why somebody is not eligible, as sentences; none for who is."""
    found = [not_approved(facts)]
    if facts.leaves_on is not None and facts.leaves_on < occasion.last:
        found.append(f"Leaves the pool on {on_day(facts.leaves_on)}.")
    if facts.released_until is not None and facts.released_until < occasion.last:
        word = "ran out" if facts.released_until < occasion.first else "runs out"
        found.append(f"Release by their manager {word} on {on_day(facts.released_until)}.")
    if occasion.in_the_room and not facts.in_the_room:
        found.append("Delivers online only.")
    if occasion.virtual and not facts.virtual:
        found.append("Delivers in the room only.")
    found.append(out_of_area(facts.areas, occasion.areas))
    return (*filter(None, found), *facts.clashes)


def not_approved(facts: Facts) -> str:
    """That nobody has approved them for this course on these days, and what comes nearest."""
    if facts.may in DELIVERING:
        return ""
    if facts.may:
        return "May observe this course, not deliver it."
    if not facts.of_the_pool:
        return "Is not in the training pool."
    if facts.approved_until is not None:
        return f"Approval for this course ran out on {on_day(facts.approved_until)}."
    if facts.approved_from is not None:
        return f"Approval for this course begins on {on_day(facts.approved_from)}."
    return "Is not approved to deliver this course."


def out_of_area(theirs: Collection[str], there: Collection[str]) -> str:
    """That they do not travel there; nothing where nobody said where they travel, or where it is."""
    known = {area.strip().casefold() for area in theirs}
    missing = [area for area in sorted(there) if area.strip().casefold() not in known]
    return f"Does not travel to {missing[0]}." if known and missing else ""


def reasons(facts: Facts) -> str:
    """Why somebody stands where they stand, in words."""
    said = []
    if facts.may in DELIVERING:
        said.append("May lead" if facts.may == "lead" else "May co-deliver")
    if facts.agency:
        said.append(f"{facts.agency}{' (on this date already)' if facts.agency_there else ''}")
    said.append(given_words(facts))
    said.append(f"last on {on_day(facts.last)}" if facts.last else "has not delivered yet")
    return " · ".join(said)


def given_words(facts: Facts) -> str:
    """1.5 of 4 days given this year."""
    of = f" of {facts.days_offered}" if facts.days_offered is not None else ""
    days = days_of(facts.minutes)
    return f"{days}{of} {'day' if days == '1' and not of else 'days'} this year"


def days_of(minutes: int) -> str:
    """Minutes as days of six hours, in quarters: 1.25."""
    quarters = (minutes * 4 + MINUTES_OF_A_DAY // 2) // MINUTES_OF_A_DAY
    return f"{quarters / 4:g}"


def on_day(day: date) -> str:
    """12 January 2027."""
    return f"{day.day} {day:%B %Y}"
