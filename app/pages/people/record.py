"""One person, for those who help them: where they work, what they may do, their bookings. No answers, no ratings."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import render_template
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts import people
from ...accounts.rules import Role
from ...attendance.models import Mark, RegisterClosing
from ...booking.models import Booking
from ...catalogue.models import Course, Event
from ...db import db
from ...web.access import current_partnership, requires, signed_in
from ...web.filters import when
from ...web.paging import Paging, paging
from ...web.trail import record_view
from . import pages, seeing, words
from .whom import person_or_404


@pages.get("/people/<public_id>")
@requires(Role.ADMINISTRATOR)
def person(public_id: str) -> ResponseReturnValue:
    """What is known of them; that somebody looked is kept."""
    found, now = person_or_404(public_id), clock.now()
    today, partnership_id = clock.london_day(now), current_partnership().id
    record_view(found)
    page = paging(db.session.scalar(bookings_of(found.id, count=True)) or 0)
    return render_template(
        "people/person.html",
        shown=found,
        works=db.session.execute(people.places_of_work([found.id])).all(),
        roles=db.session.execute(people.roles_of([found.id], partnership_id)).all(),
        bookings=booking_lines(found.id, page, now),
        page=page,
        trail=[
            (when(row.at), words.act_words(row.actor, row.act, row.why))
            for row in db.session.execute(people.trail_of(found.public_id, list(words.ACTS)).limit(10))
        ],
        holds=lambda row: words.holds(row, today),
        place_of_work=words.place_of_work,
        role_words=words.role_words,
        may_see=seeing.visible(signed_in(), found) is not None,
        may_give_roles=signed_in().may(Role.COORDINATOR),
    )


def bookings_of(person_id: int, *, count: bool = False) -> Any:
    """A person's bookings on this partnership's events with what became of them, newest first; or how many."""
    marks = sa.exists().where(Mark.booking_id == Booking.id)
    columns = (
        Booking.public_id,
        Event.starts_at,
        Event.ends_at,
        Course.title,
        Booking.state,
        marks.where(Mark.mark == "present").label("came"),
        marks.where(Mark.mark == "excused").label("excused"),
        sa.exists().where(RegisterClosing.event_id == Event.id).label("register_closed"),
    )
    wanted = sa.select(sa.func.count()) if count else sa.select(*columns)
    found = (
        wanted.select_from(Booking)
        .join(Event, Event.id == Booking.event_id)
        .join(Course, Course.id == Event.course_id)
        .where(Booking.person_id == person_id, Event.host_id == current_partnership().id)
    )
    return found if count else found.order_by(Event.starts_at.desc(), Booking.id.desc())


def booking_lines(person_id: int, page: Paging, now: datetime) -> list[tuple[Any, words.Outcome]]:
    """The bookings of one page, each with its word."""
    rows = db.session.execute(bookings_of(person_id).limit(page.size).offset(page.offset))
    return [
        (
            row,
            words.outcome(
                state=row.state,
                ends_at=row.ends_at,
                now=now,
                came=row.came,
                excused=row.excused,
                register_closed=row.register_closed,
            ),
        )
        for row in rows
    ]
