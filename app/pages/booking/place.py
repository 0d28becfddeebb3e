"""Booking a place: one page that asks only what is not known."""

from collections.abc import Sequence
from typing import Any

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.models import Affiliation, Person
from ...booking import actions, newcomers
from ...booking.listing import other_dates
from ...booking.rules import Asked, Reason, Refusal
from ...booking.workplaces import Workplace, workplaces_of
from ...catalogue.models import Event
from ...db import db
from ...errors import Refused
from ...materials.recordings import notice_of
from ...records.actions import changing
from ...web.access import current_partnership, signed_in
from . import pages
from .place_form import PlaceForm, form_for, put_right
from .scene import Scene, came_free, scene_of


@pages.route("/events/<int:event_id>/book", methods=["GET", "POST"])
def book_place(event_id: int) -> ResponseReturnValue:
    """Ask for a place, or for one in the waiting list."""
    return place_page(event_id, signed_in().person)


def place_page(event_id: int, person: Person) -> ResponseReturnValue:
    """The page on which somebody books, or on which the desk books for them."""
    now, by_desk = clock.now(), person.id != signed_in().person.id
    jobs = workplaces_of(person.id, clock.london_day(now))
    form = form_for(jobs, for_somebody=by_desk)
    if not form.validate_on_submit():
        return show(form, jobs, scene_of(event_id, person, jobs, now, by_staff=by_desk), person)
    chosen = form.affiliation.data if "affiliation" in form else str(jobs[0].affiliation_id)
    workplace = next(job for job in jobs if str(job.affiliation_id) == chosen)
    try:
        public_id = make_booking(event_id, person, workplace, form.asked())
    except Refused as refused:
        db.session.rollback()
        scene = scene_of(event_id, person, [workplace], now, by_staff=by_desk)
        return show_again(refused, form, jobs, scene, person)
    return redirect(url_for("booking.show", public_id=public_id), code=303)


def make_booking(event_id: int, person: Person, workplace: Workplace, asked: Asked) -> str:
    """The change itself. The clock is read with the lock held, so that the list is in the order of joining."""
    by, host_id = signed_in().person, current_partnership().id
    by_staff = by.id != person.id
    with changing(event_id, now=clock.now()) as event:
        if event.state == "draft" or event.host_id != host_id or not event.course.published:
            abort(404)
        booking = actions.book(
            event, person, workplace, by=by, now=clock.now(), asked=asked, by_staff=by_staff
        )
        remember_manager(workplace, asked)
        return booking.public_id


def remember_manager(workplace: Workplace, asked: Asked) -> None:
    """The manager that was named here need not be asked for next time."""
    named = (asked.manager_name, asked.manager_email)
    if asked.manager_email and named != (workplace.manager_name, workplace.manager_email):
        works = db.session.get_one(Affiliation, workplace.affiliation_id)
        works.manager_name, works.manager_email = named


def show_again(
    refused: Refused, form: PlaceForm, jobs: Sequence[Workplace], scene: Scene, person: Person
) -> ResponseReturnValue:
    """The same page with everything typed still there, and what can be done instead."""
    if put_right(form, refused.reason):
        return show(form, jobs, scene, person, status=422)
    gone = refused.reason in (Reason.FULL, Reason.MIX)
    return show(form, jobs, scene, person, status=409, just_gone=gone)


def show(
    form: PlaceForm,
    jobs: Sequence[Workplace],
    scene: Scene,
    person: Person,
    *,
    status: int = 0,
    just_gone: bool = False,
) -> ResponseReturnValue:
    """The page with its form; or with why there is none, and what can be done instead."""
    refused, event, now = scene.refused, scene.occasion.event, clock.now()
    if refused and refused.reason == Reason.ALREADY:
        return redirect(url_for("booking.show", public_id=refused.booking), code=303)
    wait = scene.full or just_gone
    told: dict[str, Any] = {"scene": scene, "event": event, "course": event.course, "now": now}
    told |= {"delegate": person, "own": person.id == signed_in().person.id}
    if refused or wait:
        told["dates"] = db.session.execute(other_dates(event.course_id, event.id, now)).all()
    if refused:
        why = why_not(refused, event, told["dates"]) if told["own"] else why_not_them(refused, scene, person)
        also = instead_of_first(refused, event, person, own=told["own"])
        return render_template("booking/refused.html", **told, **why, also=also), status or 200
    form.want.data = "list" if wait else "place"
    told |= {
        "form": form,
        "wait": wait,
        "sessions": scene.occasion.sessions,
        "just_gone": just_gone,
        "job": jobs[0].name,
        "recording": notice_of(event.id),
        "first": scene.asker.requirements,
        "came_free": came_free(event.course_id, now) if wait else None,
    }
    return render_template("booking/place.html", **told), status or (422 if form.errors else 200)


def why_not(refused: Refusal, event: Event, dates: Sequence[Any]) -> dict[str, Any]:
    """The words of a page that has no form, and the button that leads on from there."""
    slug = event.course.slug
    heading, action = "This date cannot be booked", ("Look at the course", f"/courses/{slug}")
    if refused.reason == Reason.OTHER_DATE:
        heading = "You already have a place on this course"
        action = ("Look at your booking", url_for("booking.show", public_id=refused.booking))
    elif refused.reason == Reason.REQUIREMENT:
        heading = "Something comes first"
    elif refused.way:
        heading = "This course is for others"
    elif not dates:
        action = ("Tell me when it runs again", url_for("booking.tell_me", slug=slug))
    return {"heading": heading, "sentence": refused.sentence, "action": refused.way or action}


def instead_of_first(refused: Refusal, event: Event, person: Person, *, own: bool) -> tuple[str, str] | None:
    """What else leads on where something has to be done first: a certificate from elsewhere; at the desk, a waiver."""
    if refused.reason != Reason.REQUIREMENT or refused.way is None:
        return None
    if own:
        return "Hand in your certificate", f"{refused.way[1]}/evidence"
    href = url_for("booking.waive_first", public_id=person.public_id, event_id=event.id)
    return f"Let {person.name} come without it", href


def why_not_them(refused: Refusal, scene: Scene, person: Person) -> dict[str, Any]:
    """The same for the desk that books for somebody."""
    action = (f"Back to {person.name}", url_for("people.person", public_id=person.public_id))
    if refused.reason == Reason.OTHER_DATE:
        action = ("Look at that booking", url_for("booking.show", public_id=refused.booking))
    sentence = newcomers.about(refused, person, scene.claims)
    return {"heading": f"No place for {person.name} here", "sentence": sentence, "action": action}
