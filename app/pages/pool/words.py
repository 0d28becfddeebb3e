"""What a member delivers, in words. Pure."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from ...pool.member_rules import days_in_words

STANDINGS = {"pool": "Training pool", "expert": "Commissioned expert"}
PARTS = {"lead": "Lead", "co": "Co-trainer", "observing": "Observing"}
RELEASES = {
    "": ("Asked", "brand"),
    "agreed": ("Agreed", "good"),
    "declined": ("Not agreed", "bad"),
    "expired": ("Did not answer", "warn"),
    "taken back": ("Need not answer", "plain"),
}
PARTS_MEAN = {
    "lead": "May lead it, alone or with others",
    "co": "Beside somebody who leads",
    "observing": "Is there to learn; counts in no figure of who delivered",
}


def where_in_words(*, in_the_room: bool, virtual: bool) -> str:
    """In the room and virtual."""
    said = [word for word, holds in (("in the room", in_the_room), ("virtual", virtual)) if holds]
    return " and ".join(said).capitalize() or "Neither in the room nor virtual"


def given_of(given: Decimal, offered: int | None) -> str:
    """2.5 of 4 days; 2.5 days where nothing was offered."""
    if offered is None:
        return days_in_words(given)
    return f"{given.normalize():f} of {days_in_words(offered)}"


def areas_in_words(areas: Sequence[str]) -> str:
    """Mansfield, Newark."""
    return ", ".join(areas)


def by_part(approvals: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """Courses by the part in which they are delivered, lead first; each (title, part)."""
    found: dict[str, list[str]] = {}
    for title, part in approvals:
        found.setdefault(part, []).append(title)
    return [(PARTS[part], found[part]) for part in PARTS if part in found]
