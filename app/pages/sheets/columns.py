"""What can stand on a sign-in sheet beside number and name. Pure: rows in, words out.

Part 1 and needs are no columns: on the trainer's own copy they are signs, on the table they are nothing.
"""

from collections.abc import Iterable
from typing import Any

from ..event_bookings.columns import COLUMNS, Column
from ..event_bookings.words import place_of_work

ON_PAPER: dict[str, Column] = {
    "job": ("Job title", lambda row: row.job_role),
    "works_at": ("Agency", place_of_work),
    "team": COLUMNS["team"],
    "sector": COLUMNS["sector"],
    "role_group": COLUMNS["role_group"],
}
USUAL = ("job", "works_at")
IN_AND_OUT, SESSIONS = "in and out", "sessions"
BLANK_ROWS, MOST_BLANK_ROWS = 10, 60


def chosen(names: Iterable[str]) -> list[Column]:
    """The columns of these names, in their order on paper."""
    wanted = set(names)
    return [column for name, column in ON_PAPER.items() if name in wanted]


def signs_of(row: Any, refused: frozenset[int]) -> list[str]:
    """What a trainer has to know of somebody, as the names of signs: what they need, and that is all paper says."""
    found = (
        ("need", bool(row.needs)),
        ("part-one", row.part_one_to_do),
        ("not-recorded", row.id in refused),
    )
    return [sign for sign, holds in found if holds]
