"""A course: what one learns, what comes first, its coming dates, and what to do when there is none."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import abort, render_template
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.rules import Role
from ...booking.models import Booking, Interest
from ...catalogue.listing import coming_dates
from ...catalogue.models import Course, CourseRequirement
from ...catalogue.rules import DELIVERIES, KINDS
from ...db import db
from ...notifications.letters import link
from ...web.access import current_partnership, public, viewer
from . import pages
from .lines import line, looking, own_bookings


@pages.get("/courses/<slug>")
@public
def course(slug: str) -> ResponseReturnValue:
    """One course of the programme; a draft only for those who may edit it."""
    found, asked_at = course_or_404(slug)
    dates = coming_dates(
        current_partnership().id, waiting=Booking.number_waiting, course_id=found.id, drafts=at_desk()
    )
    now = clock.now()
    rows = db.session.execute(dates, looking(now)).all()
    mine = own_bookings([row.event_id for row in rows])
    lines = [line(row, mine.get(row.event_id), now) for row in rows]
    return render_template(
        "catalogue/course.html",
        course=found,
        lines=lines,
        next=next((one for one in lines if one.mine or one.kind != "closed"), lines[0] if lines else None),
        required=db.session.execute(CourseRequirement.of(found.id)).all(),
        asked_at=asked_at,
        calendar=link("catalogue.course_feed", slug=found.slug),
        **labels(found),
    )


def course_or_404(slug: str) -> tuple[Course, datetime | None]:
    """The course of that slug in the programme, and when the person asked to be told of its next date."""
    who = viewer()
    asked_at = (
        sa.select(Interest.asked_at)
        .where(
            Interest.course_id == Course.id,
            Interest.person_id == (who.person.id if who else None),
            Interest.ended_at.is_(None),
        )
        .limit(1)
        .scalar_subquery()
    )
    courses = Course.offered_by(current_partnership().id).where(Course.slug == slug)
    row = db.session.execute(courses.add_columns(asked_at)).one_or_none()
    if row is None or not (row[0].published or at_desk()):
        abort(404)
    return row[0], row[1]


def at_desk() -> bool:
    """Whether the person works at the desk, and so sees drafts."""
    who = viewer()
    return who is not None and who.may(Role.ADMINISTRATOR)


def labels(course: Course, way: str = "") -> dict[str, Any]:
    """What a course is, in words; ``way`` is how one date of it is taught."""
    return {
        "kind": KINDS[course.kind],
        "delivery": DELIVERIES[way or course.delivery],
        "at_desk": at_desk(),
        "may_edit": may_edit(),
    }


def may_edit() -> bool:
    """Whether the person may change courses."""
    who = viewer()
    return who is not None and who.may(Role.COORDINATOR)
