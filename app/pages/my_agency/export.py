"""The lead's people as a sheet: who is booked on what, and who came. No answers, needs or reasons."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.models import Agency, Person, Setting, Team
from ...accounts.rules import Role
from ...booking.leading import from_there, led_of
from ...booking.models import Booking
from ...catalogue.models import Course, Event
from ...db import db
from ...web.access import current_partnership, requires, signed_in
from ...web.sheets import Cell, sheet_answer
from ..people.outcomes import CAME, outcome_of
from . import pages

COLUMNS = (
    "Name",
    "Email",
    "Agency",
    "Setting",
    "Team",
    "Course",
    "Level",
    "Starts",
    "Ends",
    "What became of it",
)
TWO_YEARS = timedelta(days=730)


@pages.get("/my-agency/people.<kind>")
@requires(Role.AGENCY_LEAD)
def sheet(kind: str) -> ResponseReturnValue:
    """Every booking of the last two years and to come that was made from what is led."""
    return sheet_answer(kind, "my-people", COLUMNS, rows())


def rows() -> Iterator[list[Cell]]:
    """The lines of the sheet, newest date first."""
    now = clock.now()
    for row in db.session.execute(everything()).yield_per(500):
        if row.ends_at is None or row.ends_at > now - TWO_YEARS:
            word, _ = outcome_of(row, now)
            yield [*row[:7], row.starts_at, row.ends_at, word]


def everything() -> sa.Select[*tuple[Any, ...]]:
    """The bookings with where they were made from and what the register says."""
    return (
        sa.select(
            Person.name,
            Person.email,
            Agency.name,
            sa.func.coalesce(Setting.name, ""),
            sa.func.coalesce(Team.name, ""),
            Course.title,
            Course.level,
            Event.starts_at,
            Event.ends_at,
            Booking.state,
            *CAME,
        )
        .select_from(Booking)
        .join(Person, Person.id == Booking.person_id)
        .join(Agency, Agency.id == Booking.agency_id)
        .outerjoin(Setting, Setting.id == Booking.setting_id)
        .outerjoin(Team, Team.id == Booking.team_id)
        .join(Event, Event.id == Booking.event_id)
        .join(Course, Course.id == Event.course_id)
        .where(from_there(led_of(signed_in().grants)), Event.host_id == current_partnership().id)
        .order_by(Event.starts_at.desc(), Person.name, Booking.id)
    )
