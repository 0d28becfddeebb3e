"""Everybody on an event, as the desk sees them: the select behind its list, its sheets, its print and its mails."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Agency, Person, Setting, Team
from ..catalogue.models import Course, CourseRequirement, Event
from ..completions.standing import done_by
from .models import Booking
from .needing import waived
from .rules import LIVE, State

Columns = sa.Select[*tuple[Any, ...]]

ON_IT: list[str] = sorted({*LIVE, State.WALK_IN})
# What a list can be narrowed to besides a single state.
GROUPS: dict[str, list[str]] = {
    "on it": ON_IT,
    "no longer": sorted(set(State) - set(ON_IT)),
    "all": sorted(State),
}
ASKS = ("to book", "by a deadline")  # an advised course asks nothing
ORDER = sa.case(
    {State.BOOKED: 0, State.WALK_IN: 0, State.OFFERED: 1, State.REQUESTED: 2, State.WAITING: 3},
    value=Booking.state,
    else_=4,
)


@dataclass(frozen=True, kw_only=True)
class Narrowed:
    """Which of them: everything that is chosen must hold, "" chooses nothing. ``state`` is one, or of GROUPS."""

    state: str = "on it"
    agency: str = ""  # its slug
    part_one: str = ""  # "to do" or "done"
    needs: bool = False
    words: str = ""  # in the name, the address or the place of work

    @property
    def states(self) -> list[str]:
        """The states that are wanted; those who are on it for a word that names none."""
        return [self.state] if self.state in set(State) else GROUPS.get(self.state, ON_IT)


def part_one_to_do() -> sa.ColumnElement[bool]:
    """The condition that a booking's course asks for another one that the person has neither done nor been let off.

    For a select that has the booking, its person and its event. Equivalents count; advised courses do not ask.
    """
    asked = sa.exists().where(
        CourseRequirement.course_id == Event.course_id,
        CourseRequirement.strength.in_(ASKS),
        ~done_by(Booking.person_id),
    )
    return sa.and_(asked, ~waived())


def has_part_one(course_id: int | sa.SQLColumnExpression[int]) -> sa.Exists:
    """The condition that a course asks for another one first."""
    return sa.exists().where(CourseRequirement.course_id == course_id, CourseRequirement.strength.in_(ASKS))


def place_in_list() -> sa.ColumnElement[int]:
    """Which number somebody has in the waiting list of the event, over all who wait for it."""
    return sa.func.row_number().over(
        partition_by=(Booking.event_id, Booking.state),
        order_by=(Booking.priority.desc(), Booking.joined_at, Booking.id),
    )


def bookings() -> Columns:
    """A row per booking with person, workplace of that day and whether part 1 is still to do."""
    return (
        sa.select(
            Booking.id,
            Booking.public_id,
            Booking.event_id,
            Booking.person_id,
            Booking.state,
            Booking.made_at,
            Booking.priority,
            Booking.offer_ends_at,
            Booking.needs,
            Booking.mobile,
            Booking.sector,
            Booking.role_group,
            Booking.manager_name,
            Booking.manager_email,
            Person.name,
            Person.email,
            Person.public_id.label("person"),
            Agency.name.label("agency"),
            sa.func.coalesce(Setting.name, "").label("setting"),
            sa.func.coalesce(Team.name, "").label("team"),
            has_part_one(Event.course_id).label("has_part_one"),
            part_one_to_do().label("part_one_to_do"),
        )
        .join(Event, Event.id == Booking.event_id)
        .join(Person, Person.id == Booking.person_id)
        .join(Agency, Agency.id == Booking.agency_id)
        .outerjoin(Setting, Setting.id == Booking.setting_id)
        .outerjoin(Team, Team.id == Booking.team_id)
    )


def delegates_of(event_id: int, narrowed: Narrowed) -> Columns:
    """Those on an event: who has a place by name, then offers, requests and the waiting list in its order."""
    listed = (
        sa.select(Booking.id, place_in_list().label("place"))
        .where(Booking.event_id == event_id, Booking.state == State.WAITING)
        .subquery()
    )
    return (
        bookings()
        .add_columns(listed.c.place)
        .outerjoin(listed, listed.c.id == Booking.id)
        .where(Booking.event_id == event_id, *wanted(narrowed))
        .order_by(ORDER, listed.c.place, sa.func.lower(Person.name), Booking.id)
    )


def number_of_delegates(event_id: int, narrowed: Narrowed) -> sa.Select[int]:
    """How many of them there are."""
    rows = delegates_of(event_id, narrowed).order_by(None).subquery()
    return sa.select(sa.func.count()).select_from(rows)


def wanted(narrowed: Narrowed) -> list[sa.ColumnElement[bool]]:
    """The conditions for what was chosen."""
    found: list[sa.ColumnElement[bool]] = [Booking.state.in_(narrowed.states)]
    if narrowed.agency:
        found.append(Agency.slug == narrowed.agency)
    if narrowed.part_one:
        to_do = part_one_to_do()
        found.append(to_do if narrowed.part_one == "to do" else ~to_do)
    if narrowed.needs:
        found.append(Booking.needs != "")
    for word in narrowed.words.split()[:8]:
        columns = (Person.name, Person.email, Agency.name, Setting.name)
        found.append(sa.or_(*(column.icontains(word, autoescape=True) for column in columns)))
    return found


def counts_of(event_id: int) -> sa.Select[str, int]:
    """How many bookings of an event are in each state."""
    return (
        sa.select(Booking.state, sa.func.count()).where(Booking.event_id == event_id).group_by(Booking.state)
    )


def agencies_of(event_id: int) -> sa.Select[str, str]:
    """Slug and name of the agencies that people on an event come from, by name."""
    return (
        sa.select(Agency.slug, Agency.name)
        .where(Agency.id.in_(sa.select(Booking.agency_id).where(Booking.event_id == event_id)))
        .order_by(Agency.name)
    )


def bookings_between(partnership_id: int, begins: datetime, ends: datetime) -> Columns:
    """Every booking on a partnership's events that start in between, by event and name."""
    return (
        bookings()
        .add_columns(
            sa.null().label("place"),
            Course.title,
            Course.delivery,
            Event.starts_at,
            Event.state.label("event_state"),
        )
        .join(Course, Course.id == Event.course_id)
        .where(
            Event.host_id == partnership_id,
            Event.starts_at >= begins,
            Event.starts_at < ends,
            Event.state != "draft",
        )
        .order_by(Event.starts_at, Event.id, sa.func.lower(Person.name), Booking.id)
    )
