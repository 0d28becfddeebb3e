"""What a place costs. Pure: terms and the length of an event in, pence out. Money is whole pence, never a fraction."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

HALF_DAY = 240  # minutes; longer than this costs a full day
# What a charge is for.
KINDS: Mapping[str, str] = {"place": "Place", "late": "Cancelled late", "missed": "Did not attend"}
# An agency without a standing towards the partnership is charged like any other.
UNKNOWN = "other"
# The largest sum a form takes: what is more is a slip of the hand.
MOST = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Terms:
    """A partnership's charges from a day on; sums in pence. ``exempt`` are the standings that pay nothing."""

    from_on: date
    charging: bool
    half_day: int = 0
    full_day: int = 0
    late: int = 0
    missed: int = 0
    exempt: frozenset[str] = frozenset()
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Price:
    """What one place costs, and what giving it up late or not coming costs besides; sums in pence.

    ``text`` is the policy in the partnership's words, which holds since ``from_on``.
    """

    pence: int
    late: int
    missed: int
    half_day: bool
    from_on: date
    text: str = ""

    @property
    def length(self) -> str:
        """ "Half day" or "Full day"."""
        return "Half day" if self.half_day else "Full day"

    @property
    def words(self) -> str:
        """In sentences: "A place on this date costs £45. Cancelling late costs £20 more."."""
        said = f"A place on this date {'costs ' + pounds(self.pence) if self.pence else 'is free'}."
        more = " more" if self.pence else ""
        for sum_, what in ((self.late, "Cancelling late"), (self.missed, "Not coming")):
            said += f" {what} costs {pounds(sum_)}{more}." if sum_ else ""
        return said

    def kept(self) -> dict[str, Any]:
        """The same as a booking keeps it among the rules it was made under."""
        sums = {"place": self.pence, "late": self.late, "missed": self.missed}
        return {**sums, "from_on": self.from_on.isoformat()}


def in_force(terms: Iterable[Terms], day: date) -> Terms | None:
    """The newest terms that have begun by that day; None before the first."""
    begun = [one for one in terms if one.from_on <= day]
    return max(begun, key=lambda one: one.from_on) if begun else None


def price(terms: Terms | None, *, minutes: int | None, standing: str) -> Price | None:
    """What an event of that length costs somebody whose agency has that standing; None when nothing at all.

    A length that is not known yet costs a full day: nobody pays more later than they were told.
    """
    if terms is None or not terms.charging or (standing or UNKNOWN) in terms.exempt:
        return None
    half = minutes is not None and minutes <= HALF_DAY
    place = terms.half_day if half else terms.full_day
    if not (place or terms.late or terms.missed):
        return None
    return Price(
        pence=place,
        late=terms.late,
        missed=terms.missed,
        half_day=half,
        from_on=terms.from_on,
        text=terms.text,
    )


def pounds(pence: int) -> str:
    """£1,250, £45.50, £0."""
    whole, rest = divmod(abs(pence), 100)
    return f"{'-' if pence < 0 else ''}£{whole:,}" + (f".{rest:02d}" if rest else "")


def plain(pence: int) -> str:
    """1250.00: the same for a finance system."""
    return f"{pence // 100}.{pence % 100:02d}"


def pence_of(typed: str) -> int | None:
    """The pence of a sum as people write it ("£1,250", "45.50", "45"); None when it is no sum, or too large."""
    found = re.fullmatch(r"£?\s*(\d{1,3}(?:,\d{3})+|\d{1,7})(?:\.(\d{2}))?", typed.strip(), flags=re.ASCII)
    if found is None:
        return None
    pence = int(found[1].replace(",", "")) * 100 + int(found[2] or 0)
    return pence if pence <= MOST else None
