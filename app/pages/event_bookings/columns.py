"""The columns that a sheet of bookings can have: how each is called, and what it says of a row. Pure."""

from collections.abc import Callable, Iterable
from typing import Any

from ...web.sheets import Cell
from . import words

Column = tuple[str, Callable[[Any], Cell]]


def part_one(row: Any) -> str:
    """Whether the course that comes first is done; "" where none does."""
    return ("to do" if row.part_one_to_do else "done") if row.has_part_one else ""


COLUMNS: dict[str, Column] = {
    "name": ("Name", lambda row: row.name),
    "email": ("Email", lambda row: row.email),
    "agency": ("Agency", lambda row: row.agency),
    "setting": ("Setting", lambda row: row.setting),
    "team": ("Team", lambda row: row.team),
    "sector": ("Sector", lambda row: row.sector),
    "role_group": ("Role group", lambda row: row.role_group),
    "state": ("Where they stand", words.state_words),
    "made_at": ("Booked at", lambda row: row.made_at),
    "part_one": ("Part 1", part_one),
    "manager": ("Line manager", lambda row: row.manager_name),
    "manager_email": ("Line manager's email", lambda row: row.manager_email),
    "needs": ("Access or dietary needs", lambda row: row.needs),
    "mobile": ("Mobile for the day", lambda row: row.mobile),
}
# The desk's own list for a pen: beside the name, before the box to tick.
ON_PAPER: tuple[Column, ...] = (
    ("Works at", words.place_of_work),
    ("Where they stand", words.state_and_part_one),
    ("For the day", lambda row: "; ".join(filter(None, (row.needs, row.mobile)))),
)
USUAL = ("name", "email", "agency", "setting", "state", "part_one")
# What a sheet of many events has in front.
OF_EVENT: dict[str, Column] = {
    "course": ("Course", lambda row: row.title),
    "starts_at": ("Starts", lambda row: row.starts_at),
    "event_state": ("Date is", lambda row: row.event_state),
}


def chosen(names: Iterable[str], columns: dict[str, Column], usual: Iterable[str]) -> list[Column]:
    """The columns of these names in their usual order; the usual ones where none is named."""
    wanted = set(names) & set(columns) or set(usual)
    return [column for name, column in columns.items() if name in wanted]


def headings(columns: Iterable[Column]) -> list[str]:
    """What stands above them."""
    return [heading for heading, _ in columns]


def cells(row: Any, columns: Iterable[Column]) -> list[Cell]:
    """What they say of a row."""
    return [of(row) for _, of in columns]
