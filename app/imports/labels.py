"""What rows are called in sentences, and what may have been added to them since."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Affiliation, Person, Setting
from ..attendance.models import Mark
from ..booking.models import Booking, BookingChange
from ..catalogue.models import Course, Event, EventChange, EventSession, Venue
from ..clock import in_london
from ..db import db
from .cells import in_words
from .known import some

# By the table whose row was added.
ADDED = {
    "booking": "has a booking",
    "booking_change": "has a booking that was changed",
    "mark": "has another mark",
    "mark_change": "has a mark that was changed",
    "event": "has a date",
    "event_session": "is where a session is",
    "event_change": "was changed",
    "event_trainer": "has a trainer",
    "trainer_call": "has somebody who was asked to deliver it",
    "trainer_released": "had a trainer",
    "event_invitation": "has invitations",
    "headcount": "has numbers from an organisation",
    "nomination": "has places held by an agency lead",
    "mix_rule": "has a rule about its mix",
    "affiliation": "works somewhere else as well",
    "role_grant": "was given a role",
    "completion": "has completed a course in another way",
    "outcome_override": "has an outcome that was decided by hand",
    "breakout": "has breakout groups",
    "breakout_place": "is in a breakout group",
    "absence_reason": "has said why they did not come",
    "check_in": "has checked in",
    "check_in_link": "was mailed a link to check in with",
    "walk_in_request": "asked to be added in the room",
    "evidence": "has handed in evidence",
    "evaluation_response": "has answered questions",
    "interest": "wants to hear of a course, or is waited for",
    "person_note": "has a note of a call",
    "approval": "has an approval",
    "charge": "has a charge",
    "requirement_waiver": "was let off a course",
    "questionnaire": "has questions of its own",
    "course_requirement": "is required by a course, or requires one",
    "course_equivalent": "is the equivalent of a course",
    "course_offer": "is in another partnership's programme",
    "team": "has a team",
}
# Where the same says something else of another kind of row.
OF_PERSON = {
    "trainer_call": "was asked to deliver a date",
    "trainer_released": "was to deliver a date",
    "booking_change": "has a booking",
    "mark": "has marked a register",
    "mark_change": "has marked a register",
    "outcome_override": "has decided somebody's outcome",
    "breakout": "has made breakout groups",
}


def words_for(table: str, child: str) -> str:
    """What is said of a row of a table when another table points at it now."""
    usual = ADDED.get(child, f"has something more now ({child.replace('_', ' ')})")
    return OF_PERSON.get(child, usual) if table == "person" else usual


OF_BOOKING = (
    sa.select(Booking.id, Person.name, Course.title, Event.starts_at)
    .join(Person, Person.id == Booking.person_id)
    .join(Event, Event.id == Booking.event_id)
    .join(Course, Course.id == Event.course_id)
)
OF_EVENT = sa.select(Event.id, sa.literal(""), Course.title, Event.starts_at).join(
    Course, Course.id == Event.course_id
)
# How to find the name of a row: id, name, course, start.
SELECTS: dict[str, sa.Select[*tuple[Any, ...]]] = {
    "course": sa.select(Course.id, Course.title, sa.null(), sa.null()),
    "venue": sa.select(Venue.id, Venue.name, sa.null(), sa.null()),
    "person": sa.select(Person.id, Person.name, sa.null(), sa.null()),
    "setting": sa.select(Setting.id, Setting.name, sa.null(), sa.null()),
    "affiliation": sa.select(Affiliation.id, Person.name, sa.null(), sa.null()).join(
        Person, Person.id == Affiliation.person_id
    ),
    "event": OF_EVENT,
    "event_session": OF_EVENT.join(EventSession, EventSession.event_id == Event.id).with_only_columns(
        EventSession.id, sa.literal(""), Course.title, Event.starts_at
    ),
    "event_change": OF_EVENT.join(EventChange, EventChange.event_id == Event.id).with_only_columns(
        EventChange.id, sa.literal(""), Course.title, Event.starts_at
    ),
    "booking": OF_BOOKING,
    "booking_change": OF_BOOKING.join(
        BookingChange, BookingChange.booking_id == Booking.id
    ).with_only_columns(BookingChange.id, Person.name, Course.title, Event.starts_at),
    "mark": OF_BOOKING.join(Mark, Mark.booking_id == Booking.id).with_only_columns(
        Mark.id, Person.name, Course.title, Event.starts_at
    ),
}
KEY_OF = {name: select.selected_columns[0] for name, select in SELECTS.items()}


def labels_of(rows: Collection[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """What each of these rows (table, id) is called: "Priya Patel on Neglect, 12 May 2026"."""
    found = dict.fromkeys(rows, "")
    by_table: dict[str, list[int]] = {}
    for table, row_id in rows:
        by_table.setdefault(table, []).append(row_id)
    for table, ids in by_table.items():
        if table in SELECTS:
            for chunk in some(ids):
                for row in db.session.execute(SELECTS[table].where(KEY_OF[table].in_(chunk))):
                    found[table, row[0]] = label(*row[1:])
    return found


def label(name: str, title: str | None, starts_at: datetime | None) -> str:
    """A row in words."""
    if title is None:
        return name
    day = f", {in_words(in_london(starts_at).date())}" if starts_at else ""
    return f"{name} on {title}{day}" if name else f"{title}{day}"
