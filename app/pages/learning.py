"""My learning: the next course first, then what else is coming, to answer and done."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from .. import clock
from ..attendance.register import came_by
from ..booking.listing import coming, interests_of, sessions_and_places
from ..booking.models import Booking
from ..booking.part_one import deadline_under
from ..booking.rules import State
from ..booking.waiving import waiver_of
from ..catalogue.models import Course
from ..completions.models import Completion, Evidence
from ..completions.standing import requirements_of
from ..db import db
from ..materials.listing import Given, of_person
from ..materials.material_files import size_words
from ..records.models import Certificate
from ..records.refreshers import refreshers_of
from ..web.access import signed_in
from ..web.filters import plural
from .booking.mine import to_finish
from .booking.standing import sorted_out
from .booking.to_do import ALL_EVALUATIONS, Step, before_steps, is_open, required_steps

pages = Blueprint("learning", __name__)
COMPLETED = 25


@pages.app_template_filter()
def how_soon(starts_at: datetime, now: datetime) -> str:
    """Now, today, tomorrow, in 3 days, in 2 weeks."""
    days = (clock.london_day(starts_at) - clock.london_day(now)).days
    if starts_at <= now:
        return "Now"
    if days < 2:
        return ("Today", "Tomorrow")[days]
    return f"In {plural(days, 'day')}" if days < 14 else f"In {plural(days // 7, 'week')}"


@dataclass(frozen=True)
class Ahead:
    """A coming course on which the person has a place, with its sessions that are not over."""

    booking: Any
    sessions: Sequence[Any]
    steps: list[Step] = field(default_factory=list)  # those that are still to do
    do_first: str = ""  # what the course says of preparing, unless the courses that come first are done


@pages.get("/learning")
def mine() -> ResponseReturnValue:
    """What to do next, and everything a person has learnt here."""
    now, person_id = clock.now(), signed_in().person.id
    rows = db.session.execute(coming(person_id, now)).all()
    asked = db.session.execute(ALL_EVALUATIONS, {"person": person_id}).all()
    standing = sorted_out(rows, now)
    places = ahead(standing.places, asked, now)
    learnt = db.session.execute(completed(person_id)).all()
    return render_template(
        "learning/mine.html",
        next=places[0] if places else None,
        later=places[1:],
        undated=[row for row in standing.places if row.starts_at is None],
        standing=standing,
        to_answer=[row for row in asked if row.stage != "before" and is_open(row, now)],
        completed=learnt,
        certificate_waits={row.event_id for row in learnt if row.event_id and not row.public_id},
        handed_in=db.session.scalars(Evidence.not_counted(person_id)).all(),
        to_finish=to_finish(person_id, now),
        given=by_course(of_person(person_id, partial(came_by, person_id), now)),
        size_words=size_words,
        interests=db.session.execute(interests_of(person_id)).all(),
        refreshers=refreshers_of(person_id) if learnt else [],
        today=clock.london_day(now),
        now=now,
    )


def by_course(given: Sequence[Given]) -> list[tuple[Any, list[Given]]]:
    """What a person is given, date by date."""
    found: dict[int, tuple[Any, list[Given]]] = {}
    for one in given:
        found.setdefault(one.booking.id, (one.booking, []))[1].append(one)
    return list(found.values())


def ahead(bookings: Sequence[Any], asked: Sequence[Any], now: datetime) -> list[Ahead]:
    """The coming courses in the order of their next session; for the first one also what is still to do."""
    sessions: dict[int, list[Any]] = {row.event_id: [] for row in bookings}
    if bookings:
        for row in db.session.execute(sessions_and_places(list(sessions))):
            if row.ends_at > now:
                sessions[row.event_id].append(row)
    found = [Ahead(row, sessions[row.event_id]) for row in bookings if sessions[row.event_id]]
    found.sort(key=lambda item: item.sessions[0].starts_at)
    if found:
        steps = to_do(found[0].booking, asked, now)
        courses = [step for step in steps if step.is_course]
        do_first = "" if courses and all(step.done for step in courses) else found[0].booking.do_first
        found[0] = replace(found[0], steps=[step for step in steps if not step.done], do_first=do_first)
    return found


def to_do(booking: Any, asked: Sequence[Any], now: datetime) -> list[Step]:
    """What is to be done for one course before its day."""
    person_id = signed_in().person.id
    first = requirements_of(booking.course_id, [person_id])[person_id]
    own = [row for row in asked if row.booking_id == booking.id]
    by = booking.starts_at and deadline_under(booking.policy, booking.starts_at)
    waived = bool(first) and db.session.scalar(waiver_of(person_id, booking.event_id)) is not None
    steps = before_steps(own, now)
    if signed_in().seen_by:  # a link to questions is the person's own
        steps = [replace(step, href="") for step in steps]
    return [*required_steps(first, by=by, waived=waived), *steps]


def completed(person_id: int) -> sa.Select[*tuple[Any, ...]]:
    """What a person has completed, newest first, with the certificate where one was earned."""
    return (
        sa.select(
            Completion.completed_at,
            Completion.how,
            Completion.event_id,
            Course.title,
            Course.slug,
            Certificate.public_id,
        )
        .join(Course, Course.id == Completion.course_id)
        .outerjoin(
            Booking,
            sa.and_(
                Booking.event_id == Completion.event_id,
                Booking.person_id == Completion.person_id,
                Booking.state.in_((State.BOOKED, State.WALK_IN)),
            ),
        )
        .outerjoin(
            Certificate,
            sa.and_(Certificate.booking_id == Booking.id, Certificate.withdrawn_at.is_(None)),
        )
        .where(Completion.person_id == person_id)
        .order_by(Completion.completed_at.desc())
        .limit(COMPLETED)
    )
