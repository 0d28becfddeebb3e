"""From rows to facts: reads what the tallies of some events (or all) are made from, in a handful of queries."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

import sqlalchemy as sa

from ..attendance.models import HeadcountMark, Mark
from ..booking.models import Booking, BookingChange, Headcount
from ..booking.rules import State
from ..catalogue.models import Event, EventSession
from ..clock import london_day
from ..db import db
from ..elearning.models import ModuleTake
from ..evaluation.models import Answer, EvaluationResponse, Question
from ..pool.models import EventTrainer
from .rules import Delegate, EventFacts, Marked, Organisation, Rated, Taken, Trained, Unit

Chosen = Collection[int] | None


def of_events(statement: sa.Select[*tuple[Any, ...]], column: Any, chosen: Chosen) -> Any:
    """The rows of the chosen events, or of all."""
    return db.session.execute(statement if chosen is None else statement.where(column.in_(chosen)))


def gather(chosen: Chosen = None) -> dict[int, tuple[Any, EventFacts]]:
    """The facts of published and cancelled events by id, each with its event's row (host, course, end)."""
    found = events(chosen)
    add_delegates(found, chosen)
    add_marks(found, chosen)
    add_ratings(found, chosen)
    add_trainers(found, chosen)
    if any(facts.headcount_only for _, facts in found.values()):
        add_organisations(found, chosen)
    return found


def events(chosen: Chosen) -> dict[int, tuple[Any, EventFacts]]:
    """The events themselves, and how long each one's sessions are together."""
    columns = (
        sa.select(
            Event.id,
            Event.host_id,
            Event.course_id,
            Event.starts_at,
            Event.ends_at,
            Event.capacity,
            Event.state,
            Event.took_place,
            Event.headcount_only,
            EventSession.starts_at.label("session_starts_at"),
            EventSession.ends_at.label("session_ends_at"),
        )
        .outerjoin(EventSession, EventSession.event_id == Event.id)
        .where(Event.state != "draft")
    )
    found: dict[int, tuple[Any, EventFacts]] = {}
    for row in of_events(columns, Event.id, chosen):
        if row.id not in found:
            took_place = row.took_place and row.state == "published"
            found[row.id] = (row, EventFacts(row.capacity, took_place, row.headcount_only, 0))
        if row.session_starts_at is not None:
            length = row.session_ends_at - row.session_starts_at
            found[row.id][1].minutes += int(length.total_seconds()) // 60
    return found


def add_delegates(found: dict[int, tuple[Any, EventFacts]], chosen: Chosen) -> None:
    """Bookings, with what happened late: cancelled or moved late, or cancelled after the start."""
    late, after_start = happenings(chosen)
    columns = sa.select(
        Booking.id,
        Booking.event_id,
        Booking.person_id,
        Booking.state,
        Booking.agency_id,
        Booking.setting_id,
        Booking.sector,
        Booking.role_group,
    ).order_by(Booking.id)
    for row in of_events(columns, Booking.event_id, chosen):
        if row.event_id not in found:
            continue
        unit = Unit(row.agency_id, row.setting_id, row.sector, row.role_group)
        expected = row.state == State.BOOKED or row.id in after_start
        delegate = Delegate(
            row.id, row.person_id, unit, expected, row.state == State.WALK_IN, row.id in late and not expected
        )
        found[row.event_id][1].delegates.append(delegate)


def happenings(chosen: Chosen) -> tuple[set[int], set[int]]:
    """Ids of bookings given up late, and of those that were still booked at the start and changed later."""
    columns = (
        sa.select(Booking.id, BookingChange.late, BookingChange.at, Event.starts_at)
        .join(BookingChange, BookingChange.booking_id == Booking.id)
        .join(Event, Event.id == Booking.event_id)
        .where(
            BookingChange.from_state == State.BOOKED,
            sa.or_(BookingChange.late, BookingChange.at >= Event.starts_at),
        )
    )
    late: set[int] = set()
    after_start: set[int] = set()
    for booking_id, was_late, at, starts_at in of_events(columns, Booking.event_id, chosen):
        (after_start if at >= starts_at else late if was_late else set()).add(booking_id)
    return late, after_start


def add_marks(found: dict[int, tuple[Any, EventFacts]], chosen: Chosen) -> None:
    """Marks with the minutes a delegate was there."""
    columns = (
        sa.select(
            EventSession.event_id,
            Mark.booking_id,
            Mark.mark,
            Mark.minutes_late,
            Mark.left_early,
            Mark.why,
            EventSession.starts_at,
            EventSession.ends_at,
        )
        .join(EventSession, EventSession.id == Mark.session_id)
        .order_by(Mark.id)
    )
    for row in of_events(columns, EventSession.event_id, chosen):
        if row.event_id in found:
            length = int((row.ends_at - row.starts_at).total_seconds()) // 60
            there = max(0, length - row.minutes_late - row.left_early)
            found[row.event_id][1].marks.append(Marked(row.booking_id, row.mark, there, row.why))


def add_ratings(found: dict[int, tuple[Any, EventFacts]], chosen: Chosen) -> None:
    """Ratings, and which question is the headline."""
    response = EvaluationResponse
    columns = (
        sa.select(
            response.event_id,
            response.booking_id,
            response.id,
            response.stage,
            Question.key,
            Question.headline,
            Answer.rating,
        )
        .join(Answer, Answer.response_id == response.id)
        .join(Question, Question.id == Answer.question_id)
        .where(Answer.rating.is_not(None))
        .order_by(response.id, Question.number)
    )
    for event_id, booking_id, response_id, stage, key, headline, rating in of_events(
        columns, response.event_id, chosen
    ):
        if event_id in found:
            facts = found[event_id][1]
            facts.ratings.append(Rated(booking_id, response_id, stage, key, rating))
            if headline:
                facts.headline = key


def add_trainers(found: dict[int, tuple[Any, EventFacts]], chosen: Chosen) -> None:
    """Who delivered."""
    trainer = EventTrainer
    columns = sa.select(
        trainer.event_id, trainer.person_id, trainer.agency_id, trainer.part, trainer.preparation_minutes
    )
    for event_id, person, agency, part, preparation in of_events(columns, trainer.event_id, chosen):
        if event_id in found:
            found[event_id][1].trainers.append(Trained(person, agency, part, preparation))


def add_organisations(found: dict[int, tuple[Any, EventFacts]], chosen: Chosen) -> None:
    """Organisations of headcount-only events."""
    columns = sa.select(
        Headcount.event_id,
        Headcount.organisation,
        Headcount.agency_id,
        Headcount.setting_id,
        Headcount.sector,
        Headcount.expected,
        HeadcountMark.came,
    ).outerjoin(HeadcountMark, HeadcountMark.headcount_id == Headcount.id)
    for row in of_events(columns.order_by(Headcount.id), Headcount.event_id, chosen):
        if row.event_id in found:
            key = (
                f"setting:{row.setting_id}" if row.setting_id else f"organisation:{row.organisation.lower()}"
            )
            unit = Unit(row.agency_id, row.setting_id, row.sector, "")
            found[row.event_id][1].organisations.append(Organisation(key, unit, row.expected, row.came))


def gather_modules(course_ids: Chosen = None) -> dict[tuple[int, int, date], list[Taken]]:
    """What was begun and completed, by course, partnership and month (its first day)."""
    take = ModuleTake
    columns = sa.select(
        take.course_id,
        take.partnership_id,
        take.person_id,
        take.agency_id,
        take.setting_id,
        take.sector,
        take.role_group,
        take.begun_at,
        take.completed_at,
    )
    found: dict[tuple[int, int, date], list[Taken]] = defaultdict(list)
    for row in of_events(columns.order_by(take.id), take.course_id, course_ids):
        unit = Unit(row.agency_id, row.setting_id, row.sector, row.role_group)
        begun = london_day(row.begun_at).replace(day=1)
        completed = london_day(row.completed_at).replace(day=1) if row.completed_at else None
        key = (row.course_id, row.partnership_id)
        found[*key, begun].append(Taken(row.person_id, unit, True, completed == begun))
        if completed and completed != begun:
            found[*key, completed].append(Taken(row.person_id, unit, False, True))
    return found
