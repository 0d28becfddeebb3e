"""The trainer cannot come this morning: everything that helps on one page, and a notice for the door."""

import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.models import Person
from ...accounts.rules import Role
from ...booking.checks import sessions_of
from ...booking.models import Booking
from ...booking.rules import State
from ...booking.texts import has_mobile
from ...catalogue.models import Event
from ...db import db, writing
from ...delivery.reach import reach_of
from ...delivery.standing_in import cannot_come, reserves_of, stand_in
from ...notifications.texting import texts_are_sent
from ...pool.actions import agency_of
from ...pool.models import EventTrainer, PoolMember
from ...records.actions import changing
from ...web.access import current_partnership, requires, signed_in
from ...web.problems import problem
from ..event_messages.form import MessageForm, gave_a_number
from . import pages
from .fields import one_line
from .scene import event_or_404

PHONE = re.compile(r"\+?[\d ()-]{9,20}")
NOTICES = {
    "cancelled": "Today’s course does not take place",
    "postponed": "Today’s course is postponed",
    "later": "Today’s course starts later",
    "moved": "Today’s course is in another room",
}


def event_ahead(event_id: int) -> Event:
    """An event that still has its date."""
    event = event_or_404(event_id)
    return event if event.state == "published" and not event.awaits_date else abort(404)


@pages.get("/events/<int:event_id>/trainer-ill")
@requires(Role.ADMINISTRATOR)
def trainer_ill(event_id: int) -> ResponseReturnValue:
    """Reserves with their numbers, run with one, postpone, cancel, mail and text all, a notice for the door."""
    event, now = event_ahead(event_id), clock.now()
    if event.is_over(now):
        return problem(409, "This course is over.")
    reach = reach_of(event)
    booked = [booking for booking, _ in reach.booked]
    return render_template(
        "course_desk/trainer_ill.html",
        event=event,
        course=event.course,
        sessions=sessions_of(event.id),
        begun=event.has_begun(now),
        trainers=reach.trainers,
        reserves=reserves_of(event, day=clock.london_day(now), now=now),
        booked=len(booked),
        numbers=numbers_of(booked),
        form=tell_form(booked) if booked else None,
        texts_are_sent=texts_are_sent(),
        without_number=[person.name for booking, person in reach.booked if not booking.mobile],
    )


def tell_form(booked: Sequence[Booking]) -> MessageForm:
    """What to tell those who are booked: it is sent from the page that shows how it looks."""
    known = any(has_mobile(booking) for booking in booked)
    form = MessageForm(formdata=None, data={"subject": "News about your course", "by_text": known})
    form.by_text.description = gave_a_number(booked, of="who are booked")
    form.text.description = (
        "You see it first, and whom it reaches. It goes out as a text message if it is short enough."
    )
    return form


def numbers_of(bookings: Sequence[Booking]) -> list[str]:
    """The mobile numbers people gave for the day, as a telephone takes them, each once."""
    found = [re.sub(r"[^\d+]", "", booking.mobile) for booking in bookings if booking.state == State.BOOKED]
    return list(dict.fromkeys(number for number in found if number))


@pages.post("/events/<int:event_id>/trainer-ill/reserve")
@requires(Role.ADMINISTRATOR)
def take_over(event_id: int) -> ResponseReturnValue:
    """Somebody of the pool stands in."""
    event_ahead(event_id)
    person = person_sent()
    member = db.session.scalar(membership(person))
    if member is None:
        abort(404)
    part = "expert" if member.standing == "expert" else "pool"
    with changing(event_id, now=clock.now()) as event:
        by, now = signed_in().person, clock.now()
        stand_in(event, person, part=part, agency_id=agency_of(person, now), by=by, now=now)
    flash(f"{person.name} trains on this date. A mail with an invite is on its way.", "success")
    return redirect(url_for("course_desk.trainer_ill", event_id=event_id), code=303)


@pages.post("/events/<int:event_id>/trainer-ill/absent")
@requires(Role.ADMINISTRATOR)
def absent(event_id: int) -> ResponseReturnValue:
    """One of the trainers cannot come: it runs with those who are left."""
    event_ahead(event_id)
    person = person_sent()
    with changing(event_id, now=clock.now()) as event:
        cannot_come(event, person, by=signed_in().person, now=clock.now())
    left = db.session.scalar(
        sa.select(sa.func.count(EventTrainer.id)).where(EventTrainer.event_id == event_id)
    )
    rest = "It runs with those who are left." if left else "Nobody trains on this date now."
    flash(f"{person.name} is taken off this date. {rest}", "success" if left else "problem")
    return redirect(url_for("course_desk.trainer_ill", event_id=event_id), code=303)


@pages.post("/events/<int:event_id>/trainer-ill/number")
@requires(Role.ADMINISTRATOR)
def keep_number(event_id: int) -> ResponseReturnValue:
    """Keep a reserve's telephone number for the next time."""
    event_ahead(event_id)
    person, phone = person_sent(), one_line(request.form.get("phone"))
    member = db.session.scalar(membership(person))
    if member is None:
        abort(404)
    if phone and not PHONE.fullmatch(phone):
        flash(f"“{phone[:40]}” is no telephone number: nothing was kept.", "problem")
    else:
        with writing():
            member.phone = phone
        flash(f"{person.name}: {phone or 'no number'}.", "success")
    return redirect(url_for("course_desk.trainer_ill", event_id=event_id), code=303)


@pages.get("/events/<int:event_id>/notice")
@requires(Role.ADMINISTRATOR)
def notice(event_id: int) -> ResponseReturnValue:
    """A sheet for the door, with a form above it that does not print."""
    event = event_or_404(event_id)
    what = request.args.get("what", "")
    return render_template(
        "course_desk/notice.html",
        event=event,
        course=event.course,
        what=what if what in NOTICES else usual_notice(event),
        notices=NOTICES,
        own=one_line(request.args.get("own"))[:200],
    )


def usual_notice(event: Event) -> str:
    """What the sheet says unless something else is chosen."""
    return {"postponed": "postponed"}.get(event.state, "cancelled")


def person_sent() -> Person:
    """The person whom the form names."""
    wanted = sa.select(Person).where(Person.public_id == request.form.get("person", ""))
    return db.session.scalar(wanted) or abort(404)


def membership(person: Person) -> sa.Select[Any]:
    """That somebody is of the pool, or an expert, today."""
    today = clock.london_day(clock.now())
    return sa.select(PoolMember).where(
        PoolMember.person_id == person.id,
        PoolMember.partnership_id == current_partnership().id,
        PoolMember.from_on <= today,
        sa.or_(PoolMember.until_on.is_(None), PoolMember.until_on >= today),
    )
