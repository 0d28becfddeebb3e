"""Who shares an event's places: caps, and places kept for some (check 7). Pure: counts in, a sentence out."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

CAP, KEPT = "cap", "kept"
AGENCY, SETTING, SECTOR = "agency", "setting", "sector"


class Unit(NamedTuple):
    """From where somebody comes: ids of agency and setting, and the sector."""

    agency_id: int
    setting_id: int | None
    sector: str

    def key(self, of: str) -> Any:
        """The agency, setting or sector; None for somebody without a setting."""
        return {AGENCY: self.agency_id, SETTING: self.setting_id, SECTOR: self.sector}[of]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A cap, or places kept. Without a ``target`` a cap holds for each agency, setting or sector alike."""

    kind: str
    of: str
    places: int
    target: Any = None  # an id, or the name of a sector
    name: str = ""  # of the target, as people read it
    until: str = ""  # "Fri 4 December", where it ends before the event

    def covers(self, unit: Unit) -> bool:
        """Whether it is about somebody from there."""
        key = unit.key(self.of)
        return bool(key) and (self.target is None or key == self.target)


EACH = {AGENCY: "any one agency", SETTING: "any one setting", SECTOR: "any one sector"}


class Mix:
    """The rules of an event and where those come from who hold its places."""

    def __init__(self, rules: Sequence[Rule] = (), holders: Iterable[Unit] = ()) -> None:
        self.rules = tuple(rules)
        self.held: Counter[tuple[str, Any]] = Counter()
        for unit in holders:
            self.add(unit)

    def add(self, unit: Unit, number: int = 1) -> None:
        """Somebody from there holds a place now (``number`` of them)."""
        for of in (AGENCY, SETTING, SECTOR):
            if unit.key(of):
                self.held[of, unit.key(of)] += number

    def held_by(self, rule: Rule, unit: Unit) -> int:
        """How many of the places a rule is about are held: of its target, or of where somebody comes from."""
        return self.held[rule.of, unit.key(rule.of) if rule.target is None else rule.target]

    def kept_from(self, unit: Unit) -> int:
        """How many places are kept for others and not held by them yet."""
        others = (rule for rule in self.rules if rule.kind == KEPT and not rule.covers(unit))
        return sum(max(0, rule.places - self.held_by(rule, unit)) for rule in others)

    def obstacle(self, unit: Unit, *, places_left: int) -> str:
        """Why somebody from there cannot take one of the free places, in words; "" when they can."""
        for rule in self.rules:
            if rule.kind == CAP and rule.covers(unit) and self.held_by(rule, unit) >= rule.places:
                return f"{rule.name or EACH[rule.of]} may have {places(rule.places)} on this date, and {has(rule)}"
        if places_left > 0 and places_left <= self.kept_from(unit):
            return f"the places left are kept for {self.names_kept_from(unit)}"
        return ""

    def names_kept_from(self, unit: Unit) -> str:
        """For whom, and until when: "Education until Fri 4 December"."""
        kept = (rule for rule in self.rules if rule.kind == KEPT and not rule.covers(unit))
        return " and ".join(rule.name + (f" until {rule.until}" if rule.until else "") for rule in kept)


def places(number: int) -> str:
    """1 place, 3 places."""
    return "1 place" if number == 1 else f"{number} places"


def has(rule: Rule) -> str:
    """That a cap is reached."""
    return "has it already" if rule.places == 1 else "has them already"
