"""The desk makes and changes dates of a course."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.rules import Role
from ...booking.actions import free_places_taken
from ...booking.announcing import tell_interested
from ...booking.checks import number_waiting, settings_of
from ...booking.models import Booking, Headcount, Nomination
from ...booking.rules import LIVE, State
from ...catalogue import actions
from ...catalogue.models import Course, Event, EventSession
from ...db import db, writing
from ...delivery.publishing import tell_of_state
from ...errors import Refused
from ...pool.models import EventTrainer
from ...records.actions import changing, settle
from ...web.access import current_partnership, requires, signed_in
from ...web.filters import plural
from ...web.problems import problem
from . import pages
from .event_form import BookedEventForm, EventForm, as_typed, form_for, seen
from .session_form import crowded

PUBLISHED_NOW = "The date is published."
NOT_TAUGHT_HERE = {
    "e-learning": "E-learning has no dates: people take it at any time.",
    "external": "This course is booked with its provider, so it has no dates here.",
}


@pages.route("/courses/<slug>/events/new", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def new_event(slug: str) -> ResponseReturnValue:
    """Plan a date of a course."""
    course = db.session.scalar(Course.offered_by(current_partnership().id).where(Course.slug == slug))
    if course is None:
        abort(404)
    if course.delivery in NOT_TAUGHT_HERE:
        return problem(409, NOT_TAUGHT_HERE[course.delivery])
    now = clock.now()
    form = form_for(EventForm, course.delivery, hours=usual_hours(now))
    if "more" not in request.form and form.validate_on_submit():
        return redirect(schedule(course, form, now), code=303)
    return show(form, course, None)


def schedule(course: Course, form: EventForm, now: datetime) -> str:
    """The change itself; returns the address of the new date."""
    with writing():
        event = actions.schedule_event(
            course, form.plan(), host_id=current_partnership().id, by=signed_in().person.public_id, now=now
        )
        settle(event.id, now=now)
        told = tell_interested(event, now=now)
    flash(said_of(event) + told_words(told), "success")
    for sentence in (*form.said_twice(), *crowded(form.plan().sessions, event.capacity)):
        flash(sentence, "notice")
    return url_for("catalogue.event", event_id=event.id)


def said_of(event: Event) -> str:
    """What became of a new date."""
    if event.state != "published":
        return "The date is saved as a draft."
    return "It is published without a date: people can wait for it." if event.awaits_date else PUBLISHED_NOW


def usual_hours(now: datetime) -> int:
    """How many hours before the start joining links are shown here, where the date does not say."""
    return int(settings_of(current_partnership().id, now)["link_shown_hours"])


def told_words(told: int) -> str:
    """How many who asked for a date have been told."""
    return f" {plural(told, 'person', 'people')} who asked for a date will be told by mail." if told else ""


@pages.route("/events/<int:event_id>/edit", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def edit_event(event_id: int) -> ResponseReturnValue:
    """Change a date; its times only while nobody has a claim on it."""
    event = db.session.get(Event, event_id)
    if event is None or event.host_id != current_partnership().id:
        abort(404)
    if event.state == "cancelled":
        return problem(409, "This date has been cancelled, so there is nothing to change.")
    sessions, now = list(db.session.scalars(EventSession.of(event_id))), clock.now()
    claimed = has_claims(event, now)
    fixed = claimed or has_trainers(event) or event.awaits_date
    # A date that was booked while the form was open is told so; its typed times are not dropped in silence.
    kind = BookedEventForm if fixed and "sessions-0-starts" not in request.form else EventForm
    typed = as_typed(event, sessions)
    hours, limit = usual_hours(now), event.booking_limit
    form = form_for(kind, event.course.delivery, hours=hours, data=typed, sessions=sessions, limit=limit)
    if "more" not in request.form and form.validate_on_submit():
        try:
            change(event_id, form, now)
            return redirect(url_for("catalogue.event", event_id=event_id), code=303)
        except Refused as refused:
            db.session.rollback()
            form.form_errors.append(refused.sentence)
    told = {"fixed": fixed, "claimed": claimed, "booked": number_booked(event_id), "now": now}
    told["seen"] = seen(as_typed(event, sessions))
    return show(form, event.course, event, sessions=sessions, waiting=number_waiting(event_id), **told)


def change(event_id: int, form: EventForm | BookedEventForm, now: datetime) -> None:
    """The change itself, and what is said of it afterwards."""
    with changing(event_id, now=now) as event:
        now = clock.now()
        refuse_if_stale(event)
        was, limit = event.state, event.booking_limit
        claimed = has_claims(event, now)
        changed = actions.change_event(
            event,
            form.plan(),
            times_are_fixed=claimed or has_trainers(event),
            has_claims=claimed,
            by=signed_in().person.public_id,
            now=now,
        )
        promoted = free_places_taken(event, now, newly=event.booking_limit > limit)
        told = 0 if was == "published" else tell_interested(event, now=now)
        trainers = tell_of_state(event, was, by=signed_in().person, now=now)
        booked = number_booked(event_id)
    for sentence in afterwards(event, changed, len(promoted), told, booked):
        flash(sentence, "success" if changed else "notice")
    if trainers:
        does = "takes it out of" if event.state == "draft" else "puts it into"
        who = plural(trainers, "trainer gets", "trainers get")
        flash(f"{who} a mail that {does} their calendar.", "success")
    warned = crowded(form.plan().sessions, event.capacity) if {"capacity", "venue"} & set(changed) else []
    for sentence in (*form.said_twice(), *warned):
        flash(sentence, "notice")


def refuse_if_stale(event: Event) -> None:
    """Raises Refused when somebody else changed the date while the form was open; pressed again, it is saved."""
    opened = request.form.get("seen")
    if opened and opened != seen(as_typed(event, db.session.scalars(EventSession.of(event.id)).all())):
        raise Refused(
            f"Somebody changed this date while the form was open: it has {plural(event.capacity, 'place')} and a limit "
            f"of {event.booking_limit} now. Look at what you typed, and save again if it holds."
        )


def afterwards(event: Event, changed: list[str], promoted: int, told: int, booked: int) -> list[str]:
    """What was done, whom it reached, and what is left to do by hand."""
    if not changed:
        return ["Nothing was changed."]
    said = ["Saved." + told_words(told)]
    if promoted:
        waited = plural(promoted, "person", "people")
        said.append(
            f"{waited} from the waiting list got a place, or an offer of one, and will be told by mail."
        )
    if event.places_held > event.booking_limit:
        said.append(
            f"{plural(event.places_held, 'place is', 'places are')} held, more than the limit of "
            f"{event.booking_limit}. Nobody loses a place; nobody new gets one until it fits."
        )
    if booked and {"joining link", "notes"} & set(changed):
        said.append(
            f"{plural(booked, 'person', 'people')} booked will find the change on their booking page. "
            "The link in their invite leads to the new joining link; nobody is written to."
        )
    return said


def has_trainers(event: Event) -> bool:
    """Whether somebody delivers it: other times are told to them."""
    return bool(db.session.scalar(sa.select(sa.exists().where(EventTrainer.event_id == event.id))))


def has_claims(event: Event, now: datetime) -> bool:
    """Whether somebody has a claim on the date, or holds places for one, or it has begun."""
    claims = sa.select(Booking.id).where(
        Booking.event_id == event.id, Booking.state.in_([*LIVE, State.WALK_IN])
    )
    organisations = sa.select(Headcount.id).where(
        Headcount.event_id == event.id, Headcount.cancelled_at.is_(None)
    )
    held = sa.select(Nomination.id).where(Nomination.event_id == event.id, Nomination.ended_at.is_(None))
    found = sa.or_(claims.exists(), organisations.exists(), held.exists())
    return event.has_begun(now) or bool(db.session.scalar(sa.select(found)))


def number_booked(event_id: int) -> int:
    """How many have a place."""
    count = sa.select(sa.func.count(Booking.id)).where(
        Booking.event_id == event_id, Booking.state == State.BOOKED
    )
    return db.session.scalar(count) or 0


def show(
    form: EventForm | BookedEventForm, course: Course, event: Event | None, **more: Any
) -> ResponseReturnValue:
    """The page with its form."""
    page = render_template("course_desk/event.html", form=form, course=course, event=event, **more)
    return page, 422 if form.errors else 200
