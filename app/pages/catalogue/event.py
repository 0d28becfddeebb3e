"""A date of a course: when, where, how many places are left, and what happens next."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from flask import abort, render_template
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.models import Agency, Person
from ...accounts.rules import Role
from ...booking.charges import empty_places_cost
from ...booking.checks import sessions_of
from ...booking.models import Booking
from ...booking.rules import LIVE
from ...catalogue.invitations import invites_somebody
from ...catalogue.listing import CLOSES
from ...catalogue.models import Course, CourseRequirement, Event
from ...catalogue.rules import way_of
from ...db import db
from ...delivery.cloning import series_of
from ...materials.recordings import notice_of
from ...partnerships.models import PartnershipSetting
from ...partnerships.outcome_rules import chosen, rule_from
from ...pool.crew import Crew, shortfalls
from ...pool.models import EventTrainer
from ...pool.needs import need_of_event
from ...web.access import current_partnership, public, viewer
from . import pages
from .course import at_desk, labels
from .lines import closes, own_words

REQUIRED = CourseRequirement.of(sa.bindparam("course"))


@pages.get("/events/<int:event_id>")
@public
def event(event_id: int) -> ResponseReturnValue:
    """One date; a draft only for those who may edit it."""
    now = clock.now()
    row = row_or_404(event_id, now)
    found, course = row.Event, row.Course
    full = found.places_left < 1 or row.waiting > 0
    sessions = sessions_of(found.id)
    way = way_of(course.delivery, [session.venue is not None for session in sessions])
    deliver = trainers_of(found.id)
    return render_template(
        "catalogue/event.html",
        event=found,
        course=course,
        status=status(found, way, row.closing, now, invited=row.invited),
        left=0 if full else found.places_left,
        waiting=row.waiting,
        mine=(own_words(row.own_state), f"/bookings/{row.own_booking}") if row.own_booking else None,
        sessions=sessions,
        way=way,
        required=db.session.execute(REQUIRED, {"course": course.id}).all(),
        recording=notice_of(found.id),
        trainers=[(row.name, row.agency or "") for row in deliver],
        delivers=delivers(deliver),
        series=db.session.execute(series_of(found)).all() if found.series else (),
        takes=rule_from(
            (row.own_policy or {}).get("outcome_rule")
            or chosen(found.outcome_rule, course.outcome_rule, row.outcome_rule)
        ).in_words,
        empty_cost=empty_places_cost(found, now) if at_desk() and not found.headcount_only else 0,
        lacks=lacks(found, deliver, now) if at_desk() else (),
        **labels(course, way),
    )


def lacks(event: Event, deliver: Sequence[Any], now: datetime) -> Sequence[str]:
    """What a coming date lacks of trainers, as sentences for the desk."""
    if event.state not in ("published", "draft") or event.headcount_only or event.is_over(now):
        return ()
    crew = [Crew(part=row.part, delivers_as=row.delivers_as, agency=row.agency or "") for row in deliver]
    return shortfalls(need_of_event(event, clock.london_day(now)), crew)


def row_or_404(event_id: int, now: datetime) -> Any:
    """The event with its course, who waits, one's own booking, and the setting that says when booking closes."""
    who = viewer()
    given = {
        "event_id": event_id,
        "host_id": current_partnership().id,
        "person_id": who.person.id if who else None,
        "today": clock.london_day(now),
    }
    row = db.session.execute(one_event(), given).one_or_none()
    hidden = row is not None and (row.Event.state == "draft" or not row.Course.published)
    if row is None or (hidden and not at_desk()):
        abort(404)
    return row


@cache
def one_event() -> sa.Select[*tuple[Any, ...]]:
    """The statement behind it, put together once."""
    today = sa.bindparam("today", type_=sa.Date())
    own = sa.and_(
        Booking.event_id == Event.id,
        Booking.person_id == sa.bindparam("person_id", type_=sa.Integer()),
        Booking.state.in_(LIVE),
    )
    waiting = Booking.number_waiting(Event.id).correlate(Event).scalar_subquery()
    return (
        sa.select(
            Event,
            Course,
            waiting.label("waiting"),
            PartnershipSetting.on(CLOSES, Event.host_id, today).label("closing"),
            PartnershipSetting.on("outcome_rule", Event.host_id, today).label("outcome_rule"),
            Booking.policy.label("own_policy"),
            Booking.state.label("own_state"),
            Booking.public_id.label("own_booking"),
            sa.and_(
                Event.by_invitation,
                invites_somebody(
                    Event.id,
                    sa.bindparam("person_id", type_=sa.Integer()),
                    today,
                ),
            ).label("invited"),
        )
        .join(Course, Course.id == Event.course_id)
        .outerjoin(Booking, own)
        .where(
            Event.id == sa.bindparam("event_id", type_=sa.Integer()),
            Event.host_id == sa.bindparam("host_id", type_=sa.Integer()),
        )
    )


def status(event: Event, way: str, closing: Any, now: datetime, *, invited: bool = False) -> str:
    """What can be done with a date: cancelled, over, begun, headcount, by invitation, undated, closed or open.

    For somebody who was ``invited`` a date by invitation is like any other.
    """
    closes_at = closes(way, event.starts_at, closing)
    ladder = (
        ("cancelled", event.state == "cancelled"),
        ("over", event.is_over(now)),
        ("begun", event.has_begun(now)),
        ("draft", event.state == "draft"),
        ("headcount", event.headcount_only),
        ("by invitation", event.by_invitation and not invited),
        ("undated", closes_at is None),
        ("closed", closes_at is not None and closes_at <= now),
    )
    return next((word for word, holds in ladder if holds), "open")


def trainers_of(event_id: int) -> Sequence[Any]:
    """Who delivers the event, with their agency; told to signed-in people only."""
    if viewer() is None:
        return []
    return db.session.execute(
        sa.select(
            Person.id,
            Person.name,
            Agency.name.label("agency"),
            EventTrainer.part,
            EventTrainer.delivers_as,
        )
        .select_from(EventTrainer)
        .join(Person, Person.id == EventTrainer.person_id)
        .outerjoin(Agency, Agency.id == EventTrainer.agency_id)
        .where(EventTrainer.event_id == event_id)
        .order_by(Person.name)
    ).all()


def delivers(trainers: Sequence[Any]) -> bool:
    """Whether the person looking is one of them, and so may open the register."""
    who = viewer()
    return who is not None and who.may(Role.TRAINER) and who.person.id in (row.id for row in trainers)
