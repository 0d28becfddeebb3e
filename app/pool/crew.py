"""What an event needs of trainers, and what it lacks: a warning, never a block. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .rules import trains


@dataclass(frozen=True, kw_only=True)
class Need:
    """How many trainers an event needs, how many of them lead, and from how many agencies they come."""

    trainers: int
    leads: int
    agencies: int

    def __str__(self) -> str:
        number = "1 trainer" if self.trainers == 1 else f"{self.trainers} trainers"
        leads = "" if not self.leads else f", {'one of them' if self.leads == 1 else self.leads} to lead"
        if self.trainers == 1:
            return f"{number}{' to lead' if self.leads else ''}"
        return f"{number}{f' from {self.agencies} agencies' if self.agencies > 1 else ''}{leads}"


@dataclass(frozen=True, kw_only=True)
class Crew:
    """Somebody on an event: as what, in which part, and for which agency."""

    part: str  # pool | expert | guest speaker | host
    delivers_as: str  # lead | co | observing
    agency: str = ""  # the name; "" where it is not known, and for experts

    @property
    def counts(self) -> bool:
        """Whether they are one of the trainers that it needs: no guest, no host, nobody who observes."""
        return trains(self.part, self.delivers_as)


def usual(settings: Mapping[str, Any]) -> Need:
    """What an event needs by the partnership's settings."""
    trainers = max(1, int(settings["trainers_needed"]))
    return Need(
        trainers=trainers,
        leads=min(trainers, int(settings["leads_needed"])),
        agencies=max(1, min(trainers, int(settings["trainer_agencies_needed"]))),
    )


def is_filled(need: Need, crew: Iterable[Crew]) -> bool:
    """Whether as many deliver as are needed."""
    return sum(one.counts for one in crew) >= need.trainers


def shortfalls(need: Need, crew: Sequence[Crew]) -> list[str]:
    """What an event lacks, as sentences; an expert comes from outside and counts as an agency of their own.

    Where somebody's agency is not known nothing is said of agencies, because it might be wrong.
    """
    counted = [one for one in crew if one.counts]
    found = []
    if len(counted) < need.trainers:
        has = len(counted) or "none"
        found.append(
            f"It needs {need.trainers} {'trainer' if need.trainers == 1 else 'trainers'} and has {has}."
        )
    leads = sum(one.delivers_as == "lead" for one in counted)
    if counted and leads < need.leads:
        found.append("Nobody leads." if not leads else f"It needs {need.leads} who lead and has {leads}.")
    return found + agencies_short(need, counted)


def agencies_short(need: Need, counted: Sequence[Crew]) -> list[str]:
    """That those who deliver come from too few agencies."""
    experts = sum(one.part == "expert" for one in counted)
    names = sorted({one.agency for one in counted if one.part != "expert" and one.agency})
    known = all(one.agency for one in counted if one.part != "expert")
    if not known or len(counted) < need.agencies or len(names) + experts >= need.agencies:
        return []
    whole = "Both trainers come" if len(counted) == 2 else f"All {len(counted)} trainers come"
    return [f"{whole} from {' and '.join(names)}: {need.agencies} agencies are wanted."]
