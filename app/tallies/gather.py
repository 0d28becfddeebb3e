"""From rows to facts: reads what the tallies of some events (or all) are made from, in a handful of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ..attendance.models import AbsenceReason, HeadcountMark, Mark, OutcomeOverride
from ..attendance.rules import WAS_THERE
from ..booking.models import Booking, BookingChange, Headcount
from ..booking.rules import State
from ..catalogue.models import Event, EventSession
from ..clock import london_day
from ..db import db
from ..elearning.models import ModuleTake
from ..evaluation.models import Answer, EvaluationResponse, Question
from ..partnerships.outcome_rules import rule_from
from ..pool.models import EventTrainer
from .rules import Delegate, EventFacts, Marked, Organisation, Rated, Taken, Trained, Unit

Chosen = Collection[int] | None
Columns = sa.Select[*tuple[Any, ...]]


class Asked(NamedTuple):
    """A statement for all events (or modules), and the same for chosen ones.

    Every booking and every tick of a register asks these. They are put together once, because that takes longer
    than running them.
    """

    of_all: Columns
    of_chosen: Columns

    def rows(self, chosen: Chosen) -> Iterable[Any]:
        """The rows of the chosen ones, or of all."""
        if chosen is None:
            return db.session.execute(self.of_all)
        return db.session.execute(self.of_chosen, {"chosen": list(chosen)})


def asked(columns: Columns, of: Any) -> Asked:
    """Both statements; ``of`` is the column that says whose row it is."""
    return Asked(columns, columns.where(of.in_(sa.bindparam("chosen", expanding=True))))


def was_given_up(condition: Any) -> Any:
    """Whether a booking was taken from "booked" to anything else, under a condition."""
    given_up = BookingChange.booking_id == Booking.id, BookingChange.from_state == State.BOOKED
    return sa.exists().where(*given_up, condition).correlate(Booking, Event)


def said_themselves() -> Any:
    """Why somebody was absent, in their own words for it; NULL where nobody asked, or where they say they were there."""
    absent = sa.and_(Mark.mark != "present", AbsenceReason.counted(Mark.booking_id) != WAS_THERE)
    return sa.case((absent, AbsenceReason.counted(Mark.booking_id)))


SITTING = aliased(EventSession)
EVENTS = asked(
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
        EventSession.id.label("session_id"),
        EventSession.starts_at.label("session_starts_at"),
        EventSession.ends_at.label("session_ends_at"),
        sa.exists().where(Mark.session_id == SITTING.id, SITTING.event_id == Event.id).label("has_marks"),
        sa.exists().where(EvaluationResponse.event_id == Event.id).label("has_answers"),
    )
    .outerjoin(EventSession, EventSession.event_id == Event.id)
    .where(Event.state != "draft", Event.starts_at.is_not(None)),
    of=Event.id,
)
DELEGATES = asked(
    sa.select(
        Booking.id,
        Booking.event_id,
        Booking.person_id,
        Booking.state,
        Booking.agency_id,
        Booking.setting_id,
        Booking.sector,
        Booking.role_group,
        was_given_up(BookingChange.late & (BookingChange.at < Event.starts_at)).label("late"),
        was_given_up(BookingChange.at >= Event.starts_at).label("after_start"),
    )
    .join(Event, Event.id == Booking.event_id)
    .order_by(Booking.id),
    of=Booking.event_id,
)
MARKS = asked(
    sa.select(
        EventSession.event_id,
        Mark.booking_id,
        Mark.mark,
        Mark.minutes_late,
        Mark.left_early,
        # What somebody says of their own absence counts before what the register says of it.
        sa.func.coalesce(said_themselves(), Mark.why).label("why"),
        EventSession.id.label("session"),
        EventSession.starts_at,
        EventSession.ends_at,
        Booking.policy["outcome_rule"].label("outcome_rule"),
        OutcomeOverride.holding(Mark.booking_id).label("decided"),
    )
    .join(EventSession, EventSession.id == Mark.session_id)
    .join(Booking, Booking.id == Mark.booking_id)
    .order_by(Mark.id),
    of=EventSession.event_id,
)
RATINGS = asked(
    sa.select(
        EvaluationResponse.event_id,
        EvaluationResponse.booking_id,
        EvaluationResponse.id,
        EvaluationResponse.stage,
        Question.key,
        Question.headline,
        Answer.rating,
    )
    .join(Answer, Answer.response_id == EvaluationResponse.id)
    .join(Question, Question.id == Answer.question_id)
    .where(Answer.rating.is_not(None))
    .order_by(EvaluationResponse.id, Question.number),
    of=EvaluationResponse.event_id,
)
TRAINERS = asked(
    sa.select(
        EventTrainer.event_id,
        EventTrainer.person_id,
        EventTrainer.agency_id,
        EventTrainer.part,
        EventTrainer.preparation_minutes,
        EventTrainer.delivery_minutes,
        EventTrainer.travel_minutes,
    ).where(EventTrainer.trains()),
    of=EventTrainer.event_id,
)
ORGANISATIONS = asked(
    sa.select(
        Headcount.event_id,
        Headcount.organisation,
        Headcount.agency_id,
        Headcount.setting_id,
        Headcount.sector,
        Headcount.expected,
        HeadcountMark.came,
    )
    .outerjoin(HeadcountMark, HeadcountMark.headcount_id == Headcount.id)
    .where(Headcount.cancelled_at.is_(None))
    .order_by(Headcount.id),
    of=Headcount.event_id,
)
TAKES = asked(
    sa.select(
        ModuleTake.course_id,
        ModuleTake.partnership_id,
        ModuleTake.person_id,
        ModuleTake.agency_id,
        ModuleTake.setting_id,
        ModuleTake.sector,
        ModuleTake.role_group,
        ModuleTake.begun_at,
        ModuleTake.completed_at,
    ).order_by(ModuleTake.id),
    of=ModuleTake.course_id,
)


def gather(chosen: Chosen = None) -> dict[int, tuple[Any, EventFacts]]:
    """The facts of published and cancelled events by id, each with its event's row (host, course, end)."""
    found = events(chosen)
    add_delegates(found, chosen)
    # Every booking asks this of one event, where until the day there is neither.
    if any(row.has_marks for row, _ in found.values()):
        add_marks(found, chosen)
    if any(row.has_answers for row, _ in found.values()):
        add_ratings(found, chosen)
    add_trainers(found, chosen)
    if any(facts.headcount_only for _, facts in found.values()):
        add_organisations(found, chosen)
    return found


def events(chosen: Chosen) -> dict[int, tuple[Any, EventFacts]]:
    """The events themselves, and how long each one's sessions are together."""
    found: dict[int, tuple[Any, EventFacts]] = {}
    for row in EVENTS.rows(chosen):
        if row.id not in found:
            took_place = row.took_place and row.state == "published"
            found[row.id] = (row, EventFacts(row.capacity, took_place, row.headcount_only, 0))
        if row.session_starts_at is not None:
            length = int((row.session_ends_at - row.session_starts_at).total_seconds()) // 60
            found[row.id][1].minutes += length
            found[row.id][1].sessions[row.session_id] = length
    return found


def add_delegates(found: dict[int, tuple[Any, EventFacts]], chosen: Chosen) -> None:
    """Bookings, with what happened late: cancelled or moved late, or cancelled after the start."""
    for row in DELEGATES.rows(chosen):
        if row.event_id not in found:
            continue
        unit = Unit(row.agency_id, row.setting_id, row.sector, row.role_group)
        expected = row.state == State.BOOKED or row.after_start
        delegate = Delegate(
            row.id, row.person_id, unit, expected, row.state == State.WALK_IN, row.late and not expected
        )
        found[row.event_id][1].delegates.append(delegate)


def add_marks(found: dict[int, tuple[Any, EventFacts]], chosen: Chosen) -> None:
    """Marks with the minutes a delegate was there, and by which rule these are enough, or what was decided."""
    for row in MARKS.rows(chosen):
        if row.event_id in found:
            length = int((row.ends_at - row.starts_at).total_seconds()) // 60
            there = max(0, length - row.minutes_late - row.left_early)
            facts = found[row.event_id][1]
            facts.marks.append(Marked(row.booking_id, row.mark, there, row.why, row.session))
            if row.outcome_rule:
                facts.rules[row.booking_id] = rule_from(row.outcome_rule)
            if row.decided:
                facts.decided[row.booking_id] = row.decided


def add_ratings(found: dict[int, tuple[Any, EventFacts]], chosen: Chosen) -> None:
    """Ratings, and which question is the headline."""
    for event_id, booking_id, response_id, stage, key, headline, rating in RATINGS.rows(chosen):
        if event_id in found:
            facts = found[event_id][1]
            facts.ratings.append(Rated(booking_id, response_id, stage, key, rating))
            if headline:
                facts.headline = key


def add_trainers(found: dict[int, tuple[Any, EventFacts]], chosen: Chosen) -> None:
    """Who delivered, and the minutes they gave: as long as the sessions are, where nobody said otherwise."""
    for event_id, person, agency, part, preparation, delivery, travel in TRAINERS.rows(chosen):
        if event_id in found:
            facts = found[event_id][1]
            there = facts.minutes if delivery is None else delivery
            facts.trainers.append(Trained(person, agency, part, preparation, there, travel))


def add_organisations(found: dict[int, tuple[Any, EventFacts]], chosen: Chosen) -> None:
    """Organisations of headcount-only events."""
    for row in ORGANISATIONS.rows(chosen):
        if row.event_id in found:
            key = (
                f"setting:{row.setting_id}" if row.setting_id else f"organisation:{row.organisation.lower()}"
            )
            unit = Unit(row.agency_id, row.setting_id, row.sector, "")
            found[row.event_id][1].organisations.append(Organisation(key, unit, row.expected, row.came))


def gather_modules(course_ids: Chosen = None) -> dict[tuple[int, int, date], list[Taken]]:
    """What was begun and completed, by course, partnership and month (its first day)."""
    found: dict[tuple[int, int, date], list[Taken]] = defaultdict(list)
    for row in TAKES.rows(course_ids):
        unit = Unit(row.agency_id, row.setting_id, row.sector, row.role_group)
        begun = london_day(row.begun_at).replace(day=1)
        completed = london_day(row.completed_at).replace(day=1) if row.completed_at else None
        key = (row.course_id, row.partnership_id)
        found[*key, begun].append(Taken(row.person_id, unit, True, completed == begun))
        if completed and completed != begun:
            found[*key, completed].append(Taken(row.person_id, unit, False, True))
    return found
